"""Discord for the contract (`tests.contract`): real discord.py, connected to a Discord of our own when first needed."""

import asyncio
import hashlib
import mimetypes
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from adapters.discord import words
from adapters.discord.chat import DiscordChat
from bot.effects import Effect
from bot.inbound import Actor, Event, Place
from bot.message import File, UserRef
from bot.parse import find, options
from bot.ports import Chat, Handle, Reply, Spot, Watched
from bot.router import Router, Takes
from storage.files import DiskFiles
from tests.discord.shop import QUICK
from tests.fakes.discord import FakeDiscord, Invocation, Type
from tests.fakes.discord.components import walk
from tests.fakes.discord.model import Message
from tests.rig import Act, Deletes, Edits, Fills, Presses, Says, Seen, Types

SHOWN = {Type.DEFAULT, Type.REPLY, Type.CHAT_INPUT_COMMAND}


class Lazily:
    """The chat, started by the first thing that is done with it."""

    platform = "discord"

    def __init__(self, rig: "DiscordRig") -> None:
        self.rig = rig

    async def run(self, handle: Handle) -> None: ...

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        return await (await self.rig.start()).deliver(effect, at, token)


class DiscordRig:
    def __init__(self, folder: Path, router: Router) -> None:
        self.router = router
        self.files = DiskFiles(folder / "files")
        self.chat: Chat = Lazily(self)
        self.fake = FakeDiscord()
        self.shop = self.fake.add_guild("Shop")
        self.help = self.fake.add_channel(self.shop, "help")
        self.ana, self.ben = self.fake.add_user("ana", self.shop), self.fake.add_user("ben", self.shop)
        self.channel = Place("discord", str(self.shop.id), str(self.help.id))
        self.person, self.other = UserRef("discord", "", str(self.ana.id)), UserRef("discord", "", str(self.ben.id))
        self.stack = AsyncExitStack()
        self.running: DiscordChat | None = None
        self.core: Handle = nobody
        self.last: Message | None = None
        self.invocation: Invocation | None = None

    async def start(self) -> DiscordChat:
        if self.running is None:
            await self.stack.enter_async_context(self.fake)
            chat = self.running = DiscordChat(
                self.router,
                self.files,
                self.fake.token,
                suggest=nothing,
                watched=none,
                write_marks=forget,
                api_url=self.fake.api_url,
                gateway_url=self.fake.gateway_url,
                options=QUICK,
            )
            self.talking = asyncio.create_task(chat.run(self._handle))
            await asyncio.wait_for(chat.up.wait(), 10)
        return self.running

    async def close(self) -> None:
        if self.running is not None:
            await self.running.client.close()
            await self.talking
        await self.stack.aclose()

    async def play(self, handle: Handle, *acts: Act) -> None:
        self.core = handle
        chat = await self.start()
        for act in acts:
            await self._do(act)
            for _ in range(3):
                await asyncio.sleep(0.01)
                await chat.lanes.idle()

    def seen(self) -> list[Seen]:
        channels = self.fake.world.channels.values()
        messages = [m for channel in channels for m in channel.messages.values() if self._is_ours(m)]
        return [self._seen(m) for m in sorted(messages, key=lambda m: m.id)]

    def alarms(self) -> list[str]:
        pings = [f"{ping.why}: {ping.user.name}" for ping in self.fake.pings if ping.why != "thread"]
        return pings + [m.text for m in self._mentions()]

    def mark(self, message: Place) -> str:
        channel = self.fake.world.channels[int(message.thread or message.conversation)]
        return " ".join(channel.messages[int(message.message)].reactions)

    def store(self, name: str, content: bytes) -> File:
        sha = hashlib.sha256(content).hexdigest()
        file = File(sha, name, len(content), mimetypes.guess_type(name)[0] or "application/octet-stream")
        self.files.path(file).parent.mkdir(parents=True, exist_ok=True)
        self.files.path(file).write_bytes(content)
        return file

    def content(self, file: File) -> bytes:
        return self.files.path(file).read_bytes()

    async def _do(self, act: Act) -> None:
        match act:
            case Says(text=text, files=files):
                self.last = await self.fake.dm(self.ana, text, list(files.items()))
            case Edits(text=text):
                assert self.last
                await self.fake.edit(self.ana, self.last, text)
            case Deletes():
                assert self.last
                await self.fake.delete(self.ana, self.last)
            case Types(line=line):
                command, rest = find(self.router, line.removeprefix("/")) or (None, "")
                assert command is not None
                given = options(command, rest, person=str)
                await self._invoke(await self.fake.command(self.ana, self.fake.world.dm(self.ana), command.name, given))
            case Presses(label=label):
                await self._invoke(await self.fake.press(self.ana, self._with_button(label), label))
            case Fills(values=values):
                assert self.invocation
                await self._invoke(await self.fake.submit_modal(self.ana, self.invocation, values))

    async def _invoke(self, invocation: Invocation) -> None:
        self.invocation = await invocation.answered()
        await self.fake.until(lambda: not invocation.deferred or (invocation.original and invocation.original.deleted))

    async def _handle(self, event: Event) -> Reply:
        return await self.core(event)

    def _with_button(self, label: str) -> Message:
        shown = reversed(self.fake.seen_by(self.ana))
        return next(m for m in shown if label in [c.get("label") for c in walk(m.components)])

    def _is_ours(self, message: Message) -> bool:
        loading = message.flags & 128
        return message.author is self.fake.bot and message.type in SHOWN and not loading

    def _mentions(self) -> Sequence[Message]:
        return [m for m in self.fake.seen_by(self.ana) if m.mentions or m.mention_roles or m.mention_everyone]

    def _seen(self, message: Message) -> Seen:
        channel = self.fake.world.channels[message.channel_id]
        room = (str(channel.parent_id), str(channel.id)) if channel.is_thread else (str(channel.id), "")
        files = {file.filename: file.data for file in message.attachments}
        whole = files.pop(words.WHOLE_TEXT, b"").decode()
        labels = tuple(c["label"] for c in walk(message.components) if c.get("label"))
        return Seen(str(message.id), room, whole or message.text, labels, files)


async def nobody(event: Event) -> Reply:
    raise AssertionError("nothing was to happen")


async def none() -> tuple[Sequence[Watched], None]:
    return (), None


async def forget(marks: Sequence[Watched], heard_until: datetime | None) -> None: ...


async def nothing(takes: Takes, typed: str, actor: Actor, place: Place) -> Sequence[tuple[str, str]]:
    return ()
