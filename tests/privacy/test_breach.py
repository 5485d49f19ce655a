"""A breach: 72 hours, whom it concerns, what to write, and telling people without forgetting anybody."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank, Settings
from bot.errors import Problem
from bot.privacy.officers import breach
from bot.privacy.officers.counter import do
from storage.rows import BreachRow
from tests.desk import AGENTS, ANA, BEN, HELP, SAM, Desk, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
OLE, ZOE = person("ole"), person("zoe")
LETTER = "Your data may have been seen by others"


@pytest.fixture
async def bureau(office: Desk) -> Desk:
    """Ole is a privacy officer, Sam an agent. Ana and Ben have tickets; Zoe comes a day after the breach."""
    members = [Member(str(SAM.ref), Rank.AGENT), Member(str(OLE.ref), Rank.CUSTOMER, True)]
    await office.store.write(lambda work: work.desks.save(DeskValue(0, "support", AGENTS, Settings()), [HELP], members))
    await office.say(ANA, "my printer is on fire")
    await office.say(BEN, "mine, too")
    await settle(office)
    office.later(days=1)
    await office.say(ZOE, "hello")
    await settle(office)
    return office


async def office_does(desk: Desk, command: str, *given: str) -> str:
    return await desk.store.write(lambda work: do(f"breach.{command}", given, work))


async def opened(desk: Desk, stores: str = "tickets,timeline", keys: str = "", drill: str = "") -> str:
    """Known an hour after it ended; Zoe came later. Returns its number."""
    end = desk.now() - timedelta(hours=12)
    times: Sequence[str] = [
        (end + timedelta(hours=1)).isoformat(), (end - timedelta(days=2)).isoformat(), end.isoformat(),
    ]  # fmt: skip
    told = await office_does(desk, "open", *times, stores, keys, drill)
    return told.partition(":")[0]


async def test_it_is_counted_whom_it_concerns_and_how_long_there_is(bureau: Desk) -> None:
    number = await opened(bureau)
    told = await office_does(bureau, "show", number)
    assert "about 2 people; to be reported by " in told
    assert ", 61 hours left" in told
    assert "• tickets: about 2" in told
    assert "• files" not in told
    assert (await office_does(bureau, "list")).startswith(f"{number}: known since")
    assert ": about 0" not in await office_does(bureau, "show", await opened(bureau, "database"))


async def test_what_is_counted_is_stored_as_what_it_is(bureau: Desk) -> None:
    """Each count in a column of its own, under the tables that it is about."""
    await opened(bureau, keys="keys")
    table = BreachRow.__table__
    with engine(bureau).connect() as stored:
        row = stored.execute(select(table.c.records, table.c.words, table.c.sealed, table.c["keys"])).one()
    assert tuple(row) == ({"tickets": 2, "timeline": 4}, {"tickets": 2, "timeline": 4}, {}, True)


@pytest.mark.parametrize(
    ("times", "stores", "told"),
    [
        (("2026-01-02", "2026-01-01", "2026-01-01"), "diary", "a store is one of database, files, "),
        (("2026-01-02", "2026-01-01", "yesterday"), "database", "a moment like"),
        (("2026-01-02", "2026-01-03", "2026-01-01"), "database", "it begins before it ends"),
        (("2099-01-02", "2026-01-01", "2026-01-01"), "database", "it begins before it ends"),
    ],
)
async def test_what_cannot_be_is_not_written_down(
    bureau: Desk, times: tuple[str, str, str], stores: str, told: str
) -> None:
    with pytest.raises(Problem, match=told):
        await office_does(bureau, "open", *times, stores, "", "")
    assert await office_does(bureau, "list") == "No breach is in the register."


async def test_drafts_have_what_the_data_map_knows_and_nobodys_words(bureau: Desk) -> None:
    text = await office_does(bureau, "drafts", await opened(bureau))
    for part in ("Art. 33(3)", "Art. 34(2)", "# To the platforms", "messages and events in tickets", "About 2 people"):
        assert part in text, part
    assert "printer" not in text
    assert "ana" not in text.lower().split()


async def test_officers_are_reminded_before_the_72_hours_are_over_and_not_after_it_is_reported(bureau: Desk) -> None:
    number = await opened(bureau)
    await bureau.tick()
    await settle(bureau)
    assert bureau.private(OLE) == []
    bureau.later(hours=20)
    for _ in range(2):
        await bureau.tick()
        await settle(bureau)
    assert len(bureau.private(OLE)) == 1, "each once"
    assert "hours left" in bureau.private(OLE)[0]
    bureau.later(hours=60)
    await bureau.tick()
    await settle(bureau)
    assert "overdue" in bureau.private(OLE)[-1]
    assert "72 hours were over" in await office_does(bureau, "reported", number)
    before = len(bureau.private(OLE))
    bureau.later(hours=60)
    await bureau.tick()
    await settle(bureau)
    assert len(bureau.private(OLE)) == before


async def test_everybody_whom_it_concerns_is_told_once_however_often_the_run_is_broken_off(
    bureau: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breach, "AT_ONCE", 1)
    number = await opened(bureau)
    await office_does(bureau, "tell", number)
    with pytest.raises(Problem, match="still being told"):
        await office_does(bureau, "close", number)
    for _ in range(4):
        bureau.later(minutes=1)
        await bureau.tick()
        if not await bureau.store.read(lambda work: work.privacy.breaches(1)[0].told_at):
            await office_does(bureau, "tell", number)  # again, as after a stop
    await settle(bureau)
    told = {who.ref.id: [post for post in bureau.private(who) if LETTER in post] for who in (ANA, BEN, ZOE, OLE)}
    assert {who: len(posts) for who, posts in told.items()} == {"ana": 1, "ben": 1, "zoe": 0, "ole": 0}
    assert "messages and events in tickets" in told["ana"][0]
    with pytest.raises(Problem, match="Nobody is told again"):
        await office_does(bureau, "tell", number)
    assert "2 people told" in await office_does(bureau, "show", number)
    await office_does(bureau, "close", number)
    assert "closed" in await office_does(bureau, "list")


async def test_a_drill_tells_officers_alone(bureau: Desk) -> None:
    number = await opened(bureau, drill="drill")
    await office_does(bureau, "tell", number)
    bureau.later(minutes=1)
    await bureau.tick()
    await settle(bureau)
    assert [post for post in bureau.private(OLE) if post.startswith("This is a drill: nothing happened")]
    for who in (ANA, BEN):
        assert not [post for post in bureau.private(who) if "drill" in post or LETTER in post]


async def test_who_had_their_data_erased_is_not_counted(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    assert "about 1 people" in await office_does(bureau, "show", await opened(bureau))


async def test_each_thing_done_about_it_is_in_the_audit_log(bureau: Desk) -> None:
    number = await opened(bureau)
    for command in ("reported", "tell"):
        await office_does(bureau, command, number)
    lines = await bureau.store.read(lambda work: work.audit.lines(0, 100))
    assert [line.reason for line in lines if line.deed == "breach"] == ["opened", "reported", "telling"]
