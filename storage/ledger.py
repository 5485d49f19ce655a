"""Taking back what the bot posted about somebody, and what it was about to post.

A key of ours may name the person whose private copy it is (`message:7:customer:ID`), so posts about others in
their private room are found, too. Whoever looks (`pending`, `copies`) may look long, so they look without
holding up anyone's writes; who acts does it by what was found.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, cast, delete, func, literal, or_, select, update
from sqlalchemy import Text as SqlText

from bot.message import UserRef
from bot.privacy.exporting.disguise import ERASED
from bot.privacy.model import Copy
from bot.tickets.timeline import SEQUENCE_BITS, ticket_of
from storage.outbox import DEAD, DUE, IS_DUE, PROMOTE, SqlOutbox
from storage.rows import EFFECT, OutboxRow, SpotRow
from storage.seeking import is_sought, may_be_there, not_found_out
from storage.vault import MARK

outbox = OutboxRow.__table__
spots = SpotRow.__table__


class Ledger:
    connection: Connection
    now: datetime

    def name(self, who: UserRef) -> str:
        raise NotImplementedError

    def pending(self, who: UserRef, but: UserRef, limit: int) -> Sequence[int]:
        """Ids of effects that carry their words, go to them, or name them; not those about `but`."""
        theirs = select(outbox.c.id).where(outbox.c.about == who).limit(limit)
        if ids := self.connection.scalars(theirs).all():
            return ids
        effect = cast(outbox.c.effect, SqlText)
        likely = or_(_contains(effect, json.dumps(who.id)[1:-1]), _contains(effect, f'"{MARK}'))
        query = select(outbox).where(outbox.c.about != but, likely).order_by(outbox.c.id).limit(limit)
        last, found = 0, list[int]()
        while rows := self.connection.execute(query.where(outbox.c.id > last)).all():
            found += [row.id for row in rows if _names(row.effect, who) or _keyed(row, who)]
            last = rows[-1].id
        return found[:limit]

    def withdraw(self, ids: Sequence[int], who: UserRef, ghost: UserRef, patient: bool, *, silent: bool = False) -> int:
        """Take effects out of the outbox, or their name out of effects for others.

        What may be on the platform already stays until it is known where, and is looked for if nobody does, unless all
        is to be `silent`; with `patient`, what the courier may have in its hands, too. Returns how many did.
        """
        name, kept = self.name(who), 0
        for row in self.connection.execute(select(outbox).where(outbox.c.id.in_(ids)).order_by(outbox.c.id)).all():
            if row.state == DUE and row.head and (row.unsure or (patient and row.not_before <= self.now)):
                kept += 1
            elif row.about == who or _addressed(row.effect, who) or _keyed(row, who):
                kept += self._take_out(row, ghost, silent)
            else:
                effect = without(row.effect, who, name, ghost)
                self.connection.execute(update(outbox).where(outbox.c.id == row.id).values(effect=effect))
        return kept

    def _take_out(self, row: Row[Any], ghost: UserRef, silent: bool) -> int:
        """1 if it stays until it is known where it is."""
        if is_sought(row) and not silent:
            if row.state == DUE:
                return 1
            left = {"about": ghost, "effect": not_found_out(row)}  # which the receipt tells
            self.connection.execute(update(outbox).where(outbox.c.id == row.id).values(left))
        elif row.state == DEAD and may_be_there(row) and not silent:
            SqlOutbox(self.connection, self.now).seek(row)
            return 1
        else:
            self._forget(row)
        return 0

    def copies(self, who: UserRef, but: UserRef, limit: int) -> Sequence[Copy]:
        """Posts of ours about them, or in their private room; not those about `but`."""
        rows = self.connection.execute(select(spots).where(spots.c.about == who).limit(limit)).all()
        if not rows:
            named = _contains(literal(":") + spots.c.key + ":", f":{who}:")
            keys = self.connection.scalars(select(spots.c.key).where(named)).all()  # the keys alone are in an index
            query = select(spots).where(spots.c.key.in_(keys[: limit * 2]), spots.c.about != but).limit(limit)
            rows = self.connection.execute(query).all()
        return [Copy(row.key, row.platform, row.room, row.ticket, row.agents or row.ticket is None) for row in rows]

    def hand_over(self, keys: Sequence[str], ghost: UserRef) -> Sequence[str]:
        """Mark posts as being taken back: they are about nobody from now on. Returns those that were still there."""
        there = select(spots.c.key).where(spots.c.key.in_(keys), spots.c.about != ghost)
        found = self.connection.scalars(there).all()
        self.connection.execute(update(spots).where(spots.c.key.in_(found)).values(about=ghost))
        return found

    def hand_over_elsewhere(self, entries: Sequence[int], ghost: UserRef) -> Sequence[Copy]:
        """Mark what shows these entries of other people's tickets, and forget what was about to.

        What may be on its way is marked as well: whatever takes it back comes after it in its room.
        """
        found: dict[str, Copy] = {}
        for first, last in _keys_of(entries):
            waits = select(outbox).where(outbox.c.key >= first, outbox.c.key < last, outbox.c.about != ghost)
            for row in self.connection.execute(waits).all():
                found[row.key] = Copy(row.key, row.platform, row.room)
                if row.state == DUE and (row.head or is_sought(row)):
                    self.connection.execute(update(outbox).where(outbox.c.id == row.id).values(about=ghost))
                elif row.state == DEAD and may_be_there(row):
                    SqlOutbox(self.connection, self.now).seek(row, about=ghost)
                else:
                    self._forget(row)
            there = select(spots).where(spots.c.key >= first, spots.c.key < last, spots.c.about != ghost)
            for row in self.connection.execute(there).all():
                found[row.key] = Copy(row.key, row.platform, row.room)
                self.connection.execute(update(spots).where(spots.c.key == row.key).values(about=ghost))
        return list(found.values())

    def waiting_for(self, ghost: UserRef) -> int:
        """How many posts are still to be taken back."""
        query = select(func.count()).select_from(outbox).where(outbox.c.about == ghost, IS_DUE)
        return self.connection.execute(query).scalar_one()

    def forget_posts(self, ghost: UserRef, limit: int) -> tuple[Mapping[str, int], bool]:
        """Forget up to `limit` places of posts that were taken back, and attempts that failed. Returns how many
        attempts these were, by reason, and whether there is more. The agents' rooms stay theirs: they lead to nobody.
        """
        which = (outbox.c.about == ghost, outbox.c.state == DEAD)
        dead = self.connection.execute(select(outbox.c.id, outbox.c.error).where(*which).limit(limit)).all()
        self.connection.execute(delete(outbox).where(outbox.c.id.in_([row.id for row in dead])))
        failed = len(dead)
        posts = select(spots.c.key).where(spots.c.about == ghost, ~spots.c.agents)
        some = self.connection.scalars(posts.limit(limit)).all()
        gone = self.connection.execute(delete(spots).where(spots.c.key.in_(some))).rowcount
        return Counter(row.error for row in dead), failed == limit or gone == limit

    def forget_room(self, room: str) -> None:
        """Forget where our answers to a request went, and those that could not be delivered."""
        self.connection.execute(delete(outbox).where(outbox.c.room == room, outbox.c.state == DEAD))
        self.connection.execute(delete(spots).where(spots.c.room == room))

    def _forget(self, row: Row[Any]) -> None:
        SqlOutbox(self.connection, self.now)._hold(row.room)
        self.connection.execute(delete(outbox).where(outbox.c.id == row.id))
        PROMOTE.run(self.connection, {"of_room": row.room})  # it may have become the head since it was read


def _keys_of(entries: Sequence[int]) -> Iterator[tuple[str, str]]:
    """From where to where the keys of an entry's copies go, and of notices about it: ";" comes after ":"."""
    for entry in entries:
        ticket, sequence = ticket_of(entry), entry & ((1 << SEQUENCE_BITS) - 1)
        for key in (f"message:{entry}", f"notice:{ticket}:{sequence}"):
            yield f"{key}:", f"{key};"


