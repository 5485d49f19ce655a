"""Commands as people type them, and who typed them."""

from collections.abc import Callable, Sequence

from adapters.console import lines, words
from adapters.console.finding import PLATFORM, WORKSPACE
from adapters.console.lines import Address, Slash
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, Place
from bot.message import UserRef
from bot.parse import IN_A_ROOM, find, find_verb, options
from bot.router import Command, Router

AGENTS, LEADS = f"{PLATFORM}:{WORKSPACE}/@agents", f"{PLATFORM}:{WORKSPACE}/@leads"


class Commands:
    """`agents` are in order: the first is also a lead. `new_id` makes the ids of events."""

    def __init__(self, router: Router, agents: Sequence[str], new_id: Callable[[], str]) -> None:
        self.router = router
        self.agents = tuple(agents)
        self.new_id = new_id

    def actor(self, name: str) -> Actor:
        groups = (AGENTS,) * (name in self.agents) + (LEADS,) * (name in self.agents[:1])
        return Actor(UserRef(PLATFORM, WORKSPACE, name), name, groups)

    def invoked(self, actor: Actor, place: Place, said: Slash | Address) -> CommandInvoked | None:
        """A command, known or not; None if a customer said something to the bot that is none. Raises `Problem`."""
        slash = isinstance(said, Slash)
        found = (find if slash else find_verb)(self.router, said.line)
        if found is None:
            told = slash or (place.thread and actor.name in self.agents)
            unknown = " ".join(said.line.split()[:1])
            return CommandInvoked(self.new_id(), actor, place, unknown) if told else None
        command, rest = found
        if "@file:" in rest:
            raise Problem(words.NO_FILES_HERE)
        return self._with_options(command, rest, actor, place)

    def _with_options(self, command: Command, rest: str, actor: Actor, place: Place) -> CommandInvoked:
        named: list[Actor] = []

        def person(word: str) -> str:
            ref = _ref(word)
            named.append(self.actor(ref.id) if ref.platform == PLATFORM else Actor(ref, ""))
            return str(ref)

        number = int(place.thread) if place.thread.isdecimal() else IN_A_ROOM if place.thread else None
        given = options(command, rest, person=person, room_number=number)
        return CommandInvoked(self.new_id(), actor, place, command.name, given, tuple(named))


def _ref(word: str) -> UserRef:
    """`@ana` or `ana` on this console, or an account anywhere as `platform/realm/id`. Raises `Problem`."""
    if word.count("/") >= 2 and not word.startswith("@"):
        return UserRef.parse(word)
    return UserRef(PLATFORM, WORKSPACE, lines.name(word.removeprefix("@")))
