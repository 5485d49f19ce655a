"""`/desk setup`: a desk made or changed with a form, by those who run the workspace or lead the desk.

The form shows and changes what the desk has in the workspace where it is filled in. What it has elsewhere stays: a desk
that spans platforms is written down in its file, because nobody may let a desk listen where they have no say.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot import wording
from bot.access import Call, principals
from bot.desks import naming, views
from bot.desks.model import NO_PANEL, Desk, Member, Rank, Settings
from bot.errors import NotAllowed, Problem
from bot.inbound import FormSubmitted, Place
from bot.lifecycle.views import moved
from bot.message import Form, UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay.rooms import move_cards
from bot.router import Option, Router

router = Router(Use.SUPPORT)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
FIRST = "support"
OPTIONS = (
    Option("name", "What the desk is called; support if you leave it out", required=False),
    Option("intake", "Where it takes in", named=True),
    Option("channel", "The agents' channel", required=False, named=True),
    Option("people", "Its agents", required=False, named=True),
    Option("groups", "Groups whose people are agents", required=False, named=True),
)


class Here:
    """What can be chosen in the caller's form: what belongs to their workspace."""

    def __init__(self, call: Call) -> None:
        place = call.event.place
        self.platform, self.workspace = place.platform, place.workspace
        self.realms = {place.workspace, call.actor.ref.realm}

    def has(self, place: Place) -> bool:
        return (place.platform, place.workspace) == (self.platform, self.workspace)

    def lists(self, member: Member) -> bool:
        """Whether it is an agent of here. Leads and officers are ranked with other commands."""
        if member.rank is not Rank.AGENT or member.officer or naming.platform_of(member.principal) != self.platform:
            return False
        if naming.is_group(member.principal):
            return member.principal.startswith(f"{self.platform}:{self.workspace}/")
        return UserRef.parse(member.principal).realm in self.realms


def prepare(call: Call, work: UnitOfWork, form: Form) -> Form:
    """The form with what the desk has now. Raises `Problem` for whoever may not send it."""
    here, desk = Here(call), _meant(call, work)
    _check(call, desk, work)
    agents = [desk.agents] if desk and desk.agents else []
    listed = [m.principal for m in work.desks.members(desk.id) if here.lists(m)] if desk else []
    values = {
        "name": [desk.name if desk else _name(call)],
        "intake": map(naming.written_place, filter(here.has, work.desks.intake(desk.id) if desk else ())),
        "channel": map(naming.written_place, filter(here.has, agents)),
        "people": (naming.written_principal(who) for who in listed if not naming.is_group(who)),
        "groups": filter(naming.is_group, listed),
    }
    elsewhere = bool(agents) and not here.has(agents[0])
    inputs = [replace(each, value=" ".join(values[each.name])) for each in form.inputs]
    return replace(
        form, inputs=[replace(i, required=False) if i.name == "channel" and elsewhere else i for i in inputs]
    )


@router.command(
    "desk setup",
    "Make a desk, or change its channels and agents",
    *OPTIONS,
    form=views.SETUP_FORM,
    prepared=prepare,
    allow=Rank.LEAD,
)
def set_up(call: Call, work: UnitOfWork) -> Reply:
    """Leads stay leads; whoever makes the first desk of that name leads it."""
    here, desk = Here(call), _called(_name(call), work)
    _check(call, desk, work)
    intake = [place for place in work.desks.intake(desk.id) if not here.has(place)] if desk else []
    intake += _places(call.options["intake"], here)
    members, settings = _members(call, desk, here, work), desk.settings if desk else Settings()
    panel = desk.panel if desk else NO_PANEL
    saved = work.desks.save(Desk(0, _name(call), _agents(call, desk, here), settings, panel), intake, members)
    if desk is not None and desk.agents != saved.agents:
        move_cards(saved, work, moved)
    warned = call.event.warned if isinstance(call.event, FormSubmitted) else ()
    return Say(views.set_up(saved, work.desks.intake(saved.id), members, warned))


def _name(call: Call) -> str:
    name = call.options.get("name", "").strip().lower() or FIRST
    if not NAME.fullmatch(name):
        raise Problem(views.desk_name_wrong())
    return name


def _called(name: str, work: UnitOfWork) -> Desk | None:
    return next((desk for desk in work.desks.all() if desk.name == name), None)


def _meant(call: Call, work: UnitOfWork) -> Desk | None:
    """The desk of that name; without a name that of the channel, or the only one they may change."""
    if call.options.get("name"):
        return _called(_name(call), work)
    if here := work.desks.at(call.event.place):
        return here[0]
    theirs = [desk for desk in work.desks.all() if _may_change(call, desk, work)]
    return theirs[0] if len(theirs) == 1 else _called(FIRST, work)


def _check(call: Call, desk: Desk | None, work: UnitOfWork) -> None:
    if desk is None and not call.actor.manages:
        raise NotAllowed(views.not_yours_to_set_up())
    if desk is not None and not _may_change(call, desk, work):
        raise NotAllowed(views.desk_of_others(desk.name) if call.actor.manages else wording.not_allowed(Rank.LEAD))


def _may_change(call: Call, desk: Desk, work: UnitOfWork) -> bool:
    """Those who lead it, and those who run the workspace where its agents are."""
    if work.desks.rank(desk.id, principals(call.actor))[0] >= Rank.LEAD:
        return True
    home = [desk.agents] if desk.agents else work.desks.intake(desk.id)
    return call.actor.manages and bool(home) and all(map(Here(call).has, home))


def _places(text: str, here: Here) -> Sequence[Place]:
    """Raises `Problem` if there is none, or one of another workspace."""
    try:
        found = [naming.place(word) for word in text.split()] or [naming.place("")]
    except ValueError as error:
        raise Problem(views.no_such_channel()) from error
    if not all(map(here.has, found)):
        raise Problem(views.channel_elsewhere())
    return list(dict.fromkeys(found))


def _agents(call: Call, desk: Desk | None, here: Here) -> Place:
    text, now = call.options.get("channel", ""), desk.agents if desk else None
    if not text.strip() and now is not None and not here.has(now):
        return now
    agents, *more = _places(text, here)
    if more:
        raise Problem(views.one_channel())
    return agents


def _members(call: Call, desk: Desk | None, here: Here, work: UnitOfWork) -> list[Member]:
    """Those the form does not show, with a lead among them, and the agents that were chosen."""
    kept = [member for member in work.desks.members(desk.id) if not here.lists(member)] if desk else []
    if not any(member.rank >= Rank.LEAD for member in kept):
        me = str(call.actor.ref)
        officer = any(member.officer for member in kept if member.principal == me)
        kept = [*(member for member in kept if member.principal != me), Member(me, Rank.LEAD, officer)]
    known = {member.principal for member in kept}
    return kept + [Member(who, Rank.AGENT) for who in _chosen(call) if who not in known]


def _chosen(call: Call) -> Iterable[str]:
    words = f"{call.options.get('people', '')} {call.options.get('groups', '')}".split()
    try:
        return dict.fromkeys(naming.principal(word) for word in words)
    except ValueError as error:
        raise Problem(views.no_such_principal()) from error
