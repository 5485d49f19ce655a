"""Who somebody is: name, language, workspace and user groups, as Slack says now.

Events carry ids. What belongs to them is asked for once an hour, and known at once when Slack tells of a change; who is
in a user group is asked for every minute, because rights hang on it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.slack.api import Api, Json, SlackRefused
from adapters.slack.text import one_line
from bot.inbound import Actor, Place
from bot.message import UserRef
from bot.ports import TryLater

log = logging.getLogger(__name__)
PLATFORM = "slack"
FRESH = 3600.0  # seconds a profile holds
GROUPS_FRESH = 60.0  # a right taken away ends within this
MOST = 20_000  # profiles kept
PATIENCE = 1.5  # seconds; an acknowledgement is due within 3

GroupsOfDesks = Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True)
class Profile:
    name: str
    team: str
    language: str = ""
    gone: bool = False
    bot: bool = False
    manages: bool = False
    until: float = 0.0


class People:
    """`desk_groups` names the user groups that desks list, as principals. `team` and `enterprise` are set when the bot
    knows where it is; an account belongs to the organisation where the app is installed in all of one."""

    def __init__(self, api: Api, desk_groups: GroupsOfDesks) -> None:
        self.api = api
        self.desk_groups = desk_groups
        self.team = ""
        self.enterprise = ""
        self.profiles: dict[str, Profile] = {}
        self.asking: dict[str, asyncio.Future[Profile | None]] = {}
        self.members: dict[str, frozenset[str]] = {}
        self.members_until = 0.0
        self.refreshing = asyncio.Lock()

    async def actor(self, user: str, team: str = "", name: str = "") -> Actor:
        """`team` and `name` are what the event itself says, for when Slack cannot be asked."""
        profile, groups = await self.profile(user), await self.groups(user)
        if profile is None:
            profile = Profile(name, team or self.team)
        who = self.ref(user, profile.team or team)
        manages = profile.manages and profile.team == self.team  # whoever runs another workspace runs that one
        return Actor(who, profile.name or name, groups, profile.language, manages)

    def language(self, user: str) -> str:
        """As far as it is known without asking."""
        known = self.profiles.get(user)
        return known.language if known else ""

    def nowhere(self) -> Place:
        """For what happens in no conversation."""
        return Place(PLATFORM, self.team, "")

    @property
    def realm(self) -> str:
        """What owns the accounts of this workspace."""
        return self.enterprise or self.team

    def ref(self, user: str, team: str) -> UserRef:
        own = not team or team == self.team
        return UserRef(PLATFORM, self.realm if own else team, user)

    async def names(self, users: Iterable[str]) -> Mapping[str, str]:
        found = {user: await self.profile(user) for user in users}
        return {user: profile.name for user, profile in found.items() if profile and profile.name}

    async def profile(self, user: str) -> Profile | None:
        """None if Slack does not say. Many who ask at once are one question."""
        known = self.profiles.get(user)
        if known and known.until > time.monotonic():
            return known
        if user not in self.asking:
            task = asyncio.ensure_future(self._ask(user))
            self.asking[user] = task
            task.add_done_callback(lambda _: self.asking.pop(user, None))
        try:
            return await asyncio.wait_for(asyncio.shield(self.asking[user]), PATIENCE)
        except TimeoutError:
            return known

    def changed(self, user: Json) -> Profile:
        """Slack told of a change."""
        profile = _profile(user)
        self.profiles.pop(user["id"], None)
        self.profiles[user["id"]] = profile
        while len(self.profiles) > MOST:
            del self.profiles[next(iter(self.profiles))]
        return profile

    def groups_changed(self) -> None:
        self.members_until = 0.0

    async def groups(self, user: str) -> tuple[str, ...]:
        """The groups they are in, of those that desks list."""
        if self.members_until <= time.monotonic():
            async with self.refreshing:
                if self.members_until <= time.monotonic():
                    await self._refresh_groups()
        return tuple(group for group, members in self.members.items() if user in members)

    async def _ask(self, user: str) -> Profile | None:
        try:
            answer = await self.api.call("users.info", user=user, include_locale=True)
        except (TryLater, SlackRefused):
            return self.profiles.get(user)
        return self.changed(answer["user"])

    async def _refresh_groups(self) -> None:
        """A group that cannot be read keeps its members for a while: Slack being slow takes nobody's rights."""
        members: dict[str, frozenset[str]] = {}
        for group in await self.desk_groups():
            try:
                id = group.partition("/@")[2]
                users = self.api.pages("usergroups.users.list", "users", usergroup=id, limit=500)
                members[group] = frozenset([user async for user in users])
            except TryLater:
                members[group] = self.members.get(group, frozenset())
            except SlackRefused as error:
                log.warning("a user group cannot be read (%s)", error.code, extra={"group": group})
        self.members = members
        self.members_until = time.monotonic() + GROUPS_FRESH


def _profile(user: Json) -> Profile:
    shown = user.get("profile") or {}
    name = shown.get("display_name") or shown.get("real_name") or user.get("real_name") or user.get("name") or ""
    return Profile(
        name=one_line(name),
        team=user.get("team_id") or "",
        language=str(user.get("locale") or ""),
        gone=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")),
        manages=bool(user.get("is_admin") or user.get("is_owner")),
        until=time.monotonic() + FRESH,
    )
