"""Questions to customers whether a ticket can be closed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, delete, insert, literal, select

from bot.closing.model import CloseRequest
from bot.tickets.model import Ticket
from bot.tickets.timeline import SEQUENCE_BITS, Kind
from storage.rows import CloseRequestRow, EntryRow, TicketRow
from storage.tickets import OPEN, SqlTickets

requests = CloseRequestRow.__table__
tickets, timeline = TicketRow.__table__, EntryRow.__table__
TURNS = (Kind.SAID, Kind.REPLIED, Kind.ASKED)  # whose turn it is follows from the last of these


class SqlClosings:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now

    def ask(self, ticket: Ticket, closes_at: datetime | None) -> None:
        self.forget(ticket.id)
        values = {"ticket": ticket.id, "about": ticket.customer, "asked_at": self.now, "closes_at": closes_at}
        self.connection.execute(insert(requests), values)

    def of(self, ticket: int) -> CloseRequest | None:
        row = self.connection.execute(select(requests).where(requests.c.ticket == ticket)).first()
        return CloseRequest(row.ticket, row.asked_at, row.closes_at) if row else None

    def forget(self, ticket: int) -> bool:
        return self.connection.execute(delete(requests).where(requests.c.ticket == ticket)).rowcount > 0

    def due(self, limit: int) -> Sequence[CloseRequest]:
        over = select(requests).where(requests.c.closes_at <= self.now).order_by(requests.c.closes_at).limit(limit)
        return [CloseRequest(row.ticket, row.asked_at, row.closes_at) for row in self.connection.execute(over)]

    def answered(self, request: CloseRequest) -> bool:
        id, kinds = literal(request.ticket), (Kind.SAID, Kind.ASKED)
        return self.connection.scalar(select(_last(id, kinds))) == Kind.SAID.value

    def quiet(self, desk: int, since: datetime, limit: int) -> Sequence[Ticket]:
        silent = (
            select(tickets.c.id)
            .where(tickets.c.desk == desk, OPEN, tickets.c.last_at < since)
            .where(tickets.c.restricted.is_(False), _last(tickets.c.id, TURNS) == Kind.REPLIED.value)
            .limit(limit)
        )
        found = SqlTickets(self.connection)
        return [ticket for id in self.connection.scalars(silent).all() if (ticket := found.get(id))]


def _last(ticket: ColumnElement[int], kinds: Sequence[Kind]) -> ScalarSelect[str]:
    """The kind of a ticket's last entry of these kinds."""
    first = ticket * (1 << SEQUENCE_BITS)
    newest = select(timeline.c.kind).where(timeline.c.id.between(first, first + (1 << SEQUENCE_BITS) - 1))
    newest = newest.where(timeline.c.kind.in_([kind.value for kind in kinds]))
    return newest.order_by(timeline.c.id.desc()).limit(1).scalar_subquery()
