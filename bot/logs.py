"""The log, in which no word and no name of a person may ever stand, whoever writes to it.

What people wrote gets into logs through the texts of exceptions (`invalid input: "my password is …"`) and through what
libraries put into their messages. So a record is made harmless before it is written:

- an exception is its type, its frames and its codes (SQLSTATE, HTTP status), with those it came from, never its text;
  except where its class is one of ours and says `safe_to_log = True` itself;
- what is filled into a message, or given as `extra=`, is shown if it is a number or looks like an id (a mere word does
  not, except under a name in `WORDS`); else its type is;
- of a library's message only the first line is kept, nothing below WARNING, and of the libraries that build messages
  out of what they received, only the place.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.language import Phrase

OURS = frozenset({"bot", "adapters", "storage", "__main__"})
BUILT_FROM_INPUT = frozenset({"slack_bolt", "slack_sdk"})
CODES = ("sqlstate", "sqlite_errorname", "errno", "status", "code")
LOOKS_LIKE_A_CODE = re.compile(r"[A-Z0-9_]{1,40}")
LOOKS_LIKE_AN_ID = re.compile(r"(?=.*[\d.:/_-])[\w.:/#-]{1,80}", re.ASCII)
WORDS = frozenset({"kind", "platform", "state", "verb"})  # `extra=` whose values the program itself chooses
FRAMES = 30  # of each exception, the innermost: more is a recursion
CHAIN = 20  # exceptions one from the other; more is a loop that failed each time
OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up(level: str = "WARNING", format: Literal["pretty", "json"] = "pretty", stream: TextIO | None = None) -> None:
    """Write log lines to `stream` (standard error, if None), ours from `level` on. A second call replaces the first."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_Json() if format == "json" else _Pretty())
    least = logging.getLevelNamesMapping()[level]
    handler.addFilter(
        lambda record: record.levelno >= (least if _is_ours(record.name) else max(least, logging.WARNING))
    )
    root.addHandler(handler)
    root.setLevel(max(least, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(least)


def guard_last_words() -> None:
    """From here on, what ends the program or one of its threads goes to the log, not as it is to standard error."""

    def uncaught(type_: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, KeyboardInterrupt):
            logging.getLogger("bot").critical("a mistake in the program", exc_info=(type_, error, trace))

    def uncaught_elsewhere(args: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_elsewhere
    sys.unraisablehook = uncaught_elsewhere


def harmless(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of the record that may be written; the original is left to other handlers, if there are any."""
    ours = {key: value for key, value in vars(record).items() if key not in OF_EVERY_RECORD}
    safe = logging.makeLogRecord({key: value for key, value in vars(record).items() if key not in ours})
    safe.msg, safe.args, safe.exc_info, safe.exc_text, safe.stack_info = _message(record), None, None, None, None
    if record.exc_info and record.exc_info[1] is not None:
        safe.exc_text = "\n".join(describe(record.exc_info[1]))
    vars(safe).update({key: _shown(value, word=key in WORDS) for key, value in ours.items()})
    return safe


def describe(error: BaseException, margin: str = "", known: frozenset[int] = frozenset()) -> Iterator[str]:
    """Lines that say what went wrong and where, without anybody's words: type, codes and frames, causes first."""
    if id(error) in known or len(known) >= CHAIN:
        return
    known |= {id(error)}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from describe(before, margin, known)
        yield f"{margin}which led to:"
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    yield from (margin + line for line in "".join(traceback.format_list(frames)).splitlines())
    yield margin + _named(error)
    if isinstance(error, BaseExceptionGroup):
        for number, one in enumerate(error.exceptions, 1):
            yield f"{margin}  {number} of {len(error.exceptions)}:"
            yield from describe(one, margin + "  ", known)


def _named(error: BaseException) -> str:
    kind = type(error)
    codes = [f"{code} {value}" for code in CODES if (value := _code(getattr(error, code, None))) is not None]
    if isinstance(error, ImportError | NameError):  # a name in the program, not a person's
        codes.append(f"name {error.name}")
    name = f"{kind.__module__}.{kind.__qualname__}" + (f" ({', '.join(codes)})" if codes else "")
    # Of the class itself: one derived from it may put other things into its text.
    safe = _is_ours(kind.__module__) and vars(kind).get("safe_to_log") is True
    return f"{name}: {error}" if safe else name


def _code(value: object) -> object:
    fits = isinstance(value, int) or (isinstance(value, str) and LOOKS_LIKE_A_CODE.fullmatch(value))
    return value if fits else None


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in BUILT_FROM_INPUT:
        return (
            f"said something at {record.filename}:{record.lineno}, which is not shown: it may quote what people wrote"
        )
    if not isinstance(record.msg, str):
        return str(_shown(record.msg))
    message = record.msg if _is_ours(record.name) else record.msg.partition("\n")[0]
    args = record.args
    try:
        if isinstance(args, Mapping):
            return message % {key: _shown(value) for key, value in args.items()}
        return message % tuple(map(_shown, args)) if args else message
    except (TypeError, ValueError, KeyError):  # it was cut, or its parts do not fit
        return message


def _shown(value: Any, word: bool = False) -> Any:
    """The value, if it is a number or looks like an id (or may be a word and is one), and else what type it is of."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Phrase):  # words of the program's own, without what was put into them
        return value.template
    if isinstance(value, str) and (LOOKS_LIKE_AN_ID.fullmatch(value) or (word and value.isidentifier())):
        return value
    return f"<{type(value).__name__}>"


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """A line that cannot be written is lost. The standard library would print the whole record instead."""


class _Pretty(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        safe = harmless(record)
        extra = [f"{key}={value}" for key, value in vars(safe).items() if key not in OF_EVERY_RECORD]
        safe.msg = "  ".join([safe.msg, *extra])
        return super().format(safe)


class _Json(JsonFormatter):
    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger", "exc_info": "exception"}
        super().__init__(["levelname", "name", "message"], rename_fields=names, timestamp="time")

    def format(self, record: logging.LogRecord) -> str:
        return super().format(harmless(record))
