"""What the doctor finds: everything in order, and each thing that can be wrong, with what to do."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.desks.importing import take_over
from bot.desks.sheet import Sheet
from bot.doctor import examine, examine_folder, examine_mode, examine_python, examine_sqlite
from bot.doctor.finding import Finding
from bot.operating.database import in_loop
from bot.ports import Job, T
from bot.process.running import make_first_desk
from storage.migrate import HEAD
from storage.notary import open_notary
from storage.opening import open_store
from tests.migrated import put_database

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def do(settings: Settings, job: Job[T], now: datetime = NOW) -> T:
    async def once() -> T:
        store = open_store(settings.database, lambda: now)
        try:
            return await store.write(job)
        finally:
            await store.close()

    return in_loop(once)


@pytest.fixture(autouse=True)
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Discord says is told in the tests of its adapter, to a fake."""
    monkeypatch.setattr("bot.doctor.examine_discord", lambda settings, sheets: ())


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder with a database and the console's desk in it."""
    monkeypatch.chdir(tmp_path)
    put_database(tmp_path / "data/helpthread.db")
    settings = Settings(data_dir=Path("data"), operator="Ada's Shop, Main Street 1", privacy_contact="ada@shop.test")
    do(settings, make_first_desk)
    return settings


def lines(settings: Settings, now: datetime = NOW) -> list[str]:
    """All but what this machine's SQLite is like."""
    return [str(finding) for finding in examine(settings, now) if "SQLite" not in str(finding)]


def wrong(settings: Settings, now: datetime = NOW) -> list[str]:
    return [str(finding).removeprefix("WRONG  ") for finding in examine(settings, now) if finding.wrong]


def test_a_healthy_desk_is_told_line_by_line(settings: Settings):
    assert lines(settings)[1:] == [
        "ok     DATA_DIR data can be written",
        "ok     no helpthread has the database open",
        "ok     sqlite:///data/helpthread.db can be reached",
        f"ok     its schema is {HEAD}, as it should be",
        "ok     its pages are sound",
        "ok     the clock says 2026-06-01 12:00 UTC",
        "ok     desks: support",
    ]


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=Path("data"), operator="Ada's Shop", privacy_contact="ada@shop.test")
    assert lines(settings)[1:] == [
        "note   DATA_DIR data is not there yet: the first start makes it",
        "note   there is no database at data/helpthread.db yet: the first start makes it",
    ]
    assert list(tmp_path.iterdir()) == []


def test_looking_changes_nothing(settings: Settings):
    before = Path("data/helpthread.db").read_bytes()
    list(examine(settings, NOW))
    assert Path("data/helpthread.db").read_bytes() == before


def test_a_desk_that_runs_is_no_trouble(settings: Settings):
    store = open_store(settings.database, lambda: NOW)
    try:
        assert "ok     a helpthread has the database open" in lines(settings)
        assert wrong(settings) == []
    finally:
        in_loop(store.close)


@pytest.mark.parametrize(("version", "bad"), [((3, 10, 9), True), ((3, 11, 0), False), ((3, 13, 1), False)])
def test_python_has_to_be_new_enough(version: tuple[int, ...], bad: bool):
    assert examine_python(version).wrong is bad


def test_the_bug_of_older_sqlites_is_stated_plainly():
    first = next(examine_sqlite((3, 51, 2)))
    assert str(first).startswith(
        "note   SQLite 3.51.2 has the WAL-reset bug (fixed in 3.51.3): two programs that write"
    )
    assert not first.wrong
    assert str(next(examine_sqlite((3, 51, 3)))) == "ok     SQLite 3.51.3"


def test_data_that_others_can_read_is_wrong(settings: Settings):
    Path("data").chmod(0o755)
    Path("data/helpthread.db").chmod(0o644)
    assert wrong(settings) == [
        "data is open to everybody on this machine (mode 755): it holds what people wrote: chmod 700 data",
        "data/helpthread.db is open to others (mode 644): it holds what people wrote: chmod 600 data/helpthread.db",
    ]


def test_a_group_that_can_look_in_is_noted(tmp_path: Path):
    tmp_path.chmod(0o750)
    (finding,) = examine_mode(tmp_path, 0o700)
    assert "open to its group (mode 750)" in finding.what
    assert not finding.wrong


def test_a_data_dir_that_is_a_file_is_wrong(tmp_path: Path):
    (tmp_path / "data").write_text("")
    (finding,) = examine_folder(tmp_path / "data")
    assert finding == Finding(
        f"DATA_DIR {tmp_path}/data cannot be written (Not a directory)", "let this user write there", wrong=True
    )


