"""No word of a person reaches the log, by whatever way an error carries it there; what helps to mend it does."""

import asyncio
import gc
import io
import json
import logging
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.language import Phrase

SECRET = "hunter2"
ROOT = Path(__file__).parent.parent


class Log(io.StringIO):
    @property
    def lines(self):
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def _as_it_was():
    names = [*logs.OURS, "root"]
    levels = {name: logging.getLogger(name).level for name in names}
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(params=["pretty", "json"])
def log(request):
    stream = Log()
    logs.set_up("INFO", request.param, stream)
    return stream


@pytest.fixture
def json_log():
    stream = Log()
    logs.set_up("INFO", "json", stream)
    return stream


def plain():
    raise ValueError(f"my password is {SECRET}")


def with_a_note():
    error = KeyError("x")
    error.add_note(SECRET)
    raise error


def caused():
    try:
        plain()
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def while_handling():
    try:
        plain()
    except ValueError:
        raise RuntimeError(SECRET)  # noqa: B904 (the implicit chain is what is tested)


def several():
    inner = BaseExceptionGroup(SECRET, [OSError(2, SECRET), SystemExit(SECRET)])
    raise BaseExceptionGroup(SECRET, [ValueError(SECRET), inner])


def statement_fails():
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": SECRET})
    finally:
        engine.dispose()


def constraint_fails():
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE person (name TEXT UNIQUE)"))
            connection.execute(text("INSERT INTO person VALUES (:name)"), [{"name": SECRET}, {"name": SECRET}])
    finally:
        engine.dispose()


def validation_fails():
    class Form(BaseModel):
        age: int

    Form.model_validate({"age": SECRET})


def syntax_fails():
    compile(f"{SECRET} = = 1", SECRET.replace("2", ""), "exec")


def type_named_so():
    raise type("Unknown", (Exception,), {"__str__": lambda self: SECRET, "__repr__": lambda self: SECRET})


WAYS = [plain, with_a_note, caused, while_handling, several, statement_fails, constraint_fails, validation_fails]
WAYS += [syntax_fails, type_named_so]


def caught(fails):
    with pytest.raises(BaseException) as raised:  # noqa: PT011 (whatever it is)
        fails()
    return raised.value


@pytest.mark.parametrize("fails", WAYS, ids=lambda way: way.__name__)
def test_the_text_of_an_exception_is_not_logged_but_its_type_and_place_are(log, fails):
    error = caught(fails)
    assert SECRET in f"{error} {vars(error)} {error.__cause__} {getattr(error, 'text', '')}"
    logging.getLogger("bot.app").error("event failed", exc_info=error, extra={"event": "T1:Ev1", "ticket": 42})
    written = log.getvalue()
    assert SECRET not in written
    assert type(error).__qualname__ in written
    assert f"in {fails.__name__}" in written
    assert "event failed" in written
    assert "T1:Ev1" in written


def test_every_exception_of_a_group_and_of_a_chain_is_named(json_log):
    for fails in (several, caused):
        logging.getLogger("bot").error("event failed", exc_info=caught(fails))
    group, chain = (line["exception"] for line in json_log.lines)
    assert all(kind in group for kind in ("ValueError", "FileNotFoundError (errno 2)", "SystemExit", "2 of 2"))
    assert chain.index("ValueError") < chain.index("which led to") < chain.index("RuntimeError")


def test_codes_that_say_what_happened_are_kept(json_log):
    error = caught(constraint_fails)
    assert isinstance(error, SQLAlchemyError)
    logging.getLogger("storage.store").error("not stored", exc_info=error)
    assert "sqlite3.IntegrityError (sqlite_errorname SQLITE_CONSTRAINT_UNIQUE)" in json_log.lines[0]["exception"]


def test_the_module_that_is_missing_is_named(json_log):
    try:
        import no.such_module  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        logging.getLogger("bot").exception("no start")
    assert json_log.lines[0]["exception"].endswith("builtins.ModuleNotFoundError (name no)")


def test_a_chain_that_goes_in_a_circle_or_on_and_on_ends(log):
    first, second = ValueError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first
    long = OSError(SECRET)
    for _ in range(5000):
        long, before = OSError(SECRET), long
        long.__context__ = before
    for error in (first, long):
        logging.getLogger("bot").error("event failed", exc_info=error)
    assert SECRET not in log.getvalue()
    assert len(log.getvalue()) < 5000


def test_only_a_class_of_ours_that_says_so_itself_shows_its_text(log):
    names = {"__module__": "bot.made_up", "safe_to_log": True}
    safe = type("Safe", (Exception,), names)
    derived = type("Derived", (safe,), {"__module__": "bot.made_up"})
    foreign = type("Foreign", (Exception,), {"__module__": "elsewhere", "safe_to_log": True})
    for kind, words in ((safe, "port 80 is taken"), (derived, SECRET), (foreign, SECRET)):
        logging.getLogger("bot").error("no start", exc_info=kind(words))
    assert "bot.made_up.Safe: port 80 is taken" in log.getvalue()
    assert "bot.made_up.Derived" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_what_is_filled_in_is_shown_if_it_is_a_number_or_an_id(json_log):
    log = logging.getLogger("bot.relay")
    log.info("%s took %.1f s for %d, %r", "T1:C1/17.3", 1.25, 3, None)
    log.info("refused %s: %s", "Ann", ValueError(f"{SECRET} x"))
    log.info("%(who)s said %(what)r", {"who": "ann", "what": "it is on fire"})
    log.info("done", extra={"ticket": 7, "kind": "Rewrite", "who": "Ann", "text": f"my {SECRET}"})
    log.info(ValueError(SECRET))
    shown = json_log.lines
    assert [line["message"] for line in shown] == [
        "T1:C1/17.3 took 1.2 s for 3, None",
        "refused <str>: <ValueError>",
        "<str> said '<str>'",
        "done",
        "<ValueError>",
    ]
    assert {key: shown[3][key] for key in ("ticket", "kind", "who", "text")} == {
        "ticket": 7, "kind": "Rewrite", "who": "<str>", "text": "<str>",
    }  # fmt: skip
    assert SECRET not in json_log.getvalue()


