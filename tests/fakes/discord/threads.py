"""Threads: born, joined, woken, archived, locked, gone."""

from __future__ import annotations

from . import events, perms
from .bits import HAS_THREAD, Kind, Perm, Type
from .errors import Refusal
from .model import Channel, Guild, Message, ThreadMember, ThreadState, User
from .records import Ping
from .world import World

SYSTEM = frozenset({Type.RECIPIENT_ADD, Type.RECIPIENT_REMOVE, Type.CHANNEL_NAME_CHANGE, Type.THREAD_STARTER_MESSAGE})


def guild_of(world: World, thread: Channel) -> Guild:
    guild = world.guild_of(thread)
    assert guild
    return guild


def create(
    world: World,
    owner: User,
    parent: Channel,
    kind: int,
    name: str,
    minutes: int = 1440,
    starter: Message | None = None,
) -> Channel:
    """A new active thread its maker has joined. Raises 160006 at the server's cap, 160004 for a second one."""
    guild = guild_of(world, parent)
    if starter and starter.thread_id:
        raise Refusal(160004)
    if len(world.threads(guild)) >= guild.thread_cap:
        raise Refusal(160006)
    now = world.now()
    thread = Channel(starter.id if starter else world.new_id(), kind, guild.id, name, parent.id)
    thread.thread = ThreadState(owner.id, now, minutes, now, now, invitable=True)
    thread.thread.members[owner.id] = ThreadMember(owner.id, now)
    world.channels[thread.id] = thread
    events.channel(world, "THREAD_CREATE", thread, newly_created=True)
    events.thread_members(world, thread, [owner.id], [])
    if starter:
        starter.thread_id = thread.id
        starter.flags |= HAS_THREAD
        events.message(world, "MESSAGE_UPDATE", starter)
        _system(world, thread, owner, Type.THREAD_STARTER_MESSAGE, "", starter)
    elif kind == Kind.PUBLIC_THREAD and parent.type == Kind.TEXT:
        _system(world, parent, owner, Type.THREAD_CREATED, name, None, thread)
    return thread


def _system(
    world: World,
    channel: Channel,
    author: User,
    kind: Type,
    content: str,
    target: Message | None = None,
    thread: Channel | None = None,
) -> Message:
    item = Message(world.new_id(), channel.id, author, world.now(), content, kind)
    if target:
        item.reference = {"type": 0, "channel_id": str(target.channel_id), "message_id": str(target.id)}
    elif thread:
        item.reference = {"type": 0, "channel_id": str(thread.id)}
    if item.reference:
        item.reference["guild_id"] = str(channel.guild_id)
    channel.messages[item.id] = item
    channel.last_message_id = item.id
    events.message(world, "MESSAGE_CREATE", item)
    return item


def woken_by(world: World, thread: Channel, item: Message) -> None:
    """A message counts, joins its author and wakes an archived thread (a locked one was refused before)."""
    state = thread.thread
    assert state
    state.active_at = world.now()
    state.message_count += 1
    state.total_sent += 1
    if state.archived:
        archive(world, thread, False)
        events.channel(world, "THREAD_UPDATE", thread)
    if item.author.id not in state.members:
        join(world, thread, item.author)


def join(world: World, thread: Channel, who: User) -> None:
    state = thread.thread
    assert state
    if state.archived:
        raise Refusal(50083)
    if who.id in state.members:
        return
    if len(state.members) >= 1000:
        raise Refusal(30033)
    state.members[who.id] = ThreadMember(who.id, world.now())
    if who is world.bot:
        events.channel(world, "THREAD_CREATE", thread)
    events.thread_members(world, thread, [who.id], [])


def add(world: World, by: User, thread: Channel, who: User) -> None:
    """Adding somebody pings them. Raises 50001 for one who cannot see the parent, 50013 without the right."""
    state = thread.thread
    assert state
    perms.demand(world, by, thread, Perm.SEND_MESSAGES_IN_THREADS)
    if state.archived:
        raise Refusal(50083)
    world.member(guild_of(world, thread), who.id)
    if thread.type == Kind.PRIVATE_THREAD and not state.invitable and state.owner_id != by.id:
        perms.demand(world, by, thread, Perm.MANAGE_THREADS)
    parent = world.channels[thread.parent_id or 0]
    if not perms.can(world, who, parent, 0):
        raise Refusal(50001)
    if who.id in state.members:
        return
    join(world, thread, who)
    item = _system(world, thread, by, Type.RECIPIENT_ADD, "")
    item.mentions = [who.id]
    world.pings.append(Ping(who, item, thread, "thread"))


def drawn_in(world: World, thread: Channel, people: list[User]) -> None:
    """Whoever is mentioned in a thread becomes a member of it."""
    for who in people:
        join(world, thread, who)


def remove(world: World, thread: Channel, user_id: int) -> None:
    state = thread.thread
    assert state
    seen = events.bot_sees(world, thread)
    if state.members.pop(user_id, None):
        events.thread_members(world, thread, [], [user_id], seen)


def archive(world: World, thread: Channel, archived: bool) -> None:
    """Only the change itself; who may is asked elsewhere. Raises 160006 when waking one too many."""
    state = thread.thread
    assert state
    guild = guild_of(world, thread)
    if not archived and state.archived and len(world.threads(guild)) >= guild.thread_cap:
        raise Refusal(160006)
    if state.archived != archived:
        state.archived = archived
        state.archived_at = state.active_at = world.now()


def renamed(world: World, thread: Channel, by: User, name: str) -> None:
    thread.name = name
    _system(world, thread, by, Type.CHANNEL_NAME_CHANGE, name)


def archive_idle(world: World) -> None:
    """What the passing of time does."""
    for thread in list(world.channels.values()):
        state = thread.thread
        if state and not state.archived and world.now() - state.active_at >= state.auto_archive * 60:
            archive(world, thread, True)
            events.channel(world, "THREAD_UPDATE", thread)
