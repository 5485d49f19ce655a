"""`/desk`: agents look, leads change."""

from collections.abc import Sequence

from pydantic import ValidationError

from bot import wording
from bot.access import Call, principals
from bot.desks import views
from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.naming import is_group, platform_of, principal
from bot.errors import NotAllowed, Problem
from bot.message import UserRef
from bot.ports import Filter, Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.router import Option, Router, Scope, Takes
from bot.tickets.handlers import known

router = Router(Use.SUPPORT)

RANKS = {"agent": Rank.AGENT, "lead": Rank.LEAD, "admin": Rank.ADMIN}
PERSON = Option("person", "Who", Takes.PERSON, required=False)
GROUP = Option("group", "A group instead, as in the desk's file: platform:workspace/@group", required=False, named=True)
SETTING = Option("setting", "Which setting", Takes.CHOICE, choices=tuple(Settings.model_fields))
VALUE = Option("value", "What it should be; “default” puts it back", Takes.TEXT)
RANK = Option("rank", "agent unless you say otherwise", Takes.CHOICE, required=False, choices=tuple(RANKS))
MOST_HELD = 20  # tickets named when somebody leaves


@router.command("desk show", "Show what this desk is set to", allow=Rank.AGENT, scope=Scope.DESK)
def show_desk(call: Call, work: UnitOfWork) -> Reply:
    members = work.desks.members(call.desk.id)
    return Say(views.desk(call.desk, work.desks.intake(call.desk.id), members, _names(members, work)))


@router.command("desk set", "Change a setting of this desk", SETTING, VALUE, allow=Rank.LEAD, scope=Scope.DESK)
def set_setting(call: Call, work: UnitOfWork) -> Reply:
    name, value = call.options["setting"].strip(), call.options["value"].strip()
    if name not in Settings.model_fields:
        raise Problem(wording.choose(call.command.usage, "setting", SETTING.choices))
    settings = _changed(work.desks.hold(call.desk.id).settings, name, value)
    work.desks.set(call.desk.id, settings)
    return Say(views.setting_saved(name, settings))


@router.command("desk agent", "Let somebody work here", PERSON, RANK, GROUP, allow=Rank.LEAD, scope=Scope.DESK)
def rank_member(call: Call, work: UnitOfWork) -> Reply:
    who, desk = _meant(call, work), work.desks.hold(call.desk.id)
    word = call.options.get("rank", "").strip().lower()
    rank = RANKS.get(word or "agent")
    if rank is None:
        raise Problem(wording.choose(call.command.usage, "rank", RANK.choices))
    now = _rank_of(who, work.desks.members(desk.id))
    if now == rank or (now > rank and not word):
        raise Problem(views.ranked_already(_called(who, work), now))
    _check_change(call, who, now, rank, work)
    work.desks.set_rank(desk.id, who, rank)
    return Say(views.ranked(_called(who, work), rank, desk))


@router.command("desk remove", "Let somebody work here no longer", PERSON, GROUP, allow=Rank.LEAD, scope=Scope.DESK)
def remove_member(call: Call, work: UnitOfWork) -> Reply:
    who, desk = _meant(call, work, may_be_anywhere=True), work.desks.hold(call.desk.id)
    members = work.desks.members(desk.id)
    now = _rank_of(who, members)
    if now is Rank.CUSTOMER:
        raise Problem(views.not_here(_called(who, work)))
    _check_change(call, who, now, Rank.CUSTOMER, work)
    work.desks.set_rank(desk.id, who, Rank.CUSTOMER)
    officer = any(member.officer for member in members if member.principal == who)
    return Say(views.removed(_called(who, work), desk, officer, _held_by(who, desk, work)))


def _changed(settings: Settings, name: str, value: str) -> Settings:
    kept = settings.model_dump()
    if value == views.UNSET:
        del kept[name]
    else:
        kept[name] = value
    try:
        return Settings.model_validate(kept)
    except ValidationError as error:
        raise Problem(views.setting_wrong(name)) from error


def _meant(call: Call, work: UnitOfWork, may_be_anywhere: bool = False) -> str:
    """The principal that the options name. Raises `Problem`."""
    person, group = call.options.get("person", "").strip(), call.options.get("group", "").strip()
    if bool(person) == bool(group):
        raise Problem(views.who_or_which_group(call.command.usage))
    if person:
        who = str(known(call, "person", work).ref)
    else:
        try:
            who = principal(group)
        except ValueError as error:
            raise Problem(views.no_such_principal()) from error
    platforms = {place.platform for place in (*work.desks.intake(call.desk.id), call.desk.agents) if place}
    if platform_of(who) not in platforms and not may_be_anywhere:
        raise Problem(views.no_such_platform(platform_of(who)))
    return who


def _check_change(call: Call, who: str, now: Rank, new: Rank, work: UnitOfWork) -> None:
    """Admins are made and unmade by admins, and a desk keeps its last lead and its last admin. Raises `Problem`.

    The actor's rank is looked up again: somebody may have taken it away before the desk was held.
    """
    needed = max(now, new, Rank.LEAD)
    if work.desks.rank(call.desk.id, principals(call.actor))[0] < needed:
        raise NotAllowed(wording.not_allowed(needed))
    others = [member.rank for member in work.desks.members(call.desk.id) if member.principal != who]
    for rank in (Rank.ADMIN, Rank.LEAD):
        if new < rank <= now and not any(other >= rank for other in others):
            raise Problem(views.the_last(rank))


def _rank_of(who: str, members: Sequence[Member]) -> Rank:
    return max((member.rank for member in members if member.principal == who), default=Rank.CUSTOMER)


def _held_by(who: str, desk: Desk, work: UnitOfWork) -> list[int]:
    if is_group(who):
        return []
    held = work.tickets.find(Filter(desks=[desk.id], assignee=UserRef.parse(who)), MOST_HELD)
    return [ticket.number for ticket in held]


def _called(who: str, work: UnitOfWork) -> str:
    return views.called(who, _names([Member(who, Rank.CUSTOMER)], work))


def _names(members: Sequence[Member], work: UnitOfWork) -> dict[str, str]:
    people = [UserRef.parse(member.principal) for member in members if not is_group(member.principal)]
    return views.names_of(members, work.people.names(people))
