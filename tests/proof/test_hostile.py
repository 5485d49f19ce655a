"""What the hostile and the careless send: a clear answer, nothing lost, nothing leaked, nothing broken."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import parse, wording
from bot.errors import Problem
from bot.inbound import Actor, ButtonPressed, CommandInvoked, Event, FormSubmitted, MessagePosted
from bot.message import UserRef
from bot.parse import IN_A_ROOM, find, find_verb, options
from bot.ports import Refused
from bot.relay import thanks
from bot.router import Command, Scope
from bot.routes import all_routes
from bot.tickets import handlers, listing
from bot.tickets.timeline import MESSAGES
from storage.sqlite import SqliteStore
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Clock, Desk, FakeChat, agents_thread, private
from tests.proof.world import OLGA, folder, read, template

ROUTER = all_routes()
SECRETS = ("hunter2", "noteworthy", "taggedword", "failedreply", "draftedword")
LONG = "a" * 100_000
TEXTS = {
    "100 kB": "long " + "wörd " * 20_000,
    "one long word": LONG,
    "control characters": "bell \x07 escape \x1b[31m back \x08 delete \x7f and\x85more",
    "right to left": "\u202eevil\u202c and \u2066isolated\u2069 \u200f\u200e",
    "zero width": "a\u200bb\u200cc\ufeffd",
    "combining": "e" + "\u0301" * 500,
    "half a character": "half \ud83d of a fire",
    "another half": "\udd25\udc00",
    "NUL": "before\x00after",
    "only NUL": "\x00",
    "markup": "<!channel> @everyone <@U1> **bold** [x](http://y) `code` <script>alert(1)</script>",
    "formats": "%s %n {0} {self} ${HOME} $(id) ';DROP TABLE tickets;-- \\",
    "line breaks": "\n\r\n\u2028\u2029\x0b\x0c",
    "emoji": "👩‍👩‍👧‍👦" * 100,
}
NUMBERS = [
    "0",
    "-1",
    "99",
    "9" * 9,
    "9" * 18,
    "9" * 19,
    "9" * 400,
    "٤٢",
    "²",
    "1²",
    "1.5",
    "1e9",
    "0x1",
    "#",
    "##1",
    " 1 ",
]
VALUES = [
    *(text for name, text in TEXTS.items() if name not in ("100 kB", "one long word")),
    *("", " ", "a" * 50_000, "x/y/z", "a/b", "fake:w/@all/", "nowhere/w/x", "1 OR 1=1"),
    *("-1", "9" * 18, "9" * 19, "9" * 400, "٤٢", "²", "1-", "-1", f"1-{'9' * 30}", f"{'9' * 30}-1", "1-٤"),
    *("|0.0.0", "priority=huge|0.0.0", "customer=x|0.0.0", f"|9.{'9' * 15}.{'9' * 18}", "filter=x&tag=\x00|٤.٤.٤"),
]
GOOD = {
    "ticket": "1", "text": "x", "person": str(KIM.ref), "priority": "low", "subject": "x", "tags": "+x",
    "words": "x", "days": "1", "setting": "language", "value": "en",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_errors_are_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An error that is only told as “something went wrong” is found in the log."""
    yield
    assert not [r.exc_info for r in caplog.records if r.exc_info]


@asynccontextmanager
async def opened(data: bytes) -> AsyncIterator[Desk]:
    """A bot on a copy of a database: to copy it is quicker than to fill one for each of these many tests."""
    where, clock = folder(), Clock()
    (where / "desk.db").write_bytes(data)
    store = SqliteStore(where / "desk.db", clock.now)
    yield Desk(store, clock)
    await store.close()
    shutil.rmtree(where)


@pytest.fixture(scope="module")
def migrated() -> bytes:
    return template(1)


@pytest.fixture
async def bare(migrated: bytes) -> AsyncIterator[Desk]:
    async with opened(migrated) as desk:
        yield desk


@pytest.fixture(scope="module")
def busy_day(migrated: bytes) -> tuple[bytes, FakeChat, int]:
    """A database, what the platform shows, and how many ids were given."""
    with asyncio.Runner() as runner:
        return runner.run(spend_a_day(migrated))


