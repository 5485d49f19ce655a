"""Saying, changing, deleting, reacting: what happens in the workspace and which events follow, whoever did it."""

from . import events
from .model import Channel, Json, Message
from .shapes import message as shape_of
from .workspace import Workspace


def post(work: Workspace, new: Message) -> Message:
    """Store a message and tell the app. A reply to a thread that is gone lands at the top level, as on Slack."""
    channel = work.channels[new.channel]
    if new.thread_ts and new.thread_ts not in channel.messages:
        new.thread_ts = ""
    if new.broadcast and new.is_reply:
        new.subtype = "thread_broadcast"
    work.keep(new)
    for name in new.files:
        work.files[name].shares.append((channel.id, new.ts))
        work.emit(events.file_event(work, "file_shared", work.files[name]), channel)
    if not new.ephemeral_for:
        work.emit(events.said(work, new), channel)
        if f"<@{work.app.user_id}>" in new.text and new.user != work.app.user_id and channel.kind not in ("im",):
            work.emit(events.mentioned(work, new), channel)
    return new


def change(work: Workspace, said: Message, by: str, before: Json) -> None:
    """To be called after `said` was changed; `before` is how it looked."""
    said.edited = {"user": by, "ts": work.new_ts()}
    work.emit(events.changed(work, said, before), work.channels[said.channel])


def delete(work: Workspace, said: Message) -> None:
    """Delete a message: with replies it becomes a tombstone, without it vanishes."""
    channel = work.channels[said.channel]
    before = shape_of(work, said)
    if channel.threads.get(said.ts):
        said.deleted = True
        said.text, said.blocks, said.files, said.reactions = "", [], [], {}
        work.emit(events.changed(work, said, before), channel)
        return
    del channel.messages[said.ts]
    if said.is_reply:
        channel.threads[said.thread_ts].remove(said.ts)
    work.emit(events.deleted(work, channel.id, before), channel)


def react(work: Workspace, said: Message, who: str, name: str) -> bool:
    """False if that person had put that reaction there before."""
    users = said.reactions.setdefault(name, [])
    if who in users:
        return False
    users.append(who)
    work.emit(events.reaction(work, "reaction_added", who, name, said), work.channels[said.channel])
    return True


def unreact(work: Workspace, said: Message, who: str, name: str) -> bool:
    if who not in said.reactions.get(name, ()):
        return False
    said.reactions[name].remove(who)
    if not said.reactions[name]:
        del said.reactions[name]
    work.emit(events.reaction(work, "reaction_removed", who, name, said), work.channels[said.channel])
    return True


def join(work: Workspace, channel: Channel, who: str, inviter: str = "") -> bool:
    if who in channel.members:
        return False
    channel.members[who] = None
    work.emit(events.membership(work, "member_joined_channel", who, channel, inviter), channel)
    return True


def leave(work: Workspace, channel: Channel, who: str) -> None:
    """The app hears of its own leaving, too, though it is no longer a member then."""
    work.emit(events.membership(work, "member_left_channel", who, channel), channel)
    if who == work.app.user_id:
        work.emit(events.channel_fate(work, "left", channel, who), channel)
    del channel.members[who]