def test_a_newer_schema_is_wrong_and_an_empty_database_is_noted(settings: Settings):
    with sqlite3.connect("data/helpthread.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    (line,) = wrong(settings)
    assert "was made by a newer version (schema 9999" in line
    Path("data/helpthread.db").write_bytes(b"")
    assert f"note   its schema is not there yet, not {HEAD}: helpthread migrate" in lines(settings)


def test_a_file_that_is_no_database_is_wrong(settings: Settings):
    Path("data/helpthread.db").write_bytes(b"I am a text. " * 1000)
    (line,) = wrong(settings)
    assert line.startswith("sqlite:///data/helpthread.db cannot be used (file is not a database)")


def test_damage_is_found(settings: Settings):
    do(settings, lambda work: [work.seen(f"event {number}") for number in range(3000)])
    with sqlite3.connect("data/helpthread.db") as database:
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'seen_events'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    with Path("data/helpthread.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    assert any("go back to a backup" in line or "cannot be used" in line for line in wrong(settings))


def test_a_server_that_does_not_answer_is_wrong_and_its_password_stays_secret(settings: Settings):
    away = Settings(data_dir=Path("data"), database_url=SecretStr("postgresql://me:swordfish@127.0.0.1:1/desk"))
    (line,) = wrong(away)
    assert line.startswith("postgresql://127.0.0.1:1/desk cannot be used (connection failed")
    assert "swordfish" not in line


def test_a_server_is_looked_at_like_a_file(empty_postgres: str, settings: Settings):
    server = Settings(data_dir=Path("data"), database_url=SecretStr(empty_postgres))
    now = datetime.now(UTC)
    do(server, make_first_desk, now)
    assert wrong(server, now) == []
    assert lines(server, now)[-1] == "ok     desks: support"
    (line,) = wrong(server, now + timedelta(minutes=5))
    assert line.startswith("this clock and the database's differ by ")
    assert 290 < int(line.split()[7]) < 310


def test_a_clock_that_went_back_is_wrong(settings: Settings):
    do(settings, lambda work: work.seen("an event"), NOW + timedelta(hours=1))
    assert wrong(settings) == ["the clock went back: something was handled at 2026-06-01 13:00 UTC: set it"]
    assert "the clock says 1970-01-01" in wrong(settings, datetime(1970, 1, 1, tzinfo=UTC))[0]


def test_a_token_without_a_desk_is_wrong_and_a_desk_without_a_token_is_noted(settings: Settings):
    connected = Settings(data_dir=Path("data"), discord_token=SecretStr("token"))
    assert wrong(connected) == [
        "the token for discord is set, but no desk has a channel there: helpthread desk import FILE"
    ]
    far = Sheet.model_validate({"name": "far", "intake": ["slack:T1/C1"]})
    do(settings, lambda work: take_over([far], work))
    assert wrong(settings) == []
    assert "note   a desk has channels on slack, but no token for it is set: set it, or take the channels out" in lines(
        settings
    )
    assert "note   far: has no agents: nobody can answer: helpthread desk import FILE" in lines(settings)


def test_no_desk_is_wrong_only_where_people_may_already_write(tmp_path: Path):
    bare = Settings(data_dir=tmp_path / "data")
    put_database(tmp_path / "data/helpthread.db")
    assert wrong(bare) == []
    connected = Settings(data_dir=tmp_path / "data", discord_token=SecretStr("token"))
    assert wrong(connected) == ["no desk is set up: helpthread desk import FILE, /desk setup, or helpthread console"]


def test_who_is_responsible_has_to_be_said_and_how_to_reach_them(settings: Settings) -> None:
    unsaid = settings.model_copy(update={"operator": "", "privacy_contact": ""})
    told = [line for line in lines(unsaid) if "privacy notice" in line]
    said = "note   the privacy notice does not say"
    assert told == [
        f"{said} who runs this desk: set OPERATOR to a name and address",
        f"{said} how to reach whoever is responsible: set PRIVACY_CONTACT to an e-mail or web address",
    ]
    assert not [line for line in lines(settings) if "privacy notice" in line]


def test_a_key_for_exports_that_others_can_read_is_wrong(settings: Settings) -> None:
    open_notary(settings.signing_key)
    assert "exports are signed" in "\n".join(lines(settings))
    settings.signing_key.chmod(0o640)
    key = settings.signing_key
    assert wrong(settings) == [
        f"exports cannot be signed: {key} can be read by others, and exports are signed with it; say: chmod 600 {key}"
    ]
