"""The life of tickets as a state machine: whatever people, platforms and time do, in whatever order.

Every word said is unique ("s7z"), so that it can be looked for everywhere. Its first letter says what it is: s said
by a customer, r a reply, n a note, g a tag, c a reason for closing, t a subject.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

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
from bot.ports import Reply, Say
from tests.desk import AGENTS as AGENTS_CHANNEL
from tests.desk import HELP, LEA, private
from tests.proof.chat import Fault, Room
from tests.proof.held import THANKS, Held, Row, Ticket, told
from tests.proof.world import AGENTS, CUSTOMERS, EVERYBODY, World, on, read

WORD = re.compile(r"[a-z]\d+z")
some = st.integers(0, 99)  # which of those that there are
customers = st.sampled_from(CUSTOMERS)
agents = st.sampled_from(AGENTS)
FAULTS = st.lists(st.sampled_from([Fault.AWAY, Fault.REFUSED, Fault.BUG, Fault.CUT, Fault.LATE_BUG]), max_size=3)


@dataclass
class Sent:
    """A message somebody wrote on the platform, and what the platform was told of it."""

    author: Actor
    place: Place
    letter: str
    event: Event
    reply: Reply
    word: str
    old: set[str] = field(default_factory=set)
    deleted: bool = False

    @property
    def refused(self) -> bool:
        """Whether its author was told that it was not taken."""
        return any(part in read(self.reply) for part in ("not passed on", "No new one was opened", "Please wait"))


class Life(RuleBasedStateMachine):
    """What people do. The invariants are in `test_life_cycle`."""

    @initialize(desks=st.integers(1, 2))
    def begin(self, desks: int) -> None:
        self.world = World(desks)
        self.chat = self.world.chat
        self.sent: list[Sent] = []
        self.events: list[tuple[Event, Reply]] = []
        self.may_see: dict[str, set[str]] = {}  # word → who took part when it was said
        self.home: dict[str, int] = {}  # word → the ticket it was said in
        self.tried_again = False  # what was tried again comes later than it was said
        self.gone: set[str] = set()  # words that were deleted
        self.replaced: set[str] = set()  # words that were edited away
        self.given_up: set[str] = set()  # keys whose post an agent discarded
        self.read_by_customers: list[tuple[str, str]] = []
        self.words = 0
        self.look()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.end()

    # Looking

    def look(self) -> None:
        """See what the database holds now, and who is there to hear what was just said."""
        self.held: Held = self.world.held()
        self.tickets: dict[int, Ticket] = {
            id: told(row["customer"], self.held.entries(id)) for id, row in self.held.tickets.items()
        }
        for entry in self.held.timeline:
            for word in WORD.findall(entry["text"]):
                if word not in self.may_see:
                    self.home[word] = entry["id"] >> 20
                    self.may_see[word] = self.held.taking_part(self.home[word])
        for id, row in self.held.tickets.items():  # whoever is added is told the subject
            for word in WORD.findall(row["subject"]):
                self.may_see.setdefault(word, set()).update(self.held.taking_part(id))

    def word(self, letter: str) -> str:
        self.words += 1
        return f"{letter}{self.words}z"

    def do(self, event: Event) -> Reply:
        reply = self.world.handle(event)
        self.events.append((event, reply))
        if str(event.actor.ref) not in {str(who.ref) for who in (*AGENTS, LEA)}:
            self.read_by_customers.append((str(event.actor.ref), read(reply)))
        self.look()
        return reply

    def say(self, who: Actor, place: Place, letter: str, before: str = "", text: str | None = None) -> Sent:
        word = self.word(letter)
        where = on(place, self.world.id())
        event = MessagePosted(self.world.id(), who, where, before + (text or f"{word} hello"))
        reply = self.do(event)
        sent = Sent(who, where, letter, event, reply, word if text is None else "")
        self.sent.append(sent)
        return sent

    def command(self, who: Actor, name: str, place: Place = AGENTS_CHANNEL, **options: str) -> str:
        event = CommandInvoked(self.world.id(), who, place, name, options, tuple(EVERYBODY.values()))
        return read(self.do(event))

    def agents_see(self, id: int) -> list[str]:
        """The customers' messages in the agents' room, as they stand there."""
        place = self.agents_thread(id)
        posts = self.chat.in_room((place.conversation, place.thread)) if place else ()
        said = {
            f"message:{e['id']}:agents" for e in self.held.entries(id) if e["kind"] == "said" and not e["deleted_at"]
        }
        return [post.key for post in posts if post.key in said]

    def one(self, some: int, wanted: Callable[[int], bool] = lambda id: True) -> int | None:
        """One of the tickets that there are, or None."""
        ids = [id for id in self.tickets if wanted(id)]
        return ids[some % len(ids)] if ids else None

    def named(self, id: int) -> str:
        row = self.held.tickets[id]
        return f"{'support' if row['desk'] == 1 else 'billing'}#{row['number']}"

    def is_support(self, id: int) -> bool:
        return bool(self.held.tickets[id]["desk"] == 1)

    def agents_thread(self, id: int) -> Place | None:
        """The room under the card, if there is one on the platform."""
        cards = self.chat.under(f"ticket:{id}:agents")
        return Place("fake", "w", cards[0].room[0], cards[0].id) if cards else None

    def customers_thread(self, id: int) -> Place | None:
        """The thread a ticket began with: on its first message, which is there whatever the bot does."""
        if self.held.tickets[id]["room_kind"] != "thread":
            return None
        first = next(e for e in self.held.entries(id) if e["kind"] == "said")
        thread = first["source_thread"] or first["source_message"]
        return Place("fake", "w", first["source_conversation"], thread)

    # Customers

    @rule(who=customers, thanks=st.booleans())
    def write_in_private(self, who: Actor, thanks: bool) -> None:
        self.say(who, private(who), "s", text=THANKS if thanks else None)

    @rule(who=customers)
    def write_in_the_channel(self, who: Actor) -> None:
        self.say(who, HELP, "s")

    @rule(some=some, thanks=st.booleans())
    def write_in_the_thread(self, some: int, thanks: bool) -> None:
        id = self.one(some, lambda id: self.customers_thread(id) is not None)
        if id is not None and (place := self.customers_thread(id)):
            self.say(EVERYBODY[self.tickets[id].customer], place, "s", text=THANKS if thanks else None)

    @rule(who=customers)
    def fill_the_form(self, who: Actor) -> None:
        word = self.word("s")
        values = {"subject": self.word("t"), "text": word}
        self.do(FormSubmitted(self.world.id(), who, private(who), "ticket.open", "", values))

    @rule(who=customers, some=some)
    def choose_a_ticket(self, who: Actor, some: int) -> None:
        """Press one of the buttons under a question, perhaps long after it was asked."""
        asked = [
            reply
            for event, reply in self.events
            if event.actor == who
            and isinstance(reply, Say)
            and any(b.action == "draft.to" for b in reply.message.buttons)
        ]
        if asked:
            buttons = [button for reply in asked for button in reply.message.buttons]
            button = buttons[some % len(buttons)]
            self.do(ButtonPressed(self.world.id(), who, private(who), button.action, button.arg))

    @rule(some=some, who=customers, verb=st.sampled_from(["close", "reopen"]))
    def customers_close_and_reopen_their_own(self, some: int, who: Actor, verb: str) -> None:
        id = self.one(some)
        if id is None:
            return
        before = self.tickets[id]
        theirs = str(who.ref) in self.held.taking_part(id)
        text = self.command(who, f"ticket {verb}", private(who), ticket=self.named(id))
        wanted = {"close": "closed", "reopen": "open"}[verb] if theirs else before.state
        assert self.tickets[id].state == wanted
        assert theirs or text.startswith("There is no ticket")

    @rule(who=customers, verb=st.sampled_from(["list", "show", "history", "search", "claim", "note"]), some=some)
    def customers_look_around(self, who: Actor, verb: str, some: int) -> None:
        id = self.one(some)
        options = {
            "list": {},
            "search": {"words": f"s{some % (self.words + 1)}z"},
            "note": {"ticket": self.named(id) if id else "1", "text": "let me in"},
        }.get(verb, {"ticket": self.named(id) if id else "1"})
        before = self.tickets
        self.command(who, f"ticket {verb}", private(who), **options)
        assert self.tickets == before

    # Agents

    @rule(some=some, who=agents, reply=st.booleans())
    def write_in_the_agents_room(self, some: int, who: Actor, reply: bool) -> None:
        id = self.one(some, lambda id: self.is_support(id) and f"ticket:{id}:agents" in self.held.spots)
        if id is not None and (place := self.agents_thread(id)):
            self.say(who, place, "r" if reply else "n", before="!r " if reply else "")

    @rule(some=some, who=customers)
    def strangers_write_in_the_agents_room(self, some: int, who: Actor) -> None:
        id = self.one(some, lambda id: self.agents_thread(id) is not None)
        if id is not None and (place := self.agents_thread(id)):
            before = self.tickets
            self.do(MessagePosted(self.world.id(), who, on(place, self.world.id()), "let me in"))
            assert self.tickets == before

    @rule(some=some, who=agents)
    def talk_in_the_customers_thread(self, some: int, who: Actor) -> None:
        id = self.one(some, lambda id: self.customers_thread(id) is not None)
        if id is not None and (place := self.customers_thread(id)):
            self.say(who, place, "r")

    @rule(some=some, who=agents, verb=st.sampled_from(["reply", "note"]))
    def write_by_command(self, some: int, who: Actor, verb: str) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            text = self.command(who, f"ticket {verb}", ticket=self.named(id), text=self.word(verb[0]))
            assert str(self.held.tickets[id]["number"]) in text

    @rule(who=agents, customer=customers)
    def open_for_a_customer(self, who: Actor, customer: Actor) -> None:
        self.command(who, "ticket open", **{"for": str(customer.ref), "text": self.word("r")})

    @rule(some=some, who=agents)
    def claim(self, some: int, who: Actor) -> None:
        if (id := self.one(some, self.is_support)) is None:
            return
        before = self.tickets[id]
        text = self.command(who, "ticket claim", ticket=self.named(id))
        free = before.state == "open" and before.assignee is None
        assert self.tickets[id].assignee == (str(who.ref) if free else before.assignee)
        assert text.endswith("is yours.") == free

    @rule(some=some)
    def claim_at_once(self, some: int) -> None:
        """Several press together: one gets it, and the others are told."""
        id = self.one(some, lambda id: self.is_support(id) and self.tickets[id].assignee is None)
        if id is None or self.tickets[id].state != "open":
            return
        people = (*AGENTS, LEA, *AGENTS)
        presses = [ButtonPressed(self.world.id(), who, AGENTS_CHANNEL, "ticket.claim", str(id)) for who in people]
        replies = self.together(presses)
        assert sum(text.endswith("is yours.") for text in replies) == 1
        assert self.tickets[id].assignee in {str(who.ref) for who in people}

    @rule(some=some, who=agents)
    def release(self, some: int, who: Actor) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            before = self.tickets[id]
            self.command(who, "ticket release", ticket=self.named(id))
            assert self.tickets[id].assignee == (None if before.state == "open" else before.assignee)

    @rule(some=some, who=agents, other=agents)
    def assign(self, some: int, who: Actor, other: Actor) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            before = self.tickets[id]
            self.command(who, "ticket assign", ticket=self.named(id), person=str(other.ref))
            assert self.tickets[id].assignee == (str(other.ref) if before.state == "open" else before.assignee)

    @rule(some=some, who=agents, priority=st.sampled_from(["low", "normal", "high", "urgent"]))
    def prioritise(self, some: int, who: Actor, priority: str) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            self.command(who, "ticket priority", ticket=self.named(id), priority=priority)
            assert self.tickets[id].priority == ["urgent", "high", "normal", "low"].index(priority)

    @rule(some=some, who=agents, remove=st.booleans())
    def tag(self, some: int, who: Actor, remove: bool) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            there = sorted(self.tickets[id].tags)
            words = f"-{there[0]}" if remove and there else f"+{self.word('g')}"
            self.command(who, "ticket tag", ticket=self.named(id), tags=words)

    @rule(some=some, who=agents)
    def rename(self, some: int, who: Actor) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            subject = self.word("t")
            self.command(who, "ticket rename", ticket=self.named(id), subject=subject)
            assert self.held.tickets[id]["subject"] == subject

    @rule(some=some, who=agents, verb=st.sampled_from(["close", "reopen"]))
    def close_and_reopen(self, some: int, who: Actor, verb: str) -> None:
        if (id := self.one(some, self.is_support)) is not None:
            options = {"ticket": self.named(id)} | ({"reason": self.word("c")} if verb == "close" else {})
            before = self.tickets[id]
            text = self.command(who, f"ticket {verb}", **options)
            assert self.tickets[id].state == {"close": "closed", "reopen": "open"}[verb]
            assert ("already" in text) == (before.state == self.tickets[id].state)

    @rule(some=some)
    def close_at_once(self, some: int) -> None:
        if (id := self.one(some, lambda id: self.is_support(id) and self.tickets[id].state == "open")) is not None:
            presses = [ButtonPressed(self.world.id(), who, HELP, "ticket.close", str(id)) for who in (*AGENTS, LEA)]
            replies = self.together(presses)
            assert sum(text.endswith("is closed.") for text in replies) == 1

    @rule(some=some, who=agents, other=customers, out=st.booleans())
    def add_and_remove(self, some: int, who: Actor, other: Actor, out: bool) -> None:
        if (id := self.one(some, self.is_support)) is None:
            return
        before = self.tickets[id]
        verb = "remove" if out else "add"
        self.command(who, f"ticket {verb}", ticket=self.named(id), person=str(other.ref))
        if str(other.ref) != before.customer:
            assert (str(other.ref) in self.held.taking_part(id)) == (not out)

    @rule(who=customers)
    def block_for_a_day(self, who: Actor) -> None:
        self.command(LEA, "desk block", person=str(who.ref), days="1", reason="noise")

    # Everybody

    @rule(some=some)
    def edit(self, some: int) -> None:
        there = [sent for sent in self.sent if sent.word and not sent.deleted]
        if there:
            sent = there[some % len(there)]
            new = self.word(sent.letter)
            before = "!r " if isinstance(sent.event, MessagePosted) and sent.event.text.startswith("!r ") else ""
            self.replaced.add(sent.word)
            sent.old.add(sent.word)
            sent.word = new
            self.do(MessageEdited(self.world.id(), sent.author, sent.place, f"{before}{new} better"))

    @rule(some=some)
    def delete(self, some: int) -> None:
        there = [sent for sent in self.sent if not sent.deleted]
        if there:
            sent = there[some % len(there)]
            sent.deleted = True
            self.gone |= {sent.word, *sent.old} - {""}
            self.shown_before = len(self.chat.said)
            self.do(MessageDeleted(self.world.id(), sent.author, sent.place))

    @rule(some=some)
    def deliver_an_event_again(self, some: int) -> None:
        """A platform that is not sure whether we have it says it again. What was refused may be taken now."""
        if not self.events:
            return
        event, reply = self.events[some % len(self.events)]
        if self.was_a_problem(reply):
            return
        before = self.held
        assert self.world.handle(event) is None
        self.look()
        assert self.held == before

    def was_a_problem(self, reply: Reply) -> bool:
        text = read(reply)
        told = (
            "not passed on",
            "No new one",
            "Please wait",
            "Nothing was changed",
            "There is no",
            "already",
            "is for agents",
        )
        told += (
            "I do not",
            "Which ticket",
            "is not waiting",
            "takes no part",
            "does not take part",
            "That is for",
            "Nobody was",
        )
        return any(part in text for part in told)

    def together(self, events: Iterable[Event]) -> list[str]:
        import asyncio

        events = list(events)

        async def all_at_once() -> list[Reply]:
            return list(await asyncio.gather(*(self.world.app.handle(event) for event in events)))

        replies = self.world.run(all_at_once())
        self.events += zip(events, replies, strict=True)
        self.look()
        return [read(reply) for reply in replies]

    # The platform, time, and the process

    @rule(faults=FAULTS)
    def deliver(self, faults: list[Fault]) -> None:
        """One effect of each room, with these faults."""
        self.chat.faults = list(faults)
        self.world.drain()
        self.chat.faults = []
        self.look()

    @rule()
    def deliver_everything(self) -> None:
        self.world.clock.time += WAIT
        while self.world.drain():
            pass
        self.look()

    @rule(fault=st.sampled_from([Fault.CRASH, Fault.LATE_CRASH]))
    def die_while_delivering(self, fault: Fault) -> None:
        self.world.crash(fault)
        self.look()

    @rule()
    def restart(self) -> None:
        self.world.restart()
        before = self.held
        self.look()
        assert self.held == before

    @rule(minutes=st.sampled_from([1, 11, 31, 60 * 24, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.time += MINUTE * minutes
        self.world.tick()
        self.look()

    @precondition(lambda self: any(row["state"] == "dead" for row in self.held.outbox))
    @rule(some=some, who=agents, verb=st.sampled_from(["retry", "discard"]))
    def try_again_or_discard(self, some: int, who: Actor, verb: str) -> None:
        dead = [row for row in self.held.outbox if row["state"] == "dead"]
        row = dead[some % len(dead)]
        id = int(row["room"].split(":")[1])
        if not self.is_support(id):
            return
        self.tried_again = True
        if verb == "discard":
            self.given_up.add(row["key"])
        self.do(ButtonPressed(self.world.id(), who, AGENTS_CHANNEL, f"outbox.{verb}", str(row["id"])))


from datetime import timedelta  # noqa: E402

MINUTE = timedelta(minutes=1)
WAIT = MINUTE * 2  # longer than any pause between tries
