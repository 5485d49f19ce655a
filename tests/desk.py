"""Drives the whole bot the way people do: an event in; the reply and what the platform shows, out.

`FakeChat` is a platform in memory. It keeps what a person would see in each room, and refuses what a
platform refuses: posting in a room that was never opened, rewriting what was never posted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.app import App
from bot.courier import Courier
from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank, Settings
from bot.effects import (
    Admit,
    Announce,
    Direct,
    Effect,
    OpenRoom,
    Post,
    PostCard,
    Remove,
    Rewrite,
    Seek,
    SetMark,
    Shelve,
    ShowHome,
)
from bot.inbound import (
    Actor,
    ButtonPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Place,
    Tick,
)
from bot.message import File, Form, Mark, Message, Text, UserRef
from bot.parse import find, options
from bot.ports import Ask, Chat, Handle, Refused, Reply, Say, Spot, Store
from bot.router import Router
from bot.routes import all_routes
from bot.tickets.model import Ticket

HELP = Place("fake", "w", "help")
AGENTS = Place("fake", "w", "agents")


def person(id: str, name: str = "", groups: tuple[str, ...] = ()) -> Actor:
    return Actor(UserRef("fake", "w", id), name or id.capitalize(), groups)


ANA, BEN, SAM, KIM, LEA = (person(id) for id in ("ana", "ben", "sam", "kim", "lea"))


def plain(text: Text) -> str:
    return "".join(s if isinstance(s, str) else s.text if hasattr(s, "text") else f"@{s.user.id}" for s in text)


def words(message: Message) -> str:
    """All a person reads of a message, in one line of text each."""
    speaker = f"{message.speaker}: " if message.speaker else ""
    lines = [message.title, speaker + plain(message.text)] if message.text or message.speaker else [message.title]
    lines += [f"{f.name}: {plain(f.value)}" for f in message.fields]
    lines += [f"[{f.name}]" for f in message.files]
    return "\n".join(line for line in lines if line)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    time: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Seen:
    """A message as it stands in a room."""

    id: str
    message: Message

    @property
    def text(self) -> str:
        return words(self.message)


@dataclass
class FakeChat:
    """`fail` is raised by the next deliveries, once each; `refuse` decides by effect."""

    platform: str = "fake"
    rooms: dict[str, list[Seen]] = field(default_factory=dict)
    marks: dict[str, tuple[Mark, str]] = field(default_factory=dict)
    delivered: list[Effect] = field(default_factory=list)
    fail: list[Exception] = field(default_factory=list)
    refuse: Callable[[Effect], Exception | None] = lambda effect: None
    tokens: dict[str, Spot | None] = field(default_factory=dict)

    async def run(self, handle: Handle) -> None: ...

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if self.fail:
            raise self.fail.pop(0)
        if error := self.refuse(effect):
            raise error
        if token not in self.tokens:
            self.tokens[token] = self._do(effect, at, token)
            self.delivered.append(effect)
        return self.tokens[token]

    def _do(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        match effect:
            case PostCard(channel=channel, name=name, message=message):
                self._say(channel.conversation, token, message)
                return Spot(channel.conversation, name, token)
            case Announce(channel=channel, message=message):
                return Spot(channel.conversation, "", self._say(channel.conversation, token, message))
            case OpenRoom(place=place, name=name):
                return Spot(place.conversation, name, place.message)
            case Post(message=message):
                if at is None:
                    raise Refused("the room was never opened")
                return Spot(at.conversation, at.thread, self._say(f"{at.conversation}/{at.thread}", token, message))
            case Direct(user=user, message=message):
                return Spot(f"@{user.id}", "", self._say(f"@{user.id}", token, message))
            case Rewrite(message=message):
                if at is None:
                    raise Refused("it was never posted")
                self._find(at.message).message = message
                return None
            case Remove():
                if at is not None:
                    for room in self.rooms.values():
                        room[:] = [seen for seen in room if seen.id != at.message]
                return None
            case SetMark(on=on, mark=mark, reason=reason):
                self.marks[on.message] = (mark, reason)
                return None
            case Admit() | Shelve() | ShowHome() | Seek():
                return None
        raise AssertionError(effect)

    def _say(self, room: str, id: str, message: Message) -> str:
        self.rooms.setdefault(room, []).append(Seen(id, message))
        return id

    def _find(self, id: str) -> Seen:
        return next(seen for room in self.rooms.values() for seen in room if seen.id == id)


class Desk:
    """A desk "support" with the channel help, the agents' channel agents, the agents Sam and Kim and the lead Lea."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.chat = FakeChat()
        self.router: Router = all_routes()
        self.chats: dict[str, Chat] = {"fake": self.chat}
        self.courier = Courier(self.router, store, self.chats, self.now)
        self.app = App(self.router, store, self.courier.posted)
        self.count = 0

    def now(self) -> datetime:
        return self.clock.now()

    async def set_up(self, **settings: Any) -> DeskValue:
        members = [Member(str(a.ref), Rank.AGENT) for a in (SAM, KIM)] + [Member(str(LEA.ref), Rank.LEAD)]
        desk = DeskValue(0, "support", AGENTS, Settings(**settings))
        return await self.store.write(lambda work: work.desks.save(desk, [HELP], members))

    async def set_up_other(self, name: str, agent: Actor) -> DeskValue:
        """Another desk, with channels of its own and one agent."""
        desk = DeskValue(0, name, Place("fake", "w", f"{name}-agents"), Settings())
        intake = [Place("fake", "w", name)]
        return await self.store.write(lambda work: work.desks.save(desk, intake, [Member(str(agent.ref), Rank.AGENT)]))

    async def enlist(self, principal: str) -> None:
        """Make a group agents of the first desk."""
        await self.store.write(lambda work: work.desks.set_rank(work.desks.all()[0].id, principal, Rank.AGENT))

    # What people do

    async def say(self, who: Actor, text: str, place: Place | None = None, files: tuple[File, ...] = ()) -> str:
        """In private, or in `place`. Returns what they are told at once; the message's id is `self.last`."""
        place = place or private(who)
        self.last = self._id()
        return await self.handle(MessagePosted(self._id(), who, _on(place, self.last), text, files))

    async def edit(self, who: Actor, message: str, text: str, place: Place) -> str:
        return await self.handle(MessageEdited(self._id(), who, _on(place, message), text))

    async def delete(self, who: Actor, message: str, place: Place) -> str:
        return await self.handle(MessageDeleted(self._id(), who, _on(place, message)))

    async def type(self, who: Actor, line: str, place: Place = AGENTS, named: tuple[Actor, ...] = ()) -> str:
        """A slash command, as typed: "/ticket claim 1"."""
        command, rest = find(self.router, line.removeprefix("/")) or (None, "")
        assert command is not None, line
        refs = {actor.ref.id: actor for actor in (ANA, BEN, SAM, KIM, LEA, *named)}
        given = options(command, rest, person=lambda word: str(refs[word.strip("@")].ref))
        event = CommandInvoked(self._id(), who, place, command.name, given, tuple(refs.values()))
        return await self.handle(event)

    async def press(self, who: Actor, action: str, arg: str = "", place: Place = AGENTS) -> str:
        return await self.handle(ButtonPressed(self._id(), who, place, action, arg))

    async def click(self, who: Actor, label: str, room: str = "agents") -> str:
        """Press the newest button with this label: of what they were just told, else in the room."""
        told = [self.reply.message] if isinstance(self.reply, Say) else []
        shown = [*told, *(seen.message for seen in reversed(self.chat.rooms.get(room, [])))]
        button = next(b for message in shown for b in message.buttons if b.label == label)
        return await self.press(who, button.action, button.arg)

    async def fill(self, who: Actor, **values: str) -> str:
        """Fill in the form they were just shown."""
        form = self.form_shown()
        assert {i.name for i in form.inputs if i.required} <= set(values)
        return await self.submit(who, form.action, form.arg, AGENTS, **values)

    def form_shown(self) -> Form:
        assert isinstance(self.reply, Ask)
        return self.reply.form

    async def ticket(self, number: int) -> Ticket:
        found = await self.store.read(lambda work: work.tickets.numbered(work.desks.all()[0].id, number))
        assert found is not None
        return found

    async def submit(self, who: Actor, action: str, arg: str = "", place: Place = AGENTS, **values: str) -> str:
        return await self.handle(self.form(who, action, arg, place, **values))

    def form(self, who: Actor, action: str, arg: str = "", place: Place = AGENTS, **values: str) -> FormSubmitted:
        return FormSubmitted(self._id(), who, place, action, arg, values)

    async def handle(self, event: Event) -> str:
        self.event = event
        self.reply: Reply = await self.app.handle(event)
        await self.deliver()
        match self.reply:
            case Say(message=message):
                return words(message)
            case Ask(form=form):
                return f"form: {form.title}"
        return ""

    async def tick(self, *, early: bool = False) -> None:
        await self.app.tick(Tick(f"tick:{self._id()}", early))
        await self.deliver()

    async def deliver(self) -> None:
        while await self.courier.drain():
            pass

    def later(self, **time: float) -> None:
        self.clock.time += timedelta(**time)

    # What people see

    def room(self, name: str) -> list[str]:
        return [seen.text for seen in self.chat.rooms.get(name, [])]

    def private(self, who: Actor) -> list[str]:
        return self.room(f"@{who.ref.id}")

    def agents_room(self, number: int) -> list[str]:
        return self.room(f"agents/#{number}")

    def card(self, number: int) -> str:
        cards = [text for text in self.room("agents") if text.startswith(f"#{number} ")]
        assert len(cards) == 1, cards
        return cards[0]

    def mark(self, message: str) -> tuple[Mark, str] | None:
        return self.chat.marks.get(message)

    def _id(self) -> str:
        self.count += 1
        return f"fake-{self.count}"


def private(who: Actor) -> Place:
    return Place("fake", "w", f"@{who.ref.id}", direct=True)


def agents_thread(number: int) -> Place:
    return Place("fake", "w", "agents", f"#{number}")


def help_thread(number: int) -> Place:
    return Place("fake", "w", "help", f"#{number}")


def _on(place: Place, message: str) -> Place:
    return Place(place.platform, place.workspace, place.conversation, place.thread, message, place.direct)
