"""Which rows an erasure goes through: all of a person but those in tickets under a legal hold, or those of one such
ticket alone, once its hold has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, not_, or_, select, true

from bot.message import UserRef
from bot.privacy.model import Asked, Request
from bot.privacy.stages import OPEN
from bot.tickets.timeline import SEQUENCE_BITS
from storage.datamap import Sheet, sheets
from storage.hot import Hot
from storage.rows import AttachmentRow, EntryRow, HoldRow, PersonRow, RequestRow, TicketRow

requests, people, holds = RequestRow.__table__, PersonRow.__table__, HoldRow.__table__
STANDS = holds.c.released_at.is_(None)
HELD = Hot(select(holds.c.ticket).where(holds.c.ticket.is_not(None), STANDS).distinct().order_by(holds.c.ticket))
RESTS = and_(requests.c.asked == Asked.REST.value, requests.c.stage.in_([stage.value for stage in OPEN]))
ENTRIES = {EntryRow.__table__: "id", AttachmentRow.__table__: "entry"}


@dataclass(frozen=True)
class Reach:
    """`held`: tickets that are spared; `request`: whose ticket is all of it, if it is the rest of an erasure."""

    request: Request
    held: Sequence[int] = ()

    @property
    def one_ticket(self) -> bool:
        return self.request.asked is Asked.REST

    def of(self, sheet: Sheet) -> ColumnElement[bool]:
        """Which rows of a table, of those that are a person's."""
        return self._of_ticket(sheet) if self.one_ticket else self._of_all(sheet)

    def is_everything(self, sheet: Sheet) -> bool:
        """Whether it is all that is theirs in this table."""
        return not self.one_ticket and not self.held and sheet.table is not requests

    def _of_all(self, sheet: Sheet) -> ColumnElement[bool]:
        if sheet.table is requests:
            return not_(RESTS)
        if sheet.table is people and self.held:  # whose the ticket is
            return false()
        inside = in_tickets(sheet, self.held)
        return true() if inside is None or not self.held else inside.is_not(True)

    def _of_ticket(self, sheet: Sheet) -> ColumnElement[bool]:
        if sheet.table is requests:
            return requests.c.number == self.request.number
        if sheet.table is people:  # unless they are back
            return people.c.last_seen <= self.request.received
        inside = in_tickets(sheet, [self.request.ticket])
        return false() if inside is None else inside


def in_tickets(sheet: Sheet, tickets: Sequence[int]) -> ColumnElement[bool] | None:
    """Which rows of a table belong to these tickets; nothing where rows belong to none. Posts and what waits to be
    posted do not count: they are taken back, whatever is kept."""
    table: Any = sheet.table
    if sheet.says("until") == "posts":
        return None
    if table in ENTRIES:
        column = table.c[ENTRIES[table]]
        return or_(false(), *(column.between(id << SEQUENCE_BITS, ((id + 1) << SEQUENCE_BITS) - 1) for id in tickets))
    if table is TicketRow.__table__:
        return table.c.id.in_(tickets)
    return table.c.ticket.in_(tickets) if "ticket" in table.c else None


def held_tickets(connection: Connection, who: UserRef) -> Sequence[int]:
    """Those under a hold of their own in which there is anything of theirs."""
    return [row.ticket for row in HELD.all(connection, {}) if _is_in(who, row.ticket, connection)]


def _is_in(who: UserRef, ticket: int, connection: Connection) -> bool:
    for sheet in sheets():
        inside = in_tickets(sheet, [ticket])
        if inside is not None and sheet.table is not holds:
            theirs = or_(*(link == who for link in sheet.links))
            if connection.execute(select(sheet.key[0]).where(inside, theirs).limit(1)).first() is not None:
                return True
    return False
