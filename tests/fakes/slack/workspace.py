"""The state of the fake: who is there, where they talk, what was said. One object, readable by tests."""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .app import App
from .clock import Clock
from .errors import SlackError
from .limits import Limits
from .model import Call, Channel, File, Json, Message, Team, User, UserGroup, View

if TYPE_CHECKING:
    from .triggers import Tickets


@functools.lru_cache
def scope_list(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))


class Workspace:
    """All state, and the few rules everything else needs (finding, ids, timestamps)."""

    tickets: "Tickets"  # set by whoever puts the fake together

    def __init__(self, app: App, clock: Clock, limits: Limits, base_url: str = "") -> None:
        self.app = app
        self.clock = clock
        self.limits = limits
        self.base_url = base_url  # without the "/api" of the Web API
        self.file_delay = 0.0  # seconds from completeUploadExternal to the message that shows the file
        self.block_checks: list[Callable[[Json, str], list[str]]] = []
        self.team = Team("T0HOME00001", "Home", "home")
        self.teams = {self.team.id: self.team}
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}  # by user
        self.modals: dict[str, list[str]] = {}  # by user: the stack of open views, the top one last
        self.log: list[Call] = []
        self.socket_tickets: set[str] = set()
        self.emit: Callable[[Json, Channel | None], None] = lambda event, channel: None
        self._ids = itertools.count(1)
        self._last_ts = 0
        self._ims: dict[frozenset[str], str] = {}
        bot = self.add_user(app.name.lower(), real_name=app.name, is_bot=True)
        bot.bot_id = self.new_id("B")
        app.user_id, app.bot_id = bot.id, bot.bot_id

    def new_id(self, kind: str) -> str:
        return f"{kind}0{next(self._ids):08X}"

    def next_number(self) -> int:
        return next(self._ids)

    def new_ts(self) -> str:
        """Unique and rising, even if the clock stands still: microseconds of the virtual clock."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, name: str, *, team: str = "", real_name: str = "", email: str = "", **more: bool | str) -> User:
        user = User(self.new_id("U"), name, team or self.team.id, real_name or name.title(), email)
        for key, value in more.items():
            if not hasattr(user, key):
                raise TypeError(f"a user has no {key}")
            setattr(user, key, value)
        self.users[user.id] = user
        return user

    def add_team(self, name: str, enterprise_id: str = "") -> Team:
        team = Team(self.new_id("T"), name, name.lower(), enterprise_id)
        self.teams[team.id] = team
        return team

    def add_channel(self, name: str, members: list[str], *, kind: str = "channel", shared: bool = False) -> Channel:
        prefix = {"channel": "C", "group": "C", "im": "D", "mpim": "C"}[kind]
        channel = Channel(self.new_id(prefix), name, kind, self.clock.now(), dict.fromkeys(members), shared=shared)
        channel.creator = members[0] if members else ""
        self.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, users: list[str]) -> UserGroup:
        group = UserGroup(self.new_id("S"), handle, list(users))
        self.groups[group.id] = group
        return group

    def direct(self, *users: str) -> Channel:
        """The direct message between the bot and these people (made when first asked for)."""
        who = frozenset((*users, self.app.user_id))
        if who not in self._ims:
            kind = "im" if len(who) == 2 else "mpim"
            name = "" if kind == "im" else "mpdm-" + "--".join(sorted(self.users[u].name for u in who)) + "-1"
            self._ims[who] = self.add_channel(name, sorted(who), kind=kind).id
        return self.channels[self._ims[who]]

    def channel(self, id: str) -> Channel:
        """Raises SlackError channel_not_found, also for private places the bot is not in."""
        channel = self.channels.get(id)
        hidden = channel is not None and channel.kind != "channel" and self.app.user_id not in channel.members
        if channel is None or hidden:
            raise SlackError("channel_not_found")
        return channel

    def message(self, channel: Channel, ts: str) -> Message:
        found = channel.messages.get(ts)
        if found is None or found.deleted:
            raise SlackError("message_not_found")
        return found

    def keep(self, message: Message) -> None:
        """Store a message where it belongs: in its channel, and in its thread."""
        channel = self.channels[message.channel]
        if message.ephemeral_for:
            channel.ephemeral.append(message)
            return
        channel.messages[message.ts] = message
        if message.is_reply:
            channel.threads.setdefault(message.thread_ts, []).append(message.ts)
            parent = channel.messages[message.thread_ts]
            parent.thread_ts = parent.ts

    def need(self, *scopes: str) -> None:
        """Raises SlackError missing_scope unless one of `scopes` was granted."""
        if not any(scope in self.app.scopes for scope in scopes):
            raise SlackError("missing_scope", needed=",".join(scopes), provided=scope_list(self.app.scopes))

    def everything_said(self) -> Iterator[Message]:
        for channel in self.channels.values():
            yield from channel.messages.values()
            yield from channel.ephemeral