async def spend_a_day(migrated: bytes) -> tuple[bytes, FakeChat, int]:
    """Ana's tickets with a note, a tag, a reply that failed and a question; and a desk next door, where Olga works."""
    async with opened(migrated) as desk:
        await desk.set_up()
        await desk.set_up_other("billing", OLGA)
        await desk.say(ANA, "my password is hunter2", HELP)
        await desk.say(SAM, "a noteworthy customer", agents_thread(1))
        await desk.type(SAM, "/ticket tag 1 +taggedword")
        desk.chat.refuse = lambda effect: Refused("no") if "failedreply" in str(effect) else None
        await desk.say(SAM, "!r failedreply", agents_thread(1))
        for subject in ("One", "Two"):
            await desk.submit(ANA, "ticket.open", subject=subject, text="hunter2")
        await desk.say(ANA, "draftedword")
        for asked in ("mydata.export", "mydata.delete"):
            await desk.press(ANA, asked, place=private(ANA))
        return await desk.store.write(serialized), desk.chat, desk.count


def serialized(work: Any) -> bytes:
    data: bytes = work.connection.connection.driver_connection.serialize()
    return data


@pytest.fixture
async def busy(busy_day: tuple[bytes, FakeChat, int]) -> AsyncIterator[Desk]:
    data, chat, count = busy_day
    async with opened(data) as desk:
        desk.count = count
        desk.chat.rooms, desk.chat.tokens = deepcopy((chat.rooms, chat.tokens))
        yield desk


# Messages


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
async def test_whatever_is_written_arrives_and_breaks_nothing(desk: Desk, text: str) -> None:
    kept = clean(text)
    await desk.say(ANA, "help")
    await desk.say(ANA, text)
    await desk.say(SAM, f"!r {text}", agents_thread(1))
    await desk.say(SAM, text, agents_thread(1))
    await desk.say(ANA, "still there?")
    assert desk.agents_room(1)[0] == "Ana: help"
    assert desk.agents_room(1)[-1] == "Ana: still there?"
    if kept.strip():
        assert desk.agents_room(1)[1] == f"Ana: {kept}"
        assert desk.private(ANA)[-1] == f"Sam (#1): {kept.strip()}"
    ticket = await desk.ticket(1)
    entries = await desk.store.read(lambda work: work.timeline.page(ticket.id, MESSAGES, 0, 99))
    assert [e.words for e in entries if e.words.strip()] == [
        w for w in ("help", kept, kept.strip(), kept, "still there?") if w.strip()
    ]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
async def test_whatever_a_ticket_begins_with_it_has_a_number_and_a_card(desk: Desk, text: str) -> None:
    await desk.say(BEN, text)
    await desk.submit(ANA, "ticket.open", subject=text, text=text)
    for number in range(1, len(desk.room("agents")) + 1):
        title = desk.card(number).splitlines()[0]
        assert len(title) <= len("#1 ") + 100
        assert "Ticket" in await desk.type(SAM, f"/ticket claim {number}")


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u2003"])
async def test_an_empty_message_opens_nothing(desk: Desk, text: str) -> None:
    assert await desk.say(ANA, text) == ""
    assert await desk.say(ANA, text, HELP) == ""
    assert desk.chat.delivered == []


@pytest.mark.parametrize("name", ["", LONG, "\x00", "\ud800", "\u202eanA", "Ana\nStatus: closed", "@everyone"])
async def test_whatever_somebody_is_called_their_words_arrive(desk: Desk, name: str) -> None:
    who = Actor(ANA.ref, name, language="x" * 300)
    await desk.say(who, "help")
    await desk.type(who, "/ticket list", private(ANA))
    assert desk.agents_room(1)[0].endswith("help")


async def test_a_file_that_was_refused_is_told_even_where_a_question_is_asked(desk: Desk) -> None:
    for subject in ("One", "Two"):
        await desk.submit(ANA, "ticket.open", subject=subject, text="x")
    event = MessagePosted("e", ANA, private(ANA), "see this", (), ("virus.exe (a program)",))
    told = await desk.handle(event)
    assert "Which one is this about?" in desk.private(ANA)[-1]
    assert "virus.exe (a program)" in told


