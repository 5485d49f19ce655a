"""/mydata status and cancel: what became of what somebody asked of their own data."""

from bot.access import Call
from bot.errors import Problem
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy import rights_views as views
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import four_eyes_views
from bot.privacy.officers.dispute import lift
from bot.privacy.officers.four_eyes import contest
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes

router = Router(Use.RIGHTS)
SHOWN = 10
NUMBER = Option("request", "Its number; needed only if there are several", Takes.NUMBER, required=False)


@router.command("mydata status", "See what became of what you asked of your data, and by when it is answered")
def status(call: Call, work: UnitOfWork) -> Reply:
    who = call.actor.ref
    return Say(views.status(work.privacy.silence(who).told(work.privacy.requests_of(who, None, SHOWN))))


@router.command("mydata cancel", "Take back what you asked of your data, as long as it has not begun", NUMBER)
def cancel(call: Call, work: UnitOfWork) -> Reply:
    work.privacy.alone(call.actor.ref)
    request = _meant(call, work)
    if request.asked is Asked.MINOR and request.open:
        contest(request, work)
        return Say(four_eyes_views.contested())
    if not request.cancellable:
        raise Problem(views.not_cancellable(request))
    request = request.to(Stage.EXPIRED if request.running else Stage.CANCELLED, expires_at=None)
    work.privacy.save(request)
    work.privacy.looked_at(request)
    if request.asked is Asked.DISPUTE:
        lift(request, work)
    return Say(views.cancelled(request))


def _meant(call: Call, work: UnitOfWork) -> Request:
    """One of their own: any other number is answered like one that does not exist."""
    who = call.actor.ref
    theirs = work.privacy.silence(who).told(work.privacy.requests_of(who))
    if word := (call.options.get("request") or call.arg).strip().removeprefix("#"):
        found = next((request for request in theirs if str(request.number) == word), None)
        if found is None:
            raise Problem(views.no_request())
        return found
    able = [request for request in theirs if request.cancellable]
    if not able:
        running = next((request for request in theirs if request.open), None)
        raise Problem(views.not_cancellable(running) if running else views.nothing_to_cancel())
    if len(able) > 1:
        raise Problem(views.which_request(able))
    return able[0]