def without(value: Any, who: UserRef, name: str, ghost: UserRef) -> Any:
    """A payload in which nothing names them: their account becomes the ghost's, what stands for their name a word."""
    match value:
        case dict() if value == asdict(who):
            return asdict(ghost)
        case dict():
            named = value.get("user") == asdict(who)
            return {
                key: ERASED if key == "name" and named else _speaker(key, each, name) or without(each, who, name, ghost)
                for key, each in value.items()
            }
        case list():
            return [without(each, who, name, ghost) for each in value]
    return value


def _speaker(key: str, value: Any, name: str) -> str:
    """Whose words a post carries is written in front of them."""
    said = key == "speaker" and name and isinstance(value, str) and name in value
    return str(value).replace(name, ERASED) if said else ""


def _names(value: Any, who: UserRef) -> bool:
    match value:
        case dict():
            return value == asdict(who) or any(_names(each, who) for each in value.values())
        case list():
            return any(_names(each, who) for each in value)
    return False


def _addressed(effect: dict[str, Any], who: UserRef) -> bool:
    """Whether it is for them: it names them outside of what it says."""
    return any(_names(effect.get(key), who) for key, kind in EFFECT.items() if kind == "person")


def _keyed(row: Row[Any], who: UserRef) -> bool:
    return f":{who}:" in f":{row.key}:" or f":{who}:" in f":{row.room}:"


def _contains(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Letter for letter: LIKE does not care for capitals on SQLite."""
    return func.replace(text, word, "") != text