async def test_what_was_typed_into_a_form_is_given_back_when_there_are_too_many_tickets(bare: Desk) -> None:
    await bare.set_up(max_open_per_customer=1)
    await bare.submit(ANA, "ticket.open", subject="One", text="first")
    assert "all I typed" in await bare.submit(ANA, "ticket.open", subject="Two", text="all I typed")


# Commands: who may do what


IDS = [
    "1",
    "2",
    "3",
    "1-0",
    "1-1048576",
    "ticket-1",
    "desk-1",
    "new",
    "|0.0.0",
    "customer=fake/w/ana&tag=taggedword|0.0.0",
]
FORGED = {
    "text": "forged", "subject": "forged", "reason": "forged", "tags": "+forged", "words": "hunter2 noteworthy",
    "person": str(BEN.ref), "for": str(ANA.ref), "customer": str(ANA.ref), "priority": "urgent", "rank": "lead",
    "days": "9", "setting": "greeting", "value": "forged", "tag": "taggedword", "filter": "open", "desk": "1",
}  # fmt: skip


def forgeries(desk: Desk, who: Actor, command: Command, ids: Sequence[str]) -> Iterator[Event]:
    """Every way to say a command about things that are somebody else's."""
    for place in (private(who), agents_thread(1)):
        for arg in ids:
            yield ButtonPressed(desk._id(), who, place, command.action, arg)
            yield FormSubmitted(desk._id(), who, place, command.action, arg, FORGED)
        for number in ("1", "support#1", ""):
            named = {"ticket": number} | FORGED
            yield FormSubmitted(desk._id(), who, place, command.action, "", named)
            yield CommandInvoked(desk._id(), who, place, command.name, named)


SUPPORT = "fake:w/@support"  # a group of agents; that of another workspace may have the same name
IMPOSTERS = [
    Actor(UserRef("fake", "other", "sam"), "Sam", ("fake:other/@support",)),
    Actor(UserRef("fake", "other", "ana"), "Ana"),
    Actor(UserRef("elsewhere", "w", "sam"), "Sam", ("elsewhere:w/@support",)),
]

OWN_BUSINESS = {  # commands that need no rank: what they may do is theirs, and is looked at below
    "ticket.open", "ticket.list", "ticket.search", "ticket.more-history", "draft.to", "outbox.retry", "outbox.discard",
    "mydata", "mydata.view", "mydata.export", "mydata.delete", "mydata.confirm", "ticket.home", "desk.setup",
    "panel.pick", "panel.fill", "outbox.retry-desk", "mydata.status", "mydata.cancel", "mydata.correct",
    "mydata.correct-name", "mydata.correct-language", "mydata.correct-words", "mydata.restrict", "mydata.restrict-now",
    "mydata.lift", "mydata.object", "mydata.consent", "mydata.allow", "mydata.forbid", "mydata.policy",
    "mydata.policy-diff", "mydata.mine",
    "mydata.of-age", "mydata.under-age", "mydata.dispute", "mydata.confirm-here",
    "mydata.contest", "mydata.link", "mydata.link-yes", "mydata.link-no", "mydata.unlink",
}  # fmt: skip


def test_every_command_is_for_a_rank_or_known_to_be_ones_own_business() -> None:
    for command in ROUTER.commands.values():
        if command.name.startswith("privacy "):
            continue  # for officers, whatever their rank: see tests/privacy/test_officer.py
        assert (command.scope is Scope.NONE) == (command.action in OWN_BUSINESS), command.name
        assert command.scope is Scope.NONE or command.allow > 0, command.name


@pytest.mark.parametrize("command", ROUTER.commands.values(), ids=lambda command: command.action)
async def test_nobody_does_or_learns_anything_about_others(busy: Desk, command: Command) -> None:
    """With every id that there is, as button, form and command, from wherever."""
    before, dead = await anas(busy), await busy.store.read(lambda work: work.outbox.dead(9))
    for who in (BEN, OLGA):
        events = list(forgeries(busy, who, command, [*IDS, *(str(row.id) for row, _ in dead)]))
        replies = await asyncio.gather(*map(busy.app.handle, events))
        for event, reply in zip(events, replies, strict=True):
            text = read(reply)
            for asked in ("“hunter2 noteworthy”", ", tag taggedword"):
                text = text.replace(asked, "")
            assert not [secret for secret in SECRETS if secret in text], (event, text)
            assert wording.broken() not in text, event
        assert await anas(busy) == before, who.name


