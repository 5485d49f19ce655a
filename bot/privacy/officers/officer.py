"""/privacy: for privacy officers, in private wherever they write it."""

from collections.abc import Callable
from functools import wraps

from bot.access import Call, person_named, principals
from bot.desks.model import Rank
from bot.errors import NotAllowed, Problem
from bot.inbound import Tick
from bot.message import UserRef, say
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy import rights_views, views
from bot.privacy.asking.restriction import turn
from bot.privacy.auditing.audit import Deed
from bot.privacy.erasing import quote_review
from bot.privacy.handlers import begin_export
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import challenge, four_eyes, four_eyes_views, holding, office, office_views, officer_notices
from bot.privacy.officers.dispute import OUTCOMES, decide
from bot.privacy.retaining import purging, retention_views
from bot.privacy.retaining.retention import defaults
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes

router = Router(Use.OFFICE)
NUMBER = Option("number", "Its number", Takes.NUMBER)
PERSON = Option("person", "Whose data it is about", Takes.PERSON)
OF = Option("of", "hold, if the number is one of a legal hold", Takes.CHOICE, False, ("hold",))
DISCLOSURE = (holding.TOLD, holding.NOT_TOLD)
REVIEW = Option("review", "The day by which to look at it again, such as 2026-01-31")
ON_REQUESTS = {  # whose number is a request's
    f"privacy.{verb}"
    for verb in ("show", "extend", "refuse", "decide", "confirm", "clear", "challenge", "quoted", "sealed")
}
Doing = Callable[[Call, UnitOfWork], str]


def officers_only(doing: Doing) -> Callable[[Call, UnitOfWork], Reply]:
    """Raises `NotAllowed` for everybody else. An officer of any desk sees to all: people write to the bot, not to a
    desk."""

    @wraps(doing)
    def handler(call: Call, work: UnitOfWork) -> Reply:
        return Say(say(doing(call, work)))

    return officers_see(handler)


def officers_see(showing: Callable[[Call, UnitOfWork], Reply]) -> Callable[[Call, UnitOfWork], Reply]:
    """The same where there is more to show than a text."""

    @wraps(showing)
    def handler(call: Call, work: UnitOfWork) -> Reply:
        known = principals(call.actor)
        if not any(work.desks.rank(desk.id, known)[1] for desk in work.desks.all()):
            raise NotAllowed(office_views.not_officer(), denied=call.command.action)
        _note_access(call, work)
        return showing(call, work)

    return handler


def _note_access(call: Call, work: UnitOfWork) -> None:
    on_request = call.command.action in ON_REQUESTS and not call.options.get("of")
    number = call.options.get("number", "") if on_request else ""
    person = call.options.get("person", "")
    asked = work.privacy.request(int(number)) if number.isdecimal() and len(number) < 19 else None
    about = person_named(person) if person else asked.who if asked else None
    work.audit.note(Deed.ACCESS, about=about, number=asked.number if asked else 0, reason=call.command.action)


@router.command("privacy queue", "Requests about data, and legal holds, with their due dates")
@officers_only
def queue(call: Call, work: UnitOfWork) -> str:
    return office.queue(call.actor.ref, work)


@router.command("privacy show", "Look at a request, or a legal hold", NUMBER, OF, use=Use.REVIEW)
@officers_only
def show(call: Call, work: UnitOfWork) -> str:
    if call.options.get("of"):
        return holding.show(call.options["number"], call.actor.ref, work)
    return office.show(call.options["number"], call.actor.ref, work)


@router.command(
    "privacy log", "Write down a request that came another way",
    Option("kind", "What is asked for", Takes.CHOICE, choices=tuple(office.LOGGED)),
    PERSON,
    Option("source", "How it came", Takes.CHOICE, choices=office.SOURCES),
    Option("received", "The day it came, such as 2026-01-31, if not today", required=False),
)  # fmt: skip
@officers_only
def log(call: Call, work: UnitOfWork) -> str:
    given = call.options
    return office.log(
        given["kind"], person_named(given["person"]), given["source"], given.get("received", ""), call.actor.ref, work
    )


@router.command(
    "privacy extend", "Take two months more for a request, once",
    NUMBER, Option("reason", "Why", Takes.CHOICE, choices=office.EXTENSIONS),
)  # fmt: skip
@officers_only
def extend(call: Call, work: UnitOfWork) -> str:
    return office.extend(call.options["number"], call.options["reason"], call.actor.ref, work)


@router.command(
    "privacy refuse", "Refuse a request", NUMBER, Option("reason", "Why", Takes.CHOICE, choices=office.REFUSALS)
)
@officers_only
def refuse(call: Call, work: UnitOfWork) -> str:
    return office.refuse(call.options["number"], call.options["reason"], call.actor.ref, work)


@router.command(
    "privacy decide", "Decide who is right about what somebody says is wrong",
    NUMBER, Option("who", "Whether they are right or wrong", Takes.CHOICE, choices=OUTCOMES),
)  # fmt: skip
@officers_only
def decide_dispute(call: Call, work: UnitOfWork) -> str:
    request = office.asked_for(call.options["number"], call.actor.ref, work)
    return decide(request, call.options["who"], work)


@router.command(
    "privacy hold", "Have somebody's data kept for a reason in law, or one ticket of theirs",
    PERSON, Option("reason", "Why", Takes.CHOICE, choices=holding.HOLDS), REVIEW,
    Option("disclosure", "Whether they are told; if not, a second officer confirms", Takes.CHOICE, False, DISCLOSURE),
    Option("ticket", "Its number, if it is about one ticket only", required=False),
)  # fmt: skip
@officers_only
def hold(call: Call, work: UnitOfWork) -> str:
    given = call.options
    who, ticket, disclosure = person_named(given["person"]), given.get("ticket", ""), given.get("disclosure", "")
    return holding.hold(who, given["reason"], given["review"], ticket, disclosure, call.actor.ref, work)


