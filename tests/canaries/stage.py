"""What a life needs of a platform: people who act, and what they see of what the bot posted."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.message import UserRef
from bot.process.running import Running

if TYPE_CHECKING:
    from tests.canaries.life import Life

Named = tuple[str, bytes]  # a file


class Stage(Protocol):
    """A desk on one platform, and the bot as it is run. Every act returns when all because of it is done. Whatever the
    platform calls a person or a message stays in it: `Any`, for the others."""

    her: Any  # two customers
    him: Any
    agent: Any
    lead: Any

    @property
    def running(self) -> Running: ...
    @property
    def folder(self) -> Path: ...

    async def set_up(self) -> None:
        """A desk with an intake channel; the agents' channel is not public."""

    async def settle(self) -> None: ...

    def ref(self, who: Any) -> UserRef: ...
    def mention(self, who: Any) -> str:
        """As it stands in a line or in a message."""

    def other(self, who: Any) -> Any:
        """Of the two customers."""

    def id_of(self, message: Any) -> str: ...
    async def names(self, who: Any, name: str) -> None:
        """They are called so from now on."""

    async def says(self, who: Any, text: str, *, files: Sequence[Named] = (), public: bool = False) -> Any:
        """To the bot in private, or in the intake channel; the message."""

    async def edits(self, who: Any, message: Any, text: str) -> None: ...
    async def deletes(self, who: Any, message: Any) -> None: ...
    async def types(self, who: Any, line: str) -> None:
        """A command, in private with the bot."""

    async def opens(self, who: Any, subject: str) -> None:
        """A ticket, by command."""

    async def works(self, line: str) -> None:
        """The agent, a command, in the agents' channel."""

    async def leads(self, line: str, *, public: bool = False) -> None:
        """The lead, a command, in the agents' channel or in the intake channel."""

    async def presses(self, who: Any, label: str) -> None:
        """The newest button with this label."""

    async def fills(self, who: Any, **values: Any) -> None:
        """The form that is open."""

    async def shuts_forms(self, who: Any) -> None: ...
    async def claims(self, number: int) -> None:
        """The agent, on the card."""

    async def notes(self, number: int, text: str, *, files: Sequence[Named] = ()) -> Any:
        """The agent, in the agents' room of a ticket; the message."""

    async def special(self, life: "Life", asked: Any) -> None:
        """What only this platform has, in the public ticket that began with `asked`."""

    async def looks_around(self, who: Any) -> None:
        """They, and those who work here, open what the bot shows to each by themselves."""

    def refusing(self, who: Any) -> AbstractContextManager[None]:
        """Meanwhile nothing that the bot sends them in private is taken, for good."""

    def sees(self, who: Any) -> list[str]: ...
    def private(self, who: Any) -> str:
        """The id of their conversation with the bot."""

    def ours(self) -> Iterator[tuple[str, Any]]:
        """What people see of what the bot posted, each piece under a name of its own; but for what is theirs alone and
        gone on reload."""
