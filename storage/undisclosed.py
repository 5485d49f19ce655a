"""What people are not shown because of legal holds of which they are told nothing: these, and what waits for them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select, true

from bot.message import UserRef
from bot.privacy.model import Asked, Role
from bot.privacy.stages import OPEN, Stage
from storage.datamap import Sheet
from storage.deferred import STANDS, in_tickets
from storage.rows import HoldRow, RequestRow

requests, holds = RequestRow.__table__, HoldRow.__table__
ONE_TICKET = and_(requests.c.asked == Asked.REST.value, requests.c.stage.in_([stage.value for stage in OPEN]))


def silent(connection: Connection, who: UserRef, ticket: int | None) -> bool:
    """Whether all that is theirs, or that `ticket`, is under such holds, and no other."""
    on_them = and_(holds.c.who == who, holds.c.ticket.is_(None))
    covering = on_them if ticket is None else or_(on_them, holds.c.ticket == ticket)
    found = connection.scalars(select(holds.c.undisclosed).where(covering, STANDS)).all()
    return bool(found) and all(found)


def silent_tickets(connection: Connection, who: UserRef) -> Sequence[int]:
    """Those that are kept of somebody who was told that all of theirs is deleted."""
    tickets = [row.counts.get("ticket", 0) for row in _rests(connection, who)]
    return [ticket for ticket in tickets if silent(connection, who, ticket)]


def told(sheet: Sheet, role: Role, who: UserRef, connection: Connection) -> ColumnElement[bool]:
    """Which rows of a table they may know of. What they did as an agent is no secret to them."""
    table = sheet.table
    if table is holds:
        return true() if role is Role.AGENT else not_(holds.c.undisclosed)
    kept = silent_tickets(connection, who) if table is requests or in_tickets(sheet, []) is not None else []
    if not kept:
        return true()
    if table is requests:
        numbers = [row.number for row in _rests(connection, who) if row.counts.get("ticket") in kept]
        return requests.c.number.not_in(numbers)
    inside: Any = in_tickets(sheet, kept)
    if role is Role.AGENT or inside is None:
        return true()
    return not_(func.coalesce(inside, false()))


def as_told(sheet: Sheet, row: dict[str, Any], who: UserRef, connection: Connection) -> dict[str, Any]:
    """A request that waits for such a hold waits for an officer, as far as they are told."""
    if sheet.table is not requests or row.get("stage") != Stage.HELD.value or not silent(connection, who, None):
        return row
    return row | {"stage": Stage.REVIEW.value}


def _rests(connection: Connection, who: UserRef) -> Sequence[Any]:
    query = select(requests.c.number, requests.c.counts).where(requests.c.who == who, ONE_TICKET)
    return connection.execute(query).all()
