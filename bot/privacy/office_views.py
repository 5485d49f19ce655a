"""What privacy officers read, in English like all that is for those who run the desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.message import Message, say
from bot.privacy.model import Hold, Request
from bot.privacy.rights_views import KINDS, STAGES
from bot.wording import day

NOT_OFFICER = "That is for privacy officers. Nothing was changed. A desk's file names them, under privacy_officers."


def queue(requests: Sequence[Request], holds: Sequence[Hold], now: datetime) -> str:
    lines = [_line(request, now) for request in requests] or ["No requests are open."]
    if holds:
        lines += ["", "Legal holds", *(_hold(hold, now) for hold in holds)]
    return "\n".join(lines)


def _line(request: Request, now: datetime) -> str:
    how = f" by {request.source}" if request.source else ""
    return (
        f"{request.number}: {KINDS[request.asked]}, received {day(request.received)}{how}, answer by "
        f"{day(request.answer_by)} ({_left(request.answer_by - now)}): {STAGES[request.stage]}"
    )


def _left(left: timedelta) -> str:
    if left < timedelta():
        return "overdue"
    return "today" if left < timedelta(days=1) else _days(left.days)


def _days(many: int) -> str:
    return f"{many} day" if many == 1 else f"{many} days"


def _hold(hold: Hold, now: datetime) -> str:
    due = "review it now" if hold.review_at <= now else f"review by {day(hold.review_at)}"
    return f"hold {hold.number}: {hold.code}, since {day(hold.placed_at)}, {due}"


def request(request: Request, name: str, held: bool, now: datetime) -> str:
    lines = [_line(request, now), f"Of {name or 'somebody'} ({request.who})"]
    if request.extended:
        lines.append(f"Extended: {request.extended}")
    if held:
        lines.append("A legal hold stands on their data.")
    return "\n".join(lines)


def disputed(ticket: int, text: str) -> str:
    return f"\nThey say that something in #{ticket} is wrong; only officers read this:\n{text}\nThen: /privacy decide"


def waits(request: Request) -> Message:
    return say(f"Request {request.number} waits for a privacy officer: /privacy show {request.number}.")


def statement(text: str) -> str:
    return f"The customer says, and a privacy officer found it right: {text}"


def decided(request: Request) -> str:
    return f"Request {request.number} is decided. They are told; when they have it, the ticket is open again."


def nothing_to_decide() -> str:
    return "Nothing was changed: there is nothing to decide about that request, or it is decided already."


def logged(request: Request) -> str:
    return (
        f"Request {request.number} is logged, to be answered by {day(request.answer_by)}. Their account was asked "
        "whether it is theirs; it begins when they say yes."
    )


def extended(request: Request) -> str:
    return (
        f"Request {request.number} is to be answered by {day(request.answer_by)} now. They are told, with the reason."
    )


def refused(request: Request) -> str:
    return f"Request {request.number} is refused ({request.refused}). They are told why, and where to complain."


def held(hold: Hold, name: str) -> str:
    return (
        f"Hold {hold.number} stands: nothing of {name or 'theirs'} is deleted until it is released. "
        f"Look at it again by {day(hold.review_at)}."
    )


def renewed(hold: Hold) -> str:
    return f"Hold {hold.number} goes on. Look at it again by {day(hold.review_at)}."


def released(hold: Hold, *, erasing: bool) -> str:
    return f"Hold {hold.number} is released." + (" The deletion that waited for it begins now." if erasing else "")


def due(request: Request, now: datetime) -> Message:
    left = _left(request.answer_by - now)
    return say(f"Request {request.number} has to be answered by {day(request.answer_by)} ({left}): /privacy show.")


def review_due(hold: Hold) -> Message:
    return say(f"Legal hold {hold.number} has to be looked at again: /privacy renew or /privacy release.")


def choose(kinds: Sequence[str], sources: Sequence[str]) -> str:
    return f"Nothing was logged: the kind is one of {', '.join(kinds)}, the source one of {', '.join(sources)}."


def choose_code(codes: Sequence[str]) -> str:
    return f"Nothing was changed: the reason is one of {', '.join(codes)}."


def not_yours() -> str:
    return "Nothing was changed: that is you. Somebody else has to see to it."


def not_yet() -> str:
    return "Nothing was logged: that day is yet to come."


def no_day() -> str:
    return "Nothing was changed: please write a day like 2026-01-31."


def open_already() -> str:
    return "Nothing was logged: they have a request of that kind open. /privacy queue shows it."


def not_extendable(request: Request) -> str:
    return f"Request {request.number} cannot be extended: it is over, was extended once, or its first month is over."


def not_refusable(request: Request) -> str:
    return f"Request {request.number} cannot be refused any more: it has begun or is over. Nothing was changed."


def no_request() -> str:
    return "There is no request of that number here. /privacy queue shows those that are open."


def no_hold() -> str:
    return "There is no hold of that number that stands. /privacy queue shows them."


def review_wrong(most: int) -> str:
    return f"Nothing was changed: it has to be looked at again on a day to come, within {_days(most)}."
