"""The stage on Slack."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desks.model import Desk, Member, Rank, Settings
from bot.message import UserRef
from bot.process.running import Running
from tests.canaries.life import Life
from tests.fakes.slack import Message, User
from tests.slack.world import World, world


@dataclass
class OnSlack:
    world: World

    def __post_init__(self) -> None:
        self.her, self.him = self.world.anna, self.world.ben
        self.agent, self.lead = self.world.sam, self.world.lea

    @property
    def running(self) -> Running:
        return self.world.running

    @property
    def folder(self) -> Path:
        return self.world.folder

    async def set_up(self) -> None:
        world = self.world
        members = [Member(str(self.ref(self.agent)), Rank.AGENT), Member(str(self.ref(self.lead)), Rank.LEAD, True)]
        desk = Desk(0, "support", world.place(world.desk), Settings(max_open_per_customer=20))
        await self.running.store.write(lambda work: work.desks.save(desk, [world.place(world.help)], members))

    async def settle(self) -> None:
        await self.world.settle()

    def ref(self, who: User) -> UserRef:
        return self.world.ref(who)

    def mention(self, who: User) -> str:
        return f"<@{who.id}>"

    def other(self, who: User) -> User:
        return self.him if who is self.her else self.her

    def id_of(self, message: Message) -> str:
        return message.ts

    async def names(self, who: User, name: str) -> None:
        who.name = who.real_name = name

    async def says(self, who: User, text: str, *, public: bool = False, **more: Any) -> Message:
        return await self.world.say(who, text, self.world.help if public else "@bot", **more)

    async def edits(self, who: User, message: Message, text: str) -> None:
        await self.world.slack.edit(message, text)
        await self.settle()

    async def deletes(self, who: User, message: Message) -> None:
        await self.world.slack.delete(message)
        await self.settle()

    async def types(self, who: User, line: str) -> None:
        await self.world.command(who, line)

    async def opens(self, who: User, subject: str) -> None:
        await self.types(who, f"/ticket open {subject}")

    async def works(self, line: str) -> None:
        await self.world.command(self.agent, line, self.world.desk)

    async def leads(self, line: str, *, public: bool = False) -> None:
        await self.world.command(self.lead, line, self.world.help if public else self.world.desk)

    async def presses(self, who: User, label: str) -> None:
        await self.world.press(who, label)

    async def fills(self, who: User, **values: Any) -> None:
        await self.world.submit(who, **values)

    async def shuts_forms(self, who: User) -> None:
        while self.world.slack.work.modals.get(who.id):
            await self.world.slack.close_modal(who.id, everything=True)

    async def claims(self, number: int) -> None:
        await self.world.press(self.agent, "Claim", on=self.world.card(number).ts)

    async def notes(self, number: int, text: str, **more: Any) -> Message:
        return await self.world.say(self.agent, text, self.world.desk, thread_ts=self.world.card(number).ts, **more)

    async def special(self, life: Life, asked: Message) -> None:
        """An answer in the thread."""
        await self.world.say(life.user, life.word("said in the thread"), self.world.help, thread_ts=asked.ts)

    async def looks_around(self, who: User) -> None:
        for each in (who, self.agent, self.lead):
            await self.world.slack.open_home(each.id)
        await self.settle()

    @contextmanager
    def refusing(self, who: User) -> Iterator[None]:
        self.world.slack.fail("chat.postMessage", error="restricted_action", times=-1)
        yield
        self.world.slack.faults.clear()

    def sees(self, who: User) -> list[str]:
        sight = self.world.slack.seen_by(who.id)
        return [*sight.texts, *sight.modals]

    def private(self, who: User) -> str:
        return self.world.slack.dm(who.id).id

    def ours(self) -> Iterator[tuple[str, Any]]:
        work = self.world.slack.work
        for said in work.everything_said():
            if said.bot_id and not said.ephemeral_for:
                yield f"{said.channel} {said.ts}", self._shown(said)
        for home in work.homes.values():
            yield f"home of {home.user}", home.payload
        for user, modals in work.modals.items():
            yield from ((f"a form of {user}", work.views[name].payload) for name in modals)

    def _shown(self, said: Message) -> Any:
        files = [self.world.slack.work.files[id] for id in said.files if id in self.world.slack.work.files]
        content = [(file.name, file.title, file.content.decode("latin-1")) for file in files]
        return said.ts, said.text, said.username, said.blocks, said.attachments, said.metadata, said.reactions, content


@asynccontextmanager
async def on_slack(folder: Path, **settings: Any) -> AsyncIterator[OnSlack]:
    async with world(folder, http=True, **settings) as found:
        yield OnSlack(found)