@pytest.mark.parametrize("command", ROUTER.commands.values(), ids=lambda command: command.action)
async def test_the_same_ids_in_another_workspace_are_somebody_elses(busy: Desk, command: Command) -> None:
    """Every command, as button, form and line, in rooms of theirs that are called as ours are."""
    await busy.enlist(SUPPORT)
    before, dead = await anas(busy), await busy.store.read(lambda work: work.outbox.dead(9))
    for who in IMPOSTERS:
        for event in forgeries(busy, who, command, ["1", "1-0", *(str(row.id) for row, _ in dead)]):
            place = replace(event.place, platform=who.ref.platform, workspace=who.ref.realm)
            text = read(await busy.app.handle(replace(event, place=place)))
            for asked in ("“hunter2 noteworthy”", ", tag taggedword"):
                text = text.replace(asked, "")
            assert not [secret for secret in SECRETS if secret in text], (event, text)
        assert await anas(busy) == before, who.ref


@pytest.mark.parametrize("command", ROUTER.commands.values(), ids=lambda command: command.action)
async def test_customers_do_to_their_own_tickets_what_they_may_and_no_more(busy: Desk, command: Command) -> None:
    ticket = await busy.ticket(1)
    if command.scope is Scope.NONE:
        return
    reply = read(await busy.app.handle(ButtonPressed("p", ANA, private(ANA), command.action, str(ticket.id))))
    assert ("That is for" in reply) == (not command.own)
    if not command.own:
        assert await busy.ticket(1) == ticket
        assert "noteworthy" not in reply


def test_every_command_has_a_place_in_the_matrix() -> None:
    own = {"ticket.show", "ticket.close", "ticket.keep-open", "ticket.reopen"}
    assert {c.action for c in ROUTER.commands.values() if c.own} == own


# Commands: values


@pytest.mark.parametrize("command", ROUTER.commands.values(), ids=lambda command: command.action)
async def test_whatever_is_given_to_a_command_the_answer_is_clear(busy: Desk, command: Command) -> None:
    events: list[Event] = []
    names = [*(option.name for option in command.options), "unknown", "__class__"]
    for turn, (value, name) in enumerate(product(VALUES, names)):
        given = {o.name: GOOD[o.name] for o in command.options if o.name in GOOD} | {name: value}
        if turn % 2:  # both ways lead to the same function
            events.append(CommandInvoked(busy._id(), LEA, AGENTS, command.name, given))
        else:
            events.append(FormSubmitted(busy._id(), LEA, AGENTS, command.action, "", given))
    events += [ButtonPressed(busy._id(), LEA, AGENTS, command.action, value) for value in VALUES]
    for event, reply in zip(events, await asyncio.gather(*map(busy.app.handle, events)), strict=True):
        text = read(reply)
        assert wording.broken() not in text, event
        text, *_ = text.partition("Here is your text, so that you can send it again:")
        assert 0 < len(text.strip()) < 4000, event
    await busy.store.read(deliverable)


EACH, TICKETS = "/ticket, /desk, /mydata, /privacy.", "/ticket open, /ticket list, "


@pytest.mark.parametrize(
    ("action", "usable"),
    [("ticket", TICKETS), ("ticket.", TICKETS), ("ticket.__init__", TICKETS)]
    + [(nothing, EACH) for nothing in ("", "nothing", "a" * 10_000, "\x00", "\ud800")],
)
async def test_an_unknown_command_is_answered_with_those_there_are(desk: Desk, action: str, usable: str) -> None:
    for event in (
        ButtonPressed("1", ANA, private(ANA), action),
        FormSubmitted("2", ANA, private(ANA), action),
        CommandInvoked("3", ANA, private(ANA), action),
    ):
        told = read(await desk.app.handle(event))
        assert told.startswith(f"I do not know that command. You can use: {usable}")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ticket clam", "/ticket claim"), ("ticket.clsoe", "/ticket close"), ("mydata veiw", "/mydata view")],
)
async def test_a_slip_of_the_finger_is_told_what_comes_close(desk: Desk, typed: str, meant: str) -> None:
    told = read(await desk.app.handle(CommandInvoked("1", ANA, private(ANA), typed)))
    assert told == f"I do not know that command. Did you mean {meant}?"


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_that_do_not_exist_are_not_there_for_anybody(desk: Desk, number: str) -> None:
    await desk.say(ANA, "help")
    for who in (SAM, ANA):
        event = CommandInvoked(desk._id(), who, AGENTS, "ticket show", {"ticket": number})
        text = read(await desk.app.handle(event))
        assert text.startswith("#1 ") if number.strip() == "1" else text.startswith("There is no ticket #")
        assert len(text) < 200


