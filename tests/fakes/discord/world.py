"""The one mutable thing: everybody, everything said, and the clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from .bits import PRIVILEGED, Kind
from .errors import Refusal
from .model import JSON, Attachment, Channel, Guild, Member, Message, User
from .records import Entry, Ping

EPOCH = 1_420_070_400.0
"""2015-01-01, second 0 of Discord's ids."""

Emit = Callable[[str, JSON, int, JSON | None], None]
"""(event name, data, intents of which one must be asked for, data without the message content intent)"""


class World:
    """State and look-ups. `now()` is wall time plus what `advance` added; ids are ordered like the clock."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._offset = 0.0
        self._last_id = 0
        self.base_url = ""
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.dms: dict[int, Channel] = {}
        self.pings: list[Ping] = []
        self.typing: list[tuple[User, Channel]] = []
        self.log: list[Entry] = []
        self.uploads: dict[int, Attachment] = {}
        "Files given with a command or a form; they belong to no message."
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        self.nonce_window = 300.0
        "Seconds in which enforce_nonce finds the earlier message ('a few minutes')."
        self.old_edits: dict[int, deque[float]] = {}
        self.old_edit_limit = 5
        "Edits of messages older than an hour, per channel and hour; Discord does not tell its figure."
        self.attachment_size_limit = 20 * 1024 * 1024
        self.link_life = 24 * 3600.0
        self.recommended_shards = 1
        self.max_concurrency = 1
        "Shards that may identify within five seconds."
        self.allowed_intents: int = int(PRIVILEGED)
        self.emit: Emit = lambda name, data, intents, stripped: None
        self.bot = self.new_user("desk", bot=True)
        self.application_id = self.bot.id

    def now(self) -> float:
        return time.time() + self._offset

    def shift(self, seconds: float) -> None:
        self._offset += seconds

    def iso(self, at: float | None = None) -> str:
        return datetime.fromtimestamp(self.now() if at is None else at, UTC).isoformat(timespec="microseconds")

    def new_id(self) -> int:
        self._last_id = max(int((self.now() - EPOCH) * 1000) << 22, self._last_id + 1)
        return self._last_id

    def new_user(self, name: str, bot: bool = False, locale: str = "en-US") -> User:
        user = User(self.new_id(), name, name.title(), bot, locale)
        self.users[user.id] = user
        return user

    def guild(self, id: int) -> Guild:
        """A server the bot is in. Raises 10004."""
        found = self.guilds.get(id)
        if found is None or self.bot.id not in found.members:
            raise Refusal(10004)
        return found

    def channel(self, id: int) -> Channel:
        """Raises 10003."""
        found = self.channels.get(id)
        if found is None:
            raise Refusal(10003)
        return found

    def guild_of(self, channel: Channel) -> Guild | None:
        return self.guilds.get(channel.guild_id) if channel.guild_id else None

    def message(self, channel: Channel, id: int) -> Message:
        """A message anybody may find. Raises 10008, also for an ephemeral one."""
        found = channel.messages.get(id)
        if found is None or found.seen_only_by is not None:
            raise Refusal(10008)
        return found

    def member(self, guild: Guild, id: int) -> Member:
        """Raises 10007 (10013 when there is no such person at all)."""
        if id not in self.users:
            raise Refusal(10013)
        found = guild.members.get(id)
        if found is None:
            raise Refusal(10007)
        return found

    def user(self, id: int) -> User:
        if id not in self.users:
            raise Refusal(10013)
        return self.users[id]

    def dm(self, user: User) -> Channel:
        """The one channel between the bot and this person, made when first asked for."""
        if user.id not in self.dms:
            channel = Channel(self.new_id(), Kind.DM, None, recipient=user)
            self.dms[user.id] = self.channels[channel.id] = channel
        return self.dms[user.id]

    def share_a_guild(self, user: User) -> bool:
        return any(user.id in g.members and self.bot.id in g.members for g in self.guilds.values())

    def children(self, channel: Channel) -> list[Channel]:
        return [c for c in self.channels.values() if c.parent_id == channel.id]

    def threads(self, guild: Guild, archived: bool = False) -> list[Channel]:
        return [
            c for c in self.channels.values() if c.guild_id == guild.id and c.thread and c.thread.archived == archived
        ]
