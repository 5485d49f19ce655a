"""/mydata object and consent: what may be done with their data besides answering them. Saying no is as easy as yes."""

import hashlib

from bot.access import Call
from bot.errors import Problem
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy import rights_views as views
from bot.privacy.erasing.decided import remember_choice
from bot.privacy.purposes import CONSENTED, OBJECTABLE, Choice, Purpose, allowed
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes

router = Router(Use.RIGHTS)
OBJECT_TO = Option("purpose", "To what", Takes.CHOICE, required=False, choices=tuple(OBJECTABLE))
CONSENT_TO = Option("purpose", "To what", Takes.CHOICE, required=False, choices=tuple(CONSENTED))


@router.command("mydata object", "Object to what is done with your data besides answering you", OBJECT_TO)
def objections(call: Call, work: UnitOfWork) -> Reply:
    if purpose := call.options.get("purpose"):
        return _choose(call, Purpose(purpose), False, work)
    return Say(views.objections(work.privacy.choices(call.actor.ref)))


@router.command("mydata consent", "Agree to more, or take that back", CONSENT_TO)
def consents(call: Call, work: UnitOfWork) -> Reply:
    if purpose := call.options.get("purpose"):
        return _choose(call, Purpose(purpose), True, work)
    return Say(views.consents(work.privacy.choices(call.actor.ref)))


@router.command("mydata allow", "Allow a purpose", hidden=True)
def allow(call: Call, work: UnitOfWork) -> Reply:
    return _choose(call, _purpose(call), True, work)


@router.command("mydata forbid", "Forbid a purpose", hidden=True)
def forbid(call: Call, work: UnitOfWork) -> Reply:
    return _choose(call, _purpose(call), False, work)


def _purpose(call: Call) -> Purpose:
    if call.arg not in set(Purpose):
        raise Problem(views.no_such_purpose())
    return Purpose(call.arg)


def _choose(call: Call, purpose: Purpose, allow: bool, work: UnitOfWork) -> Reply:
    """Choosing what is so already is no new choice: the proof stays that of the first one."""
    who = call.actor.ref
    work.privacy.alone(who)
    if allowed(purpose, work.privacy.choices(who)) != allow:
        words = views.what_for(purpose)
        digest = hashlib.sha256(words.encode()).hexdigest()
        method = f"{call.command.name} on {who.platform}"
        work.privacy.choose(who, Choice(purpose, allow, work.now, digest, method))
        remember_choice(who, purpose, work)
    return Say(views.chosen(purpose, allow))
