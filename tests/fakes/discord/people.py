"""What people do in Discord. Each act obeys the rights of the one who acts and raises what Discord raises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from . import editing, events, people_state, perms, posting, routes_messages, threads
from .bits import Kind, Perm
from .errors import Refusal
from .model import JSON, Channel, Message, User
from .refs import ChannelRef, FileRef, GuildRef, MessageRef, Refs, UserRef, uploads


class People(Refs):
    """Every method is a sentence: `await fake.say(ann, support, "It burns")`."""

    async def say(
        self,
        user: UserRef,
        channel: ChannelRef,
        text: str = "",
        files: Iterable[FileRef] = (),
        reply_to: MessageRef | None = None,
        stickers: Iterable[str] = (),
    ) -> Message:
        who, place = self._user(user), self._channel(channel)
        guild = self.world.guild_of(place)
        body: JSON = {"content": text}
        if stickers:
            known = {s.name: s.id for s in guild.stickers.values()} if guild else {}
            body["sticker_ids"] = [known[s] for s in stickers]
        if reply_to is not None:
            target = self._message(reply_to)
            body["message_reference"] = {"message_id": target.id, "channel_id": target.channel_id}
        return await self._post(who, place, body, files)

    async def _post(self, who: User, place: Channel, body: JSON, files: Iterable[FileRef] = ()) -> Message:
        if place.is_dm and place.recipient is not who:
            raise Refusal(50001)
        message = posting.create(self.world, who, place, body, uploads(files))
        await asyncio.sleep(0)
        return message

    async def dm(self, user: UserRef, text: str = "", files: Iterable[FileRef] = ()) -> Message:
        """To the bot. Raises 50278 when they share no server any more."""
        who = self._user(user)
        return await self.say(who, self.world.dm(who), text, files)

    async def forward(self, user: UserRef, message: MessageRef, channel: ChannelRef) -> Message:
        item = self._message(message)
        reference = {"type": 1, "message_id": item.id, "channel_id": item.channel_id}
        return await self._post(self._user(user), self._channel(channel), {"message_reference": reference})

    async def edit(self, user: UserRef, message: MessageRef, text: str) -> Message:
        item = self._message(message)
        editing.edit(self.world, self._user(user), self.world.channels[item.channel_id], item, {"content": text}, [])
        await asyncio.sleep(0)
        return item

    async def delete(self, user: UserRef, message: MessageRef) -> None:
        item = self._message(message)
        editing.delete(self.world, self._user(user), self.world.channels[item.channel_id], [item])
        await asyncio.sleep(0)

    async def react(self, user: UserRef, message: MessageRef, emoji: str) -> None:
        item, who = self._message(message), self._user(user)
        place = self.world.channels[item.channel_id]
        perms.demand(self.world, who, place, Perm.READ_MESSAGE_HISTORY)
        routes_messages.add_reaction(self.world, who, place, item, emoji)
        await asyncio.sleep(0)

    async def unreact(self, user: UserRef, message: MessageRef, emoji: str) -> None:
        routes_messages.take_reaction(self.world, self._user(user), self._message(message), emoji)
        await asyncio.sleep(0)

    async def type(self, user: UserRef, channel: ChannelRef) -> None:
        who, place = self._user(user), self._channel(channel)
        self.world.typing.append((who, place))
        events.typing(self.world, place, who)
        await asyncio.sleep(0)

    async def start_thread(
        self, user: UserRef, channel: ChannelRef, name: str, private: bool = False, on: MessageRef | None = None
    ) -> Channel:
        who, place = self._user(user), self._channel(channel)
        perms.demand(self.world, who, place, Perm.CREATE_PRIVATE_THREADS if private else Perm.CREATE_PUBLIC_THREADS)
        starter = self._message(on) if on is not None else None
        kind = Kind.PRIVATE_THREAD if private else Kind.PUBLIC_THREAD
        thread = threads.create(self.world, who, place, kind, name, starter=starter)
        await asyncio.sleep(0)
        return thread

    async def add_to_thread(self, by: UserRef, thread: ChannelRef, user: UserRef) -> None:
        threads.add(self.world, self._user(by), self._channel(thread), self._user(user))
        await asyncio.sleep(0)

    async def leave_thread(self, user: UserRef, thread: ChannelRef) -> None:
        threads.remove(self.world, self._channel(thread), self._user(user).id)
        await asyncio.sleep(0)

    async def join(self, user: UserRef, guild: GuildRef) -> None:
        people_state.joins(self.world, self._guild(guild), self._user(user))
        await asyncio.sleep(0)

    async def leave(self, user: UserRef, guild: GuildRef) -> None:
        people_state.leaves(self.world, self._guild(guild), self._user(user))
        await asyncio.sleep(0)

    def close_dms(self, user: UserRef) -> None:
        """From now on the bot gets 50007."""
        self._user(user).dms_open = False

    def open_dms(self, user: UserRef) -> None:
        self._user(user).dms_open = True

    # --- what is to be seen ---

    def messages(self, channel: ChannelRef) -> list[Message]:
        """What stands in the channel for everybody, oldest first."""
        return [m for m in self._channel(channel).messages.values() if m.seen_only_by is None]

    def seen_by(self, user: UserRef, channel: ChannelRef | None = None) -> list[Message]:
        """Everything on this person's screens, ephemeral answers included, oldest first."""
        who = self._user(user)
        places = [self._channel(channel)] if channel is not None else list(self.world.channels.values())
        mine = [p for p in places if not p.is_dm or p.recipient is who]
        found = [m for p in mine for m in p.messages.values() if perms.sees(self.world, who, p, m)]
        return sorted(found, key=lambda m: m.id)

    def can_see(self, user: UserRef, channel: ChannelRef) -> bool:
        return perms.can(self.world, self._user(user), self._channel(channel), 0)
