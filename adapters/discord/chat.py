"""Discord as a chat platform."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from adapters.discord import commands, inbound, words
from adapters.discord.addresses import pointed_at
from adapters.discord.answers import Answers, failed
from adapters.discord.attachments import Attachments
from adapters.discord.catching_up import CatchingUp, Look
from adapters.discord.client import Gateway, intents
from adapters.discord.delivery import Delivery
from adapters.discord.inbound import Interaction
from adapters.discord.lanes import Lanes
from adapters.discord.marks import Marks, Write, a_moment_ago
from adapters.discord.people import NOBODY, actor, ref
from adapters.discord.places import PLATFORM, Places, in_guild
from adapters.discord.spoken import Spoken
from bot.effects import Effect
from bot.errors import Problem
from bot.inbound import Actor, Event, FormSubmitted, Place, RoomGone
from bot.ports import Files, Handle, Reply, Spot, TryLater, Watched
from bot.router import Router, Takes

log = logging.getLogger(__name__)
MOST_AHEAD = 1000  # edits and deletions that wait for their message
SAID = frozenset({discord.MessageType.default, discord.MessageType.reply})
# Discord waits three seconds. An answer that is there sooner needs one request instead of two, and may be a form.
ANSWER_PATIENCE, FORM_PATIENCE = 0.3, 2.0  # seconds until we say that we are at it
PATIENCE = 10.0  # seconds a delivery waits for the connection before it is put off
Suggest = Callable[[Takes, str, Actor, Place], Awaitable[Sequence[tuple[str, str]]]]


class DiscordChat:
    """`suggest` completes what somebody types into an option. `options` are for discord.py's client."""

    platform = PLATFORM

    def __init__(
        self,
        router: Router,
        files: Files,
        token: str,
        *,
        suggest: Suggest,
        watched: Look,
        write_marks: Write,
        api_url: str = "",
        gateway_url: str = "",
        message_content: bool = True,
        members: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.router = router
        self.files = files
        self.token = token
        self.suggest = suggest
        self.pointed_at = pointed_at(api_url, gateway_url)
        self.message_content = message_content
        self.members = members
        self.client = Gateway(self, intents(message_content=message_content, members=members), **(options or {}))
        self.places = Places(self.client)
        self.delivery = Delivery(self.client, files, self.places)
        self.answers = Answers(files, self.delivery.posting, self.delivery.private_channel)
        self.spoken = Spoken(router)
        self.attachments = Attachments(files, self.pointed_at.files_at)
        self.lanes = Lanes()
        self.marks = Marks(write_marks)
        self.catching_up = CatchingUp(self.client, self.lanes, self.marks, watched, self._said)
        self.members_met: dict[int, discord.Member] = {}  # while history is read
        self.ahead: OrderedDict[int, discord.Message | None] = OrderedDict()  # edits and deletions that came too soon
        self.up = asyncio.Event()
        self.handle: Handle

    async def run(self, handle: Handle) -> None:
        """Raises `Problem` if Discord refuses the token or the intents."""
        self.handle = handle
        try:
            with self.pointed_at:
                async with self.client:
                    keeping = asyncio.create_task(self.marks.keep())
                    try:
                        await self.client.start(self.token)
                    finally:
                        keeping.cancel()
        except discord.LoginFailure as error:
            raise Problem(words.WRONG_TOKEN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise Problem(words.NO_INTENT) from error
        finally:
            await self.lanes.stop()
            await self.marks.flush(last=True)

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        try:
            await asyncio.wait_for(self.up.wait(), PATIENCE)
        except TimeoutError as error:
            raise TryLater(reason=words.NOT_CONNECTED) from error
        return await self.delivery.deliver(effect, at, token)

    # What the gateway says

    async def started(self) -> None:
        """Logged in, not connected yet: tell Discord our commands. The same ones again change nothing."""
        declared: list[dict[str, Any]] = commands.declared(self.router)
        await self.client.http.bulk_upsert_global_commands(self.client.application_id or 0, declared)

    async def connected(self, *, resumed: bool) -> None:
        self.up.set()
        self.members_met.clear()
        self.marks.hearing = True
        await self.catching_up.begin(resumed=resumed)
        if self.members and not resumed:
            await self.catching_up.meet_newcomers()

    def disconnected(self) -> None:
        self.lanes.close_gate()
        if self.marks.hearing:
            self.marks.hearing = False
            self.catching_up.since = self.marks.heard_until = a_moment_ago()

    def posted(self, message: discord.Message) -> None:
        self.lanes.put(str(message.channel.id), lambda: self._said(message))

    def edited(self, message: discord.Message) -> None:
        readable = self.message_content or message.guild is None or self.client.user in message.mentions
        if not message.author.bot and readable:
            self.lanes.put(str(message.channel.id), lambda: self._edited(message))

    def deleted(self, message: int, channel: int, guild: int | None) -> None:
        self.lanes.put(str(channel), lambda: self._deleted(message, channel, guild))

    async def acted(self, interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
            return
        event = inbound.invoked(interaction, self.router)
        handling = asyncio.create_task(self._handled(event))
        await asyncio.wait({handling}, timeout=FORM_PATIENCE if self._may_ask(event) else ANSWER_PATIENCE)
        if not handling.done():
            await self.answers.begin(interaction)
        await self.answers.show(await handling, interaction)

    async def thread_made(self, thread: discord.Thread) -> None:
        if await self.delivery.rooms.is_spare(thread):
            await thread.delete()

    async def thread_gone(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread of a ticket, perhaps; the core knows."""
        self.places.parents.pop(thread.thread_id, None)
        place = in_guild(thread.guild_id, thread.thread_id, thread.parent_id)
        event = RoomGone(f"{PLATFORM}:{thread.thread_id}:gone", NOBODY, place)
        self.lanes.put(str(thread.thread_id), lambda: self._gone(event))

    async def _gone(self, event: RoomGone) -> None:
        await self.handle(event)

    # What is done about it

    async def _said(self, message: discord.Message) -> None:
        """A message, told by the gateway or by history; the same one twice is handled once."""
        if message.guild is None:
            await self.catching_up.from_its_beginning(message.channel.id)
        handled = self.marks.known(message.channel.id)
        if handled is not None and message.id <= handled:
            return
        latest = self.ahead.pop(message.id, message)
        if latest is not None and not message.author.bot and message.type in SAID:
            await self._posted(latest)

    async def _posted(self, message: discord.Message) -> None:
        place = await self._place(message.channel.id, message.guild, message.id)
        if place is None:
            return
        who, answers = await self._author(message), message.reference
        if place.direct and message.type is discord.MessageType.reply and answers and answers.message_id:
            place = replace(place, thread=str(answers.message_id))  # it belongs to the ticket of what it answers
        if command := self.spoken.command(message, who, place, self.client.user):
            await self.answers.tell(await self._handled(command), message)
            self._note(message, place)
            return
        kept, refused = await self.attachments.take(inbound.attachments(message))
        try:
            reply = await self.handle(inbound.posted(message, who, place, kept, refused))
        finally:
            self.files.release([file.sha for file in kept])
        self._note(message, place)
        await self.answers.tell(reply, message)

    async def _author(self, message: discord.Message) -> Actor:
        """History does not tell the roles of those who wrote; without them no agent would be one."""
        if message.guild is None or isinstance(message.author, discord.Member):
            return actor(message.author)
        if (member := self.members_met.get(message.author.id)) is None:
            try:
                member = await message.guild.fetch_member(message.author.id)
            except discord.NotFound:
                return actor(message.author)
            self.members_met[message.author.id] = member
        return actor(member)

    def _note(self, message: discord.Message, place: Place) -> None:
        who = ref(message.author.id) if place.direct else None
        place = replace(place, message="", thread="" if place.direct else place.thread)
        self.marks.note(place, Watched(place, str(message.id), who))

    def _came_too_soon(self, id: int, channel: int, latest: discord.Message | None) -> None:
        """Discord promises no order: an edit or deletion may come before its message."""
        if id > (self.marks.known(channel) or 0):
            self.ahead[id] = latest
            if len(self.ahead) > MOST_AHEAD:
                self.ahead.popitem(last=False)

    async def _edited(self, message: discord.Message) -> None:
        self._came_too_soon(message.id, message.channel.id, message)
        if place := await self._place(message.channel.id, message.guild, message.id):
            await self.handle(inbound.edited(message, place))

    async def _deleted(self, message: int, channel: int, guild: int | None) -> None:
        self._came_too_soon(message, channel, None)
        server = discord.Object(guild) if guild else None
        if place := await self._place(channel, server, message):
            await self.handle(inbound.deleted(place))

    async def _place(self, channel: int, guild: discord.abc.Snowflake | None, message: int) -> Place | None:
        """None if it is gone meanwhile, or not ours to see any more."""
        try:
            return await self.places.find(channel, guild.id if guild else None, message)
        except (discord.NotFound, discord.Forbidden):
            return None

    async def _handled(self, event: Event) -> Reply:
        try:
            return await self.handle(event)
        except Exception:
            log.exception("an event could not be handled", extra={"event": event.id})
            return failed()

    def _may_ask(self, event: Event) -> bool:
        """Whether a form may be the answer, which must then be the first one."""
        name = getattr(event, "command", "") or getattr(event, "action", "")
        command = self.router.find(name.replace(" ", "."))
        if command is None or command.form is None or isinstance(event, FormSubmitted):
            return False
        given = getattr(event, "options", {})
        return any(not given.get(option.name, "").strip() for option in command.options if option.required)

    async def _complete(self, interaction: Interaction) -> None:
        data: Mapping[str, Any] = interaction.data or {}
        command, _, _ = commands.found(self.router, data)
        name, typed = commands.focused(data)
        option = next((o for o in command.options if o.name == name), None) if command else None
        who, place = inbound.acting(interaction), inbound.place_of(interaction)
        found = await self.suggest(option.takes, typed, who, place) if option else ()
        choices = [discord.app_commands.Choice(name=label[:100], value=value) for label, value in found]
        await interaction.response.autocomplete(choices[:25])
