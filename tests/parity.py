"""One way to act on three platforms, each through its real adapter: what the parity tests speak to."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from bot.access import Call
from bot.app import App
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Reply, UnitOfWork
from bot.router import Command, Router, Takes
from bot.routes import all_routes
from storage.opening import open_store
from tests.console.rig import Script
from tests.discord.shop import World as Server
from tests.discord.shop import running
from tests.slack.world import world as workspace

Values = Mapping[str, str]
BEN = "ben"  # whom options name


@dataclass
class Reached:
    """Which commands' handlers ran, and what they were given: the real handlers, overheard."""

    ben: UserRef
    calls: dict[str, tuple[str, Values]] = field(default_factory=dict)  # by event, since a job may run again

    def overhear(self, router: Router) -> None:
        for action, command in router.commands.items():
            router.commands[action] = replace(command, handler=self._overheard(command))

    def _overheard(self, command: Command) -> Any:
        def handler(call: Call, work: UnitOfWork) -> Reply:
            people = {o.name for o in command.options if o.takes is Takes.PERSON}
            given = {o.name: call.options[o.name] for o in command.options if call.options.get(o.name)}
            named = {o: BEN if o in people and value == str(self.ben) else value for o, value in given.items()}
            self.calls[call.event.id] = (command.name, named)
            return command.handler(call, work)

        return handler

    @property
    def last(self) -> tuple[str, Values]:
        return list(self.calls.values())[-1]


class Surface(Protocol):
    """A customer has ticket 1 open in private; a lead is in the agents' channel. Every act returns what the one who
    acted sees after it and did not before."""

    reached: Reached
    router: Router

    async def types(self, command: Command, values: Values, *, lead: bool) -> str: ...
    async def says_in_room(self, command: Command, values: Values) -> str:
        """The lead, to the bot, in the agents' room of ticket 1."""

    async def presses(self, label: str, text: str = "") -> str:
        """The lead, on the card of ticket 1; `text` is filled into the form that opens."""

    def customer_reads(self) -> str:
        """Everything the customer has been told so far."""


def typed(values: Values, ben: str) -> str:
    return " ".join(f"{name}:{ben if value == BEN else value}" for name, value in values.items())


def more_than(before: Sequence[str], now: Sequence[str]) -> Iterable[str]:
    """What is there now and was not, or not so often."""
    return (Counter(now) - Counter(before)).elements()


@dataclass
class OnSlack:
    world: Any
    reached: Reached
    router: Router

    async def types(self, command: Command, values: Values, *, lead: bool) -> str:
        who, place = (self.world.lea, self.world.desk) if lead else (self.world.anna, "@bot")
        if self.world.slack.seen_by(who.id).modals:
            await self.world.slack.close_modal(who.id, everything=True)
        before = self._seen(who)
        await self.world.command(who, f"/{command.name} {typed(values, self._ben)}", place)
        return self._news(who, before)

    async def says_in_room(self, command: Command, values: Values) -> str:
        before = self._seen(self.world.lea)
        line = f"<@{self.world.slack.bot}> {command.verb} {typed(values, self._ben)}"
        await self.world.say(self.world.lea, line, self.world.desk, thread_ts=self.world.card().ts)
        return self._news(self.world.lea, before)

    async def presses(self, label: str, text: str = "") -> str:
        before = self._seen(self.world.lea)
        await self.world.press(self.world.lea, label, on=self.world.card().ts)
        if text:
            await self.world.submit(self.world.lea, text=text)
        return self._news(self.world.lea, before)

    def customer_reads(self) -> str:
        return "\n".join(self._seen(self.world.anna))

    @property
    def _ben(self) -> str:
        return f"<@{self.world.ben.id}|ben>"

    def _seen(self, who: Any) -> list[str]:
        sight = self.world.slack.seen_by(who.id)
        return [*sight.texts, *sight.modals]

    def _news(self, who: Any, before: list[str]) -> str:
        return "\n".join(more_than(before, self._seen(who)))


