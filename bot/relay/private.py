"""A private message to the bot: it continues the person's open ticket, or opens one; in doubt, they are asked.

While they are asked the message is kept as a draft. Whoever does not answer is not left alone with it:
after a while it goes into the ticket they wrote in last.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot import wording
from bot.access import Call
from bot.desks.model import Desk
from bot.errors import NotFound, Problem
from bot.inbound import Tick
from bot.message import UserRef, say
from bot.people.model import Person
from bot.people.restriction import refuse_restricted
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.erasing.deferring import deferred
from bot.privacy.letters import write_to
from bot.privacy.model import Draft
from bot.privacy.uses import Use
from bot.relay import views
from bot.relay.said import Said, desk_of, lately_closed, receive, record
from bot.relay.thanks import only_thanks
from bot.router import Router
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.opening import Opening, check_limits, open_ticket

router = Router(Use.SUPPORT)

PATIENCE = timedelta(minutes=10)  # then an unanswered draft finds a ticket by itself
TALK = timedelta(minutes=30)  # how long a choice of ticket holds


def in_private(what: Said, person: Person, work: UnitOfWork) -> Reply:
    work.tickets.hold(what.author)
    mine = _mine(what.author, work)
    if len(mine) == 1:
        record(mine[0], desk_of(mine[0], work), what, work)
        return None
    if mine:
        return _continue_or_ask(what, person, mine, work)
    last = work.tickets.last_closed(what.author)
    if last and last.room_kind is RoomKind.DIRECT and not _waits_for_deletion(last, work):
        desk = desk_of(last, work)
        if lately_closed(last, desk, work) or only_thanks(what.text):
            receive(last, desk, what, work)
            return None
        return _open(desk, what, last, work)
    return _open_somewhere(what, work)


def _waits_for_deletion(ticket: Ticket, work: UnitOfWork) -> bool:
    """Its customer was deleted but for it, and comes anew."""
    return ticket.restricted and any(rest.ticket == ticket.id for rest in deferred(ticket.customer, work))


def _continue_or_ask(what: Said, person: Person, mine: Sequence[Ticket], work: UnitOfWork) -> Reply:
    chosen = next((t for t in mine if t.id == person.talking_about), None)
    if chosen and person.talking_until and work.now < person.talking_until:
        work.people.talk_about(what.author, chosen.id, work.now + TALK)
        record(chosen, desk_of(chosen, work), what, work)
        return None
    _keep(what, work)
    asking = partial(views.choose, mine, new=_may_open(mine, what.author, work))
    write_to(
        what.author, f"which:{what.place.message or work.new_code()}", asking, work, about=what.author
    )  # it quotes them, and stays
    return None


def _open_somewhere(what: Said, work: UnitOfWork) -> Reply:
    desks = candidates(what.place.platform, what.place.workspace, work)
    if len(desks) == 1:
        return _open(desks[0], what, None, work)
    _keep(what, work)
    return Say(views.choose_desk([(desk.id, desk.name) for desk in desks]))


def candidates(platform: str, workspace: str, work: UnitOfWork) -> Sequence[Desk]:
    """The desks a private message can be for: those that take in nearby, else all. Raises `Problem` if none."""
    desks = work.desks.near(platform, workspace) or work.desks.all()
    if not desks:
        raise Problem(wording.no_desk())
    return desks


def _open(desk: Desk, what: Said, prior: Ticket | None, work: UnitOfWork) -> Reply:
    check_limits(desk, what.author, what.text, work)
    open_ticket(
        Opening(desk, what.author, what.text, name=what.name, files=what.files, source=what.source, prior=prior), work
    )
    return None


def _mine(who: UserRef, work: UnitOfWork) -> Sequence[Ticket]:
    return [ticket for ticket in work.tickets.open_of(who) if ticket.room_kind is RoomKind.DIRECT]


def _may_open(mine: Sequence[Ticket], who: UserRef, work: UnitOfWork) -> bool:
    own = [ticket for ticket in mine if ticket.customer == who]
    return len(own) < desk_of(mine[0], work).settings.max_open_per_customer


def _keep(what: Said, work: UnitOfWork) -> None:
    work.drafts.keep(Draft(0, what.author, what.text, what.place, work.now, what.files))


@router.command("draft to", "Say which ticket a message belongs to", hidden=True)
def choose(call: Call, work: UnitOfWork) -> Reply:
    """The argument is ticket-ID, desk-ID or new; drafts are always the presser's own."""
    drafts = work.drafts.of(call.actor.ref)
    if not drafts:
        return Say(say(views.nothing_to_choose()))
    refuse_restricted(work.people.get(call.actor.ref))
    ticket = _chosen(call, drafts, work)
    work.people.talk_about(call.actor.ref, ticket.id, work.now + TALK)
    return Say(views.chosen(ticket))


def _chosen(call: Call, drafts: Sequence[Draft], work: UnitOfWork) -> Ticket:
    kind, _, id = call.arg.partition("-")
    place, who = drafts[0].place, call.actor.ref
    if kind == "ticket":
        ticket = next((t for t in _mine(who, work) if str(t.id) == id), None)
        if ticket is None:
            raise NotFound(wording.no_ticket(wording.shortened(id, 20)))
        return _move(drafts, call.actor.name, ticket, work)
    desks = candidates(place.platform, place.workspace, work)
    desk = next((d for d in desks if kind == "new" or str(d.id) == id), None)
    if desk is None:
        raise Problem(wording.no_desk())
    return _open_with(drafts, call.actor.name, desk, work)


def _open_with(drafts: Sequence[Draft], name: str, desk: Desk, work: UnitOfWork) -> Ticket:
    first, *rest = drafts
    what = _said(first, name)
    check_limits(desk, what.author, what.text, work)
    ticket = open_ticket(
        Opening(desk, what.author, what.text, name=what.name, files=what.files, source=what.source), work
    )
    work.drafts.drop(first.id)
    return _move(rest, name, ticket, work)


def _move(drafts: Sequence[Draft], name: str, ticket: Ticket, work: UnitOfWork) -> Ticket:
    desk = desk_of(ticket, work)
    for draft in drafts:
        ticket = record(ticket, desk, _said(draft, name), work)
        work.drafts.drop(draft.id)
    return ticket


def _said(draft: Draft, name: str) -> Said:
    return Said(draft.author, name, draft.text, draft.files, draft.place)


def find_homes(tick: Tick, work: UnitOfWork) -> None:
    """Drafts nobody answered for go where their author wrote last, or open a ticket."""
    for draft in work.drafts.older_than(work.now - PATIENCE, 50):
        person = work.people.get(draft.author)
        if person and person.restricted_at:
            continue
        name = person.name if person else ""
        mine = [ticket for ticket in _mine(draft.author, work) if not ticket.restricted]
        if mine:
            _move([draft], name, mine[0], work)
            continue
        desk = candidates(draft.place.platform, draft.place.workspace, work)[0]
        open_ticket(
            Opening(desk, draft.author, draft.text, name=name, files=draft.files, source=_said(draft, name).source),
            work,
        )
        work.drafts.drop(draft.id)


router.ticks.append(find_homes)
