"""The stage on Discord: real discord.py, over the fake."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import Gateway
from adapters.discord.sharded import Sharded
from bot.config import Settings as Configuration
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.message import UserRef
from bot.parse import find, options
from bot.process import platforms
from bot.process.running import Running, desk_running
from bot.router import Takes
from tests.canaries.life import Life
from tests.discord.shop import Shop, World, at_once
from tests.fakes.discord import Channel, Invocation, Message, User
from tests.fakes.discord.bits import DELETABLE
from tests.fakes.discord.components import walk

SECONDS = 60  # for anything to happen


@dataclass
class OnDiscord:
    shop: Shop
    running: Running
    folder: Path
    last: dict[int, Invocation] = field(default_factory=dict)  # what each person did last with the bot

    def __post_init__(self) -> None:
        self.fake = self.shop.fake
        self.her, self.him = self.fake.ann, self.fake.ben
        self.agent, self.lead = self.fake.sam, self.fake.kim

    async def set_up(self) -> None:
        """Under a name of its own, beside a desk on another platform."""
        guild, fake = str(self.fake.shop.id), self.fake
        desk = Desk(0, "shop", Place("discord", guild, str(fake.desk_channel.id)), Settings(max_open_per_customer=20))
        intake = [Place("discord", guild, str(fake.help.id))]
        members = [Member(f"discord:{guild}/&{fake.agents.id}", Rank.LEAD, True)]
        await self.running.store.write(lambda work: work.desks.save(desk, intake, members))

    async def settle(self) -> None:
        await self.shop.settled()

    def ref(self, who: User) -> UserRef:
        return UserRef("discord", "", str(who.id))

    def mention(self, who: User) -> str:
        return f"<@{who.id}>"

    def other(self, who: User) -> User:
        return self.him if who is self.her else self.her

    def id_of(self, message: Message) -> str:
        return str(message.id)

    async def names(self, who: User, name: str) -> None:
        who.name, who.global_name = name.lower().replace(" ", "."), name

    async def says(self, who: User, text: str, *, public: bool = False, files: Any = ()) -> Message:
        return await self._said(who, self.fake.help if public else self._dm(who), text, files=files)

    async def edits(self, who: User, message: Message, text: str) -> None:
        await self.fake.edit(who, message, text)
        await self.settle()

    async def deletes(self, who: User, message: Message) -> None:
        await self.fake.delete(who, message)
        await self.settle()

    async def types(self, who: User, line: str) -> None:
        await self._command(who, line, self._dm(who))

    async def opens(self, who: User, subject: str) -> None:
        await self.types(who, f"/ticket open {subject}")

    async def works(self, line: str) -> None:
        await self._command(self.agent, line, self.fake.desk_channel)

    async def leads(self, line: str, *, public: bool = False) -> None:
        await self._command(self.lead, line, self.fake.help if public else self.fake.desk_channel)

    async def presses(self, who: User, label: str) -> None:
        shown = reversed(self.fake.seen_by(who))
        found = next(m for m in shown if label in [part.get("label") for part in walk(m.components)])
        await self._does(who, await self.fake.press(who, found, label))

    async def fills(self, who: User, **values: Any) -> None:
        await self._does(who, await self.fake.submit_modal(who, self.last[who.id], values))

    async def shuts_forms(self, who: User) -> None:
        """Which the bot does not hear of."""

    async def claims(self, number: int) -> None:
        await self._does(self.agent, await self.fake.press(self.agent, self.shop.card(number), "Claim"))

    async def notes(self, number: int, text: str, *, files: Any = ()) -> Message:
        return await self._said(self.agent, self.shop.agents_room(number), text, files=files)

    async def special(self, life: Life, asked: Message) -> None:
        """An answer to a message, one passed on, and a sticker; an agent answers in their room, quoting theirs."""
        fake, room = self.fake, self.shop.thread(asked)
        sticker = fake.add_sticker(fake.shop, life.word("name of a sticker"))
        said = life.wrote(await self._said(life.user, room, life.word("said in the thread")))
        life.wrote(await self._said(life.user, room, life.word("an answer"), reply_to=said))
        life.wrote(await fake.forward(life.user, said, room))
        life.wrote(await self._said(life.user, room, "", stickers=[sticker.name]))
        copied = next(m for m in fake.messages(self.shop.agents_room(life.public)) if life.word("an answer") in m.text)
        await self._said(self.agent, self.shop.agents_room(life.public), "!r yes", reply_to=copied)

    async def looks_around(self, who: User) -> None:
        """There is nothing."""

    @contextmanager
    def refusing(self, who: User) -> Iterator[None]:
        self.fake.close_dms(who)
        yield
        self.fake.open_dms(who)

    def sees(self, who: User) -> list[str]:
        return [message.text for message in self.fake.seen_by(who)]

    def private(self, who: User) -> str:
        return str(self._dm(who).id)

    def ours(self) -> Iterator[tuple[str, Any]]:
        """Messages with what they say who used what, and threads we made, with their names. Who was let into a thread
        Discord says itself, in lines that nobody can delete."""
        bot = self.fake.bot
        for channel in self.fake.world.channels.values():
            if channel.thread and channel.thread.owner_id == bot.id:
                yield f"thread {channel.id}", (channel.name, channel.topic)
            for message in channel.messages.values():
                if message.author is bot and message.seen_only_by is None and message.type in DELETABLE:
                    yield f"{channel.id} {message.id}", _shown(message)

    def _dm(self, who: User) -> Channel:
        return self.fake.world.dm(who)

    async def _said(self, who: User, place: Channel, text: str, **more: Any) -> Message:
        said = await self.fake.say(who, place, text, **more)
        await self.settle()
        return said

    async def _command(self, who: User, line: str, place: Channel) -> None:
        found = find(self.running.router, line.removeprefix("/"))
        assert found is not None, line
        command, rest = found
        takes = {option.name: option.takes for option in command.options}
        given = {name: self._given(takes[name], value) for name, value in options(command, rest, person=str).items()}
        await self._does(who, await self.fake.command(who, place, command.name, given))

    def _given(self, takes: Takes, value: str) -> Any:
        if takes is Takes.PERSON:
            return self.fake.world.users[int(value.strip("<@>"))]
        return int(value) if takes is Takes.NUMBER else value

    async def _does(self, who: User, act: Invocation) -> None:
        done = self.last[who.id] = await act.answered(SECONDS)
        await self.fake.until(lambda: not done.deferred or (done.original and done.original.deleted), SECONDS)
        await self.settle()


def _shown(message: Message) -> Any:
    files = [(file.filename, file.description, file.data.decode("latin-1")) for file in message.attachments]
    said = message.content, message.embeds, message.components, message.snapshots, message.mentions, message.reactions
    return *said, message.reference, message.interaction, files


@asynccontextmanager
async def on_discord(folder: Path, **settings: Any) -> AsyncIterator[OnDiscord]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "before_identify_hook", at_once)
        async with World() as fake:
            wanted = {"data_dir": folder, **where(fake)} | settings
            async with _bot(Configuration.model_validate(wanted)) as running:
                yield stage(fake, running, folder)
            assert fake.violations == []


def where(fake: World) -> dict[str, str]:
    """The settings with which the bot finds it."""
    return {
        "discord_token": fake.token, "discord_api_url": fake.api_url, "discord_gateway_url": fake.gateway_url
    }  # fmt: skip


def stage(fake: World, running: Running, folder: Path) -> OnDiscord:
    chat: Any = running.chats["discord"]
    if isinstance(chat, Sharded):  # as on a database that several processes may have
        chat = chat.shards[0].chat
    files: Any = running.files
    shop = Shop(fake, running.store, files, chat, running.app, running.courier)
    return OnDiscord(shop, running, folder)


async def connected(running: Running) -> None:
    """Where another process might be the one that is connected, it takes a moment to know that there is none."""
    chat: Any = running.chats["discord"]
    while not await chat.is_connected():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


@asynccontextmanager
async def _bot(settings: Configuration) -> AsyncIterator[Running]:
    async with desk_running(settings, platforms.with_tokens(settings)) as running:
        stop = asyncio.Event()
        serving = asyncio.create_task(running.serve(stop))
        ready = asyncio.create_task(connected(running))
        try:
            await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=SECONDS)
            assert ready.done(), "Discord did not connect"
            yield running
        finally:
            ready.cancel()
            stop.set()
            await serving
