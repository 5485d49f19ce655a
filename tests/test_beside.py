"""helpthread privacy while a desk runs on the same SQLite file: the desk does it, and the command line says so."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.config import Settings
from bot.errors import Problem
from bot.message import UserRef
from bot.operating import office
from bot.privacy.model import Asked
from bot.process.beside import ask
from bot.process.running import Running, desk_running

ANA = UserRef("fake", "w", "ana")


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (another task's file, which tells nobody)
            await asyncio.sleep(0.01)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    async with desk_running(settings) as found:
        yield found


async def test_a_desk_that_runs_does_what_the_command_line_asks_for(settings: Settings, running: Running) -> None:
    told = await office.do(settings, "log", "deletion", str(ANA), "letter", "")
    assert told.startswith("Request 1 is logged")
    (request,) = await running.store.read(lambda work: work.privacy.requests_of(ANA, Asked.ERASURE))
    assert request.source == "letter"
    assert "1: the deletion of their data" in await office.do(settings, "queue")
    assert "is kept for 200 days" in await office.do(settings, "retention", "content", "200")


async def test_what_is_wrong_is_said_as_ever(settings: Settings, running: Running) -> None:
    with pytest.raises(Problem, match="There is no request of that number here"):
        await office.do(settings, "refuse", "7", "claims")
    with pytest.raises(Problem, match="I do not know who “ana” is"):
        await office.do(settings, "hold", "ana", "claims", "2026-01-01", "", "")


async def test_what_cannot_be_read_stops_nothing(settings: Settings, running: Running) -> None:
    folder = settings.questions
    folder.mkdir(exist_ok=True)
    for name, text in (("a", "not json"), ("b", "[]"), ("c", json.dumps({"command": "rm", "given": ["-rf"]}))):
        (folder / f"{name}.asks").write_text(text)
    assert "is logged" in await office.do(settings, "log", "export", str(ANA), "email", "")
    await eventually(lambda: len(list(folder.glob("*.says"))) == 3)
    answers = {path.name: json.loads(path.read_text())["problem"] for path in folder.glob("*.says")}
    assert set(answers) == {"a.says", "b.says", "c.says"}
    assert "does not know this command" in answers["c.says"]


async def test_nothing_is_left_and_nobody_else_reads_it(settings: Settings, running: Running) -> None:
    await office.do(settings, "log", "export", str(ANA), "email", "")
    await eventually(lambda: not list(settings.questions.iterdir()))
    assert stat.S_IMODE(settings.questions.stat().st_mode) == 0o700


async def test_old_questions_are_not_answered_at_the_next_start(settings: Settings) -> None:
    settings.questions.mkdir(parents=True)
    question = settings.questions / "old.asks"
    question.write_text(json.dumps({"command": "log", "given": ["export", str(ANA), "email", ""]}))
    os.utime(question, (0, 0))
    async with desk_running(settings) as found:
        await eventually(lambda: not question.exists())
        await office.do(settings, "retention", "content", "200")
        assert await found.store.read(lambda work: work.privacy.requests_of(ANA)) == []


async def test_who_asks_at_the_very_start_is_answered(settings: Settings) -> None:
    """The file of a question got its last name while old ones were looked for; then nobody was ever answered."""
    settings.questions.mkdir(parents=True)
    (settings.questions / "a.asks.part").symlink_to(settings.questions / "that is not there any more")
    async with desk_running(settings):
        assert await office.do(settings, "queue") == "No requests are open."


def test_who_gets_no_answer_is_told_and_nothing_is_done_later(settings: Settings) -> None:
    with pytest.raises(Problem, match="did not answer within 0 seconds"):
        ask(settings.questions, "queue", [], patience=0.1)
    assert list(settings.questions.iterdir()) == []


async def test_without_a_desk_that_runs_the_command_line_does_it_itself(settings: Settings) -> None:
    assert "is logged" in await office.do(settings, "log", "export", str(ANA), "email", "")
    assert not settings.questions.exists()
