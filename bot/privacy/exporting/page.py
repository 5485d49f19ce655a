"""The conversations of an export to read, a page for each ticket and a list of them: no script, nothing from elsewhere,
all words escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from bot.language import Phrase, _, current, here, several
from bot.tickets.timeline import Kind
from bot.tickets.views import CODES
from bot.wording import moment

VERBS = {
    Kind.OPENED: Phrase("opened the ticket"),
    Kind.SAID: Phrase("wrote"),
    Kind.REPLIED: Phrase("replied"),
    Kind.NOTED: Phrase("noted, for agents only"),
    Kind.EDITED: Phrase("edited a message"),
    Kind.CORRECTED: Phrase("corrected a message"),
    Kind.DELETED: Phrase("deleted a message"),
    Kind.CLAIMED: Phrase("took the ticket"),
    Kind.RELEASED: Phrase("gave the ticket back"),
    Kind.ASSIGNED: Phrase("assigned the ticket"),
    Kind.PRIORITISED: Phrase("set the priority"),
    Kind.TAGGED: Phrase("changed the tags"),
    Kind.RENAMED: Phrase("renamed the ticket"),
    Kind.ADDED: Phrase("added somebody"),
    Kind.REMOVED: Phrase("removed somebody"),
    Kind.ASKED: Phrase("asked whether it can be closed"),
    Kind.KEPT_OPEN: Phrase("kept it open"),
    Kind.CLOSED: Phrase("closed the ticket"),
    Kind.REOPENED: Phrase("opened the ticket again"),
}

STATES = {"open": Phrase("open"), "closed": Phrase("closed")}
DETAILS = {
    "urgent": Phrase("urgent"),
    "high": Phrase("high"),
    "normal": Phrase("normal"),
    "low": Phrase("low"),
} | CODES


def template(name: str) -> Any:
    """Its macros, to be called with what to show, which is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not needed before somebody asks for an export

    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.globals["_"] = _
    return environment.get_template(name).module


@cache
def _macros() -> Any:
    return template("conversation.html.jinja")


class Heading(NamedTuple):
    """A ticket's number; its subject and state, where it is one of theirs."""

    number: int
    subject: str = ""
    state: str = ""

    @property
    def name(self) -> str:
        return _("Ticket #{number}", number=self.number)

    @property
    def stands(self) -> str:
        return here(STATES[self.state]) if self.state else ""


def index(account: str, now: datetime) -> str:
    return str(_macros().index(current(), account, moment(now)))


def around_tickets(*, as_agent: bool) -> tuple[str, str]:
    """What stands before and after a list of tickets, of which `line` makes each."""
    title = _("What you did as an agent") if as_agent else ""
    return str(_macros().before_tickets(title)), str(_macros().after_tickets())


def line(href: str, heading: Heading, entries: int, last: str) -> str:
    """A ticket in the list. `last` is when the last of the `entries` was, in ISO 8601."""
    many = several("{number} entry", "{number} entries", entries)
    told = _("{entries}, the last one {when}", entries=many, when=moment(datetime.fromisoformat(last)))
    return str(_macros().line(href, heading.name, heading.subject, heading.stands, told))


def ticket(heading: Heading) -> str:
    """The beginning of a ticket's page."""
    return str(_macros().ticket(current(), heading.name, heading.subject, heading.stands))


def entry(row: Mapping[str, Any], you: str, files: Sequence[tuple[str, str]]) -> str:
    """One thing that happened, from a row as the export shows it. `files` are paths in the archive and names."""
    who = row.get("author") or row.get("staff") or _("The desk")
    shown = {
        "who": _("You") if who == you else who,
        "yours": who == you,
        "note": row["kind"] == Kind.NOTED,
        "did": " ".join(filter(None, (here(VERBS[Kind(row["kind"])]), _whom(row, you), _detail(row["detail"])))),
        "changed": _changed(row),
        "at": row["at"],
        "when": moment(datetime.fromisoformat(row["at"])),
        "text": "\n".join(filter(None, (row.get("text"), row.get("remark")))),
        "files": [{"href": "../../" + quote(path), "name": name} for path, name in files],
    }
    return str(_macros().entry(shown))


def nothing() -> str:
    return str(_macros().nothing())


def foot() -> str:
    return str(_macros().foot())


def _whom(row: Mapping[str, Any], you: str) -> str:
    return _("(you)") if row["person"] == you else f"({row['person']})" if row["person"] else ""


def _changed(row: Mapping[str, Any]) -> str:
    if row["deleted_at"] is not None:
        return _("deleted")
    return _("edited") if row["edited_at"] is not None else ""


def _detail(code: str) -> str:
    """A priority, or why the desk did it."""
    return here(DETAILS.get(code, code))
