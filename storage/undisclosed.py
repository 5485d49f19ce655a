"""What people are not shown because of legal holds of which they are told nothing: these, and what waits for them.

What they are told instead is decided in `bot.privacy.silence`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select, true

from bot.message import UserRef
from bot.privacy.model import Asked, Role
from bot.privacy.silence import Silence
from bot.privacy.stages import OPEN, Stage
from storage.datamap import Sheet
from storage.deferred import in_tickets
from storage.rows import HoldRow, RequestRow

requests, holds = RequestRow.__table__, HoldRow.__table__
ONE_TICKET = and_(requests.c.asked == Asked.REST.value, requests.c.stage.in_([stage.value for stage in OPEN]))


def silence(connection: Connection, who: UserRef) -> Silence:
    theirs = connection.execute(select(holds).where(holds.c.who == who)).all()
    numbers = frozenset(hold.number for hold in theirs if hold.undisclosed)
    known = any(hold.released_at is None and not hold.undisclosed for hold in theirs)
    everything = bool(numbers) and _all_silent(connection, _on_all(who))
    return Silence(numbers, everything, silent_rests(connection, who), known)


def silent_rests(connection: Connection, who: UserRef) -> Mapping[int, int]:
    """Of requests for the rest of an erasure, with its ticket, that only such holds keep, or kept until now."""
    query = select(requests.c.number, requests.c.counts).where(requests.c.who == who, ONE_TICKET)
    rests = {row.number: row.counts.get("ticket", 0) for row in connection.execute(query)}
    on_all = _on_all(who)
    return {
        number: ticket
        for number, ticket in rests.items()
        if _all_silent(connection, or_(on_all, holds.c.ticket == ticket))
    }


def told(sheet: Sheet, role: Role, silence: Silence) -> ColumnElement[bool]:
    """Which rows of a table they may know of. What they did as an agent is no secret to them."""
    table = sheet.table
    if table is holds:
        return true() if role is Role.AGENT else not_(holds.c.undisclosed)
    if not silence.tickets:
        return true()
    if table is requests:
        return requests.c.number.not_in(list(silence.rests))
    inside: Any = in_tickets(sheet, sorted(silence.tickets))
    if role is Role.AGENT or inside is None:
        return true()
    return not_(func.coalesce(inside, false()))


def as_told(sheet: Sheet, row: dict[str, Any], silence: Silence) -> dict[str, Any]:
    """A row as they are shown it."""
    if sheet.table is not requests or row.get("stage") is None:
        return row
    return row | {"stage": silence.stage(Asked(row["asked"]), Stage(row["stage"])).value}


def _on_all(who: UserRef) -> ColumnElement[bool]:
    return and_(holds.c.who == who, holds.c.ticket.is_(None))


def _all_silent(connection: Connection, covering: ColumnElement[bool]) -> bool:
    """Whether of these holds there are any that stand, and they are told of none; and where none stands any more, of
    those that did."""
    found = connection.execute(select(holds.c.undisclosed, holds.c.released_at).where(covering)).all()
    standing = [row for row in found if row.released_at is None] or found
    return bool(standing) and all(row.undisclosed for row in standing)
