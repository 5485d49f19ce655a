"""Data is read for what it is there for, and for nothing else. In every test the fixture `bare` looks at what handlers
read; here it is shown that it would notice."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, TextClause, literal_column, select, text

from bot.access import Call
from bot.effects import CLERK, Work
from bot.inbound import CommandInvoked
from bot.message import say
from bot.ports import Refused, Reply, Say, UnitOfWork
from bot.privacy import clerk
from bot.privacy.uses import Use, serves
from bot.router import Router
from bot.routes import all_routes
from bot.tickets.timeline import Kind
from storage import hot, sqlite
from storage.datamap import sheets, uses
from storage.hot import Hot
from storage.rows import EntryRow, TicketRow
from storage.store import SqlUnitOfWork
from tests import purposes
from tests.desk import AGENTS, ANA, SAM, Desk, agents_thread, private
from tests.privacy.conftest import OLE, settle
from tests.privacy.test_officer import COMMANDS, until

WORDS = ("words", "remark", "payload")
NO_WORDS = {"people.name", "requests.key"}  # what somebody is called; and what opens a file, which nobody is shown
Reading = Callable[[UnitOfWork], object]


def note(work: UnitOfWork) -> object:
    return work.timeline.page(1, frozenset({Kind.NOTED}), 0, 9)[0].remark


@serves(Use.RIGHTS)
def note_for_whose_it_is(work: UnitOfWork) -> object:
    return note(work)


def subject(work: UnitOfWork) -> object:
    ticket = work.tickets.numbered(1, 1)
    return ticket and ticket.subject


def subject_in_a_subquery(work: UnitOfWork) -> object:
    within = select(TicketRow.subject.label("about")).subquery()
    return _connection(work).scalar(select(within.c.about + "!"))


def as_text(work: UnitOfWork) -> object:
    return _connection(work).execute(text("SELECT t.Subject FROM Tickets AS t")).all()


def as_text_with_a_star(work: UnitOfWork) -> object:
    return _connection(work).execute(text('SELECT * FROM "tickets"')).all()


def as_text_to_the_driver(work: UnitOfWork) -> object:
    return _connection(work).exec_driver_sql("SELECT subject FROM tickets").all()


def as_hot_text(work: UnitOfWork) -> object:
    class Text(TextClause):
        exported_columns = (TicketRow.subject,)

    return Hot(Text("SELECT subject FROM tickets")).all(_connection(work), {})


def as_a_piece_of_text(work: UnitOfWork) -> object:
    return _connection(work).execute(select(TicketRow.id, literal_column("subject"))).all()


def as_a_comparison(work: UnitOfWork) -> object:
    return _connection(work).execute(select(TicketRow.id).where(text("subject LIKE '%fire%'"))).all()


def words_searched_for(work: UnitOfWork) -> object:
    return work.timeline.search("printer", [1], None, 9)


def counted_as_text(work: UnitOfWork) -> object:
    return _connection(work).scalar(text("SELECT count(*) FROM leases")), _connection(work).scalar(text("SELECT 1"))


def _connection(work: UnitOfWork) -> Connection:
    assert isinstance(work, SqlUnitOfWork)
    return work.connection


def state(work: UnitOfWork) -> object:
    return work.tickets.called(1), work.outbox.posted("ticket:1:agents")


async def strays(desk: Desk, reading: Reading, use: Use) -> set[str]:
    """What is noticed when a handler of this use reads so."""

    def handler(call: Call, work: UnitOfWork) -> Reply:
        return Say(say(f"read: {reading(work)}"))

    router = Router(use)
    router.command("peek", "Read something")(handler)
    purposes.declared(router)
    desk.router.include(router)
    assert (await desk.type(SAM, "/peek")).startswith("read: ")
    return took()


def took() -> set[str]:
    """What was noticed so far; `bare` finds it no more."""
    found = set(purposes.strayed)
    purposes.strayed.clear()
    return found


@pytest.fixture
async def told(desk: Desk) -> Desk:
    """Ana has a ticket, in which Sam notes something."""
    await desk.say(ANA, "my printer is on fire")
    await desk.say(SAM, "she always does this", agents_thread(1))
    assert took() == set()
    return desk


async def test_an_officer_who_reads_a_note_is_noticed(told: Desk) -> None:
    assert "peek (office) reads timeline.remark" in await strays(told, note, Use.OFFICE)


@pytest.mark.parametrize(
    "reading",
    [
        subject,
        subject_in_a_subquery,
        as_text,
        as_text_with_a_star,
        as_text_to_the_driver,
        as_hot_text,
        as_a_piece_of_text,
        as_a_comparison,
    ],
)
async def test_so_is_one_who_reads_what_a_ticket_is_about(told: Desk, reading: Reading) -> None:
    assert "peek (office) reads tickets.subject" in await strays(told, reading, Use.OFFICE)


async def test_so_is_one_who_searches_for_words(told: Desk) -> None:
    found = await strays(told, words_searched_for, Use.OFFICE)
    assert {"peek (office) reads timeline.text", "peek (office) reads timeline.remark"} <= found


async def test_agents_search_for_them(told: Desk) -> None:
    assert await strays(told, words_searched_for, Use.SUPPORT) == set()


@pytest.mark.parametrize("use", [Use.SUPPORT, Use.RIGHTS, Use.REVIEW])
async def test_others_read_notes_as_they_need_them(told: Desk, use: Use) -> None:
    assert await strays(told, note, use) == set()


async def test_what_an_officer_sets_off_for_somebody_reads_it_for_them(told: Desk) -> None:
    assert await strays(told, note_for_whose_it_is, Use.OFFICE) == set()


@pytest.mark.parametrize("reading", [state, counted_as_text])
async def test_whether_there_is_something_and_what_is_not_about_people_may_be_read_for_anything(
    told: Desk, reading: Reading
) -> None:
    assert await strays(told, reading, Use.OFFICE) == set()


async def test_what_is_disputed_is_nothing_for_agents(told: Desk) -> None:
    def disputes(work: UnitOfWork) -> object:
        return [work.privacy.disputed(request) for request in work.privacy.requests_of(ANA.ref)]

    await told.submit(ANA, "mydata.dispute", place=private(ANA), ticket="1", text="I never did")
    found = await strays(told, disputes, Use.SUPPORT)
    assert {"peek (support) reads disputes.text", "peek (support) reads requests.who"} <= found


async def test_a_column_that_is_there_for_nobody_is_noticed(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TicketRow.__table__.c.subject.info, "uses", (Use.RIGHTS,))
    assert await strays(told, subject, Use.SUPPORT) == {"peek (support) reads tickets.subject"}


def test_officers_may_read_nobodys_words() -> None:
    office = {str(c) for sheet in sheets() for c in sheet.holding(*WORDS) if Use.OFFICE in uses(c)}
    assert office == NO_WORDS


async def test_nor_do_they_whatever_they_do(bureau: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that officers' commands read is listed, however much of it they may."""

    def no_uses(column: Column[object]) -> tuple[Use, ...]:
        return ()

    monkeypatch.setattr(purposes, "uses", no_uses)
    await bureau.say(SAM, "she always does this", agents_thread(1))
    await bureau.type(ANA, "/mydata delete", private(ANA))
    given = {"number": "1", "kind": "export", "person": str(ANA.ref), "source": "email", "code": "x", "to": "court"}
    given |= {"review": until(bureau, 9), "ticket": "1"}
    took()
    ran = set()
    for command in COMMANDS:
        reasons = [option.choices[0] for option in command.options if option.name == "reason"]
        options = given | {"reason": reasons[0] if reasons else ""}
        await bureau.handle(CommandInvoked(bureau._id(), OLE, AGENTS, command.name, options))
        ran |= {line.split(" (office) reads ")[0] for line in purposes.strayed}
    read = {line.split(" (office) reads ")[1] for line in took() if "(office)" in line}
    words = {str(c) for sheet in sheets() for c in sheet.holding(*WORDS)}
    assert {"requests.who", "people.name", "tickets.customer"} <= read
    assert read & words <= NO_WORDS
    assert len(ran) > 15


