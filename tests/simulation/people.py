"""The people of the town: customers who write, in private or in a thread, and agents who answer them."""

import asyncio
from dataclasses import dataclass, field, replace

from bot import wording
from bot.inbound import (
    Actor,
    ButtonPressed,
    CommandInvoked,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Place,
)
from bot.message import UserRef
from bot.ports import Reply, Say
from tests.history import NEVER, Said, Sort
from tests.proof.machine import NOT_DONE, NOT_TAKEN
from tests.proof.world import on, read
from tests.simulation.town import AGENTS, HELP, LEFT, RIGHT, STAFF, Town

SORRY = (wording.broken(), wording.busy())
VERBS = ("reply", "reply", "note", "say", "write", "claim", "claim", "release", "close", "reopen")
DAY = 60.0  # seconds of virtual time in which people are awake


def actor(platform: str, name: str) -> Actor:
    return Actor(UserRef(platform, "w", name), name.capitalize())


AGENTS_THERE = tuple(actor(LEFT, name) for name in STAFF)


@dataclass
class People:
    """`said` is all they said, `ticket_of` the ticket an agent's words are about, `roots` whose thread it is."""

    town: Town
    said: list[Said] = field(default_factory=list)
    ticket_of: dict[str, int] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    claims: list[tuple[str, str]] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)

    def lives(self) -> list[asyncio.Task[None]]:
        random = self.town.random
        customers = [actor(random.choice([LEFT, RIGHT]), f"c{n}") for n in range(random.randint(1, 3))]
        for who in customers:
            if random.random() < self.town.sky.closed:
                self.town.platforms[who.ref.platform].closed.add(who.ref.id)
        lives = [self.customer(who) for who in customers]
        lives += [self.agent(who) for who in AGENTS_THERE[: random.randint(1, 2)]]
        return [self.town.loop.outside(life) for life in lives]

    async def customer(self, who: Actor) -> None:
        """Writes some messages, one after the other or without waiting for anything."""
        random, place = self.town.random, self._private(who)
        threaded, leaves = random.random() < 0.4, random.random() < self.town.sky.erasing
        for number in range(random.randint(1, 5)):
            await asyncio.sleep(random.expovariate(1 / random.choice([0.05, 2, 15])))
            message = self.town.id()
            if threaded and number == 0:
                self.roots[message] = who.ref.id
                place = HELP[who.ref.platform]
            said = self._say(Sort.MESSAGE, who.ref.id)
            event = MessagePosted(self.town.id(), who, on(place, message), f"{said.word} hello")
            posting = self._message(event, said)
            if threaded and number == 0:
                await posting  # a thread is begun by its first message
                place = replace(HELP[who.ref.platform], thread=message)
            elif self.town.sky.side_by_side and not leaves:
                self.town.loop.outside(posting)
            else:
                await posting
            if random.random() < 0.3 and not leaves:
                self.town.begin(self._think_again(event, said))
        if leaves:
            await self._leave(who)

    async def agent(self, who: Actor) -> None:
        random = self.town.random
        for _ in range(random.randint(0, 5)):
            await asyncio.sleep(random.expovariate(1 / random.choice([0.5, 5, 15])))
            cards = [post for post in self.town.platforms[LEFT].posts.values() if post.room == ("agents", "")]
            if cards:
                card = random.choice(cards)
                await self._work(who, int(card.key.split(":")[1]), replace(AGENTS, thread=card.id))

    async def _work(self, who: Actor, ticket: int, room: Place) -> None:
        verb = self.town.random.choice(VERBS)
        match verb:
            case "reply" | "note":
                said = self._say(Sort.REPLY if verb == "reply" else Sort.NOTE, "", ticket)
                text = f"!r {said.word}" if verb == "reply" else said.word
                event = MessagePosted(self.town.id(), who, on(room, self.town.id()), text)
                await self._message(event, said)
                if self.town.random.random() < 0.3:
                    self.town.begin(self._think_again(event, said))
            case "say" | "write":
                said = self._say(Sort.REPLY if verb == "say" else Sort.NOTE, "", ticket)
                command = "ticket reply" if verb == "say" else "ticket note"
                options = {"ticket": str(ticket), "text": said.word}
                await self._once(CommandInvoked(self.town.id(), who, AGENTS, command, options), said)
            case "claim":
                others = AGENTS_THERE if self.town.random.random() < 0.5 else (who,)
                for each in others:
                    self.town.loop.outside(self._claim(each, ticket))
            case _:
                await self._once(ButtonPressed(self.town.id(), who, AGENTS, f"ticket.{verb}", str(ticket)))

    async def _think_again(self, event: MessagePosted, said: Said) -> None:
        """Its author edits it, perhaps again, or deletes it, perhaps while it is on its way; as soon as it was taken,
        since platforms tell of one message in order. A note stays one even if it is edited to look like a reply."""
        random = self.town.random
        while said.taken == NEVER:  # noqa: ASYNC110
            await asyncio.sleep(1)
        for _ in range(random.randint(1, 3)):
            await asyncio.sleep(random.expovariate(1 / random.choice([0.05, 2, 15])))
            if said.refused:
                return
            if random.random() < 0.4:
                await self.town.push(MessageDeleted(self.town.id(), event.actor, event.place))
                said.deleted = self.town.loop.clock
                return
            edited = f"e{len(said.edits)}{said.word}"
            looks = "!r " if said.sort is Sort.NOTE and random.random() < 0.3 else ""
            text = f"{looks}{event.text} {edited}"
            said.edits.append(edited)
            await self.town.push(MessageEdited(self.town.id(), event.actor, event.place, text))

    async def _leave(self, who: Actor) -> None:
        """Have everything deleted, however often one must say so until it is done."""
        self.erased.add(who.ref.id)
        answer: Reply = None
        while answer is None or read(answer) in SORRY:
            await asyncio.sleep(self.town.random.expovariate(1 / 5))
            answer = await self._once(CommandInvoked(self.town.id(), who, self._private(who), "mydata delete"))
            buttons = answer.message.buttons if isinstance(answer, Say) else ()
            for button in (each for each in buttons if each.action == "mydata.confirm"):
                press = ButtonPressed(self.town.id(), who, self._private(who), button.action, button.arg)
                answer = await self._once(press)

    async def _message(self, event: Event, said: Said) -> None:
        reply = await self.town.push(event, said)
        said.refused = any(part in read(reply) for part in NOT_TAKEN)

    async def _once(self, event: Event, said: Said | None = None) -> Reply:
        reply = await self.town.push(event, said, again=False)
        self.town.note(f"{event.id}: {read(reply)!r}")
        if said is not None:
            said.refused = reply is None or any(part in read(reply) for part in (*NOT_DONE, *SORRY))
        return reply

    async def _claim(self, who: Actor, ticket: int) -> None:
        reply = await self._once(ButtonPressed(self.town.id(), who, AGENTS, "ticket.claim", str(ticket)))
        if read(reply).endswith("is yours."):
            self.claims.append((str(ticket), str(who.ref)))

    def _say(self, sort: Sort, customer: str, ticket: int = 0) -> Said:
        said = Said(f"{sort[0]}{len(self.said)}z", sort, customer)
        self.said.append(said)
        if ticket:
            self.ticket_of[said.word] = ticket
        return said

    def _private(self, who: Actor) -> Place:
        return Place(who.ref.platform, "w", f"@{who.ref.id}", direct=True)
