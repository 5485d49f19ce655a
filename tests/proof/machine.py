"""The life of tickets as a state machine: whatever people, platforms and time do, in whatever order.

Every word said is unique ("s7z"), so that it can be looked for everywhere. Its first letter says what it is: s said
by a customer, r a reply, n a note, g a tag, c a reason for closing, t a subject.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

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
)
from bot.message import Button
from bot.ports import Reply, Say
from bot.upkeep import REMEMBERED
from tests.desk import AGENTS as AGENTS_CHANNEL
from tests.desk import ANA, BEN, HELP, KIM, LEA, SAM, private
from tests.proof.chat import Fault
from tests.proof.held import POSTS, SEQUENCE, THANKS, Held, Row, Ticket, retold
from tests.proof.world import CLEO, OLGA, World, on, read

T = TypeVar("T")
WORD = re.compile(r"[a-z]\d+z")
PEOPLE = {who.ref.id: who for who in (ANA, BEN, CLEO, SAM, KIM, LEA, OLGA)}
BY_REF = {str(who.ref): who for who in PEOPLE.values()}
STAFF = {str(who.ref) for who in (SAM, KIM, LEA)}
PRIORITIES = ["urgent", "high", "normal", "low"]
MINUTE = timedelta(minutes=1)
FAULTS = (Fault.AWAY, Fault.REFUSED, Fault.BUG, Fault.CUT, Fault.LATE_BUG)
NOT_TAKEN = ("not passed on", "No new one was opened", "Please wait")
NOT_DONE = (
    *NOT_TAKEN,
    "Nothing was changed",
    "There is no ticket",
    "already",
    "That is for",
    "Which ticket",
    "I do not",
)

some, ways = st.integers(0, 99), st.integers(0, 19)
customers = st.sampled_from(["ana", "ben", "cleo"])
agents = st.sampled_from(["sam", "kim"])
CUSTOMERS_DO = ["write", "write", "write", "choose", "choose", "close_own", "look_around"]
AGENTS_DO = [
    *("answer", "answer", "answer", "take", "take", "describe", "close", "press_at_once", "bring", "bring"),
    *("try_again", "try_again"),
]
BEGINNINGS = ["nothing", "a_few_tickets", "a_shared_ticket", "a_question_which_ticket", "replies_that_failed"]
OTHERWISE = ["deliver", "deliver", "deliver", "deliver_everything", "say_an_event_again", "restart", "let_time_pass"]


@dataclass
class Sent:
    """A message somebody wrote on the platform, and what they were told. `word` is empty for thanks."""

    author: Actor
    place: Place
    letter: str
    prefix: str
    reply: Reply
    word: str
    old: set[str] = field(default_factory=set)
    deleted: bool = False

    @property
    def refused(self) -> bool:
        """Whether its author was told that it was not taken."""
        return any(part in read(self.reply) for part in NOT_TAKEN)


class Life(RuleBasedStateMachine):
    """What people do. What must hold afterwards is in `test_life_cycle`."""

    @initialize(desks=st.integers(1, 2), so_far=st.sampled_from(BEGINNINGS))
    def begin(self, desks: int, so_far: str) -> None:
        self.world = World(desks)
        self.chat = self.world.chat
        self.sent: list[Sent] = []
        self.events: list[tuple[Event, Reply]] = []
        self.may_see: dict[str, set[str]] = {}  # word → who took part when it was said
        self.home: dict[str, int] = {}  # word → the ticket it was said in
        self.hearers: dict[int, set[str]] = {}  # entry → who took part when it happened
        self.gone: set[str] = set()  # words that were deleted
        self.replaced: set[str] = set()  # words that were edited away
        self.given_up: set[str] = set()  # keys of which an agent discarded something
        self.never_said: set[str] = set()  # those whose post it was
        self.tried_again = False  # what was tried again comes later than it was said
        self.read_by_customers: list[tuple[str, str, frozenset[int]]] = []
        self.words = 0
        self.remembered: dict[str, datetime] = {}  # ids of events that are not too old to be known
        self.look()
        getattr(self, so_far)()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.end()

    # How a day may have begun

    def nothing(self) -> None:
        """An empty desk."""

    def a_few_tickets(self) -> None:
        self.say(CLEO, HELP, "s")
        for who in (ANA, BEN):
            self.do(FormSubmitted(self.world.id(), who, HELP, "ticket.open", "", self.form()))
        self.deliver_everything()

    def a_shared_ticket(self) -> None:
        self.a_few_tickets()
        self.command(SAM, "ticket add", ticket=self.named(2), person=str(CLEO.ref))
        for who in (ANA, CLEO):
            self.say(who, private(who), "s")
        self.say(SAM, self.agents_threads()[1], "r", prefix="!r ")
        self.deliver_everything()

    def a_question_which_ticket(self) -> None:
        for _ in range(2):
            self.do(FormSubmitted(self.world.id(), ANA, HELP, "ticket.open", "", self.form()))
        self.say(ANA, private(ANA), "s")

    def replies_that_failed(self) -> None:
        self.a_few_tickets()
        for place in self.agents_threads():
            self.chat.faults = [Fault.REFUSED]
            self.say(KIM, place, "r", prefix="!r ")
            self.world.drain()
        self.look()

    # `some` says which of the tickets or messages that there are, `way` which of the ways there are to do it.

    @rule(act=st.sampled_from(CUSTOMERS_DO), who=customers, some=some, way=ways)
    def customers(self, act: str, who: str, some: int, way: int) -> None:
        getattr(self, act)(PEOPLE[who], some, way)

    @rule(act=st.sampled_from(AGENTS_DO), who=agents, some=some, way=ways)
    def agents(self, act: str, who: str, some: int, way: int) -> None:
        getattr(self, act)(PEOPLE[who], some, way)

    @rule(act=st.sampled_from(["edit", "edit", "delete"]), some=some)
    def authors(self, act: str, some: int) -> None:
        if there := [sent for sent in self.sent if sent.word and not sent.deleted][-8:]:
            getattr(self, act)(pick(there, some))

    @rule(act=st.sampled_from(OTHERWISE), faults=st.lists(st.sampled_from(FAULTS), max_size=4), some=some)
    def otherwise(self, act: str, faults: list[Fault], some: int) -> None:
        """Platforms, time, and the process."""
        getattr(self, act)(faults, some)

    # Customers

    def write(self, who: Actor, some: int, way: int) -> None:
        thanks = bool(self.tickets) and some % 6 == 0
        if way % 5 == 0:
            self.do(FormSubmitted(self.world.id(), who, HELP, "ticket.open", "", self.form()))
        elif way % 5 == 1 and self.threads():
            id, place = pick(self.threads(), some)
            self.say(BY_REF[self.tickets[id].customer], place, "s", thanks=thanks)
        elif way % 5 == 2:
            self.say(who, HELP, "s")
        else:
            self.say(who, private(who), "s", thanks=thanks)

    def choose(self, _: Actor, some: int, way: int) -> None:
        """Press one of the buttons under a question, perhaps long after it was asked."""
        if self.choices():
            who, button = pick(self.choices(), some)
            self.do(ButtonPressed(self.world.id(), who, private(who), button.action, button.arg))

    def close_own(self, who: Actor, some: int, way: int) -> None:
        for id in self.one(some):
            before, theirs = self.tickets[id], str(who.ref) in self.held.taking_part(id)
            verb, state = pick([("close", "closed"), ("reopen", "open")], way)
            text = self.command(who, f"ticket {verb}", private(who), ticket=self.named(id))
            assert self.tickets[id].state == (state if theirs else before.state)
            assert theirs or text.startswith("There is no ticket")

    def look_around(self, who: Actor, some: int, way: int) -> None:
        """Whatever customers try, where they may and where they may not."""
        before, place = self.tickets, private(who)
        for id in self.one(some):
            match pick(["list", "search", "find", "room", "show", "history", "claim", "note"], way):
                case "list":
                    self.command(who, "ticket list", place)
                case "search":
                    self.command(who, "ticket search", place, words="hello")
                case "find":
                    self.command(who, "ticket search", place, words=f"s{some}z")
                case "room":
                    room = self.agents_thread(id) or place
                    self.do(MessagePosted(self.world.id(), who, on(room, self.world.id()), " "))
                case verb:
                    self.command(who, f"ticket {verb}", place, ticket=self.named(id), text="let me in")
        assert self.tickets == before

    # Agents

    def answer(self, who: Actor, some: int, way: int) -> None:
        letter, prefix = pick([("r", "!r "), ("n", "")], some)
        if way % 5 < 3 and self.agents_threads():
            self.say(who, pick(self.agents_threads(), some // 2), letter, prefix=prefix)
        elif way % 5 == 3 and self.threads():
            self.say(who, pick(self.threads(), some)[1], "r")
        else:
            for id in self.one(some // 2, self.support()):
                verb, kind = {"r": ("reply", "replied"), "n": ("note", "noted")}[letter]
                self.command(who, f"ticket {verb}", ticket=self.named(id), text=self.word(letter))
                assert self.held.entries(id)[-1]["kind"] == kind

    def take(self, who: Actor, some: int, way: int) -> None:
        """Claim it, give it back, or give it to somebody."""
        for id in self.one(some, self.support()):
            before, mine, theirs = self.tickets[id], str(who.ref), str(pick([SAM, KIM], way // 2).ref)
            verb = pick(["claim", "claim", "release", "assign"], way)
            text = self.command(who, f"ticket {verb}", ticket=self.named(id), person=theirs)
            wanted = {"claim": before.assignee or mine, "release": None, "assign": theirs}[verb]
            assert self.tickets[id].assignee == (wanted if before.state == "open" else before.assignee)
            if verb == "claim":
                assert text.endswith("is yours.") == (before.state == "open" and before.assignee is None)

    def describe(self, who: Actor, some: int, way: int) -> None:
        for id in self.one(some, self.support()):
            match pick(["tag", "untag", "rename", *PRIORITIES], way):
                case "tag":
                    self.command(who, "ticket tag", ticket=self.named(id), tags=f"+{self.word('g')}")
                    assert f"g{self.words}z" in self.tickets[id].tags
                case "untag":
                    there = min(self.tickets[id].tags, default="nothing")
                    self.command(who, "ticket tag", ticket=self.named(id), tags=f"-{there}")
                    assert there not in self.tickets[id].tags
                case "rename":
                    self.command(who, "ticket rename", ticket=self.named(id), subject=self.word("t"))
                    assert self.tickets[id].subject == f"t{self.words}z"
                case priority:
                    self.command(who, "ticket priority", ticket=self.named(id), priority=priority)
                    assert self.tickets[id].priority == PRIORITIES.index(priority)

    def close(self, who: Actor, some: int, way: int) -> None:
        for id in self.one(some, self.support()):
            before, (verb, state) = self.tickets[id], pick([("close", "closed"), ("reopen", "open")], way)
            text = self.command(who, f"ticket {verb}", ticket=self.named(id), reason=self.word("c"))
            assert self.tickets[id].state == state
            assert ("already" in text) == (before.state == state)

    def press_at_once(self, _: Actor, some: int, way: int) -> None:
        """Of several who claim or close together one does it, if anybody may; the others are told."""
        for id in self.one(some, self.support()):
            before, verb = self.tickets[id], pick(["claim", "close"], way)
            presses = [
                ButtonPressed(self.world.id(), who, AGENTS_CHANNEL, f"ticket.{verb}", str(id))
                for who in (SAM, KIM, LEA, SAM)
            ]
            won = [text for text in self.together(presses) if text.endswith(("is yours.", "is closed."))]
            possible = before.state == "open" and (verb == "close" or before.assignee is None)
            assert len(won) == (1 if possible else 0)

    def bring(self, who: Actor, some: int, way: int) -> None:
        """Add somebody to a ticket or remove them, open one for them, or block them for a day."""
        ref, verb = str(pick([ANA, BEN, CLEO], some).ref), pick(["add", "add", "remove", "open", "block"], way)
        if verb == "open":
            options = {"for": ref, "text": self.word("r")}
            self.do(CommandInvoked(self.world.id(), who, AGENTS_CHANNEL, "ticket open", options))
        elif verb == "block" and self.words > 20:
            self.command(LEA, "desk block", person=ref, days="1", reason="noise")
        elif verb != "block":
            for id in self.one(some // 3, self.support()):
                self.command(who, f"ticket {verb}", ticket=self.named(id), person=ref)
                if ref != self.tickets[id].customer:
                    assert (ref in self.held.taking_part(id)) == (verb == "add")

    def try_again(self, who: Actor, some: int, way: int) -> None:
        if rows := self.given_up_at_support():
            row, verb = pick(rows, some), pick(["retry", "retry", "discard"], way)
            self.tried_again = True
            if verb == "discard":
                self.given_up.add(row["key"])
                if row["effect"]["kind"] in POSTS:
                    self.never_said.add(row["key"])
            self.do(ButtonPressed(self.world.id(), who, AGENTS_CHANNEL, f"outbox.{verb}", str(row["id"])))

    # Authors

    def edit(self, sent: Sent) -> None:
        self.replaced.add(sent.word)
        sent.old.add(sent.word)
        sent.word = self.word(sent.letter)
        self.do(MessageEdited(self.world.id(), sent.author, sent.place, f"{sent.prefix}{sent.word} hello"))

    def delete(self, sent: Sent) -> None:
        sent.deleted = True
        self.gone |= {sent.word, *sent.old}
        self.do(MessageDeleted(self.world.id(), sent.author, sent.place))

    # The platform, time, and the process

    def deliver(self, faults: list[Fault], some: int) -> None:
        """One effect of each room, with these faults; and once more."""
        self.chat.faults = list(faults)
        for _ in range(2):
            self.world.drain()
            self.world.clock.time += MINUTE
        self.chat.faults = []
        self.look()

    def deliver_everything(self, *_: object) -> None:
        self.world.clock.time += 2 * MINUTE  # longer than any pause between two tries
        while self.world.drain():
            pass
        self.look()
        assert not [row for row in self.held.outbox if row["state"] == "due"]

    def say_an_event_again(self, _: list[Fault], some: int) -> None:
        """A platform that is not sure whether we have it delivers it again. (What was refused may be taken now.)"""
        again = [(event, reply) for event, reply in self.events if event.id in self.remembered]
        if again:
            event, reply = pick(again, some)
            before = self.held
            if not any(part in read(reply) for part in NOT_DONE):
                assert self.world.handle(event) is None
                self.look()
                assert self.held == before

    def restart(self, faults: list[Fault], some: int) -> None:
        """Stop and start, or die while delivering."""
        match some % 3:
            case 0:
                self.world.restart()
            case 1:
                self.world.crash([Fault.CRASH] * 50)
            case 2:
                self.world.crash([Fault.LATE_CRASH] * 50)
        self.look()

    def let_time_pass(self, _: list[Fault], some: int) -> None:
        self.world.clock.time += pick([1, 11, 11, 31, 60 * 24, 60 * 24 * 8], some) * MINUTE
        self.world.tick()
        self.remembered = {id: at for id, at in self.remembered.items() if at > self.world.clock.time - REMEMBERED}
        self.look()

    # What there is to act on

    def one(self, some: int, ids: Sequence[int] | None = None) -> list[int]:
        """One of the tickets, or none if there is none."""
        ids = list(self.tickets) if ids is None else ids
        return [pick(ids, some)] if ids else []

    def support(self) -> list[int]:
        """The tickets of the desk where Sam and Kim work."""
        return [id for id in self.tickets if self.held.tickets[id]["desk"] == 1]

    def threads(self) -> list[tuple[int, Place]]:
        """Where customers talk in threads: on a ticket's first message, which is there whatever the bot does."""
        return [(id, place) for id in self.support() if (place := self.customers_thread(id))]

    def agents_threads(self) -> list[Place]:
        known = [id for id in self.support() if f"ticket:{id}:agents" in self.held.spots]
        return [place for id in known if (place := self.agents_thread(id))]

    def choices(self) -> list[tuple[Actor, Button]]:
        asked = [(event.actor, reply.message) for event, reply in self.events if isinstance(reply, Say)]
        people = {f"@{event.actor.ref.id}": event.actor for event, _ in self.events}
        shown = self.world.chat.posts.values()
        asked += [(people[post.room[0]], post.message) for post in shown if post.room[0] in people]
        return [(who, b) for who, message in asked for b in message.buttons if b.action == "draft.to"][-8:]

    def given_up_at_support(self) -> list[Row]:
        dead = [row for row in self.held.outbox if row["state"] == "dead"]
        in_tickets = [row for row in dead if row["room"].startswith("ticket:")]
        return [row for row in in_tickets if int(row["room"].split(":")[1]) in self.support()]

    def customers_thread(self, id: int) -> Place | None:
        if self.held.tickets[id]["room_kind"] != "thread":
            return None
        first = next(e for e in self.held.entries(id) if e["kind"] == "said")
        thread = first["source_thread"] or first["source_message"]
        return Place("fake", "w", first["source_conversation"], thread)

    def agents_thread(self, id: int) -> Place | None:
        """The room under the card, if there is one on the platform."""
        cards = self.chat.under(f"ticket:{id}:agents")
        return Place("fake", "w", cards[0].room[0], cards[0].id) if cards else None

    def named(self, id: int) -> str:
        row = self.held.tickets[id]
        return f"{'support' if row['desk'] == 1 else 'billing'}#{row['number']}"

    # Doing it, and looking

    def word(self, letter: str) -> str:
        self.words += 1
        return f"{letter}{self.words}z"

    def form(self) -> dict[str, str]:
        return {"subject": self.word("t"), "text": f"{self.word('s')} hello"}

    def say(self, who: Actor, place: Place, letter: str, *, prefix: str = "", thanks: bool = False) -> None:
        word = "" if thanks else self.word(letter)
        where = on(place, self.world.id())
        text = THANKS if thanks else f"{prefix}{word} hello"
        reply = self.do(MessagePosted(self.world.id(), who, where, text))
        self.sent.append(Sent(who, where, letter, prefix, reply, word))

    def command(self, who: Actor, name: str, place: Place = AGENTS_CHANNEL, **options: str) -> str:
        return read(self.do(CommandInvoked(self.world.id(), who, place, name, options, tuple(PEOPLE.values()))))

    def do(self, event: Event) -> Reply:
        reply = self.world.handle(event)
        self.events.append((event, reply))
        self.remembered[event.id] = self.world.clock.time
        self.look()
        if str(event.actor.ref) not in STAFF:
            asked = event.options.get("words", "") if isinstance(event, CommandInvoked) else ""
            self.told(str(event.actor.ref), read(reply).replace(f"“{asked}”", ""))
        return reply

    def told(self, reader: str, text: str) -> None:
        """Somebody who is no agent read this, when they took part in these tickets."""
        theirs = frozenset(id for id in self.tickets if reader in self.held.taking_part(id))
        self.read_by_customers.append((reader, text, theirs))

    def together(self, events: Sequence[Event]) -> list[str]:
        async def all_at_once() -> list[Reply]:
            return list(await asyncio.gather(*map(self.world.app.handle, events)))

        replies = self.world.run(all_at_once())
        self.events += zip(events, replies, strict=True)
        self.look()
        return [read(reply) for reply in replies]

    def look(self) -> None:
        """See what the database holds now, and who is there to hear what was just said."""
        self.held: Held = self.world.held()
        rows = self.held.tickets
        self.tickets: dict[int, Ticket] = {
            id: retold(row["customer"], self.held.entries(id)) for id, row in rows.items()
        }
        for entry in self.held.timeline:
            here = self.held.taking_part(entry["id"] >> SEQUENCE)
            hearers = self.hearers.setdefault(entry["id"], here)
            for word in WORD.findall(entry["text"]):
                if word not in self.home:  # new, or edited now: not for those who heard it and are gone
                    self.home[word] = entry["id"] >> SEQUENCE
                    self.may_see.setdefault(word, set()).update(hearers & here)
        for id, row in rows.items():  # whoever is added is told the subject
            for word in WORD.findall(row["subject"]):
                self.may_see.setdefault(word, set()).update(self.held.taking_part(id))


def pick(things: Sequence[T], some: int) -> T:
    return things[some % len(things)]
