"""A line somebody wrote, as an event of the bot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from adapters.console import attachments, lines, words
from adapters.console.commands import Commands
from adapters.console.finding import Channels, Finder
from adapters.console.lines import Address, Delete, Edit, Line, Press, Slash, Words
from adapters.console.recent import Recent
from adapters.console.safe import one_line
from bot.errors import Problem
from bot.inbound import Actor, ButtonPressed, Event, MessageDeleted, MessageEdited, MessagePosted, Place
from bot.ports import Files


@dataclass(frozen=True, slots=True)
class Inbound:
    """`channels` says which channels there are, if the console is to know; None lets people write in any."""

    commands: Commands
    finder: Finder
    files: Files
    recent: Recent
    channels: Callable[[], Awaitable[Channels]] | None = None

    async def place(self, line: Line) -> Place:
        """Where they said it. Raises `Problem` if they cannot speak there."""
        channels = await self.channels() if self.channels and line.where.channel else None
        return self.finder.place(line.name, line.where, channels)

    async def event(self, line: Line, place: Place) -> Event:
        """What they did. Raises `Problem` with what to tell them; then nothing happened."""
        actor = self.commands.actor(line.name)
        match lines.body(line.text):
            case Press(label=label, number=number):
                return self._press(actor, label, number, place)
            case Slash() as slash if invoked := self.commands.invoked(actor, place, slash):
                return invoked
            case Address() as address:
                return self.commands.invoked(actor, place, address) or await self._said(actor, place, address.whole)
            case Edit(text=text):
                if lines.FILE.search(text):
                    raise Problem(words.NO_FILES_HERE)
                return MessageEdited(self.commands.new_id(), actor, self._last(actor, place), text)
            case Delete():
                return MessageDeleted(self.commands.new_id(), actor, self._last(actor, place))
            case Words() as said:
                return await self._said(actor, place, said)
        raise Problem(words.NOT_A_LINE)

    def press(self, actor: Actor, place: Place, action: str, arg: str) -> ButtonPressed:
        return ButtonPressed(self.commands.new_id(), actor, place, action, arg)

    async def _said(self, actor: Actor, place: Place, said: Words) -> MessagePosted:
        files, refused = await attachments.take(said.paths, self.files)
        id = self.commands.new_id()
        return MessagePosted(id, actor, replace(place, message=id), said.text, files, refused)

    def _press(self, actor: Actor, label: str, number: str, place: Place) -> ButtonPressed:
        found = self.finder.button(actor.name, label, number, place)
        if found is None:
            raise Problem(words.no_button(one_line(label), number or place.thread))
        action, arg, message = found
        return self.press(actor, message, action, arg)

    def _last(self, actor: Actor, place: Place) -> Place:
        last = self.recent.last(actor.name, place)
        if last is None:
            raise Problem(words.NO_LAST)
        return last