# The clerk


async def export(desk: Desk) -> None:
    await desk.type(ANA, "/mydata export", private(ANA))
    await settle(desk)


async def delete(desk: Desk) -> None:
    await desk.type(ANA, "/mydata delete", private(ANA))
    await desk.click(ANA, "Delete all of it")
    await settle(desk)


@pytest.mark.parametrize(
    ("asking", "line"),
    [
        (export, "clerk: export (export) reads timeline.text"),
        (delete, "clerk: erase (rights) reads timeline.text"),
    ],
)
async def test_what_is_there_for_agents_alone_is_nothing_for_the_clerk(
    office: Desk, monkeypatch: pytest.MonkeyPatch, asking: Callable[[Desk], Awaitable[None]], line: str
) -> None:
    await office.say(ANA, "my printer is on fire")
    await settle(office)
    assert took() == set()
    monkeypatch.setitem(EntryRow.__table__.c.text.info, "uses", (Use.SUPPORT,))
    await asking(office)
    assert line in took()


async def test_an_export_may_not_read_all_that_an_erasure_has_to(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.say(ANA, "my printer is on fire")
    monkeypatch.setitem(clerk.USES, "erase", Use.EXPORT)
    await delete(office)
    found = took()
    assert "clerk: erase (export) reads spots.conversation" in found
    assert {line for line in found if not line.startswith("clerk: erase (export)")} == set()


async def test_a_task_that_does_not_say_what_it_reads_for_is_not_done(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire = Work("key", CLERK, "room", "expire", 1)
    assert await office.chats[CLERK].deliver(expire, None, "") is None
    monkeypatch.delitem(clerk.USES, "expire")
    with pytest.raises(Refused, match="nobody knows this task"):
        await office.chats[CLERK].deliver(expire, None, "")


def test_nothing_reaches_a_database_by_another_way_than_those_that_are_watched() -> None:
    """What goes to the driver directly says no more than where a transaction begins, and how long to wait."""
    storage = Path(hot.__file__).parent
    direct = {path.name for path in storage.glob("*.py") if re.search(r"\bdriver\(", path.read_text("utf-8"))}
    assert direct == {"hot.py", "sqlite.py", "store.py"}
    said = re.findall(r"(?:\bsay|driver\(\w+\)\.\w+)\(f?\"(\w+)", Path(sqlite.__file__).read_text("utf-8"))
    assert set(said) == {"PRAGMA", "SAVEPOINT", "ROLLBACK", "RELEASE"}


def test_every_handler_has_a_use() -> None:
    router = all_routes()
    every: list[Callable[..., object]] = [command.handler for command in router.commands.values()]
    every += [*router.listeners.values(), *router.ticks, *router.delivered, *router.failed]
    assert {router.uses[handler] for handler in every} | set(clerk.USES.values()) == set(Use)
