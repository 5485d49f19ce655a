"""One line, from what somebody wrote to what they are told at once; forms included."""

import asyncio
import logging
import re
from dataclasses import dataclass

from adapters.console import forms, words
from adapters.console.board import Board
from adapters.console.inbound import Inbound
from adapters.console.keyboard import Keyboard
from adapters.console.lines import Line
from adapters.console.records import Records
from adapters.console.shown import HERE, Kind, Shown, room_name
from adapters.console.stage import Stage
from bot.errors import Busy, Problem
from bot.inbound import Event, FormSubmitted, MessageDeleted, MessagePosted, Place
from bot.message import Button, Form, say
from bot.ports import Ask, Handle, Reply, Say, Spot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Conversation:
    """`turn` is held from an event to its answer, so that nothing the bot does because of it is shown before."""

    inbound: Inbound
    board: Board
    records: Records
    stage: Stage
    keyboard: Keyboard
    turn: asyncio.Lock
    handle: Handle

    async def take(self, line: Line) -> Place | None:
        """Returns where it was said; None if it could not be."""
        place = None
        try:
            place = await self.inbound.place(line)
            event = await self.inbound.event(line, place)
        except Problem as problem:
            self.tell(str(problem), line.name, place)
            return None
        await self._through(event, line.where.number)
        return place

    def tell(self, text: str, name: str, place: Place | None = None) -> None:
        """What the console itself has to say to a person; to nobody in particular if there is no `name`."""
        room = room_name(place) if place else f"@{name}" if name else HERE
        self.stage.show(Shown(Kind.ERROR, room, say(text), name))

    async def _through(self, event: Event, number: str) -> None:
        """Hand it to the bot and show the answer; a form leads to the next event."""
        next_event: Event | None = event
        while next_event is not None:
            event = next_event
            async with self.turn:
                reply = await self._handled(event)
                if number and isinstance(event, MessagePosted) and (button := _choice(reply, number)):
                    press = self.inbound.press(event.actor, event.place, button.action, button.arg)
                    reply = await self._handled(press)
                if isinstance(reply, Say):
                    self._answer(reply, event)
            next_event = await self._fill(reply.form, event) if isinstance(reply, Ask) else None

    async def _handled(self, event: Event) -> Reply:
        try:
            reply = await self.handle(event)
        except Busy:
            return Say(say(words.BUSY))
        except Exception:  # a bug or a broken disk must not end the console
            log.exception("event failed", extra={"event": event.recorded})
            return Say(say(words.NOT_STORED))
        finally:
            if isinstance(event, MessagePosted):
                self.inbound.files.release([file.sha for file in event.files])
        if isinstance(event, MessagePosted):
            self.inbound.recent.wrote(event.actor.name, event.place)
        if isinstance(event, MessageDeleted):
            self.inbound.recent.deleted(event.place)
        return reply

    def _answer(self, reply: Say, event: Event) -> None:
        name, place = event.actor.name, event.place
        to = name if place.direct or not reply.public else ""
        id = self.inbound.commands.new_id()
        self.stage.show(Shown(Kind.REPLY, room_name(place), reply.message, to, id))
        spot = Spot(place.conversation, place.thread, id)
        if reply.message.buttons:
            self.board.note(self.records.post(spot, reply.message, to=to))

    async def _fill(self, form: Form, event: Event) -> FormSubmitted | None:
        name, place = event.actor.name, event.place
        room = room_name(place)
        self.stage.show(Shown(Kind.FORM, room, to=name, form=form))

        async def read(prompt: str) -> str | None:
            if not self.keyboard.edited:
                self.stage.show(Shown(Kind.PROMPT, room, say(f"  {prompt}"), name))
            return await self.keyboard.line(f"  {prompt} ")

        values = await forms.fill(form, read, lambda text: self.tell(text, name, place))
        if values is None:
            self.tell(words.CANCELLED, name, place)
            return None
        return FormSubmitted(self.inbound.commands.new_id(), event.actor, place, form.action, form.arg, values)


def _choice(reply: Reply, number: str) -> Button | None:
    """They wrote to ticket 3 and are asked which ticket they mean: they have said it already."""
    buttons = reply.message.buttons if isinstance(reply, Say) else ()
    return next((b for b in buttons if re.match(rf"#0*{number}\b", b.label)), None)
