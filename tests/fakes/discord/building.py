"""Making the world a test starts with, and changing it from outside the bot."""

from __future__ import annotations

from collections.abc import Iterable

from . import events, payloads, people_state, places, threads
from .bits import DESK_BOT, EVERYONE, Intent, Kind
from .model import Channel, Guild, Member, Overwrite, Role, Sticker, User
from .refs import ChannelRef, GuildRef, Refs, RoleRef, UserRef


class Building(Refs):
    """Synchronous: the gateway is told of everything at once."""

    def add_guild(self, name: str = "Shop", bot_permissions: int = DESK_BOT, locale: str = "en-US") -> Guild:
        """A server with an owner of its own and the bot in it, its permissions in a role of its own."""
        world = self.world
        owner = world.new_user(f"owner-of-{name.lower()}")
        guild = Guild(world.new_id(), name, owner.id, locale)
        guild.roles[guild.id] = Role(guild.id, "@everyone", int(EVERYONE), 0)
        guild.members[owner.id] = Member(owner, world.now())
        world.guilds[guild.id] = guild
        self.invite_bot(guild, bot_permissions)
        return guild

    def invite_bot(self, guild: GuildRef, permissions: int = DESK_BOT) -> None:
        found, bot = self._guild(guild), self.world.bot
        position = max(r.position for r in found.roles.values()) + 1
        role = Role(self.world.new_id(), bot.name, int(permissions), position, bot_id=bot.id)
        found.roles[role.id] = role
        found.members[bot.id] = Member(bot, self.world.now(), {role.id})
        joined = {k: v for k, v in self._whole(found).items() if k != "unavailable"}
        self.world.emit("GUILD_CREATE", joined, Intent.GUILDS, None)

    def _whole(self, guild: Guild) -> dict[str, object]:
        return payloads.guild_create(self.world, guild, with_members=True) | {"guild_id": str(guild.id)}

    def add_role(self, guild: GuildRef, name: str, permissions: int = 0, mentionable: bool = False) -> Role:
        """Just under the bot's own role, as long as there is room."""
        found = self._guild(guild)
        role = Role(self.world.new_id(), name, permissions, 1, mentionable)
        for other in found.roles.values():
            other.position += other.bot_id is not None
        people_state.add_role(self.world, found, role)
        return role

    def add_channel(
        self, guild: GuildRef, name: str, kind: int = Kind.TEXT, parent: ChannelRef | None = None, topic: str = ""
    ) -> Channel:
        found = self._guild(guild)
        above = self._channel(parent).id if parent else None
        channel = Channel(self.world.new_id(), kind, found.id, name, above, topic or None)
        self.world.channels[channel.id] = channel
        events.channel(self.world, "CHANNEL_CREATE", channel)
        return channel

    def add_forum(self, guild: GuildRef, name: str, tags: Iterable[str] = ()) -> Channel:
        channel = self.add_channel(guild, name, Kind.FORUM)
        channel.tags = [places.tag(self.world, {"name": t}) for t in tags]
        return channel

    def add_user(
        self, name: str, guild: GuildRef | None = None, roles: Iterable[RoleRef] = (), locale: str = "en-US"
    ) -> User:
        user = self.world.new_user(name, locale=locale)
        if guild is not None:
            member = people_state.joins(self.world, self._guild(guild), user)
            member.roles |= {self._role(r)[1].id for r in roles}
        return user

    def add_sticker(self, guild: GuildRef, name: str) -> Sticker:
        found = self._guild(guild)
        sticker = Sticker(self.world.new_id(), name, found.id)
        found.stickers[sticker.id] = sticker
        return sticker

    def allow(self, channel: ChannelRef, target: UserRef | Role | Guild, allow: int = 0, deny: int = 0) -> None:
        """An overwrite for a person, a role, or (given the server) @everyone."""
        place = self._channel(channel)
        is_role = isinstance(target, (Role, Guild))
        id = target.id if isinstance(target, (Role, Guild)) else self._user(target).id
        before = events.bot_sees(self.world, place)
        place.overwrites[id] = Overwrite(id, 0 if is_role else 1, int(allow), int(deny))
        events.channel(self.world, "CHANNEL_UPDATE", place)
        if not before and events.bot_sees(self.world, place):
            events.thread_list(self.world, place)

    def set_bot_permissions(self, guild: GuildRef, permissions: int) -> None:
        """What an admin does who takes a right away mid-way."""
        found = self._guild(guild)
        for role in found.roles.values():
            if role.bot_id == self.world.bot.id:
                role.permissions = int(permissions)
                people_state.change_role(self.world, found, role)

    def give_role(self, user: UserRef, role: RoleRef) -> None:
        guild, found = self._role(role)
        people_state.give_role(self.world, guild, guild.members[self._user(user).id], found)

    def take_role(self, user: UserRef, role: RoleRef) -> None:
        guild, found = self._role(role)
        people_state.take_role(self.world, guild, guild.members[self._user(user).id], found)

    def delete_role(self, role: RoleRef) -> None:
        guild, found = self._role(role)
        people_state.remove_role(self.world, guild, found)

    def delete_channel(self, channel: ChannelRef) -> None:
        places.remove(self.world, self._channel(channel))

    def kick_bot(self, guild: GuildRef) -> None:
        people_state.bot_leaves(self.world, self._guild(guild))

    def outage(self, guild: GuildRef) -> None:
        """The server becomes unavailable: events of it stop."""
        found = self._guild(guild)
        self.world.emit("GUILD_DELETE", {"id": str(found.id), "unavailable": True}, Intent.GUILDS, None)
        found.available = False

    def recover(self, guild: GuildRef) -> None:
        found = self._guild(guild)
        found.available = True
        self.world.emit("GUILD_CREATE", self._whole(found), Intent.GUILDS, None)

    def archive_thread(self, thread: ChannelRef, archived: bool = True, locked: bool | None = None) -> None:
        """By a moderator's hand."""
        found = self._channel(thread)
        assert found.thread
        threads.archive(self.world, found, archived)
        found.thread.locked = found.thread.locked if locked is None else locked
        events.channel(self.world, "THREAD_UPDATE", found)

    def disallow_intents(self, intents: int) -> None:
        """Switched off in the developer portal: IDENTIFY with them closes 4014."""
        self.world.allowed_intents &= ~int(intents)
