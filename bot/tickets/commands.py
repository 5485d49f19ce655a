"""/ticket open: with a form, or in one line; agents open tickets for customers the same way."""

from bot import wording
from bot.access import Call, principals
from bot.desks.model import Desk, Rank
from bot.errors import NotAllowed, Problem
from bot.inbound import Actor
from bot.people.restriction import refuse_restricted
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes
from bot.tickets import views
from bot.tickets.handlers import known
from bot.tickets.opening import Opening, check_block, check_limits, in_room, open_ticket, own_channel

router = Router(Use.SUPPORT)


@router.command(
    "ticket open", "Open a ticket",
    Option("for", "Agents only: the customer it is for", Takes.PERSON, required=False, named=True),
    Option("text", "What happened", Takes.TEXT),
    form=views.OPEN_FORM,
)  # fmt: skip
def open_command(call: Call, work: UnitOfWork) -> Reply:
    if call.options.get("for"):
        return _for_customer(call, known(call, "for", work), work)
    desk = _desk(call, work)
    check_block(call.actor.ref, work)
    check_limits(desk, call.actor.ref, call.options["text"], work)
    subject = call.options.get("subject", "")
    new = Opening(desk, call.actor.ref, call.options["text"], subject, name=call.actor.name)
    new = _in_private_room(new, call, work)
    return Say(views.told_opened(open_ticket(new, work), private=new.thread is None))


def _in_private_room(new: Opening, call: Call, work: UnitOfWork) -> Opening:
    """Where the desk has private rooms, it is in a channel of its own, of the server they asked in."""
    place = call.event.place
    if new.desk.settings.rooms != "private" or place.direct:
        return new
    channel = own_channel(new.desk, place, work)
    return in_room(new, channel) if channel else new


def _for_customer(call: Call, customer: Actor, work: UnitOfWork) -> Reply:
    """Agents are not held to the customer's limits."""
    mine = work.desks.ranked(principals(call.actor), Rank.AGENT)
    if not mine:
        raise NotAllowed(wording.not_allowed(Rank.AGENT))
    here = work.desks.at(call.event.place)
    desk = here[0] if here and here[0].id in mine else work.desks.get(mine[0])
    assert desk is not None
    refuse_restricted(work.people.meet(customer.ref, customer.name, customer.language))
    subject = call.options.get("subject", "")
    new = Opening(desk, customer.ref, call.options["text"], subject, name=customer.name, staff=call.actor)
    ticket = open_ticket(new, work)
    return Say(views.opened_for(ticket, customer.name))


def _desk(call: Call, work: UnitOfWork) -> Desk:
    """The desk named by a button, of those that take in from here; the one of the channel; or the first."""
    desks = work.desks.near(call.event.place.platform, call.event.place.workspace) or work.desks.all()
    if named := next((desk for desk in desks if str(desk.id) == call.arg), None):
        return named
    if here := work.desks.at(call.event.place):
        return here[0]
    if not desks:
        raise Problem(wording.no_desk())
    return desks[0]
