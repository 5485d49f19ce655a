"""Everything is in the database and nothing only in memory: a desk that is stopped and started between any two things
that happen is the same as one that never was."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.desks.model import Settings
from bot.desks.panel import Category, Panel, Question
from bot.inbound import Actor, Place
from bot.ports import Ask, Refused, TryLater, Watched
from storage.opening import open_store
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Clock, Desk, FakeChat, agents_thread, private
from tests.proof.held import Reader

Act = Callable[["Life"], Awaitable[Any]]


class Life:
    """A desk whose process may end after every act. The platform, the time and what people hold in hand go on."""

    def __init__(self, folder: Path, *, restarted: bool) -> None:
        self.path, self.restarted = folder / "desk.db", restarted
        self.chat, self.clock, self.count = FakeChat(), Clock(), 0
        self.told: list[str] = []
        self.desk: Desk

    async def begin(self) -> None:
        self.desk = Desk(open_store(f"sqlite:///{self.path}", self.clock.now), self.clock)
        self.desk.chat = self.desk.chats["fake"] = self.chat
        self.desk.count = self.count

    async def end(self) -> None:
        self.count = self.desk.count
        await self.desk.store.close()  # type: ignore[attr-defined]

    async def live(self, acts: list[Act]) -> None:
        await self.begin()
        for act in acts:
            told = await act(self)
            self.told.append(told if isinstance(told, str) else "")
            if self.restarted:
                held = self.desk
                await self.end()
                await self.begin()
                if hasattr(held, "reply"):  # what is on somebody's screen: a form they have not sent yet
                    self.desk.reply, self.desk.last = held.reply, getattr(held, "last", "")
        await self.end()

    def looks(self) -> Mapping[str, Any]:
        reader = Reader(self.path)
        held = reader.read()
        reader.close()
        return {
            "told": self.told,
            "rooms": {room: [seen.text for seen in posts] for room, posts in self.chat.rooms.items()},
            "marks": self.chat.marks,
            "tickets": held.tickets,
            "timeline": held.timeline,
            "drafts": held.drafts,
            "outbox": held.outbox,
            "spots": held.spots,
            "participants": held.participants,
            "tags": held.tags,
        }


def say(who: Actor, text: str, place: Place | None = None) -> Act:
    return lambda life: life.desk.say(who, text, place)


def types(who: Actor, line: str, place: Place = AGENTS) -> Act:
    return lambda life: life.desk.type(who, line, place)


def clicks(who: Actor, label: str, room: str = "agents") -> Act:
    return lambda life: life.desk.click(who, label, room)


def fills(who: Actor, **values: str) -> Act:
    async def fill(life: Life) -> str:
        assert isinstance(life.desk.reply, Ask)
        return await life.desk.fill(who, **values)

    return fill


def fills_all(who: Actor, value: str) -> Act:
    return lambda life: life.desk.fill(who, **{each.name: value for each in life.desk.form_shown().inputs})


def passes(**time: float) -> Act:
    async def pass_(life: Life) -> str:
        life.desk.later(**time)
        await life.desk.tick()
        return ""

    return pass_


def platform(refuse: Callable[[Any], Exception | None]) -> Act:
    async def change(life: Life) -> str:
        life.chat.refuse = refuse
        return ""

    return change


async def set_up(life: Life) -> str:
    desk = await life.desk.set_up(max_open_per_customer=3)
    panel = Panel(
        text="What is it about?", categories=(Category(name="Billing", questions=(Question(ask="Invoice number"),)),)
    )
    await life.desk.store.write(lambda work: work.desks.set_panel(desk.id, panel))
    return Settings().language


async def watermark(life: Life) -> str:
    await life.desk.store.write(lambda work: work.watermarks.move([Watched(HELP, "17.3")]))
    return ""


async def read_until(life: Life) -> str:
    def look(work: Any) -> str:
        return str([each.after for each in work.watermarks.watched("fake", work.now - timedelta(days=1))])

    return await life.desk.store.read(look)


DAY: list[Act] = [
    set_up,
    say(ANA, "my printer is on fire"),
    types(SAM, "/ticket claim 1"),
    platform(lambda effect: TryLater(30) if effect.kind == "direct" else None),  # a reply that waits
    say(SAM, "!r have you tried water?", agents_thread(1)),
    platform(lambda effect: None),
    passes(minutes=2),
    platform(lambda effect: Refused("too odd") if "poison" in str(effect) else None),  # a message given up
    say(ANA, "poison"),
    platform(lambda effect: None),
    clicks(SAM, "Try again", "agents/#1"),
    types(ANA, "/ticket open", private(ANA)),  # a form, half filled when the process ends
    fills(ANA, subject="Mouse", text="escaped"),
    say(ANA, "any news?"),  # a draft, which waits for her to choose; then for a timer
    passes(minutes=11),
    say(ANA, "and now?"),
    clicks(ANA, "#1 my printer is on fire", "@ana"),
    say(ANA, "in the same ticket, for half an hour"),
    passes(minutes=5),
    types(LEA, "/desk panel", HELP),  # a panel, and its form
    clicks(BEN, "Billing", "help"),
    fills_all(BEN, "2026-17"),
    types(LEA, "/desk block person:@ben days:2 reason:spam"),  # who may not write, and until when
    say(BEN, "let me in"),
    passes(days=3),
    say(BEN, "and now?"),
    types(KIM, "/ticket close 1 solved"),
    passes(days=1),
    say(ANA, "it burns again"),  # in the one that is open
    types(KIM, "/ticket ask-close 2"),  # a question that closes by itself
    passes(days=3),
    watermark,
    read_until,
    types(ANA, "/mydata delete", private(ANA)),  # asked, and not confirmed yet
    types(ANA, "/mydata status", private(ANA)),
]


async def test_a_desk_that_ends_after_every_step_is_the_same_as_one_that_never_does(tmp_path: Path) -> None:
    lives = []
    for name, restarted in (("one", False), ("many", True)):
        (tmp_path / name).mkdir()
        life = Life(tmp_path / name, restarted=restarted)
        await life.live(DAY)
        lives.append(life.looks())
    one, many = lives
    for what in one:
        assert many[what] == one[what], what
    texts = str(one["rooms"])
    said = ("have you tried water?", "poison", "2026-17", "any news?", "burns again", "no answer came")
    assert [word for word in said if word not in texts] == []
