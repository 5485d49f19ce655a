"""The platforms of a torture: stand-ins that go on while the bot is killed, and the people on them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Protocol

from adapters.slack.manifest import manifest
from bot.inbound import Place
from bot.routes import all_routes
from tests.discord.shop import World as DiscordWorld
from tests.fakes.discord.model import Channel
from tests.fakes.discord.model import User as DiscordUser
from tests.fakes.slack import FakeSlack
from tests.fakes.slack import User as SlackUser
from tests.history import NEVER, Read
from tests.network import free_port, listening

WORD = re.compile(r"\bw\d+c\d+z")
PATIENCE = 120.0  # seconds, on a machine with other things to do
UNKNOWN = "posted again"  # what the log says where it is not known whether a post was taken


class Side(Protocol):
    """A platform with customers on it. `env` is what the program is told to find it, from the second start on, too."""

    name: str
    agents: Place
    intake: list[Place]
    has_keys: bool  # a post that is repeated is there once, whatever happens

    async def begin(self, stack: AsyncExitStack, customers: int) -> None: ...
    def env(self, number: int) -> dict[str, str]: ...
    async def reached(self, number: int, seconds: float) -> None: ...
    def unreachable(self, number: int) -> None:
        """What the platform, or whoever is in front of the bots, notices: nobody is sent there any more."""

    async def gone(self) -> None: ...
    async def say(self, customer: int, text: str) -> None: ...
    async def arrive(self) -> None:
        """Whoever writes in a thread has one, while the bot is left in peace."""

    async def let_time_pass(self) -> None: ...
    def taken(self) -> Mapping[str, float]:
        """When each word was acknowledged, by the monotonic clock; of those it is silent about, when they were said."""

    def rooms(self) -> Iterable[tuple[str, list[str]]]:
        """What agents read in each room, in its order."""


@dataclass
class OnSlack:
    name: str = "slack"
    has_keys: bool = False
    ports: dict[int, int] = field(default_factory=dict)
    up: list[int] = field(default_factory=list)  # a load balancer sends to each in turn

    async def begin(self, stack: AsyncExitStack, customers: int) -> None:
        self.slack = FakeSlack(manifest=manifest(all_routes()))
        self.people: list[SlackUser] = [self.slack.user(f"customer{n}") for n in range(customers)]
        sam, team = self.slack.user("sam"), self.slack.work.team.id
        self.desk = self.slack.channel("desk", [sam], private=True)
        self.agents = Place("slack", team, self.desk.id)
        self.intake = [Place("slack", team, self.slack.channel("help", [sam, *self.people]).id)]
        await stack.enter_async_context(self.slack)
        self.slack.patience = 0.05

    def env(self, number: int) -> dict[str, str]:
        port = self.ports.setdefault(number, free_port())
        return {
            "SLACK_BOT_TOKEN": self.slack.app.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.app.signing_secret,
            "SLACK_API_URL": self.slack.base_url,
            "HTTP_PORT": str(port),
        }

    async def reached(self, number: int, seconds: float) -> None:
        url = self._url(number)
        await listening(url, seconds)
        self.up = [*(each for each in self.up if each != number), number]
        self.slack.app.request_url = url

    def unreachable(self, number: int) -> None:
        self.up = [each for each in self.up if each != number]

    async def gone(self) -> None: ...

    async def arrive(self) -> None: ...

    async def say(self, customer: int, text: str) -> None:
        if self.up:
            self.up = [*self.up[1:], self.up[0]]
            self.slack.app.request_url = self._url(self.up[0])
        await self.slack.say(self.people[customer].id, "@bot", text)

    async def let_time_pass(self) -> None:
        await self.slack.advance(400)  # all of Slack's own tries

    def taken(self) -> dict[str, float]:
        found = dict[str, float]()
        for delivery in self.slack.courier.sent:
            for word in WORD.findall(str(delivery.payload.get("event", {}).get("text", ""))):
                found[word] = next((answer.at for answer in delivery.answers if answer.status == 200), NEVER)
        return found

    def _url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.ports[number]}/slack/events"

    def rooms(self) -> Iterator[tuple[str, list[str]]]:
        for ts in self.desk.threads:
            yield f"slack {ts}", [message.text for message in self.desk.replies(ts)]


@dataclass
class OnDiscord:
    """With several `shards` there is a server for each of them, in which customers write, too."""

    name: str = "discord"
    has_keys: bool = True
    shards: int = 1
    servers: list[Channel] = field(default_factory=list)  # their intake channels, by shard
    threads: dict[int, int] = field(default_factory=dict)  # by customer

    async def begin(self, stack: AsyncExitStack, customers: int) -> None:
        self.fake = await stack.enter_async_context(DiscordWorld())
        self.people: list[DiscordUser] = [self.fake.add_user(f"customer{n}", self.fake.shop) for n in range(customers)]
        self.agents = Place("discord", str(self.fake.shop.id), str(self.fake.desk_channel.id))
        if self.shards > 1:
            self.servers = [await self._server(number) for number in range(self.shards)]
        self.intake = [Place("discord", str(c.guild_id), str(c.id)) for c in [self.fake.help, *self.servers]]

    async def _server(self, shard: int) -> Channel:
        guild = self.fake.add_guild(f"Shop{shard}")
        while (guild.id >> 22) % self.shards != shard:  # Discord numbers by the clock
            self.fake.kick_bot(guild)
            self.fake.world.shift(0.001)
            guild = self.fake.add_guild(f"Shop{shard}")
        for user in self.people:
            await self.fake.join(user, guild)
        return self.fake.add_channel(guild, "help")

    def env(self, number: int) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": self.fake.token,
            "DISCORD_API_URL": self.fake.api_url,
            "DISCORD_GATEWAY_URL": self.fake.gateway_url,
            "DISCORD_MEMBERS": "true",
            "DISCORD_SHARDS": str(self.shards),
        }

    async def reached(self, number: int, seconds: float) -> None:
        await self.fake.until(lambda: len(self.connected) == self.shards, seconds)

    @property
    def connected(self) -> set[int]:
        """The shards of which somebody hears."""
        return {each.shard[0] for each in self.fake.gateway.sessions.values() if each.connection}

    def unreachable(self, number: int) -> None: ...

    async def gone(self) -> None:
        await self.fake.until(lambda: not any(s.connection for s in self.fake.gateway.sessions.values()))

    async def arrive(self) -> None:
        """Every server's share of the customers writes there, the others in private."""
        for customer, who in enumerate(self.people if self.servers else ()):
            if home := customer % (len(self.servers) + 1):
                said = await self.fake.say(who, self.servers[home - 1], "hello")
                await self.fake.until(lambda id=said.id: id in self.fake.world.channels, PATIENCE)  # type: ignore[misc]
                self.threads[customer] = said.id

    async def say(self, customer: int, text: str) -> None:
        who = self.people[customer]
        await (
            self.fake.say(who, self.threads[customer], text) if customer in self.threads else self.fake.dm(who, text)
        )

    async def let_time_pass(self) -> None: ...

    def taken(self) -> dict[str, float]:
        return {}

    def rooms(self) -> Iterator[tuple[str, list[str]]]:
        for room in self.fake.world.children(self.fake.desk_channel):
            yield f"discord {room.id}", [message.text for message in room.messages.values()]


SIDES: Mapping[str, type[OnSlack] | type[OnDiscord]] = {"slack": OnSlack, "discord": OnDiscord}


def read(rooms: Iterable[tuple[str, list[str]]]) -> list[Read]:
    """What was relayed. A room belongs to whoever is read first in it."""
    found = []
    for name, texts in rooms:
        said = [tuple(WORD.findall(text)) for text in texts]
        owner = next((customer_of(words[0]) for words in said if words), "")
        found += [Read(words, name, owner, agents=True) for words in said if words]
    return found


def customer_of(word: str) -> str:
    return word[word.index("c") : -1]
