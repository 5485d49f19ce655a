"""Legal holds: while there is one, nothing of that person, or of that ticket, is deleted."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.message import UserRef
from bot.ports import Audit
from bot.privacy.auditing.audit import Deed
from bot.privacy.model import Awaits, Hold
from bot.privacy.silence import Silence
from storage.deferred import STANDS, held_tickets
from storage.rows import HoldRow
from storage.undisclosed import silence

holds = HoldRow.__table__


class Holds:
    connection: Connection
    audit: Audit

    def alone(self, who: UserRef) -> None:
        raise NotImplementedError

    def held(self, who: UserRef) -> bool:
        there = select(holds.c.number).where(holds.c.who == who, holds.c.ticket.is_(None), STANDS).limit(1)
        return self.connection.execute(there).first() is not None

    def holds_ticket(self, ticket: int) -> bool:
        there = select(holds.c.number).where(holds.c.ticket == ticket, STANDS).limit(1)
        return self.connection.execute(there).first() is not None

    def silence(self, who: UserRef) -> Silence:
        return silence(self.connection, who)

    def held_tickets(self, who: UserRef) -> Sequence[int]:
        return held_tickets(self.connection, who)

    def holds(self, limit: int) -> Sequence[Hold]:
        """Those that stand, the one to be reviewed first at the front."""
        standing = select(holds).where(STANDS).order_by(holds.c.review_at, holds.c.number)
        return [_hold(row) for row in self.connection.execute(standing.limit(limit))]

    def hold(self, number: int) -> Hold | None:
        row = self.connection.execute(select(holds).where(holds.c.number == number)).first()
        return None if row is None else _hold(row)

    def place_hold(self, hold: Hold) -> Hold:
        self.alone(hold.who)  # whatever deletes something of theirs just now is done, or sees it
        number = self.connection.execute(insert(holds).values(_values(hold)).returning(holds.c.number)).scalar_one()
        self.audit.note(Deed.HELD, about=hold.who, number=number, reason=hold.code)
        return replace(hold, number=number)

    def save_hold(self, hold: Hold, deed: Deed, of: Awaits = Awaits.NOTHING) -> None:
        self.connection.execute(update(holds).where(holds.c.number == hold.number).values(_values(hold)))
        self.audit.note(deed, about=hold.who, number=hold.number, store=of, reason=hold.code)


def _values(hold: Hold) -> dict[str, Any]:
    values = asdict(hold) | {"who": hold.who, "placed_by": hold.placed_by, "asked_by": hold.asked_by}
    del values["number"]
    return values


def _hold(row: Row[Any]) -> Hold:
    return Hold(**{**row._mapping, "awaits": Awaits(row.awaits)})
