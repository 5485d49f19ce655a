"""The command line beside a desk that runs on SQLite. One process writes the file; the other one asks it.

A question is a file in a folder that only the owner of DATA_DIR may open. Whoever runs the desk does what it asks for,
as one job like any other, and writes the answer beside it. Both files are gone when they are read, and old ones at the
next start: they name accounts.
"""

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from bot.errors import Problem
from bot.ports import Store
from bot.privacy.officers import counter, counter_views

log = logging.getLogger(__name__)
BETWEEN_LOOKS = 0.5  # seconds
PATIENCE = 20.0  # seconds that the command line waits
QUESTION, TAKEN, ANSWER = ".asks", ".taken", ".says"


async def answer_questions(store: Store, folder: Path, posted: Callable[[], None]) -> None:
    """Until cancelled. A question that cannot be read or done is answered so, and stops nothing."""
    await asyncio.to_thread(_empty, folder)
    while True:
        for question in await asyncio.to_thread(_questions, folder):
            try:
                told = await _answer(store, question)
                await asyncio.to_thread(_write, question.with_suffix(ANSWER), told)
                posted()
            except Exception:
                log.exception("a question from the command line could not be answered")
            await asyncio.to_thread(question.with_suffix(TAKEN).unlink, missing_ok=True)
        await asyncio.sleep(BETWEEN_LOOKS)


async def _answer(store: Store, question: Path) -> dict[str, str]:
    try:
        asked = await asyncio.to_thread(_take, question)
        command, given = str(asked["command"]), [str(word) for word in asked["given"]]
        return {"said": await store.write(partial(counter.do, command, given))}
    except FileNotFoundError:  # whoever asked gave up
        return {}
    except Problem as problem:
        return {"problem": str(problem)}
    except Exception:
        log.exception("a question from the command line failed")
        return {"problem": counter_views.broken()}


def ask(folder: Path, command: str, given: Sequence[str], patience: float = PATIENCE) -> str:
    """What the desk says, which runs in another process. Raises `Problem`: its own, or that nobody answered."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    question = folder / f"{token_hex(16)}{QUESTION}"
    answer = question.with_suffix(ANSWER)
    _write(question, {"command": command, "given": list(given)})
    end = time.monotonic() + patience
    while not answer.exists():
        if time.monotonic() > end and _taken_back(question):
            raise Problem(counter_views.no_answer(round(patience)))
        time.sleep(0.05)
    told = json.loads(answer.read_text(encoding="utf-8"))
    answer.unlink()
    if "problem" in told:
        raise Problem(told["problem"])
    return str(told["said"])


def _taken_back(question: Path) -> bool:
    """Nobody does it any more. What was begun already is waited for."""
    try:
        question.unlink()
    except FileNotFoundError:
        return not question.with_suffix(TAKEN).exists() and not question.with_suffix(ANSWER).exists()
    return True


def _take(question: Path) -> Any:
    return json.loads(question.rename(question.with_suffix(TAKEN)).read_text(encoding="utf-8"))


def _questions(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob(f"*{QUESTION}"))


def _write(path: Path, value: object) -> None:
    """All at once, and for nobody else to read."""
    if not value:
        return
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file)
    part.replace(path)


def _empty(folder: Path) -> None:
    """Of what nobody waits for any more."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # somebody asks just now, and a file of theirs has another name already
            if time.time() - path.stat().st_mtime > PATIENCE:
                path.unlink()