def test_a_message_whose_parts_do_not_fit_loses_neither_the_line_nor_a_word(log, capsys):
    unfit = {"name": "bot", "levelno": 40, "msg": "one %s of two %d", "args": (f"my {SECRET}", f"{SECRET} too")}
    (ours,) = [handler for handler in logging.getLogger().handlers if type(handler).__module__ == "bot.logs"]
    ours.handle(logging.makeLogRecord(unfit))
    assert "one %s of two %d" in log.getvalue()
    assert SECRET not in log.getvalue() + capsys.readouterr().err


def test_a_log_that_cannot_be_written_does_not_show_the_record_elsewhere(capsys):
    stream = Log()
    logs.set_up("INFO", "pretty", stream)
    stream.close()
    logging.getLogger("bot").error("lost", exc_info=ValueError(SECRET))
    assert capsys.readouterr() == ("", "")


def test_what_another_handler_has_already_written_down_is_not_taken_over(log):
    record = logging.makeLogRecord({"name": "bot", "levelno": logging.ERROR, "levelname": "ERROR", "msg": "failed"})
    record.exc_info = (ValueError, ValueError(SECRET), None)
    logging.Formatter().format(record)
    assert SECRET in str(record.exc_text)
    logging.getLogger("bot").handle(record)
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()
    assert SECRET in str(record.exc_text)


async def test_a_task_that_nobody_waited_for_does_not_show_its_error(log):
    async def fail():
        plain()

    task = asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0)
    del task
    gc.collect()
    assert "Task exception was never retrieved" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING"])
def test_libraries_are_heard_from_warning_on_whatever_level_they_give_themselves(level):
    stream = Log()
    logs.set_up(level, "json", stream)
    library = logging.getLogger("discord.gateway")
    library.setLevel(logging.DEBUG)
    try:
        library.info("received {'content': 'hunter2'}")
        library.warning("shard %s is behind by %.1f s", 0, 12)
    finally:
        library.setLevel(logging.NOTSET)
    assert [line["message"] for line in stream.lines] == ["shard 0 is behind by 12.0 s"]


def test_libraries_that_quote_what_they_received_are_only_placed(log):
    logging.getLogger("slack_bolt.App").warning(f"Unhandled request ({{'text': '{SECRET}'}})")  # noqa: G004
    assert SECRET not in log.getvalue()
    assert "said something at test_logs.py:" in log.getvalue()


@pytest.mark.parametrize(("level", "heard"), [("DEBUG", "diwe"), ("INFO", "iwe"), ("WARNING", "we"), ("ERROR", "e")])
def test_our_own_lines_are_written_from_the_level_on(level, heard):
    stream = Log()
    logs.set_up(level, "json", stream)
    ours = logging.getLogger("storage.store")
    ours.debug("d")
    ours.info("i")
    ours.warning("w")
    ours.error("e")
    assert "".join(line["message"] for line in stream.lines) == heard


def test_setting_up_twice_writes_once(log):
    other = Log()
    logs.set_up("INFO", "json", other)
    logging.getLogger("bot").info("once")
    assert log.getvalue() == ""
    assert len(other.lines) == 1


def test_a_json_line_has_time_level_logger_and_ids(json_log):
    logging.getLogger("bot.app").warning("event failed", extra={"event": "T1:Ev1", "ticket": 42})
    (line,) = json_log.lines
    assert datetime.fromisoformat(line.pop("time")).utcoffset() is not None
    assert line == {
        "level": "WARNING", "logger": "bot.app", "message": "event failed", "event": "T1:Ev1", "ticket": 42,
    }  # fmt: skip


def test_what_ends_a_thread_is_logged_without_its_words(log, monkeypatch):
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    logs.guard_last_words()
    thread = threading.Thread(target=plain)
    thread.start()
    thread.join()
    assert "a mistake in the program" in log.getvalue()
    assert "in plain" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_what_ends_the_program_is_logged_without_its_words():
    program = (
        "from bot import logs\n"
        "class Leaves:\n"
        "    def __del__(self): raise KeyError('hunter' + '2')\n"
        "logs.set_up(); logs.guard_last_words(); Leaves(); raise ValueError('hunter' + '2')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("CRITICAL bot: a mistake in the program") == 2
    assert "ValueError" in ended.stderr
    assert SECRET not in ended.stderr


def test_a_model_that_does_not_fit_is_an_error_here_too():
    with pytest.raises(ValidationError, match=SECRET):
        validation_fails()


def test_words_of_the_program_are_logged_without_what_was_put_into_them(log):
    logging.getLogger("adapters.slack.chat").warning("not connected yet: %s", Phrase("no way to {there}", there=SECRET))
    assert "not connected yet: no way to {there}" in log.getvalue()
    assert SECRET not in log.getvalue()
