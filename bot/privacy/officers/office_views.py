"""What privacy officers read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.language import Phrase, _, here, several
from bot.message import Message, say
from bot.privacy.model import Asked, Awaits, Hold, Request, Stage
from bot.privacy.rights_views import KINDS, STAGES
from bot.wording import day

WAITS = {
    Awaits.NONDISCLOSURE: Phrase("to tell them nothing of it waits for a second officer"),
    Awaits.RELEASE: Phrase("its end waits for a second officer"),
}
# As an officer reads them: of somebody else.
KIND = KINDS | {
    Asked.DISPUTE: Phrase("a mistake that they told us of"),
    Asked.MINOR: Phrase("a question about their age"),
    Asked.ERASURE: Phrase("the deletion of their data"),
}
STAGE = STAGES | {
    Stage.ASKED: Phrase("waits for them to confirm it"),
    Stage.HELD: Phrase("waits for the end of a legal hold"),
    Stage.CANCELLED: Phrase("cancelled by them"),
}


def not_officer() -> str:
    return _("That is for privacy officers. Nothing was changed. A desk's file names them, under privacy_officers.")


def queue(requests: Sequence[Request], holds: Sequence[Hold], now: datetime) -> str:
    lines = [_line(request, now) for request in requests] or [_("No requests are open.")]
    if holds:
        lines += ["", _("Legal holds"), *(_hold(hold, now) for hold in holds)]
    return "\n".join(lines)


def _line(request: Request, now: datetime) -> str:
    received = day(request.received)
    if request.source:
        received = _("{day} by {source}", day=received, source=request.source)
    return _(
        "{number}: {kind}, received {received}, answer by {due} ({left}): {stage}",
        number=request.number,
        kind=here(KIND[request.asked]),
        received=received,
        due=day(request.answer_by),
        left=_left(request.answer_by - now),
        stage=here(STAGE[request.stage]),
    )


def _left(left: timedelta) -> str:
    if left < timedelta():
        return _("overdue")
    return _("today") if left < timedelta(days=1) else _days(left.days)


def _days(many: int) -> str:
    return several("{number} day", "{number} days", many)


def _hold(hold: Hold, now: datetime) -> str:
    due = _("review it now") if hold.review_at <= now else _("review by {day}", day=day(hold.review_at))
    if hold.ticket is not None:
        due = _("of one ticket") + ", " + due
    if hold.undisclosed:
        due += ", " + _("they are told nothing of it")
    if hold.awaits is not Awaits.NOTHING:
        due += ", " + here(WAITS[hold.awaits])
    return _(
        "hold {number}: {code}, since {day}, {due}",
        number=hold.number,
        code=hold.code,
        day=day(hold.placed_at),
        due=due,
    )


def request(request: Request, name: str, held: bool, now: datetime) -> str:
    lines = [_line(request, now), _("Of {name} ({account})", name=name or _("somebody"), account=request.who)]
    if request.extended:
        lines.append(_("Extended: {reason}", reason=request.extended))
    if held:
        lines.append(_("A legal hold stands on their data."))
    return "\n".join(lines)


def hold_shown(hold: Hold, name: str, ticket: str, now: datetime) -> str:
    """`ticket` is what it is called, if it is on one alone."""
    lines = [_hold(hold, now), _("Of {name} ({account})", name=name or _("somebody"), account=hold.who)]
    if ticket:
        lines.append(_("Nothing of {ticket} is deleted; all else of theirs may be.", ticket=ticket))
    return "\n".join(lines)


def disputed(ticket: int, text: str) -> str:
    intro = _("They say that something in #{ticket} is wrong; only officers read this:", ticket=ticket)
    return f"\n{intro}\n{text}"


def waits(request: Request) -> Message:
    show = f"/privacy show {request.number}"
    return say(_("Request {number} waits for a privacy officer: {command}.", number=request.number, command=show))


def statement(text: str) -> str:
    return _("The customer says, and a privacy officer found it right: {text}", text=text)


def undisputed(text: str) -> str:
    return _("The customer says, and no privacy officer decided about it in time: {text}", text=text)


def granted(request: Request) -> Message:
    return say(
        _(
            "Request {number} was taken as right: it is due by {day}, and nobody decided. The ticket says so.",
            number=request.number,
            day=day(request.answer_by),
        )
    )


def decided(request: Request) -> str:
    return _(
        "Request {number} is decided. They are told; when they have it, the ticket is open again.",
        number=request.number,
    )


def nothing_to_decide() -> str:
    return _("Nothing was changed: there is nothing to decide about that request, or it is decided already.")


def logged(request: Request) -> str:
    return _(
        "Request {number} is logged, to be answered by {day}. Their account was asked "
        "whether it is theirs; it begins when they say yes.",
        number=request.number,
        day=day(request.answer_by),
    )


def extended(request: Request) -> str:
    return _(
        "Request {number} is to be answered by {day} now. They are told, with the reason.",
        number=request.number,
        day=day(request.answer_by),
    )


def refused(request: Request) -> str:
    return _(
        "Request {number} is refused ({reason}). They are told why, and where to complain.",
        number=request.number,
        reason=request.refused,
    )


def held(hold: Hold, name: str, ticket: int = 0) -> str:
    if ticket:
        return _(
            "Hold {number} stands: nothing of #{ticket} is deleted until it is released. Look at it again by {day}.",
            number=hold.number,
            ticket=ticket,
            day=day(hold.review_at),
        )
    return _(
        "Hold {number} stands: nothing of {name} is deleted until it is released. Look at it again by {day}.",
        number=hold.number,
        name=name or _("theirs"),
        day=day(hold.review_at),
    )


def renewed(hold: Hold) -> str:
    return _("Hold {number} goes on. Look at it again by {day}.", number=hold.number, day=day(hold.review_at))


def released(hold: Hold, *, erasing: bool) -> str:
    words = _("Hold {number} is released.", number=hold.number)
    return words + " " + _("The deletion that waited for it begins now.") if erasing else words


def _answers(hold: Hold) -> dict[str, str]:
    """What another officer may say to what waits."""
    return {word: f"/privacy {word} {hold.number}" for word in ("confirm", "clear")}


def hold_waits(hold: Hold) -> str:
    confirm = _answers(hold)["confirm"]
    if hold.awaits is Awaits.RELEASE:
        return _(
            "The day to look at hold {number} again is {day}, so another privacy officer has to agree to its end: "
            "{command} hold. Until then it stands.",
            number=hold.number, day=day(hold.review_at), command=confirm,
        )  # fmt: skip
    return _(
        "They are told nothing of it as soon as another privacy officer agrees: {command} hold. Until then it is a "
        "hold like any other.",
        command=confirm,
    )  # fmt: skip


def confirm_hold(hold: Hold) -> Message:
    return say(
        _(
            "Legal hold {number}: {what}. {show} hold says whose it is, {confirm} hold agrees, {clear} hold leaves it "
            "as it is.",
            number=hold.number,
            show=f"/privacy show {hold.number}",
            what=here(WAITS[hold.awaits]),
            **_answers(hold),
        )
    )


def undisclosed(hold: Hold) -> str:
    return _("From now on they are told nothing of hold {number}, neither now nor when it is over.", number=hold.number)


def stands_as_before(hold: Hold) -> str:
    return _("Hold {number} stands as it did.", number=hold.number)


def waits_already(hold: Hold) -> str:
    return _(
        "Nothing was changed: something of hold {number} waits for a second officer already. {confirm} hold or {clear} "
        "hold first.",
        number=hold.number,
        **_answers(hold),
    )


def nothing_waits(hold: Hold) -> str:
    return _(
        "Nothing was changed: of hold {number} nothing waits for a second officer. It stands as it did.",
        number=hold.number,
    )


def due(request: Request, now: datetime) -> Message:
    text = _(
        "Request {number} has to be answered by {day} ({left}): /privacy show.",
        number=request.number,
        day=day(request.answer_by),
        left=_left(request.answer_by - now),
    )
    return say(text)


def review_due(hold: Hold) -> Message:
    return say(
        _(
            "Legal hold {number} has to be looked at again: {show} hold says whose it is, then /privacy renew or "
            "/privacy release.",
            number=hold.number,
            show=f"/privacy show {hold.number}",
        )
    )


def choose(kinds: Sequence[str], sources: Sequence[str]) -> str:
    return _(
        "Nothing was logged: the kind is one of {kinds}, the source one of {sources}.",
        kinds=", ".join(kinds),
        sources=", ".join(sources),
    )


def choose_code(codes: Sequence[str]) -> str:
    return _("Nothing was changed: the reason is one of {codes}.", codes=", ".join(codes))


def not_yours() -> str:
    return _("Nothing was changed: that is you. Somebody else has to see to it.")


def not_yet() -> str:
    return _("Nothing was logged: that day is yet to come.")


def no_day() -> str:
    return _("Nothing was changed: please write a day like 2026-01-31.")


def open_already() -> str:
    return _("Nothing was logged: they have a request of that kind open. /privacy queue shows it.")


def not_extendable(request: Request) -> str:
    return _(
        "Request {number} cannot be extended: it is over, was extended once, or its first month is over.",
        number=request.number,
    )


def not_refusable(request: Request) -> str:
    return _(
        "Request {number} cannot be refused any more: it has begun or is over. Nothing was changed.",
        number=request.number,
    )


def no_request() -> str:
    return _("There is no request of that number here. /privacy queue shows those that are open.")


def no_ticket() -> str:
    return _("Nothing was changed: they have no ticket of that number.")


def which_ticket(number: str) -> str:
    return _("Nothing was changed: they have a #{number} at several desks. Write it as DESK#{number}.", number=number)


def no_hold() -> str:
    return _("There is no hold of that number that stands. /privacy queue shows them.")


def review_wrong(most: int) -> str:
    return _("Nothing was changed: it has to be looked at again on a day to come, within {days}.", days=_days(most))
