"""The audit log: what is written down, that nobody can change it unseen, and that it names nobody."""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, delete, select, text, update
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings
from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank
from bot.desks.model import Settings as DeskSettings
from bot.errors import Problem
from bot.operating import office
from bot.ports import Store, UnitOfWork
from bot.privacy.auditing import auditing
from bot.privacy.auditing.audit import FIRST, OPERATOR, Broken, Chain, Deed, Line, Link, Note, alias
from bot.privacy.retaining.purging import purge_everything, set_period
from bot.process.running import desk_running
from storage.opening import open_store
from storage.rows import AuditHeadRow, AuditKeyRow, AuditRow
from storage.store import SqlUnitOfWork
from tests.desk import AGENTS, ANA, BEN, HELP, SAM, Desk, private
from tests.privacy.conftest import OLE, PIA, release, settle

log, heads, keys = AuditRow.__table__, AuditHeadRow.__table__, AuditKeyRow.__table__
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def bureau(office: Desk) -> Desk:
    """Ole is a privacy officer, and Pia by her group; Sam is an agent. Ana has a ticket."""
    members = [Member(str(SAM.ref), Rank.AGENT), Member(str(OLE.ref), Rank.CUSTOMER, True)]
    members.append(Member(PIA.groups[0], Rank.CUSTOMER, True))
    await office.store.write(
        lambda work: work.desks.save(DeskValue(0, "support", AGENTS, DeskSettings()), [HELP], members)
    )
    await office.say(ANA, "my printer is on fire")
    await settle(office)
    return office


async def lines(desk: Desk) -> list[Line]:
    return list(await desk.store.read(lambda work: work.audit.lines(0, 1000)))


async def told(desk: Desk) -> list[str]:
    """What happened, without times and people."""
    return [" ".join(filter(None, (one.deed, one.store, one.reason))) for one in await lines(desk)]


async def change(desk: Desk, how: Callable[[Connection], object]) -> None:
    """Somebody who may write to the database, and wants nobody to see it."""

    def job(work: UnitOfWork) -> None:
        assert isinstance(work, SqlUnitOfWork)
        how(work.connection)

    await desk.store.write(job)


async def verified(desk: Desk, *anchors: Link) -> Broken | None:
    return (await auditing.verify(desk.store, anchors))[1]


# What is written down


async def test_messages_leave_no_line(bureau: Desk) -> None:
    """What people say to each other is none of its business."""
    await bureau.type(SAM, "/ticket claim 1")
    await bureau.say(SAM, "a note", AGENTS)
    assert await lines(bureau) == []


