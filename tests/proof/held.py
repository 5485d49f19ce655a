"""What a database holds, read past all of our own code."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
POSTS = ("post", "direct", "post_card")
SEQUENCE = 20  # bits of an entry's id that count within its ticket


@dataclass
class Ticket:
    """A ticket as its timeline tells it."""

    customer: str
    subject: str
    state: str = "open"
    assignee: str | None = None
    priority: int = 2
    tags: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    closed_at: int | None = None


@dataclass(frozen=True)
class Held:
    """All rows of the tables that matter, as of one moment."""

    tickets: Mapping[int, Row]
    timeline: Sequence[Row]
    outbox: Sequence[Row]
    spots: Mapping[str, Row]
    drafts: Sequence[Row]
    participants: Sequence[Row]
    tags: Sequence[Row]

    def entries(self, ticket: int) -> list[Row]:
        return [entry for entry in self.timeline if entry["id"] >> SEQUENCE == ticket]

    def about(self, key: str) -> list[Row]:
        """All that has yet to be done, or was given up, for what is posted under `key`."""
        return [row for row in self.outbox if row["key"] == key]

    def texts(self, outbox: bool = True) -> list[str]:
        """Everything with words in it."""
        said = [row["text"] + row["remark"] for row in self.timeline] + [row["text"] for row in self.drafts]
        on_their_way = [str(row["effect"]) for row in self.outbox if outbox]
        return [*said, *(row["subject"] for row in self.tickets.values()), *on_their_way]

    def posts(self, key: str, state: str) -> list[Row]:
        """Effects that would make the post `key`."""
        rows = (row for row in self.outbox if row["key"] == key and row["state"] == state)
        return [row for row in rows if row["effect"]["kind"] in POSTS]

    def taking_part(self, ticket: int) -> set[str]:
        others = {row["who"] for row in self.participants if row["ticket"] == ticket}
        return others | {self.tickets[ticket]["customer"]}


class Reader:
    def __init__(self, path: Path | str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row

    def read(self) -> Held:
        self.connection.execute("BEGIN")
        try:
            return Held(
                tickets={row["id"]: row for row in self._all("tickets", "id")},
                timeline=self._all("timeline", "id"),
                outbox=[dict(row) | {"effect": json.loads(row["effect"])} for row in self._all("outbox", "id")],
                spots={row["key"]: row for row in self._all("spots", "key")},
                drafts=self._all("drafts", "id"),
                participants=self._all("participants", "ticket"),
                tags=self._all("tags", "ticket"),
            )
        finally:
            self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()

    def _all(self, table: str, order: str) -> list[Row]:
        return [dict(row) for row in self.connection.execute(f"SELECT * FROM {table} ORDER BY {order}")]  # noqa: S608


def retold(customer: str, entries: Sequence[Row]) -> Ticket:
    """Tell the timeline of a ticket from its beginning. Raises `AssertionError` at a step that may not be."""
    assert entries, "a ticket begins with being opened"
    ticket = Ticket(customer, entries[0]["text"])
    for place, entry in enumerate(entries):
        _step(ticket, place, entry)
    return ticket


def _step(ticket: Ticket, place: int, entry: Row) -> None:
    is_open = ticket.state == "open"
    match entry["kind"]:
        case "opened":
            assert place == 0, "opened once, at the beginning"
        case "said":
            assert is_open or entry["text"] == THANKS or entry["deleted_at"], "said in a closed ticket"
        case "replied" | "noted" | "edited" | "deleted":
            pass
        case "claimed":
            assert is_open, "a closed ticket was claimed"
            assert ticket.assignee is None, "claimed twice"
            ticket.assignee = entry["staff"]
        case "released":
            assert is_open, "a closed ticket was released"
            assert ticket.assignee is not None, "released, but nobody had it"
            ticket.assignee = None
        case "assigned":
            assert is_open, "a closed ticket was assigned"
            ticket.assignee = entry["person"]
        case "prioritised":
            ticket.priority = ["urgent", "high", "normal", "low"].index(entry["detail"])
        case "tagged":
            for word in entry["remark"].split():
                (ticket.tags.discard if word.startswith("-") else ticket.tags.add)(word.lstrip("+-"))
        case "renamed":
            ticket.subject = entry["remark"]
        case "added":
            assert entry["person"] not in {ticket.customer, *ticket.people}, "added twice"
            ticket.people.add(entry["person"])
        case "removed":
            assert entry["person"] in ticket.people, "removed, but was not there"
            ticket.people.remove(entry["person"])
        case "closed":
            assert is_open, "closed twice"
            ticket.state, ticket.closed_at = "closed", entry["at"]
        case "reopened":
            assert not is_open, "reopened, but was open"
            ticket.state, ticket.closed_at = "open", None
        case other:
            raise AssertionError(other)


THANKS = "Thank you so much!"
