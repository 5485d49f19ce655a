"""Saying things in a ticket's two rooms, wherever they are.


A room is read in the desk's language, private messages in each person's own. So notices come as a `Telling`, which says
them once for each reader; words carried over are the same for everybody.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bot.desks.model import Desk
from bot.effects import Direct, Post, PostCard, Rewrite, Shelve
from bot.language import reading
from bot.message import Message, UserRef
from bot.ports import Filter, UnitOfWork
from bot.readers import languages_of
from bot.tickets import views
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Kind

MOST_MOVED = 500  # open tickets that get another card when their desk gets another channel
MOST_ADDED = 1000  # people looked for when a message is deleted
Telling = Callable[[], Message]


def post_card(ticket: Ticket, desk: Desk, work: UnitOfWork) -> None:
    """Open the agents' room: the card in their channel, with its thread."""
    if desk.agents is not None:
        effect = PostCard(
            ticket.agents_room, desk.agents.platform, desk.agents, views.number(ticket), card(ticket, desk, work)
        )
        work.outbox.post(effect, about=ticket.customer)


def move_cards(desk: Desk, work: UnitOfWork, moved: Callable[[Ticket], Message]) -> None:
    """New cards for what is open, where the desk's agents are now, and `moved` said in the threads under them."""
    for ticket in work.tickets.find(Filter([desk.id]), MOST_MOVED) if desk.agents else ():
        post_card(ticket, desk, work)
        to_agents(ticket, desk, notice(ticket, "moved"), partial(moved, ticket), work)


def refresh_card(ticket: Ticket, desk: Desk, work: UnitOfWork) -> None:
    if desk.agents is not None:
        room, platform = ticket.agents_room, desk.agents.platform
        say_instead(room, platform, room, card(ticket, desk, work), ticket.customer, work)


def say_instead(key: str, platform: str, room: str, message: Message, about: UserRef, work: UnitOfWork) -> None:
    """Where `key` is, or will be, it reads so from now on. What was given up says it if it is tried again."""
    if not work.outbox.revise(key, message) and work.outbox.posted(key):
        work.outbox.post(Rewrite(key, platform, room, message), about=about)


def card(ticket: Ticket, desk: Desk, work: UnitOfWork) -> Message:
    prior = work.tickets.get(ticket.prior) if ticket.prior else None
    with reading(desk.settings.language):
        return views.card(ticket, names(ticket, work), work.tickets.tags(ticket.id), prior)


def names(ticket: Ticket, work: UnitOfWork, *others: UserRef | None) -> Mapping[UserRef, str]:
    """Display names of the ticket's people, as last seen."""
    wanted = {ticket.customer, ticket.assignee, *others} - {None}
    return work.people.names([who for who in wanted if who is not None])


def to_agents(ticket: Ticket, desk: Desk, key: str, telling: Telling, work: UnitOfWork) -> None:
    if desk.agents is not None:
        with reading(desk.settings.language):
            post = Post(key, desk.agents.platform, ticket.agents_room, telling())
        work.outbox.post(post, about=ticket.customer)


def carry_to_customers(
    ticket: Ticket, key: str, message: Message, work: UnitOfWork, but: UserRef | None = None
) -> None:
    """Say it in the customer's room. In private, everyone who takes part has a room of their own: all but `but`."""
    if ticket.room_kind is RoomKind.THREAD:
        if but is None:
            _in_thread(ticket, key, message, work)
        return
    for who in everyone(ticket, work):
        if who != but:
            _in_private(ticket, key, who, message, work)


def tell_customers(ticket: Ticket, desk: Desk, key: str, telling: Telling, work: UnitOfWork) -> None:
    if ticket.room_kind is RoomKind.THREAD:
        with reading(desk.settings.language):
            message = telling()
        return _in_thread(ticket, key, message, work)
    for who in everyone(ticket, work):
        with reading(languages_of(who, desk, work)):
            message = telling()
        _in_private(ticket, key, who, message, work)
    return None


def _in_thread(ticket: Ticket, key: str, message: Message, work: UnitOfWork) -> None:
    post = Post(key, ticket.customer.platform, ticket.customer_room, message)
    work.outbox.post(post, about=ticket.customer)


def _in_private(ticket: Ticket, key: str, who: UserRef, message: Message, work: UnitOfWork) -> None:
    own_key = key if who == ticket.customer else f"{key}:{who}"
    direct = Direct(own_key, who.platform, ticket.room_of(who), who, message)
    work.outbox.post(direct, about=ticket.customer)


def shelve(ticket: Ticket, desk: Desk, work: UnitOfWork, *, out: bool = False) -> None:
    """Put its rooms away, or take them `out` again. Where a message would reopen it, its customer can still write."""
    if desk.agents is not None:
        put = Shelve(notice(ticket, "shelf-agents"), desk.agents.platform, ticket.agents_room, out)
        work.outbox.post(put, about=ticket.customer)
    if ticket.room_kind is RoomKind.THREAD:
        lock = not desk.settings.reopen_days
        put = Shelve(notice(ticket, "shelf"), ticket.customer.platform, ticket.customer_room, out, lock)
        work.outbox.post(put, about=ticket.customer)


def everyone(ticket: Ticket, work: UnitOfWork) -> Iterable[UserRef]:
    others = work.tickets.participants(ticket.id) if ticket.shared else ()
    return (ticket.customer, *others)


def everyone_ever(ticket: Ticket, work: UnitOfWork) -> Iterable[UserRef]:
    """Those who were removed again have copies, too."""
    added = work.timeline.page(ticket.id, frozenset({Kind.ADDED}), 0, MOST_ADDED) if ticket.shared else ()
    return {ticket.customer: None} | {entry.person: None for entry in added if entry.person is not None}


def notice(ticket: Ticket, what: str) -> str:
    """The key of a notice: told once for each state of the ticket."""
    return f"notice:{ticket.id}:{ticket.entries}:{what}"