async def test_a_deletion_leaves_a_line_for_each_thing_that_became_of_it(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    seen = await told(bureau)
    assert seen[:3] == [
        "request.opened erasure asked",
        "request.moved erasure due",
        "request.stepped erasure tombstone",
    ]
    assert "request.moved erasure cleaning" in seen
    assert {"erased timeline", "erased people", "erased tickets"} <= set(seen)
    assert seen[-1] == "request.moved erasure done"
    counts = {line.store: line.count for line in await lines(bureau) if line.deed == Deed.ERASED}
    assert counts["people"] == 1
    assert await verified(bureau) is None


async def test_everything_of_a_request_is_about_the_same_code(bureau: Desk) -> None:
    """Until the erasure has forgotten whose it was: then its number tells."""
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    whole = [line for line in await lines(bureau) if line.deed != Deed.ACCESS]
    [ana] = (await bureau.store.read(lambda work: work.audit.aliases(ANA.ref))).values()
    assert {line.subject for line in whole[:-1]} == {ana}
    assert whole[-1].subject == ""
    assert len({line.request for line in whole}) == 1
    assert {line.actor for line in whole[:2]} == {ana}, "she asked, and she confirmed"
    assert whole[-1].actor == "", "the bot itself"


async def test_an_export_is_written_down_when_it_was_delivered(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    assert await told(bureau) == [
        "request.opened export due", "request.moved export done", "export.delivered",
    ]  # fmt: skip


async def test_an_export_that_does_not_arrive_was_not_delivered(bureau: Desk) -> None:
    del bureau.chats["fake"]
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    assert await told(bureau) == ["request.opened export due", "request.moved export done"]


async def test_officers_leave_a_line_whatever_they_look_at(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.type(OLE, "/privacy queue")
    asked, _ = await lines(bureau)
    await bureau.type(OLE, f"/privacy show {asked.request}")
    await bureau.type(OLE, f"/privacy refuse {asked.request} excessive")
    assert await told(bureau) == [
        "request.opened erasure asked",
        "access privacy.queue",
        "access privacy.show",
        "access privacy.refuse",
        "request.refused erasure excessive",
    ]
    aliases = await bureau.store.read(lambda work: [*work.audit.aliases(ANA.ref).values()])
    mine = await bureau.store.read(lambda work: [*work.audit.aliases(OLE.ref).values()])
    assert [line.subject for line in await lines(bureau)] == [aliases[0], "", *3 * aliases]
    assert [line.actor for line in await lines(bureau)] == [aliases[0], *4 * mine]


async def test_holds_and_restrictions_are_written_down(bureau: Desk) -> None:
    review = (bureau.now() + timedelta(days=9)).strftime("%Y-%m-%d")
    await bureau.type(OLE, f"/privacy hold @ana claims {review}", named=(ANA,))
    number = (await lines(bureau))[-1].request
    await bureau.type(OLE, f"/privacy renew {number} {review}")
    await release(bureau, OLE, number)
    await bureau.type(ANA, "/mydata restrict", private(ANA))
    await bureau.press(ANA, "mydata.restrict-now")
    await settle(bureau)
    seen = [line for line in await told(bureau) if not line.startswith(("access", "request"))]
    assert seen == [
        "hold.placed claims", "hold.renewed claims", "hold.proposed release claims",
        "hold.released claims", "restricted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("done", "seen"),
    [
        (("confirm 1 hold",), ["hold.silenced claims"]),
        (("renew 1 {review}", "clear 1 hold"), ["hold.renewed claims", "hold.dropped nondisclosure claims"]),
    ],
)
async def test_what_was_done_to_a_hold_is_written_down_as_what_it_was(
    bureau: Desk, done: Sequence[str], seen: list[str]
) -> None:
    """Ole asks that she is told nothing of it; Pia agrees, or renews it and says no."""
    review = (bureau.now() + timedelta(days=9)).strftime("%Y-%m-%d")
    await bureau.type(OLE, f"/privacy hold @ana claims {review} nondisclosure", named=(ANA,))
    for line in done:
        await bureau.type(PIA, f"/privacy {line.format(review=review)}", private(PIA))
    deeds = [line for line in await told(bureau) if line.startswith("hold.")]
    assert deeds == ["hold.placed claims", "hold.proposed nondisclosure claims", *seen]


async def test_who_asks_for_what_is_not_theirs_is_told_as_little_as_ever_and_written_down(bureau: Desk) -> None:
    ticket = await bureau.ticket(1)
    for answer in (
        await bureau.type(BEN, "/ticket show 1", private(BEN)),
        await bureau.press(BEN, "ticket.close", str(ticket.id)),
        await bureau.type(BEN, "/ticket show 77", private(BEN)),  # there is none: a slip
    ):
        assert answer.startswith("There is no ticket"), answer
    await bureau.type(SAM, "/privacy queue")
    assert await told(bureau) == ["denied ticket", "denied ticket", "denied privacy.queue"]
    [ben] = (await bureau.store.read(lambda work: work.audit.aliases(BEN.ref))).values()
    assert [line.actor == ben for line in await lines(bureau)] == [True, True, False]


async def test_retention_leaves_a_line_for_what_it_deleted(bureau: Desk) -> None:
    await bureau.type(SAM, "/ticket close 1")
    bureau.later(days=400)
    await purge_everything(bureau.store)
    runs = {line.store: line.count for line in await lines(bureau) if line.deed == Deed.PURGED}
    assert runs["content"] > 1
    assert runs["profile"] >= 1
    await bureau.store.write(lambda work: set_period("content", 300, work))
    assert (await told(bureau))[-1] == "retention.period content"


async def test_what_is_undone_was_never_written_down(bureau: Desk) -> None:
    def job(work: UnitOfWork) -> None:
        work.audit.note(Deed.ACCESS, reason="privacy.show")
        raise Problem("no")

    with suppress(Problem):
        await bureau.store.write(job)
    assert await lines(bureau) == []


@pytest.mark.parametrize("words", ["My printer", "ana@example.org", "fake/w/ana", "x" * 61, "naïve"])
def test_there_is_no_room_for_words(words: str) -> None:
    with pytest.raises(ValueError, match="codes only"):
        Note(Deed.DENIED, reason=words)
    with pytest.raises(ValueError, match="codes only"):
        Note(Deed.DENIED, store=words)


async def test_nobody_is_named_in_it(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    for line in await lines(bureau):
        assert re.fullmatch(r"([0-9a-f]{64})?", line.subject)
        assert not re.search("ana|printer", f"{line.deed} {line.store} {line.reason}")


# Nobody changes it unseen


def accessed(number: int, work: UnitOfWork) -> None:
    work.audit.note(Deed.ACCESS, about=ANA.ref, number=number)


async def filled(desk: Desk, many: int = 6) -> list[Line]:
    for number in range(many):
        await desk.store.write(partial(accessed, number))
    assert await verified(desk) is None
    return await lines(desk)


def swap(connection: Connection) -> None:
    """Lines 3 and 4 change places."""
    three, four = connection.execute(select(log).where(log.c.number.in_((3, 4))).order_by(log.c.number)).all()
    for number, other in ((3, four), (4, three)):
        connection.execute(update(log).where(log.c.number == number).values({**other._mapping, "number": number}))


def without_the_last(connection: Connection) -> None:
    connection.execute(delete(log).where(log.c.number == 6))


def renumbered(connection: Connection) -> None:
    connection.execute(delete(log).where(log.c.number == 3))
    for number in (4, 5, 6):
        connection.execute(update(log).where(log.c.number == number).values(number=number - 1))


FORGERIES: dict[str, tuple[Callable[[Connection], object], int]] = {
    f"another {name}": (lambda c, n=name, v=value: c.execute(update(log).where(log.c.number == 4).values({n: v})), 4)
    for name, value in {
        "at": datetime(2026, 1, 1, tzinfo=UTC), "epoch": 1999, "deed": "denied", "request": 99, "count": 99,
        "store": "x", "reason": "x", "subject": "0" * 64, "actor": "0" * 64, "hash": "0" * 64,
    }.items()
} | {
    "one taken out": (lambda c: c.execute(delete(log).where(log.c.number == 3)), 3),
    "the first taken out": (lambda c: c.execute(delete(log).where(log.c.number == 1)), 1),
    "the last taken out": (without_the_last, 6),
    "all taken out": (lambda c: c.execute(delete(log)), 1),
    "two changed places": (swap, 3),
    "one taken out, the rest moved up": (renumbered, 3),
    "another end": (lambda c: c.execute(update(heads).values(hash="0" * 64)), 6),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_the_first_line_that_is_not_as_it_was_written_is_found(bare: Desk, forgery: str) -> None:
    await filled(bare)
    forge, number = FORGERIES[forgery]
    await change(bare, forge)
    broken = await verified(bare)
    assert broken is not None
    assert broken.number == number


async def test_a_log_rewritten_from_a_line_on_with_all_its_hashes_does_not_fit_the_anchor(bare: Desk) -> None:
    written = await filled(bare)
    anchor = Link(written[4].number, written[4].hash)
    assert await verified(bare, anchor) is None

    def rewrite(connection: Connection) -> None:
        before = written[1].hash
        for line in written[2:]:
            forged = Line(*(getattr(line, name) for name in Line.__slots__[:-1])).after(before)
            if line.number == 3:
                forged = Line(3, line.at, line.epoch, "denied", 0, 0, "", "", "", "").after(before)
            before = forged.hash
            values = {name: getattr(forged, name) for name in Line.__slots__}
            connection.execute(update(log).where(log.c.number == line.number).values(values))
        connection.execute(update(heads).values(hash=before))

    await change(bare, rewrite)
    assert await verified(bare) is None, "without an anchor nobody can know"
    broken = await verified(bare, anchor)
    assert broken is not None
    assert broken.number == 5
    assert "before it was rewritten" in broken.how


async def test_a_log_that_was_cut_with_its_end_does_not_fit_the_anchor(bare: Desk) -> None:
    written = await filled(bare)
    await change(bare, without_the_last)
    await change(bare, lambda c: c.execute(update(heads).values(number=5, hash=written[4].hash)))
    assert await verified(bare) is None
    assert await verified(bare, Link(6, written[5].hash)) == Broken(6, "missing")


async def test_what_a_log_without_lines_and_without_an_end_once_had_is_missing(bare: Desk) -> None:
    await filled(bare)
    await change(bare, lambda c: (c.execute(delete(log)), c.execute(delete(heads))))
    assert await verified(bare) is None
    assert await verified(bare, Link(6, "0" * 64)) == Broken(1, "missing")


def test_pages_are_one_chain() -> None:
    at, before, made = datetime(2026, 1, 1, tzinfo=UTC), FIRST, []
    for number in range(1, 8):
        line = Line(number, at, 2026, "access", 0, 0, "", "", "", "").after(before)
        before = line.hash
        made.append(line)
    chain = Chain()
    assert chain.follow(made[:3])
    assert chain.follow(made[3:])
    assert chain.close(Link(7, before)) is None
    assert not Chain().follow(made[1:])


async def test_a_long_log_is_read_in_pages(bare: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "PAGE", 2)
    written = await filled(bare, 5)
    last, broken = await auditing.verify(bare.store, [])
    assert (last, broken) == (Link(5, written[-1].hash), None)
    await change(bare, FORGERIES["another count"][0])
    broken = await verified(bare)
    assert broken is not None
    assert broken.number == 4


# Several at once


async def test_many_that_write_at_once_make_one_chain(database_url: str, bare: Desk) -> None:
    """On PostgreSQL from three stores, as three processes would."""
    others = [open_store(database_url, bare.now) for _ in range(3)] if "postgresql" in database_url else []
    stores: list[Store] = [*others] or [bare.store]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(store.write(partial(accessed, number)) for number in range(20) for store in stores))
        assert len(await lines(bare)) == 20 * len(stores)
        assert await verified(bare) is None
    finally:
        for store in others:
            await store.close()


# Keys


async def test_each_year_has_a_key_of_its_own_and_without_it_a_line_is_nobodys(bare: Desk) -> None:
    await filled(bare, 1)
    bare.later(days=400)
    await filled(bare, 2)
    first, second, third = await lines(bare)
    assert (first.epoch, second.epoch) == (2026, 2027)
    assert first.subject != second.subject == third.subject
    assert len(await bare.store.read(lambda work: work.audit.latest_of(ANA.ref, 9))) == 3
    told = await bare.store.write(lambda work: auditing.destroy(2026, work))
    assert told.startswith("The key of 2026 is destroyed")
    assert len(await bare.store.read(lambda work: work.audit.latest_of(ANA.ref, 9))) == 2
    assert 2026 not in await bare.store.read(lambda work: work.audit.aliases(ANA.ref))
    assert await verified(bare) is None, "it is still proven that nobody changed it"


@pytest.mark.parametrize(("year", "told"), [(2026, "is still used"), (2025, "There is no key of 2025")])
async def test_a_key_that_is_used_and_one_that_is_not_there_are_not_destroyed(bare: Desk, year: int, told: str) -> None:
    await filled(bare, 1)
    with pytest.raises(Problem, match=told):
        await bare.store.write(lambda work: auditing.destroy(year, work))
    assert await bare.store.read(lambda work: list(work.audit.aliases(ANA.ref))) == [2026]


async def test_a_key_goes_by_itself_when_its_time_is_over(bare: Desk) -> None:
    await filled(bare, 1)
    bare.later(days=365 + 1095 - 30)
    await purge_everything(bare.store)
    assert 2026 in await bare.store.read(lambda work: work.audit.aliases(ANA.ref))
    bare.later(days=60)
    await purge_everything(bare.store)
    assert 2026 not in await bare.store.read(lambda work: work.audit.aliases(ANA.ref))
    assert await verified(bare) is None


@sqlite
async def test_a_destroyed_key_is_not_in_the_file_any_more(bare: Desk, tmp_path: Path) -> None:
    await filled(bare, 1)
    key = await bare.store.read(lambda work: work.connection.scalar(select(keys.c.key)))  # type: ignore[attr-defined]
    bare.later(days=365 + 1095 + 30)
    await purge_everything(bare.store)
    assert not found_in(tmp_path, key)


def found_in(folder: Path, word: str) -> list[Path]:
    files = [file for file in folder.iterdir() if file.is_file()]
    assert files
    return [file for file in files if word.encode() in file.read_bytes()]


def test_the_same_account_has_another_code_under_another_key() -> None:
    assert alias("00" * 32, ANA.ref) != alias("01" * 32, ANA.ref)
    assert alias("", ANA.ref) == alias("00" * 32, None) == ""


# Anchors, and the command line


async def test_the_end_is_written_down_once_a_day(bare: Desk, tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    assert not await auditing.anchor(bare.store, file, bare.now())
    written = await filled(bare, 2)
    assert await auditing.anchor(bare.store, file, bare.now())
    assert not await auditing.anchor(bare.store, file, bare.now())
    bare.later(days=1)
    await filled(bare, 1)
    assert await auditing.anchor(bare.store, file, bare.now())
    assert file.stat().st_mode & 0o777 == 0o600
    first, second = auditing.kept(file)
    assert first == Link(2, written[1].hash)
    assert second.number == 3
    assert await verified(bare, first, second) is None


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return Settings(data_dir=tmp_path / "data")


def run(*line: str) -> str:
    result = CliRunner().invoke(app, ["privacy", *line])
    return result.output if result.exit_code == 0 else str(result.exception)


def test_the_command_line_shows_and_proves_what_was_done(machine: Settings) -> None:
    run("hold", "fake/w/ana", "claims", (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d"))
    shown = run("audit", "show", "--about", "fake/w/ana").splitlines()
    assert len(shown) == 1
    assert re.fullmatch(r"\d+ \S+Z hold.placed number=1 reason=claims about=[0-9a-f]{12} by=operator", shown[0])
    assert "access reason=privacy.hold by=operator" in run("audit", "show")
    verified = run("audit", "verify")
    assert re.search(r"lines are as they were written, compared with 0 anchors\. It ends at \d+:[0-9a-f]{64}", verified)
    end = verified.split()[-1]
    assert "compared with 1 anchor" in run("audit", "verify", "--anchor", end)
    assert "an anchor is written NUMBER:HASH" in run("audit", "verify", "--anchor", "yesterday")


def test_the_command_line_names_the_line_that_was_changed(machine: Settings) -> None:
    for _ in range(3):
        run("queue")
    engine = create_engine(machine.database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_log SET reason = 'privacy.show' WHERE number = 2"))
    engine.dispose()
    assert "not as it was written: line 2 is changed" in run("audit", "verify")


async def test_who_looks_while_the_desk_runs_is_written_down_by_the_desk(machine: Settings) -> None:
    async with desk_running(machine) as running:
        assert await office.do(machine, "queue") == "No requests are open."
        (line,) = await running.store.read(lambda work: work.audit.latest(9))
        operator = await running.store.read(lambda work: work.audit.aliases(OPERATOR))
    assert (line.deed, line.reason, line.actor) == (Deed.ACCESS, "privacy.queue", operator[line.epoch])


def test_whoever_is_at_the_machine_is_not_taken_for_anybody_else() -> None:
    assert OPERATOR.platform == "operator"
