"""What somebody says is wrong, and is not theirs to correct: a privacy officer decides, and the ticket it is in is
restricted meanwhile (GDPR Art. 18(1)(a)). It is open again only when they have read the decision (Art. 18(3))."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.access import Call, ticket_named
from bot.effects import Direct, Effect
from bot.errors import Problem
from bot.inbound import Tick
from bot.message import Message, say
from bot.ports import Pending, Reply, Say, UnitOfWork
from bot.privacy import rights_views as views
from bot.privacy.letters import write_to
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import office_views
from bot.privacy.officers.office import MOST_REMINDED, tell_officers
from bot.privacy.tasks import give_work
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.relay.said import desk_of
from bot.router import Option, Router, Takes
from bot.tickets.timeline import Entry, Kind

router = Router(Use.RIGHTS)
TICKET = Option("ticket", "The ticket it is in", Takes.TICKET)
TEXT = Option("text", "What is wrong, and what is right", Takes.TEXT)
LONGEST = 2000  # characters
RIGHT, WRONG = OUTCOMES = ("right", "wrong")
GRANTED = "granted"  # nobody decided


@router.command(
    "mydata dispute", "Say that something about you is wrong", TICKET, TEXT, form=views.DISPUTE_FORM, hidden=True
)
def dispute(call: Call, work: UnitOfWork) -> Reply:
    who, text = call.actor.ref, call.options["text"].strip()[:LONGEST]
    ticket = ticket_named(call.options["ticket"], call.actor, call.event.place, work)
    if ticket.customer != who:
        raise Problem(views.not_about_you(ticket.number))
    work.privacy.alone(who)
    if any(other.open and other.ticket == ticket.id for other in work.privacy.requests_of(who, Asked.DISPUTE)):
        raise Problem(views.disputed_already(ticket.number))
    new = Request(0, who, Asked.DISPUTE, work.now, Stage.REVIEW, counts=(("ticket", ticket.id),))
    request = work.privacy.open_request(new)
    work.privacy.dispute(request, text)
    work.tickets.restrict_one(ticket.id, True)
    give_work(request, "veil", work, about=who)
    tell_officers(f"privacy:{request.number}:new", who, partial(office_views.waits, request), work)
    return Say(views.disputing(ticket.number, request))


def decide(request: Request, outcome: str, work: UnitOfWork) -> str:
    """They are told; when they have it, the ticket is open again. If they are right, it says so from now on."""
    if outcome not in OUTCOMES:
        raise Problem(office_views.choose_code(OUTCOMES))
    if request.asked is not Asked.DISPUTE or request.stage is not Stage.REVIEW or request.step:
        raise Problem(office_views.nothing_to_decide())
    _decided(request, outcome, partial(views.decided, request, right=outcome == RIGHT), work)
    return office_views.decided(request)


def _decided(request: Request, outcome: str, telling: Callable[[], Message], work: UnitOfWork) -> None:
    work.privacy.save(request.to(request.stage, step=outcome))
    write_to(request.who, _key(request), telling, work, about=request.who)


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    """What no officer decided shortly before its answer is due is as the person says, unless a legal hold is on it.

    Nothing else that waits goes on by itself: who asked in another way than in chat has not shown yet that they are
    who they say, and what takes two people is not done by one and a calendar.
    """
    if not work.promises.approve_days:
        return
    for request in work.privacy.open_requests(MOST_REMINDED):
        soon = request.answer_by - work.now <= timedelta(days=work.promises.approve_days)
        if soon and request.asked is Asked.DISPUTE and request.stage is Stage.REVIEW and not request.step:
            work.privacy.alone(request.who)
            if not work.privacy.held(request.who) and not work.privacy.holds_ticket(request.ticket):
                _decided(request, GRANTED, partial(views.granted, request), work)
                telling = partial(office_views.granted, request)
                tell_officers(f"privacy:{request.number}:granted", request.who, telling, work)


def lift(request: Request, work: UnitOfWork) -> None:
    """The ticket is as it was, unless all of theirs is restricted."""
    work.privacy.settle(request)
    person = work.people.get(request.who)
    if person is None or person.restricted_at is None:
        work.tickets.restrict_one(request.ticket, False)
    give_work(request, "veil", work, about=request.who)


def on_delivered(effect: Effect, work: UnitOfWork) -> None:
    """The decision reached them."""
    if not (isinstance(effect, Direct) and effect.key.startswith("privacy:") and effect.key.endswith(":decided")):
        return
    request = work.privacy.request(int(effect.key.split(":")[1]))
    if request is not None and request.stage is Stage.REVIEW:
        words = work.privacy.disputed(request) if request.step in (RIGHT, GRANTED) else ""
        request = request.to(Stage.DUE)
        work.privacy.save(request)
        lift(request, work)
        if words:
            said = office_views.statement if request.step == RIGHT else office_views.undisputed
            _say_so(request, said(words), work)


def _say_so(request: Request, remark: str, work: UnitOfWork) -> None:
    """In the ticket; its agents read it unless all of theirs is restricted."""
    ticket = work.tickets.get(request.ticket)
    if ticket is None:
        return
    note = Entry(0, ticket.id, Kind.NOTED, work.now, ticket.customer, remark=remark)
    ticket, note = work.timeline.add(ticket, note)
    if not ticket.restricted:
        rooms.to_agents(ticket, desk_of(ticket, work), note.agents_copy, partial(say, remark), work)


def on_failed(row: Pending, reason: str, work: UnitOfWork) -> None:
    """Who cannot be reached is not left restricted for good: /mydata status says that it is decided."""
    on_delivered(row.effect, work)


def _key(request: Request) -> str:
    return f"privacy:{request.number}:decided"


router.ticks.append(on_tick)
router.delivered.append(on_delivered)
router.failed.append(on_failed)
