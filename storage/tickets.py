"""Tickets, their rooms, tags and participants."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import Stale
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Filter
from bot.tickets.model import Priority, RoomKind, State, Ticket
from bot.tickets.timeline import ticket_of
from storage.columns import EPOCH, MILLISECOND
from storage.hot import Hot
from storage.rows import DeskRow, ParticipantRow, SpotRow, TagRow, TicketRow
from storage.undisclosed import silent_rests

tickets = TicketRow.__table__
spots = SpotRow.__table__
tags = TagRow.__table__
participants = ParticipantRow.__table__

OPEN = tickets.c.state == literal_column("'open'")  # in the words of the indexes, or they are not used
CLOSED = tickets.c.state == literal_column("'closed'")
GET = Hot(select(tickets).where(tickets.c.id == bindparam("id")))
NUMBERED = Hot(select(tickets).where(tickets.c.desk == bindparam("desk"), tickets.c.number == bindparam("number")))
ROOM = Hot(
    select(tickets, spots.c.agents.label("agents_room"))
    .join_from(spots, tickets, spots.c.ticket == tickets.c.id)
    .where(
        spots.c.ticket.is_not(None),
        spots.c.conversation == bindparam("conversation"),
        spots.c.thread == bindparam("thread"),
        spots.c.platform == bindparam("platform"),
    )
    .order_by(tickets.c.id.desc())  # a thread in which a ticket was continued is the room of both
    .limit(1)
)
SAID_IN_PRIVATE = Hot(
    select(spots.c.key).where(
        spots.c.thread == literal_column("''"),  # in the words of the index, or it is not used
        spots.c.conversation == bindparam("conversation"),
        literal(" ").concat(spots.c.message).concat(" ").like(bindparam("among")),  # one post may be several messages
        spots.c.platform == bindparam("platform"),
    )
)
NEXT_NUMBER = (
    update(DeskRow)
    .where(DeskRow.id == bindparam("desk_id"))
    .values(next_number=DeskRow.next_number + 1)
    .returning(DeskRow.next_number)
)
ADD = insert(tickets).returning(tickets.c.id)
HOLD = Hot(text("SELECT pg_advisory_xact_lock(20260103, CAST(:who AS integer))"))
CHANGING = (
    "subject",
    "customer",
    "room_kind",
    "last_at",
    "state",
    "assignee",
    "priority",
    "closed_at",
    "shared",
    "entries",
)
SAVE = (
    update(tickets)
    .where(tickets.c.id == bindparam("old_id"), tickets.c.version == bindparam("old_version"))
    .values({name: bindparam(name) for name in CHANGING} | {"version": tickets.c.version + 1})
)
JOINED = select(participants.c.ticket).where(participants.c.who == bindparam("who"))
OPEN_OF = Hot(
    select(tickets)
    .where(OPEN, or_(tickets.c.customer == bindparam("who"), tickets.c.id.in_(JOINED)))
    .order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
)
LAST_CLOSED = Hot(
    select(tickets)
    .where(tickets.c.customer == bindparam("who"), CLOSED)
    .order_by(tickets.c.closed_at.desc(), tickets.c.id.desc())
    .limit(1)
)
LAST_OPENED = select(func.max(tickets.c.opened_at)).where(
    tickets.c.customer == bindparam("who"), tickets.c.desk == bindparam("desk")
)
# Of two who add the same at once neither fails.
LABEL = {
    "sqlite": sqlite.insert(tags).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(tags).on_conflict_do_nothing(),
}
ADMIT = {
    "sqlite": sqlite.insert(participants).on_conflict_do_nothing().returning(participants.c.who),
    "postgresql": postgresql.insert(participants).on_conflict_do_nothing().returning(participants.c.who),
}
QUEUE = (tickets.c.priority, tickets.c.opened_at, tickets.c.id)
NEWEST_CLOSED = (tickets.c.closed_at, tickets.c.id)


class SqlTickets:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, id: int) -> Ticket | None:
        return self._one(GET, {"id": id})

    def numbered(self, desk: int, number: int) -> Ticket | None:
        return self._one(NUMBERED, {"desk": desk, "number": number})

    def whose(self, desk: int, number: int) -> tuple[int, UserRef] | None:
        query = select(tickets.c.id, tickets.c.customer).where(tickets.c.desk == desk, tickets.c.number == number)
        row = self.connection.execute(query).first()
        return None if row is None else (row.id, row.customer)

    def called(self, id: int) -> tuple[int, int] | None:
        row = self.connection.execute(select(tickets.c.desk, tickets.c.number).where(tickets.c.id == id)).first()
        return None if row is None else (row.desk, row.number)

    def room(self, place: Place) -> tuple[Ticket, bool] | None:
        where = {"conversation": place.conversation, "thread": place.thread, "platform": place.platform}
        row = ROOM.first(self.connection, where)
        return None if row is None else (ticket(row), bool(row.agents_room))

    def answered(self, place: Place) -> Ticket | None:
        where = {"among": f"% {place.thread} %", "conversation": place.conversation, "platform": place.platform}
        row = SAID_IN_PRIVATE.first(self.connection, where) if place.thread else None
        kind, id = row.key.split(":")[:2] if row is not None else ("", "")
        match kind:
            case "notice":
                return self.get(int(id))
            case "message":
                return self.get(ticket_of(int(id)))
        return None

    def add(self, new: Ticket) -> Ticket:
        number = self.connection.execute(NEXT_NUMBER, {"desk_id": new.desk}).scalar_one() - 1
        values = _columns(new) | {
            "desk": new.desk,
            "number": number,
            "opened_at": new.opened_at,
            "prior": new.prior,
            "restricted": False,
            "version": 1,
        }
        return replace(new, id=self.connection.execute(ADD, values).scalar_one(), number=number)

    def save(self, changed: Ticket) -> Ticket:
        old = {"old_id": changed.id, "old_version": changed.version}
        if self.connection.execute(SAVE, _columns(changed) | old).rowcount == 0:
            raise Stale(f"Ticket #{changed.number} was changed by somebody else just now. Please look again.")
        return replace(changed, version=changed.version + 1)

    def restrict(self, customer: UserRef, restricted: bool) -> None:
        """Whoever has one of them in hand looks at it again."""
        theirs = update(tickets).where(tickets.c.customer == customer, tickets.c.restricted != restricted)
        self.connection.execute(theirs.values(restricted=restricted, version=tickets.c.version + 1))

    def restrict_one(self, id: int, restricted: bool) -> None:
        one = update(tickets).where(tickets.c.id == id, tickets.c.restricted != restricted)
        self.connection.execute(one.values(restricted=restricted, version=tickets.c.version + 1))

    def keep_again(self, id: int) -> None:
        """What is said in it from now on has a period of its own."""
        kept = update(tickets).where(tickets.c.id == id).values(words_purged_at=None, files_purged_at=None)
        self.connection.execute(kept)

    def of(self, customer: UserRef, after: int, limit: int, *, shared: bool = False) -> Sequence[Ticket]:
        theirs = select(tickets).where(tickets.c.customer == customer, tickets.c.id > after)
        theirs = theirs.where(tickets.c.shared) if shared else theirs
        return [ticket(row) for row in self.connection.execute(theirs.order_by(tickets.c.id).limit(limit))]

    def hold(self, customer: UserRef) -> None:
        if self.connection.dialect.name == "postgresql":
            HOLD.run(self.connection, {"who": zlib.crc32(str(customer).encode()) - 2**31})

    def open_of(self, customer: UserRef) -> Sequence[Ticket]:
        return [ticket(row) for row in OPEN_OF.all(self.connection, {"who": customer})]

    def last_closed(self, customer: UserRef) -> Ticket | None:
        return self._one(LAST_CLOSED, {"who": customer})

    def last_opened_at(self, customer: UserRef, desk: int) -> datetime | None:
        return self.connection.execute(LAST_OPENED, {"who": customer, "desk": desk}).scalar()

    def find(self, wanted: Filter, limit: int) -> Sequence[Ticket]:
        unsaid = list(silent_rests(self.connection, wanted.mine).values()) if wanted.mine else ()
        return [ticket(row) for row in self.connection.execute(_query(wanted, unsaid).limit(limit))]

    def rooms(self, platform: str) -> Sequence[Place]:
        query = (
            select(spots.c.conversation, spots.c.thread)
            .join(tickets, tickets.c.id == spots.c.ticket)
            .where(OPEN, spots.c.platform == platform)
            .order_by(tickets.c.last_at.desc())
        )
        return [Place(platform, "", row.conversation, row.thread) for row in self.connection.execute(query)]

    def sort_key(self, ticket: Ticket) -> tuple[int, int, int]:
        """Where a ticket stands in its list: by urgency, then age; closed ones by when they closed."""
        when = ticket.opened_at if ticket.open else (ticket.closed_at or ticket.opened_at)
        return (int(ticket.priority) if ticket.open else 0, (when - EPOCH) // MILLISECOND, ticket.id)

    def tags(self, ticket: int) -> frozenset[str]:
        return frozenset(self.connection.scalars(select(tags.c.tag).where(tags.c.ticket == ticket)))

    def known_tags(self, desks: Sequence[int], beginning: str, limit: int) -> Sequence[str]:
        query = select(tags.c.tag).distinct().join(tickets, tickets.c.id == tags.c.ticket)
        query = query.where(
            OPEN, ~tickets.c.restricted, tickets.c.desk.in_(desks), tags.c.tag.startswith(beginning, autoescape=True)
        )
        return self.connection.scalars(query.order_by(tags.c.tag).limit(limit)).all()

    def tag(self, ticket: Ticket, add: frozenset[str], remove: frozenset[str]) -> None:
        if remove:
            self.connection.execute(delete(tags).where(tags.c.ticket == ticket.id, tags.c.tag.in_(remove)))
        new = [{"ticket": ticket.id, "tag": tag, "about": ticket.customer} for tag in add]
        if new:
            self.connection.execute(LABEL[self.connection.dialect.name], new)

    def participants(self, ticket: int) -> Sequence[UserRef]:
        who = select(participants.c.who).where(participants.c.ticket == ticket).order_by(participants.c.who)
        return list(self.connection.scalars(who))

    def admit(self, ticket: Ticket, who: UserRef) -> bool:
        if who == ticket.customer:
            return False
        new = {"ticket": ticket.id, "who": who}
        return self.connection.execute(ADMIT[self.connection.dialect.name], new).first() is not None

    def dismiss(self, ticket: Ticket, who: UserRef) -> bool:
        gone = delete(participants).where(participants.c.ticket == ticket.id, participants.c.who == who)
        return self.connection.execute(gone).rowcount > 0

    def _one(self, query: Hot, values: dict[str, Any]) -> Ticket | None:
        row = query.first(self.connection, values)
        return None if row is None else ticket(row)


def _query(wanted: Filter, unsaid: Sequence[int]) -> Select[Any]:
    query = select(tickets).where(tickets.c.desk.in_(wanted.desks))
    query = query.where(OPEN if wanted.open else CLOSED)
    if wanted.assignee:
        query = query.where(tickets.c.assignee == wanted.assignee)
    if wanted.unclaimed:
        query = query.where(tickets.c.assignee.is_(None))
    if wanted.customer:
        query = query.where(tickets.c.customer == wanted.customer)
    if wanted.mine:
        query = query.where(tickets.c.customer == wanted.mine, tickets.c.id.not_in(unsaid))
    if wanted.priority is not None:
        query = query.where(tickets.c.priority == int(wanted.priority))
    if wanted.tag:
        query = query.where(~tickets.c.restricted)
        query = query.where(exists().where(and_(tags.c.ticket == tickets.c.id, tags.c.tag == wanted.tag)))
    return _ordered(query, wanted)


def _ordered(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.after is None:
        after = None
    else:
        rank, when, id = wanted.after
        after = (rank, EPOCH + when * MILLISECOND, id)
    if wanted.open:
        if after:
            query = query.where(tuple_(*QUEUE) > _key(after, QUEUE))
        return query.order_by(*QUEUE)
    if after:
        query = query.where(tuple_(*NEWEST_CLOSED) < _key(after[1:], NEWEST_CLOSED))
    return query.order_by(*(column.desc() for column in NEWEST_CLOSED))


def _key(values: Sequence[Any], columns: Sequence[Any]) -> Any:
    return tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))


def _columns(value: Ticket) -> dict[str, Any]:
    return {
        "subject": value.subject,
        "customer": value.customer,
        "last_at": value.last_at,
        "room_kind": value.room_kind.value,
        "state": value.state.value,
        "assignee": value.assignee,
        "priority": int(value.priority),
        "closed_at": value.closed_at,
        "shared": value.shared,
        "entries": value.entries,
    }


def ticket(row: Row[Any]) -> Ticket:
    """The value of a row that has the ticket's columns (among others, perhaps)."""
    return Ticket(
        id=row.id,
        desk=row.desk,
        number=row.number,
        subject=row.subject,
        customer=row.customer,
        opened_at=row.opened_at,
        last_at=row.last_at,
        room_kind=RoomKind(row.room_kind),
        state=State(row.state),
        assignee=row.assignee,
        priority=Priority(row.priority),
        closed_at=row.closed_at,
        prior=row.prior,
        shared=row.shared,
        restricted=row.restricted,
        entries=row.entries,
        version=row.version,
    )
