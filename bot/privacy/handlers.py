"""/mydata: what we hold about a person, all of it as a file, and its deletion. It is about the presser, always."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.access import Call
from bot.effects import Direct, Effect, Work
from bot.errors import Problem
from bot.inbound import Tick
from bot.language import current, reading
from bot.message import Message, UserRef
from bot.ports import Pending, Reply, Say, UnitOfWork
from bot.privacy import rights_views, views
from bot.privacy.asking.restriction import turn
from bot.privacy.auditing.audit import Deed
from bot.privacy.erasing import farewell
from bot.privacy.erasing.deferring import held_up
from bot.privacy.letters import write_to
from bot.privacy.linking import link_views, linked
from bot.privacy.linking.link import accounts
from bot.privacy.linking.linked import export_key
from bot.privacy.model import (
    CONFIRM_ELSEWHERE_WITHIN,
    CONFIRM_WITHIN,
    EXPORT_EVERY,
    NOBODY,
    SEALED,
    Asked,
    Request,
    Stage,
)
from bot.privacy.notices.policy import newest
from bot.privacy.tasks import TASKS, give_work
from bot.privacy.uses import Use, serves
from bot.readers import languages_alone
from bot.router import Router

router = Router(Use.RIGHTS)
CLOSED_AT_ONCE = 20  # tickets; the clerk closes the rest


@router.command("mydata", "See what we hold about you, export it, delete it")
def overview(call: Call, work: UnitOfWork) -> Reply:
    who = call.actor.ref
    held = linked.held(accounts(who, work), work)
    return Say(views.overview(held, newest(work).facts, linked.others(who, work)))


@router.command("mydata view", "See what we hold about you, and why")
def view(call: Call, work: UnitOfWork) -> Reply:
    return overview(call, work)


@router.command("mydata export", "Get everything we hold about you, as a file in private")
def export(call: Call, work: UnitOfWork) -> Reply:
    who = call.actor.ref
    work.privacy.alone(who)
    _refuse_while_erasing(who, work)
    last = next(iter(work.privacy.requests_of(who, Asked.EXPORT, 1)), None)
    if last is not None and last.running:
        return Say(views.export_running())
    if last is not None and (left := _fresh_for(last, work)):
        return _again(last, left, work)
    begin_export(work.privacy.open_request(Request(0, who, Asked.EXPORT, work.now)), work)
    return Say(views.export_begun())


@serves(Use.RIGHTS)
def begin_export(request: Request, work: UnitOfWork) -> None:
    """Of all accounts of theirs, each of which is told."""
    give_work(request, "export", work, about=request.who)
    for other in accounts(request.who, work)[1:]:
        telling = partial(link_views.export_elsewhere, *linked.called(request.who, work))
        linked.tell(other, "exported", telling, request.who, work)


@router.command("mydata delete", "Delete what we hold about you")
def delete(call: Call, work: UnitOfWork) -> Reply:
    """A preview. Nothing happens until its button is pressed, by the same person and soon."""
    who = call.actor.ref
    work.privacy.alone(who)
    _refuse_while_erasing(who, work)
    _refuse_last_lead(who, work)
    until = work.now + CONFIRM_WITHIN
    last = next(iter(work.privacy.requests_of(who, Asked.ERASURE, 1)), None)
    if last is not None and last.stage is Stage.COOLING:
        return Say(rights_views.cooling(last))
    if last is not None and last.stage is Stage.HELD:
        return Say(_waits(last, work))
    if last is not None and last.stage is Stage.ASKED:
        request = replace(last, at=work.now, expires_at=last.expires_at if last.source else until)
        work.privacy.save(request)
    else:
        new = Request(0, who, Asked.ERASURE, work.now, Stage.ASKED, expires_at=until)
        request = work.privacy.open_request(new)
    others, kept = linked.others(who, work), work.privacy.silence(who).known
    return Say(views.preview(work.privacy.view(who), request, others, under_hold=kept))


@router.command("mydata confirm-here", "Delete what this account has, now", hidden=True)
def confirm_here(call: Call, work: UnitOfWork) -> Reply:
    return _confirm(call, work, everywhere=False)


@router.command("mydata confirm", "Delete it now", hidden=True)
def confirm(call: Call, work: UnitOfWork) -> Reply:
    return _confirm(call, work, everywhere=True)


def _confirm(call: Call, work: UnitOfWork, *, everywhere: bool) -> Reply:
    who, number = call.actor.ref, call.arg
    work.privacy.alone(who)
    _refuse_while_erasing(who, work)
    request = work.privacy.request(int(number)) if number.isdecimal() and len(number) < 19 else None
    if request is None or request.who != who or request.stage is not Stage.ASKED or _past(request, work):
        raise Problem(views.stale_confirmation())
    _refuse_last_lead(who, work)
    asked = _ask_others(who, work) if everywhere else []
    answer = _confirmed(request, work)
    return Say(views.with_more(answer, link_views.asked_elsewhere(asked)) if asked else answer)


def _ask_others(who: UserRef, work: UnitOfWork) -> list[link_views.Called]:
    """No account's data is deleted before that account itself says so, whoever may have the other one in hand."""
    asked = []
    for other in accounts(who, work)[1:]:
        work.privacy.alone(other)
        last = next(iter(work.privacy.requests_of(other, Asked.ERASURE, 1)), None)
        if last is not None and last.open and last.stage is not Stage.ASKED:
            continue
        until = work.now + CONFIRM_ELSEWHERE_WITHIN
        request = replace(last, at=work.now) if last is not None and last.open else None
        if request is None:
            request = work.privacy.open_request(Request(0, other, Asked.ERASURE, work.now, Stage.ASKED))
        request = replace(request, expires_at=request.expires_at if request.source else until)
        work.privacy.save(request)
        telling = partial(views.asked_to_delete, work.privacy.view(other), request)
        linked.tell(other, "delete", telling, other, work)
        asked.append(linked.called(other, work))
    return asked


