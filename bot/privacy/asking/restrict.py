"""/mydata restrict and lift: what is theirs is kept, and shown and used nowhere else until they say so.

The tickets say at once that they are restricted, so from then on nothing of them is shown. What was posted to the
agents before is blanked by the clerk, and comes back the same way.
"""

from functools import partial

from bot.access import Call
from bot.errors import Problem
from bot.ports import Reply, Say, Store, UnitOfWork
from bot.privacy import rights_views as views
from bot.privacy.asking.amending import done
from bot.privacy.asking.restriction import turn
from bot.privacy.linking import link_views
from bot.privacy.linking.link import accounts
from bot.privacy.linking.linked import called, tell
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import four_eyes_views
from bot.privacy.uses import Use
from bot.relay import copies, rooms
from bot.relay.said import desk_of
from bot.router import Router
from bot.tickets import home
from bot.tickets.model import Ticket
from bot.tickets.timeline import Kind

router = Router(Use.RIGHTS)
PAGE = 20  # messages, or tickets, in one transaction
SPOKEN = frozenset({Kind.SAID, Kind.REPLIED})


@router.command("mydata restrict", "Have your data kept, and used for nothing else")
def restrict(call: Call, work: UnitOfWork) -> Reply:
    person = work.people.get(call.actor.ref)
    return Say(views.restricted_since(person.restricted_at) if person and person.restricted_at else views.restrict())


@router.command("mydata restrict-now", "Restrict it now", hidden=True)
def restrict_now(call: Call, work: UnitOfWork) -> Reply:
    return _turn(call, work, restricted=True)


@router.command("mydata lift", "Have your data used again, after a restriction")
def lift(call: Call, work: UnitOfWork) -> Reply:
    if any(request.open for request in work.privacy.requests_of(call.actor.ref, Asked.MINOR)):
        raise Problem(four_eyes_views.under_question())
    return _turn(call, work, restricted=False)


def _turn(call: Call, work: UnitOfWork, *, restricted: bool) -> Reply:
    """All accounts of theirs; those that it is done to from elsewhere are told."""
    who = call.actor.ref
    turned = [account for account in accounts(who, work) if turn(account, restricted, work)]
    for other in turned:
        if other != who:
            telling = partial(link_views.restricted_elsewhere, *called(who, work), restricted=restricted)
            tell(other, "restricted" if restricted else "lifted", telling, who, work)
    if not turned:
        return restrict(call, work) if restricted else Say(views.not_restricted())
    return Say(views.restricted_now() if restricted else views.lifted())


async def veil(store: Store, request: Request) -> None:
    """Show the cards and copies of all their tickets as they are to be seen now. Doing it again does no harm."""
    if request.stage not in (Stage.DUE, Stage.REVIEW, Stage.CANCELLED):
        return
    await store.write(lambda work: home.redraw(request.who, work))
    after: int | None = 0
    if request.asked is Asked.DISPUTE:
        await _redraw(store, request.ticket)
        after = None
    while after is not None:
        page = await store.read(partial(_tickets, request, after))
        for ticket in page:
            await _redraw(store, ticket.id)
        after = page[-1].id if len(page) == PAGE else None
    await store.write(partial(done, request.number))


def _tickets(request: Request, after: int, work: UnitOfWork) -> list[Ticket]:
    return list(work.tickets.of(request.who, after, PAGE))


async def _redraw(store: Store, ticket: int) -> None:
    await store.write(partial(_card, ticket))
    after: int | None = 0
    while after is not None:
        after = await store.write(partial(_copies, ticket, after))


def _card(id: int, work: UnitOfWork) -> None:
    if ticket := work.tickets.get(id):
        rooms.refresh_card(ticket, desk_of(ticket, work), work)


def _copies(id: int, after: int, work: UnitOfWork) -> int | None:
    """A page of what was said; where to go on."""
    ticket = work.tickets.get(id)
    page = work.timeline.page(id, SPOKEN, after, PAGE)
    for entry in page:
        if ticket is not None and entry.deleted_at is None:
            copies.carry_edit(ticket, desk_of(ticket, work), entry, work)
    return page[-1].id if len(page) == PAGE else None
