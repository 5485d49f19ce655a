"""/mydata link and unlink: several accounts of one person, on any platform, as if they were one.

A code goes from one account to the other by the person's own hand. That alone proves nothing, since people can be asked
to paste one; so each account is then shown the other one and asked whether that is theirs, too. Never by e-mail.
"""

from dataclasses import replace
from functools import partial

from bot.access import Call
from bot.errors import Problem
from bot.inbound import Tick
from bot.message import Message, UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.auditing.audit import Deed
from bot.privacy.letters import write_to
from bot.privacy.linking import link_views as views
from bot.privacy.linking.link import CODE_LIVES, MOST, TRIES, Pairing, hashed
from bot.privacy.linking.linked import called, part, tell
from bot.privacy.uses import Use
from bot.router import Option, Router

router = Router(Use.RIGHTS)
CODE = Option("code", "The code that your other account was given; none gives you one", required=False)


@router.command("mydata link", "Have several accounts of yours treated as one", CODE)
def link(call: Call, work: UnitOfWork) -> Reply:
    who, code = call.actor.ref, call.options.get("code", "")
    work.privacy.alone(who)
    if code.strip():
        return Say(_enter(who, code, work))
    if len(work.links.of(who)) >= MOST - 1:
        raise Problem(views.too_many_accounts(MOST))
    code, before = work.new_code(), work.links.pairing(who)
    wrong = before.wrong if before else 0
    work.links.keep(Pairing(who, hashed(code), work.now + CODE_LIVES, wrong))
    return Say(views.code(code, [called(other, work) for other in work.links.of(who)]))


def _enter(who: UserRef, code: str, work: UnitOfWork) -> Message:
    """A wrong code is an answer and no error: it has to be counted."""
    mine = work.links.pairing(who)
    wrong = mine.wrong if mine else 0
    if wrong >= TRIES:
        raise Problem(views.too_many_tries())
    theirs = work.links.coded(hashed(code))
    if theirs is None:
        kept = mine or Pairing(who, "", work.now + CODE_LIVES)
        work.links.keep(replace(kept, wrong=wrong + 1))
        return views.wrong_code(TRIES - wrong - 1)
    if theirs.who == who:
        raise Problem(views.own_code())
    work.privacy.alone(theirs.who)
    if theirs.who in work.links.of(who):
        raise Problem(views.linked_already(*called(theirs.who, work)))
    if len(work.links.of(who)) + len(work.links.of(theirs.who)) + 2 > MOST:
        raise Problem(views.too_many_accounts(MOST))
    return _meet(theirs, replace(mine or theirs, who=who, wrong=wrong), work)


def _meet(theirs: Pairing, mine: Pairing, work: UnitOfWork) -> Message:
    """The code is used. From here on each account is shown the other one, and asked."""
    until, used = work.now + CODE_LIVES, theirs.code_hash
    work.links.keep(Pairing(theirs.who, used, until, theirs.wrong, mine.who))
    work.links.keep(Pairing(mine.who, used, until, mine.wrong, theirs.who))
    _ask(theirs.who, mine.who, theirs.code_hash, work)
    return views.is_it_yours(*called(theirs.who, work), meeting(theirs.code_hash))


def _ask(who: UserRef, other: UserRef, code_hash: str, work: UnitOfWork) -> None:
    number = meeting(code_hash)
    telling = partial(views.is_it_yours, *called(other, work), number)
    write_to(who, f"link:{number}:asked", telling, work, about=other)


def meeting(code_hash: str) -> str:
    """What the buttons of two accounts that met carry: the code is used, so a part of its hash gives nothing away."""
    return code_hash[:16]


@router.command("mydata link-yes", "Say that the other account is yours, too", hidden=True)
def agree(call: Call, work: UnitOfWork) -> Reply:
    mine, theirs = _met(call, work)
    if theirs is None or mine.other is None or not theirs.agreed:
        work.links.keep(replace(mine, agreed=True))
        return Say(views.now_the_other())
    work.links.drop(mine.who)
    work.links.drop(mine.other)
    return _join(mine.who, mine.other, work)


def _join(who: UserRef, other: UserRef, work: UnitOfWork) -> Reply:
    """All accounts that are one person's now hear of it."""
    told = [(one, other) for one in work.links.of(who)] + [(one, who) for one in (other, *work.links.of(other))]
    work.links.join(who, other)
    for one in (who, other):
        work.audit.note(Deed.LINKED, about=one)
    for one, new in told:
        tell(one, "linked", partial(views.linked, *called(new, work)), new, work)
    return Say(views.linked(*called(other, work)))


@router.command("mydata link-no", "Say that the other account is not yours", hidden=True)
def refuse(call: Call, work: UnitOfWork) -> Reply:
    mine, theirs = _met(call, work)
    work.links.drop(mine.who)
    if theirs is not None:
        work.links.drop(theirs.who)
        tell(theirs.who, "refused", views.other_refused, mine.who, work)
    return Say(views.not_linked())


def _met(call: Call, work: UnitOfWork) -> tuple[Pairing, Pairing | None]:
    """Both sides of what the button was shown for. Raises `Problem` when that is over."""
    who = call.actor.ref
    mine = work.links.pairing(who)
    for each in sorted({str(who), str(mine.other) if mine and mine.other else str(who)}):
        work.privacy.alone(UserRef.parse(each))
    mine = work.links.pairing(who)
    if mine is None or mine.other is None or meeting(mine.code_hash) != call.arg:
        raise Problem(views.over())
    theirs = work.links.pairing(mine.other)
    if theirs is None or theirs.other != who or theirs.code_hash != mine.code_hash:
        raise Problem(views.over())
    return mine, theirs


@router.command("mydata unlink", "Have this account stand for itself again")
def unlink(call: Call, work: UnitOfWork) -> Reply:
    who = call.actor.ref
    work.privacy.alone(who)
    if not work.links.since(who):
        work.links.drop(who)
        return Say(views.nothing_linked())
    part(who, work)
    return Say(views.unlinked())


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    work.links.forget()


router.ticks.append(on_tick)