def _confirmed(request: Request, work: UnitOfWork) -> Message:
    if work.promises.grace:
        request = request.to(Stage.COOLING, at=work.now, expires_at=work.now + work.promises.grace)
        work.privacy.save(request)
        return rights_views.cooling(request)
    request = begin_erasure(request, work)
    return _waits(request, work) if request.stage is Stage.HELD else views.erasing()


def _waits(request: Request, work: UnitOfWork) -> Message:
    [told] = work.privacy.silence(request.who).told([request])
    return rights_views.held(request) if told.stage is Stage.HELD else rights_views.looked_at(request)


@serves(Use.RIGHTS)
def begin_erasure(request: Request, work: UnitOfWork) -> Request:
    """From here on it cannot be cancelled. Whatever else they asked for ends with it. Under a legal hold it waits, and
    until then their data is kept and used for nothing else."""
    if held_up(request, work):
        return hold_back(request, work)
    request = request.to(Stage.DUE, at=work.now, expires_at=None)
    work.privacy.save(request)
    if request.asked is not Asked.REST:  # they may be back, and that is none of its business
        _end_the_rest(request, work)
    with reading(languages_alone(request.who, work)):
        give_work(request, "erase", work, language=current())
    return request


def _end_the_rest(request: Request, work: UnitOfWork) -> None:
    for other in work.privacy.requests_of(request.who):
        if other.open and other.number != request.number and other.asked is not Asked.REST:
            work.privacy.save(other.to(Stage.EXPIRED if other.running else Stage.CANCELLED))
    linked.part(request.who, work, erased=True)
    farewell.close_some(request.who, work, CLOSED_AT_ONCE)


def hold_back(request: Request, work: UnitOfWork) -> Request:
    """Until the legal hold ends it waits."""
    request = request.to(Stage.HELD, expires_at=None)
    work.privacy.save(request)
    if request.asked is not Asked.REST:
        turn(request.who, True, work)
    return request


def send_export(request: Request, hours: int, work: UnitOfWork) -> None:
    if request.file is not None:
        telling = partial(views.export_ready, request.file, hours)
        write_to(request.who, export_key(request), telling, work, room=request.room, about=request.who)


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    """Exports go when their time is over; work that nobody has in hand any more is given out again."""
    for request in work.privacy.outdated(work.now, 50):
        if request.stage is Stage.COOLING:
            begin_erasure(request, work)
            continue
        work.privacy.save(request.to(Stage.EXPIRED, expires_at=None))
        if request.asked is Asked.EXPORT:
            linked.take_back(request, work)
            give_work(request, "expire", work)
    for request in work.privacy.running(50):
        if not work.outbox.waiting(request.room):
            about = NOBODY if request.erases else request.who
            give_work(request, _task(request), work, about=about)


def on_failed(row: Pending, reason: str, work: UnitOfWork) -> None:
    """What we owe somebody is not given up, whatever goes wrong."""
    if isinstance(row.effect, Work) and work.outbox.discard(row.id):
        work.outbox.post(row.effect, about=row.about)


def _task(request: Request) -> str:
    if not request.erases:
        return TASKS[request.asked]
    return "sweep" if request.stage is Stage.TOLD else "erase"


def _again(request: Request, left: timedelta, work: UnitOfWork) -> Reply:
    """Too soon for a new one. If the last one could not be delivered, it is sent once more."""
    if work.outbox.posted(export_key(request)):
        return Say(views.export_recent(left))
    expires = request.expires_at or work.now
    send_export(request, max(1, round((expires - work.now).total_seconds() / 3600)), work)
    return Say(views.export_sent_again())


def _fresh_for(request: Request, work: UnitOfWork) -> timedelta | None:
    if request.stage is not Stage.DONE or request.done_at is None or request.file is None or _past(request, work):
        return None
    if request.step == SEALED:  # which is not theirs to fetch here
        return None
    left = request.done_at + EXPORT_EVERY - work.now
    return left if left > timedelta() else None


def _past(request: Request, work: UnitOfWork) -> bool:
    return request.expires_at is not None and request.expires_at <= work.now


def _refuse_while_erasing(who: UserRef, work: UnitOfWork) -> None:
    if any(request.running for request in work.privacy.requests_of(who, Asked.ERASURE)):
        raise Problem(views.being_erased())


def _refuse_last_lead(who: UserRef, work: UnitOfWork) -> None:
    if desks := farewell.leads_alone(who, work):
        raise Problem(views.last_lead(desks))


def on_delivered(effect: Effect, work: UnitOfWork) -> None:
    """An export reached whom it is about: that is written down."""
    if isinstance(effect, Direct) and effect.key.startswith("privacy:") and effect.key.endswith(":file"):
        request = work.privacy.request(int(effect.key.split(":")[1]))
        if request is not None:
            work.audit.note(Deed.DELIVERED, about=request.who, number=request.number)


router.ticks.append(on_tick)
router.delivered.append(on_delivered)
router.failed.append(on_failed)
