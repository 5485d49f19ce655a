"""Names for things: tests hand over records, the control API ids or names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from .errors import NotPossible
from .interactions import Desk
from .invocation import Invocation
from .model import Channel, Guild, Message, Role, User
from .records import Upload
from .world import World

T = TypeVar("T")
UserRef = User | int | str
ChannelRef = Channel | User | int | str
GuildRef = Guild | int | str
MessageRef = Message | int | str
RoleRef = Role | int | str
FileRef = Upload | tuple[str, bytes]


class Refs:
    """Look-ups. Each raises NotPossible for what does not exist."""

    world: World
    desk: Desk

    def _user(self, ref: UserRef) -> User:
        if isinstance(ref, User):
            return ref
        found = [u for u in self.world.users.values() if str(ref) in (str(u.id), u.name)]
        return _only(found, ref)

    def _channel(self, ref: ChannelRef) -> Channel:
        """A person stands for the direct messages between them and the bot."""
        if isinstance(ref, User):
            return self.world.dm(ref)
        if isinstance(ref, Channel):
            return _only([c for c in (self.world.channels.get(ref.id),) if c], ref.name)
        found = [c for c in self.world.channels.values() if str(ref) in (str(c.id), c.name)]
        return _only(found, ref)

    def _guild(self, ref: GuildRef) -> Guild:
        if isinstance(ref, Guild):
            return ref
        return _only([g for g in self.world.guilds.values() if str(ref) in (str(g.id), g.name)], ref)

    def _role(self, ref: RoleRef) -> tuple[Guild, Role]:
        wanted = ref.id if isinstance(ref, Role) else ref
        roles = [(g, r) for g in self.world.guilds.values() for r in g.roles.values()]
        return _only([(g, r) for g, r in roles if str(wanted) in (str(r.id), r.name)], wanted)

    def _message(self, ref: MessageRef) -> Message:
        if isinstance(ref, Message):
            return ref
        found = [c.messages[int(ref)] for c in self.world.channels.values() if int(ref) in c.messages]
        return _only(found[:1], ref)

    def _invocation(self, ref: Invocation | int | str) -> Invocation:
        if isinstance(ref, Invocation):
            return ref
        return _only([i for i in (self.desk.all.get(int(ref)),) if i], ref)


def uploads(files: Iterable[FileRef]) -> list[Upload]:
    return [f if isinstance(f, Upload) else Upload(f[0], f[1]) for f in files]


def _only(found: list[T], ref: object) -> T:
    if not found:
        raise NotPossible(f"there is no {ref!r}")
    return found[0]