# Lines


LINES = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(["ticket", "reply", "claim", "7", "#7", '"', "text:", ":", "\x00", "\ud800", " ", "٤"]))
    .map(" ".join),
)  # fmt: skip


@given(LINES, st.sampled_from(list(ROUTER.commands.values())), st.sampled_from([None, IN_A_ROOM, 7]))
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_is_typed_only_a_problem_is_raised(line: str, command: Command, room: int | None) -> None:
    for look in (find, find_verb):
        look(ROUTER, line)
    try:
        options(command, line, person=nobody, room_number=room)
    except Problem as problem:
        said = str(problem)
    else:
        said = ""
    assert len(said) < 400


def nobody(word: str) -> str:
    raise Problem(wording.no_person(wording.shortened(word)))


PATTERNS = {
    f"{module.__name__}.{name}": pattern
    for module in (parse, handlers, listing, thanks)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
}
PIECES = ["a", "1", " ", '"', "-", "|", "=&", "a:", '" ', "1.1.", '"a', "\x00"]


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_much_longer_than_looking_at_every_character(name: str) -> None:
    """50 kB each. A pattern that backtracks would take thousands of times as long."""
    for first, piece, last in product(PIECES, PIECES, ("", "!")):
        text = first + piece * (50_000 // len(piece)) + last
        assert linear(partial(PATTERNS[name].match, text)), (first, piece, last)
        assert linear(partial(PATTERNS[name].fullmatch, text)), (first, piece, last)


@pytest.mark.parametrize("piece", PIECES)
def test_no_line_takes_much_longer_than_looking_at_every_character(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    assert linear(lambda: thanks.only_thanks(text))
    for command in ROUTER.commands.values():
        assert linear(partial(understood, command, text)), command.name


def understood(command: Command, text: str) -> None:
    with suppress(Problem):
        options(command, text, person=nobody)


def linear(job: Callable[[], object]) -> bool:
    """Whether it takes at most 50 times as long as a look at 50,000 characters, the least of a few tries counting."""
    return any(seconds(job) < 50 * seconds(scan) for _ in range(5))


def scan() -> None:
    sum(1 for character in FIFTY_KB if character == "b")


def seconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


FIFTY_KB = "a" * 50_000


# What is looked at


def clean(text: str) -> str:
    """As it is kept: databases store no NUL and no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def deliverable(work: Any) -> None:
    """Whatever waits in the outbox can be read and carried."""
    for (id,) in work.connection.exec_driver_sql("SELECT id FROM outbox").all():
        str(work.outbox.effect(id)).encode()


async def anas(desk: Desk) -> list[Any]:
    """Every row of the first ticket and of Ana, and how the desks are set."""
    queries = (
        "SELECT * FROM tickets WHERE id <= 3", "SELECT * FROM timeline WHERE about = 'fake/w/ana' AND id < 4 << 20",
        "SELECT * FROM outbox WHERE room LIKE 'ticket:1:%'", "SELECT * FROM drafts WHERE author = 'fake/w/ana'",
        "SELECT * FROM requests WHERE who = 'fake/w/ana'",
        "SELECT name, blocked_until FROM people WHERE who = 'fake/w/ana'",
        "SELECT * FROM tags", "SELECT * FROM participants", "SELECT * FROM members", "SELECT * FROM member_groups",
        "SELECT id, name, settings FROM desks", "SELECT * FROM channels",
    )  # fmt: skip

    def read(work: Any) -> list[Any]:
        return [work.connection.exec_driver_sql(query).all() for query in queries]

    return await desk.store.read(read)
