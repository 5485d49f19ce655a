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
from tests.fakes.discord.model import User as DiscordUser
from tests.fakes.slack import FakeSlack
from tests.fakes.slack import User as SlackUser
from tests.history import Read
from tests.network import free_port, listening

WORD = re.compile(r"\bw\d+c\d+z")
UNKNOWN = "posted again"  # what the log says where it is not known whether a post was taken


class Side(Protocol):
    """A platform with customers on it. `env` is what the program is told to find it, from the second start on, too."""

    name: str
    agents: Place
    intake: Place
    has_keys: bool  # a post that is repeated is there once, whatever happens

    async def begin(self, stack: AsyncExitStack, customers: int) -> None: ...
    def env(self, number: int) -> dict[str, str]: ...
    async def reached(self, number: int, seconds: float) -> None: ...
    async def gone(self) -> None: ...
    async def say(self, customer: int, text: str) -> None: ...
    async def let_time_pass(self) -> None: ...
    def rooms(self) -> Iterable[tuple[str, list[str]]]:
        """What agents read in each room, in its order."""


@dataclass
class OnSlack:
    name: str = "slack"
    has_keys: bool = False
    ports: dict[int, int] = field(default_factory=dict)

    async def begin(self, stack: AsyncExitStack, customers: int) -> None:
        self.slack = FakeSlack(manifest=manifest(all_routes()))
        self.people: list[SlackUser] = [self.slack.user(f"customer{n}") for n in range(customers)]
        sam, team = self.slack.user("sam"), self.slack.work.team.id
        self.desk = self.slack.channel("desk", [sam], private=True)
        self.agents = Place("slack", team, self.desk.id)
        self.intake = Place("slack", team, self.slack.channel("help", [sam, *self.people]).id)
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
        url = f"http://127.0.0.1:{self.ports[number]}/slack/events"
        await listening(url, seconds)
        self.slack.app.request_url = url

    async def gone(self) -> None: ...

    async def say(self, customer: int, text: str) -> None:
        await self.slack.say(self.people[customer].id, "@bot", text)

    async def let_time_pass(self) -> None:
        await self.slack.advance(400)  # all of Slack's own tries

    def rooms(self) -> Iterator[tuple[str, list[str]]]:
        for ts in self.desk.threads:
            yield f"slack {ts}", [message.text for message in self.desk.replies(ts)]


@dataclass
class OnDiscord:
    name: str = "discord"
    has_keys: bool = True

    async def begin(self, stack: AsyncExitStack, customers: int) -> None:
        self.fake = await stack.enter_async_context(DiscordWorld())
        self.people: list[DiscordUser] = [self.fake.add_user(f"customer{n}", self.fake.shop) for n in range(customers)]
        guild = str(self.fake.shop.id)
        self.agents = Place("discord", guild, str(self.fake.desk_channel.id))
        self.intake = Place("discord", guild, str(self.fake.help.id))

    def env(self, number: int) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": self.fake.token,
            "DISCORD_API_URL": self.fake.api_url,
            "DISCORD_GATEWAY_URL": self.fake.gateway_url,
            "DISCORD_MEMBERS": "true",
        }

    async def reached(self, number: int, seconds: float) -> None:
        await self.fake.connected(seconds)

    async def gone(self) -> None:
        await self.fake.until(lambda: not any(s.connection for s in self.fake.gateway.sessions.values()))

    async def say(self, customer: int, text: str) -> None:
        await self.fake.dm(self.people[customer], text)

    async def let_time_pass(self) -> None: ...

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
