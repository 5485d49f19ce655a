"""Opening a ticket: the one way, whatever it began with."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.desks.model import Desk
from bot.effects import OpenRoom
from bot.errors import NotAllowed
from bot.inbound import Actor, Place
from bot.message import File, Mark, UserRef
from bot.people.restriction import refuse_restricted
from bot.ports import UnitOfWork
from bot.relay import rooms
from bot.relay.copies import tell_agents_what_was_said, tell_customers_what_was_said
from bot.tickets import views
from bot.tickets.model import LONGEST_SUBJECT, RoomKind, Ticket, subject_from
from bot.tickets.timeline import Entry, Kind, Source


@dataclass(frozen=True, slots=True)
class Opening:
    """`name` is the customer's; `staff` opens it for them.

    `thread` is where the customer's room is to be, if not in private messages; `private` lets nobody else see it.
    """

    desk: Desk
    customer: UserRef
    text: str
    subject: str = ""
    files: tuple[File, ...] = ()
    source: Source | None = None
    thread: Place | None = None
    private: bool = False
    name: str = ""
    staff: Actor | None = None
    prior: Ticket | None = None
    tags: frozenset[str] = frozenset()


def open_ticket(new: Opening, work: UnitOfWork) -> Ticket:
    """The row first, then what people see of it: number to the customer, card to the agents, words to the room."""
    ticket = _record(new, work)
    work.tickets.tag(ticket, new.tags, frozenset())
    rooms.post_card(ticket, new.desk, work)
    if new.thread is not None:
        room = OpenRoom(
            ticket.customer_room, new.customer.platform, new.thread, views.number(ticket), (new.customer,), new.private
        )
        work.outbox.post(room, about=ticket.customer)
    staff = new.staff.name if new.staff else ""
    greeting = partial(views.opened, ticket, new.desk.settings.greeting, new.prior, staff)
    rooms.tell_customers(ticket, new.desk, rooms.notice(ticket, "opened"), greeting, work)
    if new.text or new.files:
        ticket = _say_first(ticket, new, work)
    return ticket


def _record(new: Opening, work: UnitOfWork) -> Ticket:
    subject = " ".join(new.subject.split())[:LONGEST_SUBJECT] or subject_from(new.text, new.files)
    kind = RoomKind.DIRECT if new.thread is None else RoomKind.THREAD
    prior = new.prior.id if new.prior else None
    ticket = work.tickets.add(Ticket(0, new.desk.id, 0, subject, new.customer, work.now, work.now, kind, prior=prior))
    author = None if new.staff else new.customer
    opened = Entry(
        0,
        ticket.id,
        Kind.OPENED,
        work.now,
        new.customer,
        author=author,
        staff=new.staff.ref if new.staff else None,
        text=subject,
    )
    return work.timeline.add(ticket, opened)[0]


def _say_first(ticket: Ticket, new: Opening, work: UnitOfWork) -> Ticket:
    entry = Entry(
        0, ticket.id, Kind.SAID, work.now, ticket.customer,
        author=new.customer, text=new.text, source=new.source, files=new.files,
    )  # fmt: skip
    if new.staff is None:
        ticket, entry = work.timeline.add(ticket, entry)
        tell_agents_what_was_said(ticket, new.desk, entry, new.name, work)
        return ticket
    replied = replace(entry, kind=Kind.REPLIED, author=None, staff=new.staff.ref, mark=Mark.SENDING)
    ticket, entry = work.timeline.add(ticket, replied)
    tell_customers_what_was_said(ticket, new.desk, entry, new.staff.name, work)
    tell_agents_what_was_said(ticket, new.desk, entry, new.staff.name, work)
    return ticket


def check_limits(desk: Desk, customer: UserRef, text: str, work: UnitOfWork) -> None:
    """Raises `NotAllowed`, in kind words, if this customer may not open another ticket now."""
    work.tickets.hold(customer)
    open_now = [t for t in work.tickets.open_of(customer) if t.customer == customer and t.desk == desk.id]
    if len(open_now) >= desk.settings.max_open_per_customer:
        raise NotAllowed(views.too_many_open(open_now, desk.settings.max_open_per_customer, text))
    last = work.tickets.last_opened_at(customer, desk.id)
    wait = timedelta(seconds=desk.settings.cooldown_seconds)
    if last is not None and work.now - last < wait:
        left = (last + wait - work.now).total_seconds()
        raise NotAllowed(views.too_soon(int(left) + 1, text))


def check_block(customer: UserRef, work: UnitOfWork) -> None:
    """Raises `NotAllowed` if they are blocked, or had their data restricted."""
    person = work.people.get(customer)
    refuse_restricted(person)
    if person is not None and person.blocked_until is not None and person.blocked(work.now):
        raise NotAllowed(views.blocked(person.blocked_until, person.block_reason))


def own_channel(desk: Desk, place: Place, work: UnitOfWork) -> Place | None:
    """Where the desk has private rooms for whoever acts at `place`: there if it takes in there, else in the first
    channel where it takes in, in the same workspace. Never in another desk's, whose rooms have the same names."""
    here = Place(place.platform, place.workspace, place.conversation)
    own = [p for p in work.desks.intake(desk.id) if (p.platform, p.workspace) == (here.platform, here.workspace)]
    return here if here in own else next(iter(own), None)


def in_room(new: Opening, place: Place) -> Opening:
    """The same, with the customer's room at a place in a channel, as the desk's settings have it."""
    rooms = new.desk.settings.rooms
    return new if rooms == "direct" else replace(new, thread=place, private=rooms == "private")