@router.command("privacy renew", "Say that a legal hold was looked at and goes on", NUMBER, REVIEW)
@officers_only
def renew(call: Call, work: UnitOfWork) -> str:
    return holding.renew(call.options["number"], call.options["review"], call.actor.ref, work)


@router.command("privacy release", "End a legal hold; a second officer confirms it if its day has not come", NUMBER)
@officers_only
def release(call: Call, work: UnitOfWork) -> str:
    return holding.release(call.options["number"], call.actor.ref, work)


@router.command("privacy challenge", "Send a code to the account that a logged request is about", NUMBER)
@officers_only
def send_challenge(call: Call, work: UnitOfWork) -> str:
    return challenge.challenge(call.options["number"], call.actor.ref, work)


@router.command(
    "privacy quoted", "Say what code came back with a logged request", NUMBER, Option("code", "As they quoted it")
)
@officers_only
def quoted(call: Call, work: UnitOfWork) -> str:
    return challenge.quoted(call.options["number"], call.options["code"], call.actor.ref, work)


@router.command(
    "privacy quotes", "Messages that may quote somebody who was deleted",
    Option("number", "Which, to read what is quoted", Takes.NUMBER, required=False),
    Option("what", "Whether it goes", Takes.CHOICE, required=False, choices=quote_review.DECISIONS),
    use=Use.REVIEW,
)  # fmt: skip
@officers_only
def quotes(call: Call, work: UnitOfWork) -> str:
    given = call.options
    return quote_review.review(given.get("number", ""), given.get("what", ""), call.actor.ref, work)


@router.command("privacy minor", "Say that somebody may be too young for this desk", PERSON)
def minor(call: Call, work: UnitOfWork) -> Reply:
    """Agents may say so, too: they are the ones who notice."""
    known = principals(call.actor)
    ranks = [work.desks.rank(desk.id, known) for desk in work.desks.all()]
    if not any(rank >= Rank.AGENT or officer for rank, officer in ranks):
        raise NotAllowed(four_eyes_views.not_staff(), denied=call.command.action)
    _note_access(call, work)
    return Say(say(four_eyes.minor(person_named(call.options["person"]), call.actor.ref, work)))


@router.command(
    "privacy delete-for", "Have somebody's data deleted who asked another way; a second officer confirms it",
    PERSON,
    Option("source", "How it came; platform: it deleted the account", Takes.CHOICE, choices=four_eyes.ON_BEHALF),
)  # fmt: skip
@officers_only
def delete_for(call: Call, work: UnitOfWork) -> str:
    given = call.options
    return four_eyes.delete_for(person_named(given["person"]), given["source"], call.actor.ref, work)


@router.command("privacy confirm", "Confirm what another officer, or an agent, began", NUMBER, OF)
@officers_only
def confirm(call: Call, work: UnitOfWork) -> str:
    if call.options.get("of"):
        return holding.confirm(call.options["number"], call.actor.ref, work)
    return four_eyes.confirm(call.options["number"], call.actor.ref, work)


@router.command("privacy clear", "Say that nothing comes of what waits for a second officer", NUMBER, OF)
@officers_only
def clear(call: Call, work: UnitOfWork) -> str:
    if call.options.get("of"):
        return holding.clear(call.options["number"], call.actor.ref, work)
    return four_eyes.clear(call.options["number"], call.actor.ref, work)


@router.command(
    "privacy retention", "How long things are kept, and what is due; or change it",
    Option("rule", "Which", Takes.CHOICE, required=False, choices=tuple(defaults())),
    Option("days", "For how many days", Takes.NUMBER, required=False),
)  # fmt: skip
@officers_only
def retention(call: Call, work: UnitOfWork) -> str:
    rule, days = call.options.get("rule", ""), call.options.get("days", "").strip()
    if not rule:
        return retention_views.periods(purging.previews(work))
    if not days.isdecimal() or len(days) > 6:
        raise Problem(retention_views.no_days())
    preview, since = purging.set_period(rule, int(days), work)
    return retention_views.period_set(preview, since, work.now)


@router.command("mydata mine", "Say that a request is yours", hidden=True)
def mine(call: Call, work: UnitOfWork) -> Reply:
    """The answer to an officer's question, by the account that was asked and nobody else."""
    work.privacy.alone(call.actor.ref)
    request = _asked(call.arg, call.actor.ref, work)
    match request.asked:
        case Asked.ERASURE:
            return Say(views.preview(work.privacy.view(request.who), request))
        case Asked.EXPORT:
            request = request.to(Stage.DUE, at=work.now, expires_at=None)
            work.privacy.save(request)
            begin_export(request, work)
            return Say(views.export_begun())
    turn(request.who, True, work)
    work.privacy.save(request.to(Stage.DUE).to(Stage.DONE, done_at=work.now, expires_at=None))
    return Say(rights_views.restricted_now())


def _asked(number: str, who: UserRef, work: UnitOfWork) -> Request:
    request = work.privacy.request(int(number)) if number.isdecimal() and len(number) < 19 else None
    if request is None or request.who != who or request.stage is not Stage.ASKED or not request.source:
        raise Problem(officer_notices.not_yours())
    return request


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    office.remind(work)


router.ticks.append(on_tick)
