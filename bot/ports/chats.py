"""What the core answers, and what a platform does for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.effects import Effect
from bot.inbound import Event, Tick
from bot.language import Phrase
from bot.message import Form, Message

if TYPE_CHECKING:  # they need what is declared here
    pass


@dataclass(frozen=True, slots=True)
class Say:
    """Answer the person who acted, privately unless told otherwise."""

    message: Message
    public: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer with a form."""

    form: Form


@dataclass(frozen=True, slots=True)
class HomePage:
    """A page of one's own, on platforms that have one: messages one below the other, each with its buttons."""

    rows: tuple[Message, ...]


Reply = Say | Ask | HomePage | None


Handle = Callable[[Event], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a delivered effect ended up, in the platform's ids. For a room, `thread` is what its messages carry."""

    conversation: str
    thread: str
    message: str


class Chat(Protocol):
    """A chat platform. This is all a new adapter has to implement."""

    platform: str

    async def run(self, handle: Handle) -> None:
        """Stay connected; translate what happens, `handle` it, show the reply. Returns when the platform is done."""

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        """Do it. `at` is where the effect's anchor already is; `token` repeats on retries.

        Returns where the effect's key now is, if it made something. Raises `TryLater` or `Refused`.
        """


@runtime_checkable
class Connected(Protocol):
    """A chat that can lose its connection, and knows whether it has one."""

    async def is_connected(self) -> bool: ...


class TryLater(Exception):
    """The platform is busy or away. `seconds` is how long to wait at least."""

    def __init__(self, seconds: float = 5.0, reason: str = Phrase("the platform is away")) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


class Unsure(TryLater):
    """The platform may have done it, or not: nobody was told."""


class Limited(TryLater):
    """The platform takes no more of this for now: its rate limit."""


class Refused(Exception):
    """The platform will never accept this effect. `reason` is shown to agents: a few words, no one's data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Gone(Refused):
    """What it was to change is not there any more: nothing is left of it."""


Incoming = Event | Tick
