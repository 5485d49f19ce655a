"""Servers, channels, roles and people that come and go, as events. Discord may tell of each more than once."""

import time
from collections import OrderedDict
from collections.abc import Iterable

import discord

from adapters.discord import words
from adapters.discord.people import NOBODY, actor
from adapters.discord.places import PLATFORM, in_guild
from bot.inbound import GroupGone, MembershipChanged, Place, PlaceGone, WorkspacesThere

MOST_REMEMBERED = 10_000  # people who left or came
MINUTE = 60.0  # seconds in which another process that hears the same says the same


class Lifecycle:
    def __init__(self) -> None:
        self.there: OrderedDict[tuple[int, int], bool] = OrderedDict()

    def channel_gone(self, channel: discord.abc.GuildChannel) -> PlaceGone:
        place = in_guild(channel.guild.id, channel.id)
        return PlaceGone(f"{PLATFORM}:{channel.id}:gone", NOBODY, place, words.DELETED)

    def server_gone(self, guild: int) -> PlaceGone:
        return PlaceGone(f"{PLATFORM}:{guild}:gone:{_now()}", NOBODY, Place(PLATFORM, str(guild), ""), words.REMOVED)

    def servers_there(self, guilds: Iterable[int], *, all: bool = False) -> WorkspacesThere:
        """Where we are; with `all` of them, it is nowhere else."""
        id, nowhere = f"{PLATFORM}:there:{time.time_ns()}", Place(PLATFORM, "", "")
        return WorkspacesThere(id, NOBODY, nowhere, tuple(str(guild) for guild in guilds), all)

    def role_gone(self, role: discord.Role) -> GroupGone:
        guild = role.guild.id
        return GroupGone(
            f"{PLATFORM}:{role.id}:gone", NOBODY, Place(PLATFORM, str(guild), ""), f"{PLATFORM}:{guild}/&{role.id}"
        )

    def moved(self, user: discord.abc.User, guild: int, *, back: bool) -> MembershipChanged | None:
        """None if it is known already, or of no person."""
        if user.bot:
            return None
        key = guild, user.id
        if self.there.get(key) is back:
            return None
        self.there[key] = back
        if len(self.there) > MOST_REMEMBERED:
            self.there.popitem(last=False)
        id = f"{PLATFORM}:{guild}:{user.id}:{'back' if back else 'left'}:{_now()}"
        return MembershipChanged(id, actor(user), Place(PLATFORM, str(guild), ""), back)


def _now() -> int:
    return int(time.time() // MINUTE)
