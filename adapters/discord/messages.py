"""What is done about a message that is told of, by the gateway or by history."""

import logging
from collections import OrderedDict
from dataclasses import replace

import discord

from adapters.discord import inbound
from adapters.discord.answers import Answers, failed
from adapters.discord.attachments import Attachments
from adapters.discord.inbound import Interaction
from adapters.discord.marks import Marks
from adapters.discord.people import actor, ref
from adapters.discord.places import PLATFORM, Places
from adapters.discord.spoken import Spoken
from bot.inbound import Actor, Event, FormSubmitted, MessageRaised, Place
from bot.ports import Files, Handle, Reply, Watched

log = logging.getLogger(__name__)
MOST_AHEAD = 1000  # edits and deletions that wait for their message
SAID = frozenset({discord.MessageType.default, discord.MessageType.reply})


class Messages:
    """Each conversation's messages are given to it in their order."""

    handle: Handle

    def __init__(
        self,
        client: discord.Client,
        files: Files,
        spoken: Spoken,
        attachments: Attachments,
        places: Places,
        marks: Marks,
        answers: Answers,
        *,
        message_content: bool = True,
    ) -> None:
        self.client = client
        self.files = files
        self.spoken = spoken
        self.attachments = attachments
        self.places = places
        self.marks = marks
        self.answers = answers
        self.message_content = message_content
        self.members: dict[int, discord.Member] = {}  # met while history is read
        self.ahead: OrderedDict[int, discord.Message | None] = OrderedDict()  # edits and deletions that came too soon

    async def said(self, message: discord.Message) -> None:
        """A message, told by the gateway or by history; the same one twice is handled once."""
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
            await self.answers.tell(await self.answered(command), message)
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
        if (member := self.members.get(message.author.id)) is None:
            try:
                member = await message.guild.fetch_member(message.author.id)
            except discord.NotFound:
                return actor(message.author)
            self.members[message.author.id] = member
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

    def readable(self, message: discord.Message) -> bool:
        """Whether we are told what a person wrote there; without the intent, much of it comes empty."""
        told = self.message_content or message.guild is None or self.client.user in message.mentions
        return told and not message.author.bot

    async def edited(self, message: discord.Message) -> None:
        self._came_too_soon(message.id, message.channel.id, message)
        if place := await self._place(message.channel.id, message.guild, message.id):
            await self.handle(inbound.edited(message, place))

    async def deleted(self, message: int, channel: int, guild: int | None) -> None:
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

    async def with_files(self, form: FormSubmitted, files: list[discord.Attachment]) -> Reply:
        """The same for a form that files came with."""
        kept, refused = await self.attachments.take(files)
        try:
            return await self.answered(replace(form, files=kept, refused=refused))
        finally:
            self.files.release([file.sha for file in kept])

    async def raised(self, interaction: Interaction, message: discord.Message) -> Reply:
        """What to tell whoever wants a ticket about a message."""
        place = inbound.place_of(interaction)
        who = await self._author(message)
        kept, refused = await self.attachments.take(inbound.attachments(message))
        said = inbound.posted(message, who, replace(place, message=str(message.id)), kept, refused)
        try:
            id = f"{PLATFORM}:{interaction.id}"
            return await self.answered(MessageRaised(id, inbound.acting(interaction), said.place, (said,)))
        finally:
            self.files.release([file.sha for file in kept])

    async def answered(self, event: Event) -> Reply:
        """What to tell the one who acted, also where something went wrong: nobody delivers it again."""
        try:
            return await self.handle(event)
        except Exception:
            log.exception("an event could not be handled", extra={"event": event.recorded})
            return failed(event.actor.language)
