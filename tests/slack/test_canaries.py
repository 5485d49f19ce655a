"""Of whoever deletes their data nothing is left, whatever they and others did: on disk, in logs, or in what we posted.

Two customers have lived the same life; one of them goes. What is kept on purpose is named here, and nothing else is.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.config import Settings
from bot.operating.proving import prove
from tests.fakes.slack import Message
from tests.privacy.canaries import everything, traces
from tests.slack.lives import Life, furnish, live
from tests.slack.world import World, eventually, world

NOT_HELD = {"first message", "message taken back", "note", "message while blocked", "subject"}  # when all is settled
AGENTS_OWN = {"buried answer"}  # what agents wrote to customers stays, without the name
NEVER_SHOWN = {"dispute", "draft", *NOT_HELD}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that is logged, in a file among the bot's own."""
    handlers, path = logging.getLogger().handlers[:], tmp_path / "logs" / "bot.log"
    path.parent.mkdir()
    with path.open("w", buffering=1) as stream:
        logs.set_up("DEBUG", "json", stream)
        yield path
        logging.getLogger().handlers[:] = handlers


async def both_live(desk: World) -> tuple[Life, Life]:
    await furnish(desk)
    hers, his = Life(desk, desk.anna), Life(desk, desk.ben)
    await live(hers, 1)
    await live(his, 4)
    return hers, his


async def delete(life: Life) -> None:
    world = life.world
    await life.types("/mydata delete")
    await world.press(life.user, "Delete all of it")
    await eventually(lambda: "Your data is deleted" in str(world.sees(life.user)))
    await life.closes_what_is_open()
    await world.settle()


def rows(desk: World) -> dict[tuple[str, str], str]:
    return everything(desk.running.store.engine)


def on_disk(desk: World) -> bytes:
    return traces(desk.running.store.engine, desk.folder)


def ours(desk: World) -> Iterator[tuple[str, Any]]:
    """What people see of what the bot posted, but for what is theirs alone and gone on reload."""
    work = desk.slack.work
    for said in work.everything_said():
        if said.bot_id and not said.ephemeral_for:
            yield said.channel, _shown(desk, said)
    for home in work.homes.values():
        yield f"home of {home.user}", home.payload
    for modals in work.modals.values():
        yield from (("a modal", work.views[name].payload) for name in modals)


def _shown(desk: World, said: Message) -> Any:
    files = [desk.slack.work.files[id] for id in said.files if id in desk.slack.work.files]
    content = [(file.name, file.title, file.content.decode("latin-1")) for file in files]
    return said.ts, said.text, said.username, said.blocks, said.attachments, said.metadata, said.reactions, content


def showing(desk: World, word: str) -> list[str]:
    return [where for where, what in ours(desk) if word in json.dumps(what, ensure_ascii=False)]


def of_his(desk: World, life: Life) -> dict[str, Any]:
    """Rows, files and posts in which there is anything of his."""
    marks = (life.user.id, *life.words.values())
    found: dict[str, Any] = {"/".join(key): row for key, row in rows(desk).items() if any(m in row for m in marks)}
    for path in (desk.folder / "files").rglob("*"):
        if path.is_file() and any(mark.encode() in path.read_bytes() for mark in marks):
            found[path.name] = path.read_bytes()
    for said in desk.slack.work.everything_said():
        shown = _shown(desk, said)
        if any(mark in json.dumps(shown) for mark in marks):
            found[f"{said.channel} {said.ts}"] = shown
    return found


async def test_of_two_who_lived_the_same_life_one_is_gone_and_the_other_all_there(tmp_path: Path, log: Path) -> None:
    async with world(tmp_path, http=True) as desk:
        hers, his = await both_live(desk)
        held = on_disk(desk)
        assert {what for what, word in hers.words.items() if word.encode() not in held} == NOT_HELD
        shown = {what for what, word in hers.words.items() if showing(desk, word)}
        assert hers.words.keys() - shown <= NEVER_SHOWN | {"buried answer", "corrected name", "file noted"} | {
            "note after its edit", "name of file noted",
        }  # fmt: skip
        before = of_his(desk, his)
        assert len(before) > 60

        await delete(hers)

        private = desk.slack.dm(desk.anna.id).id
        gone = [word for what, word in hers.words.items() if what not in AGENTS_OWN] + [private]
        proof = prove(Settings(data_dir=tmp_path), his.world.ref(desk.anna), gone, [])
        assert proof.lines[0] == "nothing found"
        left = on_disk(desk)
        for word in (*gone, desk.anna.id):
            assert word.encode() not in left
            assert word.encode("utf-16-le") not in left
        assert [word[3:] for word in gone[:-1] if word[3:].encode() in left] == []  # as a search index cuts them
        assert [(what, showing(desk, word)) for what, word in hers.words.items() if showing(desk, word)] == []
        assert showing(desk, desk.anna.id) == []

        after = of_his(desk, his)
        assert {key for key in before if after.get(key) != before[key]} == set()
        assert not prove(Settings(data_dir=tmp_path), desk.ref(desk.ben), [], []).clean

        await hers.types("/mydata delete")
        await desk.press(desk.anna, "Delete all of it")
        await desk.settle()
        assert {key for key in before if of_his(desk, his).get(key) != before[key]} == set()
        assert {row for row in rows(desk).values() if desk.anna.id in row} == set()
