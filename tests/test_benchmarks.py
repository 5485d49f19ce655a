"""The measurements measure: each runs through, tiny, against the fakes. How fast that is means nothing here."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks import big, floor, on_discord, on_slack, process, restart, rights, soak
from benchmarks.bots import check_order

FEW = 3  # customers


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (on_slack, on_discord):
        monkeypatch.setattr(module, "CUSTOMERS", FEW)
        monkeypatch.setattr(module, "SETTLED", 0.1)


async def test_a_burst_on_slack_is_relayed_whole_and_in_order(tmp_path: Path):
    found = await on_slack.burst(tmp_path, FEW * 5, delay=0.01)
    assert found.acknowledged >= found.relayed > 0


async def test_acknowledgements_of_slack_are_timed(tmp_path: Path):
    waits = await on_slack.waits(tmp_path, 20, 0.5)
    assert len(waits) == 10
    assert min(waits) > 0


async def test_a_burst_on_discord_is_relayed_whole_and_in_order(tmp_path: Path):
    assert (await on_discord.burst(tmp_path, FEW * 5, delay=0.01)).relayed > 0


async def test_people_who_open_tickets_at_once_are_told_when_they_are_stored(tmp_path: Path):
    assert (await on_discord.opened_at_once(tmp_path, FEW)).each_second > 0


async def test_the_echo_on_slack_answers_everything(tmp_path: Path):
    assert (await on_slack.burst(tmp_path, FEW, on_slack.ECHO)).relayed > 0


async def test_the_echo_on_discord_answers_everything(tmp_path: Path):
    assert (await on_discord.burst(tmp_path, FEW, on_discord.ECHO)).relayed > 0


def test_what_is_lost_doubled_or_out_of_order_is_no_measurement():
    room = ["0/0 my printer", "0/1 my printer"]
    check_order([room, ["hello"]], 2)
    for wrong, expected in ((room[:1], 2), (room * 2, 2), (room[::-1], 2)):
        with pytest.raises(AssertionError):
            check_order([wrong], expected)


async def test_the_floor_stores_and_delivers_what_the_program_would(tmp_path: Path):
    database = tmp_path / "floor.db"
    recorded = await floor.record(database)
    assert floor.relay(database, recorded, many=40, batch=16) > 0
    with closing(sqlite3.connect(database)) as connection:
        [(stored,)] = connection.execute("SELECT count(*) FROM timeline WHERE kind = 'said'").fetchall()
        [(shown,)] = connection.execute("SELECT count(*) FROM spots WHERE \"key\" LIKE 'message:%:agents'").fetchall()
        [(waiting,)] = connection.execute("SELECT count(*) FROM outbox").fetchall()
    assert (stored, shown, waiting) == (4 + 40, 4 + 40, 0)


PARTS = {
    "against_the_floor": lambda folder: program.against_the_floor(folder, 1, 128),
    "waiting": lambda folder: program.waiting(folder, 1, seconds=1, many=5),
    "with_a_history": lambda folder: program.with_a_history(folder, 1, 1000),
    "on_postgresql": lambda folder: program.on_postgresql(1, 64),
    "outside": lambda folder: program.outside(folder, 1),
}


@pytest.mark.timeout(600)  # processes are started, and others may be at work beside them
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_core_says_what_it_measured(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(program, "DURABLE", {})  # nor for all the tests after this one
    monkeypatch.setattr(process, "TICKETS", 20)
    monkeypatch.setattr(process, "MESSAGES", 1)
    rows = list(PARTS[part](tmp_path))
    assert rows
    assert [row for row in rows if not row.startswith("| ") or row.count("|") != 5] == []


def test_no_part_of_the_core_is_left_out():
    assert {name for name in program.core.__code__.co_names if hasattr(program, name)} == {*PARTS}


@pytest.mark.timeout(600)
async def test_what_waited_when_the_program_stopped_is_delivered_when_it_starts(tmp_path: Path):
    found = await restart.once(tmp_path, tickets=10, effects=30)
    assert found.waiting >= 30
    assert min(found.ready, found.first, found.rate) > 0
    assert restart.left(tmp_path) == 0


@pytest.mark.timeout(600)
async def test_nothing_is_lost_while_slack_fails_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(soak, "PAUSE", 0.3)
    said, samples = await soak.once(tmp_path, seconds=3)
    assert said > 10
    assert all(sample.memory > 1 and sample.descriptors > 3 for sample in samples)


async def test_a_person_with_a_history_has_an_export_and_is_erased(tmp_path: Path):
    database = tmp_path / "desk.db"
    await big.fill(database, 400, 100)
    export, erasure = await rights.measure(database)
    assert min(export.seconds, erasure.seconds) > 0
    with closing(sqlite3.connect(database)) as connection:
        [(left,)] = connection.execute("SELECT count(*) FROM timeline WHERE author = ?", [big.HEAVY]).fetchall()
        [(others,)] = connection.execute("SELECT count(*) FROM timeline WHERE author LIKE 'null/w/p%'").fetchall()
    assert (left, others) == (0, 300)
