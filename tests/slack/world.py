"""A whole desk on Slack: the bot as it is run, its database, and a fake Slack with people in it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.slack.manifest import manifest
from bot.config import Settings as Configuration
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.message import UserRef
from bot.process import platforms
from bot.process.running import Running, desk_running, now
from bot.routes import all_routes
from bot.tickets.model import Ticket
from tests.fakes.slack import Channel, FakeSlack, Line, Message, User
from tests.network import free_port


async def eventually(check: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until it is true. Raises TimeoutError if it takes longer."""
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@dataclass
class World:
    """Anna and Ben are customers, Sam and Kim agents, Lea is the lead. #help takes in, #desk is the agents'."""

    slack: FakeSlack
    folder: Path
    http: bool
    anna: User
    ben: User
    sam: User
    kim: User
    lea: User
    help: Channel
    desk: Channel
    running: Running
    stack: contextlib.AsyncExitStack

    async def stop(self) -> None:
        """End the bot; people and Slack go on."""
        await self.stack.aclose()

    @property
    def team(self) -> str:
        return self.slack.work.team.id

    @property
    def chat(self) -> Any:
        return self.running.chats["slack"]

    def ref(self, user: User) -> UserRef:
        return UserRef("slack", user.team_id, user.id)

    def place(self, channel: Channel) -> Place:
        return Place("slack", self.team, channel.id)

    async def set_up(self, **settings: Any) -> None:
        members = [Member(str(self.ref(agent)), Rank.AGENT) for agent in (self.sam, self.kim)]
        members.append(Member(str(self.ref(self.lea)), Rank.LEAD))
        desk = Desk(0, "support", self.place(self.desk), Settings(**settings))
        await self.running.store.write(lambda work: work.desks.save(desk, [self.place(self.help)], members))

    async def settle(self) -> None:
        """Until nothing is under way: to the bot, out of its outbox, to people."""
        for _ in range(3):
            await self.slack.settled()
            await self.running.courier.settle()
            await self.chat.settle()
        await self.slack.settled()

    async def say(self, who: User, text: str, place: Channel | str = "@bot", **more: Any) -> Message:
        said = await self.slack.say(who.id, place, text, **more)
        await self.settle()
        return said

    async def press(self, who: User, label: str, on: Any = None) -> None:
        await self.slack.press(who.id, label, on)
        await self.settle()

    async def submit(self, who: User, **values: Any) -> None:
        await self.slack.submit(who.id, values)
        await self.settle()

    async def command(self, who: User, line: str, place: Channel | str = "@bot") -> None:
        word, _, rest = line.partition(" ")
        await self.slack.command(who.id, place, word, rest)
        await self.settle()

    async def ticket(self, number: int) -> Ticket | None:
        return await self.running.store.read(
            lambda work: work.tickets.numbered(work.desks.all()[0].id, number) if work.desks.all() else None
        )

    # What people see

    def sees(self, who: User) -> list[str]:
        return self.slack.seen_by(who.id).texts

    def private(self, who: User) -> list[Line]:
        return self.slack.seen_by(who.id).within(self.slack.dm(who.id))

    def card(self, number: int = 1) -> Line:
        lines = self.slack.seen_by(self.sam.id).within(self.desk)
        return next(line for line in lines if line.text.split()[:1] == [f"#{number}"] and not line.thread_ts)

    def agents_room(self, number: int = 1) -> list[Line]:
        return self.slack.thread(self.desk, self.card(number).ts)[1:]


Connect = Callable[..., contextlib.AbstractAsyncContextManager[World]]


@contextlib.asynccontextmanager
async def world(
    folder: Path, *, http: bool = False, slack: FakeSlack | None = None, **settings: Any
) -> AsyncIterator[World]:
    slack = slack or FakeSlack(manifest=manifest(all_routes()))
    anna, ben, sam, kim, lea = (slack.user(name) for name in ("anna", "ben", "sam", "kim", "lea"))
    help_channel = slack.channel("help", [anna, ben, sam, kim, lea])
    desk_channel = slack.channel("desk", [sam, kim, lea], private=True)
    people = (anna, ben, sam, kim, lea)
    async with slack, contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(bot(slack, folder, http=http, **settings))
        found = World(slack, folder, http, *people, help_channel, desk_channel, running, stack)
        await found.set_up()
        yield found


@contextlib.asynccontextmanager
async def bot(
    slack: FakeSlack,
    folder: Path,
    *,
    http: bool = False,
    update_every: float = 0.0,
    virtual: bool = False,
    now: Callable[[], datetime] = now,
    **settings: Any,
) -> AsyncIterator[Running]:
    """The bot, connected. Used twice in one test, it is a restart. Changes of cards wait for nothing by default; with
    `virtual`, waiting for Slack's limits lets the fake's time pass instead of anybody's."""
    app, port = slack.app, free_port()
    way = {"slack_signing_secret": app.signing_secret} if http else {"slack_app_token": app.app_token}
    configuration = Configuration.model_validate(
        {"data_dir": folder, "slack_bot_token": app.bot_token, "slack_api_url": slack.base_url, "http_port": port}
        | way
        | settings
    )
    async with desk_running(configuration, platforms.with_tokens(configuration), now=now) as running:
        stop = asyncio.Event()
        serving = asyncio.create_task(running.serve(stop))
        chat: Any = running.chats["slack"]
        chat.delivery.poster.update_every = update_every
        if virtual:
            chat.api.pace.now = slack.clock.now
            chat.api.pace.sleep = chat.catch_up.history.sleep = slack.advance
        ready = asyncio.create_task(chat.ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if http:
            await slack.use_http(f"http://127.0.0.1:{port}/slack/events", verify=not virtual)
        else:
            await slack.sockets.connected(2)
        try:
            yield running
        finally:
            ready.cancel()
            stop.set()
            await serving