@dataclass
class OnDiscord:
    shop: Any
    reached: Reached
    router: Router

    async def types(self, command: Command, values: Values, *, lead: bool) -> str:
        fake = self.shop.fake
        who, place = (fake.sam, fake.desk_channel) if lead else (fake.ann, fake.world.dm(fake.ann))
        if any(other.name.startswith(f"{command.name} ") for other in self.router.visible()):
            return await self._says(who, place, command.name)  # a group of commands cannot be typed as one
        kinds = {o.name: o.takes for o in command.options}
        given = {name: self._value(kinds[name], value) for name, value in values.items()}
        told = await self.shop.does(fake.command(who, place, command.name, given))
        return str(told)

    async def says_in_room(self, command: Command, values: Values) -> str:
        fake = self.shop.fake
        return await self._says(
            fake.sam, self.shop.agents_room(), f"{command.verb} {typed(values, f'<@{fake.ben.id}>')}"
        )

    async def _says(self, who: Any, place: Any, line: str) -> str:
        """To the bot, in words."""
        fake = self.shop.fake
        before = self._seen(who)
        await fake.say(who, place, f"<@{fake.bot.id}> {line}")
        await self.shop.settled()
        return "\n".join(more_than(before, self._seen(who)))

    async def presses(self, label: str, text: str = "") -> str:
        fake = self.shop.fake
        press = await (await fake.press(fake.sam, self.shop.card(), label)).finished()
        if text:
            return str(await self.shop.does(fake.submit_modal(fake.sam, press, {"text": text})))
        await self.shop.settled()
        return "\n".join(message.text for message in press.messages)

    def customer_reads(self) -> str:
        return "\n".join(self._seen(self.shop.fake.ann))

    def _value(self, takes: Takes, value: str) -> Any:
        if takes is Takes.PERSON:
            return self.shop.fake.ben
        return int(value) if takes is Takes.NUMBER else value

    def _seen(self, who: Any) -> list[str]:
        return [message.text for message in self.shop.fake.seen_by(who)]


@dataclass
class OnConsole:
    script: Script
    app: App
    courier: Courier
    reached: Reached
    router: Router

    async def types(self, command: Command, values: Values, *, lead: bool) -> str:
        return await self._run(f"{'agent' if lead else 'ana'}: /{command.name} {typed(values, BEN)}\n")

    async def says_in_room(self, command: Command, values: Values) -> str:
        return await self._run(f"agent@1: /{command.name} {typed(values, BEN)}\n")

    async def presses(self, label: str, text: str = "") -> str:
        return await self._run(f"agent: [{label}] 1\n" + (f"{text}\n" if text else ""))

    def customer_reads(self) -> str:
        lines = self.script.output.getvalue().splitlines()
        return "\n".join(line for line in lines if line.startswith("[@ana]"))

    async def _run(self, text: str) -> str:
        """As a process of its own would: what is kept is read again."""
        before, chat = len(self.script.output.getvalue()), self.script.chat(text)
        self.courier.chats = {"console": chat}
        await chat.run(self.app.handle)
        while await self.courier.drain():
            pass
        return self.script.output.getvalue()[before:]


@contextlib.asynccontextmanager
async def on_slack(folder: Path) -> AsyncIterator[Surface]:
    async with workspace(folder, http=True) as found:
        reached = Reached(found.ref(found.ben))
        reached.overhear(found.running.router)
        await found.say(found.anna, "my printer is on fire")
        yield OnSlack(found, reached, found.running.router)


@contextlib.asynccontextmanager
async def on_discord(folder: Path) -> AsyncIterator[Surface]:
    async with Server() as fake, running(fake, folder) as shop:
        await shop.set_up()
        reached = Reached(UserRef("discord", "", str(fake.ben.id)))
        reached.overhear(shop.chat.router)
        await fake.dm(fake.ann, "my printer is on fire")
        await shop.settled()
        yield OnDiscord(shop, reached, shop.chat.router)


@contextlib.asynccontextmanager
async def on_console(folder: Path) -> AsyncIterator[Surface]:
    store = open_store(f"sqlite:///{folder}/desk.db", lambda: datetime.now(UTC))
    agents, intake = Place("console", "local", "agents"), Place("console", "local", "help")
    members = [Member("console:local/@agents", Rank.LEAD)]
    await store.write(lambda work: work.desks.save(Desk(0, "support", agents, Settings()), [intake], members))
    router, reached = all_routes(), Reached(UserRef("console", "local", BEN))
    reached.overhear(router)
    script = Script(folder, router, {"help": False, "agents": True})
    courier = Courier(router, store, {}, lambda: datetime.now(UTC))
    surface = OnConsole(script, App(router, store, courier.posted), courier, reached, router)
    try:
        await surface._run("ana: my printer is on fire\n")
        yield surface
    finally:
        await store.close()
