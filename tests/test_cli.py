"""The command line, as an operator uses it: what is printed, what is refused in one line, and the exit code."""

import io
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot import cli
from bot.desks.importing import hand_out
from bot.effects import Direct
from bot.inbound import Place
from bot.message import UserRef, say
from bot.operating.database import in_loop
from bot.ports import Job, T, UnitOfWork
from bot.process.running import make_first_desk
from storage.migrate import HEAD
from storage.opening import open_store
from storage.store import SqlStore, SqlUnitOfWork
from tests.migrated import put_database

SECRET = "hunter2-hunter2-hunter2"
DESKS = """\
desks:
  - name: support
    intake: [console:local/help]
    agents_channel: console:local/agents
    agents: [console:local/@agents, "discord:9001/&9300", discord:9301]
    leads: [slack:T0001/U0301]
    settings: {language: de}
"""


def now() -> datetime:
    return datetime.now(UTC)


def connection(work: UnitOfWork) -> Connection:
    assert isinstance(work, SqlUnitOfWork)
    return work.connection


class Shell:
    """`shell("desk", "import", "x.yaml")` gives the exit code; `out` and `err` are what was printed, in lines."""

    def __init__(self, capture: pytest.CaptureFixture[str], url: str) -> None:
        self.capture = capture
        self.url = url
        self.out: list[str] = []
        self.err: list[str] = []

    def __call__(self, *arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            cli.main(list(arguments))
        printed = self.capture.readouterr()
        self.out, self.err = printed.out.splitlines(), printed.err.splitlines()
        assert isinstance(end.value.code, int)
        return end.value.code

    def refuses(self, *arguments: str, code: int = 1) -> str:
        """The one line that says why."""
        assert self(*arguments) == code
        assert self.out == []
        (line,) = self.err
        return line

    def do(self, job: Job[T]) -> T:
        async def once() -> T:
            store = open_store(self.url, now)
            try:
                return await store.write(job)
            finally:
                await store.close()

        return in_loop(once)


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """An empty folder to be in, and a way to say where the database is; no other setting comes in from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN", "DATA_DIR", "LOG_LEVEL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return lambda url: monkeypatch.setenv("DATABASE_URL", url)


@pytest.fixture
def shell(anywhere: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> Shell:
    """On the embedded default."""
    return Shell(capsys, "sqlite:///data/helpthread.db")


@pytest.fixture
def either(database_url: str, anywhere: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> Shell:
    """On SQLite and on PostgreSQL."""
    anywhere(database_url)
    return Shell(capsys, database_url)


@pytest.fixture
def set_up(shell: Shell) -> Shell:
    """On the embedded default, after the first start."""
    put_database(Path("data/helpthread.db"))
    return shell


@pytest.fixture
def running(set_up: Shell) -> Iterator[SqlStore]:
    """Another process that has the database open, as far as its lock can tell."""
    store = open_store(set_up.url, now)
    yield store
    in_loop(store.close)


# What is not understood


def test_without_a_command_there_is_help(shell: Shell):
    assert shell() == 0
    assert shell.out[0].startswith("Usage: helpthread")
    for command in ("run", "console", "migrate", "backup", "doctor", "version", "desk", "outbox"):
        assert any(line.startswith(f"  {command} ") for line in shell.out)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["frobnicate"], "No such command 'frobnicate'."),
        (["desk"], "Missing command."),
        (["desk", "import"], "Missing argument 'file'."),
        (["console", "--loud"], "No such option: --loud"),
    ],
)
def test_what_is_not_understood_is_told_in_a_line(shell: Shell, typed: list[str], told: str):
    assert shell.refuses(*typed, code=2) == f"helpthread: {told} (try: helpthread --help)"


@pytest.mark.parametrize("command", [["migrate"], ["run"], ["doctor"], ["desk", "export", "-"], ["outbox", "list"]])
def test_a_wrong_setting_stops_every_command_in_a_line_without_secrets(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: list[str]
):
    monkeypatch.setenv("DATABASE_URL", f"oracle://me:{SECRET}@host/db")
    told = shell.refuses(*command, code=2)
    assert told.startswith("helpthread: DATABASE_URL ")
    assert SECRET not in told


def test_running_without_a_platform_says_what_to_set(shell: Shell):
    told = shell.refuses("run", code=2)
    assert "SLACK_BOT_TOKEN" in told
    assert "DISCORD_TOKEN" in told
    assert told.endswith("helpthread console")


def test_the_version_is_said(shell: Shell):
    assert shell("version") == 0
    assert shell.out == ["helpthread 0.2.0"]


# The database


def test_migrating_makes_the_database_and_says_where(shell: Shell):
    assert shell("migrate") == 0
    assert shell.out == [f"sqlite:///data/helpthread.db is ready (schema {HEAD})"]
    assert Path("data").stat().st_mode & 0o777 == 0o700
    assert shell("migrate") == 0


def test_two_do_not_write_one_database(shell: Shell, running: SqlStore, tmp_path: Path):
    told = f"helpthread: {tmp_path}/data/helpthread.db is in use by another helpthread; stop that one first"
    assert shell.refuses("migrate") == told
    assert shell.refuses("outbox", "retry", "1") == told
    Path("desks.yaml").write_text(DESKS)
    assert shell.refuses("desk", "import", "desks.yaml") == told


def test_looking_is_possible_while_a_desk_runs(shell: Shell, running: SqlStore):
    in_loop(lambda: running.write(make_first_desk))
    assert shell("outbox", "list") == 0
    assert shell.out == ["0 given up, 0 waiting"]
    assert shell("desk", "export", "-") == 0
    assert "- name: support" in shell.out


def test_a_database_of_a_newer_version_is_left_alone(set_up: Shell):
    set_up.do(lambda work: connection(work).exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    for command in (["migrate"], ["desk", "export", "-"], ["outbox", "list"]):
        told = set_up.refuses(*command)
        assert "was made by a newer version (schema 9999" in told
        assert "sqlite:////" in told
        assert "mode=" not in told, "as it is set up, not as it is opened"


def test_a_file_that_is_no_database_is_told(shell: Shell):
    Path("data").mkdir()
    Path("data/helpthread.db").write_text("I am not a database, I am a text." * 100)
    assert "file is not a database" in shell.refuses("migrate")
    assert "file is not a database" in shell.refuses("outbox", "list")


def test_there_is_nothing_to_read_before_the_first_start(shell: Shell):
    assert "there is no database at data/helpthread.db yet" in shell.refuses("outbox", "list")
    assert not Path("data").exists()


def test_a_backup_is_a_desk(shell: Shell, running: SqlStore, monkeypatch: pytest.MonkeyPatch):
    in_loop(lambda: running.write(make_first_desk))
    assert shell("backup", "copy.db") == 0
    assert shell.out[0].startswith(f"copy.db: {Path('copy.db').stat().st_size} bytes.")
    assert "copy.db is there already" in shell.refuses("backup", "copy.db")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///copy.db")
    assert shell("desk", "export", "-") == 0
    assert "- name: support" in shell.out


# Desks


def test_desks_are_imported_and_exported_again(either: Shell):
    Path("desks.yaml").write_text(DESKS)
    assert either("desk", "import", "desks.yaml") == 0
    assert either.out == ["support: made, with 2 channels and 4 people and groups"]
    assert either("desk", "export", "again.yaml") == 0
    assert either.out == []
    assert either("desk", "import", "again.yaml") == 0
    assert either.out == ["support: nothing to change"]
    (sheet,) = either.do(hand_out)
    assert sheet.settings.language == "de"
    assert sheet.intake == (Place("console", "local", "help"),)


def test_desks_go_through_a_pipe(set_up: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DESKS.encode())))
    assert set_up("desk", "import", "-") == 0
    assert set_up("desk", "export", "-") == 0
    exported = "\n".join(set_up.out)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(exported.encode())))
    assert set_up("desk", "import", "-") == 0
    assert set_up.out == ["support: nothing to change"]


def test_a_file_with_mistakes_changes_nothing_and_every_mistake_is_told(set_up: Shell):
    Path("desks.yaml").write_text(DESKS)
    set_up("desk", "import", "desks.yaml")
    Path("wrong.yaml").write_text(DESKS.replace("de}", "german}").replace("slack:T", "slak:T"))
    assert set_up("desk", "import", "wrong.yaml") == 2
    assert set_up.err == [
        "helpthread: wrong.yaml:6: there is no platform slak; known: console, discord, slack",
        "wrong.yaml:7: language has to be a language such as en or pt-BR",
    ]
    assert set_up.out == []
    assert set_up("desk", "import", "desks.yaml") == 0
    assert set_up.out == ["support: nothing to change"]


def test_a_channel_of_another_desk_is_told_with_its_line(set_up: Shell):
    Path("desks.yaml").write_text(DESKS)
    set_up("desk", "import", "desks.yaml")
    Path("other.yaml").write_text(DESKS.replace("support", "other"))
    assert set_up("desk", "import", "other.yaml") == 2
    assert [line.partition(";")[0] for line in set_up.err] == [
        "helpthread: other.yaml:3: the channel console:local/help is already used by the desk support",
        "other.yaml:4: the channel console:local/agents is already used by the desk support",
    ]
    assert [sheet.name for sheet in set_up.do(hand_out)] == ["support"]


def test_files_that_cannot_be_opened_are_told(set_up: Shell):
    assert set_up.refuses("desk", "import", "nowhere.yaml") == "helpthread: nowhere.yaml: No such file or directory"
    Path("desks.yaml").write_text(DESKS)
    set_up("desk", "import", "desks.yaml")
    assert set_up.refuses("desk", "export", "no/where.yaml") == "helpthread: no/where.yaml: No such file or directory"


def test_a_huge_file_is_not_read_to_its_end(shell: Shell):
    Path("huge.yaml").write_bytes(b"#" * 1_000_000)
    assert shell.refuses("desk", "import", "huge.yaml", code=2) == "helpthread: huge.yaml:1: it is larger than 256 kB"


def test_a_terminal_that_knows_few_letters_gets_the_file_all_the_same(set_up: Shell, monkeypatch: pytest.MonkeyPatch):
    Path("desks.yaml").write_text(DESKS.replace("language: de", "greeting: Grüße"), encoding="utf-8")
    set_up("desk", "import", "desks.yaml")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert set_up("desk", "export", "-") == 0
    assert "greeting: Grüße" in written.getvalue().decode()


def test_there_is_no_desk_to_export_yet(set_up: Shell):
    assert set_up.refuses("desk", "export", "desks.yaml") == "helpthread: there is no desk to export yet"
    assert not Path("desks.yaml").exists()


# What could not be delivered


def give_up(shell: Shell, words: str) -> None:
    """One private message to Carla that her platform refuses, and one in a ticket's room."""
    carla = UserRef("slack", "T1", "carla")

    def job(work: UnitOfWork) -> None:
        for number, room in enumerate(("private:slack/T1/carla", "ticket:42:customer")):
            work.outbox.post(Direct(f"message:{number}", "slack", room, carla, say(words)), about=carla)
            work.outbox.bury(number + 1, "the platform refused it")

    shell.do(job)


def test_what_was_given_up_is_listed_without_anybodys_words_or_names(set_up: Shell):
    give_up(set_up, "my password is swordfish")
    assert set_up("outbox", "list") == 0
    assert set_up.out == [
        "1: direct on slack in a private room, tried 0 times: the platform refused it",
        "2: direct on slack in ticket:42:customer, tried 0 times: the platform refused it",
        "2 given up, 0 waiting",
    ]


def test_all_that_was_given_up_is_tried_again_or_discarded_at_once(set_up: Shell):
    give_up(set_up, "hello")
    assert set_up.refuses("outbox", "retry").endswith("say which: numbers from helpthread outbox list, or --all")
    assert set_up.refuses("outbox", "discard", "1", "--all").endswith("list, or --all")
    assert set_up("outbox", "retry", "--all") == 0
    assert set_up.out == ["2: is tried again when the desk runs"]
    assert set_up("outbox", "hold") == 0
    assert set_up.out == ["2 deliveries are held back: helpthread outbox list, then retry or discard"]
    assert set_up("outbox", "discard", "--all") == 0
    assert set_up.out == ["2: discarded"]
    assert set_up("outbox", "discard", "--all") == 0
    assert set_up.out == ["nothing was given up"]


def test_a_backup_is_restored_and_says_what_it_holds_back(set_up: Shell):
    give_up(set_up, "hello")
    set_up("outbox", "retry", "--all")
    set_up("backup", "copy.db")
    set_up("outbox", "discard", "--all")
    assert set_up("restore", "copy.db") == 0
    first, second = set_up.out
    assert first.startswith("sqlite:///data/helpthread.db is what copy.db was; what was there is ")
    assert second == "2 deliveries wait for you to decide: helpthread outbox list, then retry or discard"
    set_up("outbox", "list")
    assert "held back: it waited when this backup was made" in set_up.out[0]
    assert set_up.out[-1] == "2 given up, 0 waiting"
    assert "cannot be copied" in set_up.refuses("restore", "no.db")


def test_what_was_given_up_is_tried_again_or_discarded(set_up: Shell):
    give_up(set_up, "hello")
    assert set_up("outbox", "retry", "1", "7") == 0
    assert set_up.out == ["1: is tried again when the desk runs", "7: nothing of that number was given up"]
    assert set_up("outbox", "discard", "2") == 0
    assert set_up.out == ["2: discarded"]
    set_up("outbox", "list")
    assert set_up.out[-1] == "0 given up, 1 waiting"
    assert set_up.out[0].startswith("slack: 1 waiting, the oldest for ")
    assert set_up.refuses("outbox", "discard", "1") == "helpthread: 1: nothing of that number was given up"
