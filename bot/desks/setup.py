"""`/desk setup`: a desk made or changed with a form, by those who run the workspace or lead the desk."""

import re
from collections.abc import Sequence

from bot import wording
from bot.access import Call, principals
from bot.desks import naming, views
from bot.desks.model import Desk, Member, Rank, Settings
from bot.errors import NotAllowed, Problem
from bot.inbound import Place
from bot.ports import Reply, Say, UnitOfWork
from bot.router import Option, Router

router = Router()
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
FIRST = "support"
OPTIONS = (
    Option("name", "What the desk is called; support if you leave it out", required=False),
    Option("channel", "The agents' channel", named=True),
    Option("intake", "Where it takes in", named=True),
    Option("people", "Its agents", required=False, named=True),
    Option("groups", "Groups whose people are agents", required=False, named=True),
)


@router.command("desk setup", "Make a desk, or change its channels and agents", *OPTIONS, form=views.SETUP_FORM)
def set_up(call: Call, work: UnitOfWork) -> Reply:
    """Leads stay leads; whoever makes the first desk of that name leads it."""
    name = call.options.get("name", "").strip().lower() or FIRST
    if not NAME.fullmatch(name):
        raise Problem(views.desk_name_wrong())
    desk = next((desk for desk in work.desks.all() if desk.name == name), None)
    _check(call, desk, work)
    agents, *more = _places(call.options["channel"])
    if more:
        raise Problem(views.one_channel())
    settings = desk.settings if desk else Settings()
    members = _members(call, desk, work)
    saved = work.desks.save(Desk(0, name, agents, settings), _places(call.options["intake"]), members)
    return Say(views.set_up(saved, work.desks.intake(saved.id), members))


def _check(call: Call, desk: Desk | None, work: UnitOfWork) -> None:
    leads = desk is not None and work.desks.rank(desk.id, principals(call.actor))[0] >= Rank.LEAD
    if not (leads or call.actor.manages):
        raise NotAllowed(wording.not_allowed(Rank.LEAD) if desk else views.not_yours_to_set_up())


def _places(text: str) -> Sequence[Place]:
    try:
        return [naming.place(word) for word in text.split()] or [naming.place("")]
    except ValueError as error:
        raise Problem(views.no_such_channel()) from error


def _members(call: Call, desk: Desk | None, work: UnitOfWork) -> list[Member]:
    """Those who lead now, or the one who sets it up; and the agents that were chosen."""
    kept = [m for m in work.desks.members(desk.id) if m.rank >= Rank.LEAD or m.officer] if desk else []
    if not any(member.rank >= Rank.LEAD for member in kept):
        kept.append(Member(str(call.actor.ref), Rank.LEAD))
    words = f"{call.options.get('people', '')} {call.options.get('groups', '')}".split()
    try:
        chosen = dict.fromkeys(naming.principal(word) for word in words)
    except ValueError as error:
        raise Problem(views.no_such_principal()) from error
    known = {member.principal for member in kept}
    return kept + [Member(who, Rank.AGENT) for who in chosen if who not in known]
