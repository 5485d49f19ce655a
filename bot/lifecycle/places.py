"""A channel or a workspace that a desk needs is gone. Its people are told, and its open tickets go on elsewhere.

What was said in a workspace that has removed the bot is kept for a while, for the bot may be back.
"""

from collections.abc import Iterator
from functools import partial

from bot.desks import views as desk_views
from bot.desks.model import Desk
from bot.inbound import GroupGone, Place, PlaceGone, WorkspacesThere
from bot.lifecycle import views
from bot.lifecycle.telling import tell_agents, tell_leads
from bot.ports import Reply, UnitOfWork
from bot.privacy.retaining.departed import deleted_after
from bot.privacy.uses import Use
from bot.relay.lost import go_on_in_private
from bot.router import Router
from bot.tickets.model import RoomKind

router = Router(Use.SUPPORT)


@router.listen(PlaceGone)
def on_gone(event: PlaceGone, work: UnitOfWork) -> Reply:
    """Without a conversation, it is all of a workspace; then rooms stay where they are, for it may come back."""
    key = f"place-gone:{event.id}"
    if not event.place.conversation:
        _left(event.place, key, work)
        return None
    if (here := work.desks.at(event.place)) is not None:
        desk, is_agents_channel = here
        telling = partial(desk_views.channel_gone, desk, event.place, event.why, agents=is_agents_channel)
        tell_leads(desk, key, telling, work)
        if not is_agents_channel:
            tell_agents(desk, key, partial(views.intake_gone, desk, event.place, event.why), work)
    _move_rooms(event.place, work)
    return None


@router.listen(WorkspacesThere)
def on_there(event: WorkspacesThere, work: UnitOfWork) -> Reply:
    """The platform says where the bot is, when it connects and when it is asked in."""
    for departure in work.departures.all():
        if departure.platform == event.place.platform and departure.workspace in event.workspaces:
            work.departures.end(departure)
    if event.all:
        known = {departure.workspace for departure in work.departures.all()}
        for workspace in sorted(_workspaces(event.place.platform, work) - known - set(event.workspaces)):
            _left(Place(event.place.platform, workspace, ""), f"place-gone:{event.id}:{workspace}", work)
    return None


def _left(workspace: Place, key: str, work: UnitOfWork) -> None:
    """Whoever can still be reached is told, and until when all is kept."""
    if not work.departures.begin(workspace.platform, workspace.workspace):
        return
    for desk in _desks_in(workspace, work):
        telling = partial(views.server_gone, desk, workspace.workspace, deleted_after(work.now, work))
        tell_leads(desk, key, telling, work, but=workspace.workspace)
        if desk.agents and desk.agents.workspace != workspace.workspace:
            tell_agents(desk, key, telling, work)


def _workspaces(platform: str, work: UnitOfWork) -> set[str]:
    """Where desks have channels."""
    places = [place for desk in work.desks.all() for place in _channels(desk, work)]
    return {place.workspace for place in places if place.platform == platform}


@router.listen(GroupGone)
def on_group_gone(event: GroupGone, work: UnitOfWork) -> Reply:
    """It stays listed, so that everybody sees what is missing; nobody is in it any more."""
    for desk in work.desks.all():
        if any(member.principal == event.group for member in work.desks.members(desk.id)):
            telling = partial(views.group_gone, desk, event.group)
            tell_leads(desk, f"group-gone:{event.id}", telling, work)
            tell_agents(desk, f"group-gone:{event.id}", telling, work)
    return None


def _desks_in(place: Place, work: UnitOfWork) -> Iterator[Desk]:
    for desk in work.desks.all():
        channels = _channels(desk, work)
        if any((each.platform, each.workspace) == (place.platform, place.workspace) for each in channels):
            yield desk


def _channels(desk: Desk, work: UnitOfWork) -> list[Place]:
    return [*work.desks.intake(desk.id), *([desk.agents] if desk.agents else [])]


def _move_rooms(gone: Place, work: UnitOfWork) -> None:
    """Rooms of customers that were in a channel which is gone. Those of agents wait for another channel."""
    for place in work.tickets.rooms(gone.platform):
        room = work.tickets.room(place) if place.conversation == gone.conversation else None
        if room is not None and not room[1] and room[0].room_kind is RoomKind.THREAD:
            go_on_in_private(room[0], views.channel_gone, work)
