"""Nothing of whoever had their data erased is left anywhere, and everything of everyone else."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.inbound import Actor
from bot.message import File, UserRef
from bot.ports import Say
from storage.files import DiskFiles
from storage.store import SqlStore
from tests.desk import Desk, private
from tests.privacy.canaries import Canaries, everything, name, theirs, traces
from tests.privacy.conftest import settle


def somebody(id: str) -> Actor:
    ref = UserRef("fake", "w", id)
    return Actor(ref, name(ref))


CLIO, CARL, AXEL, ANJA = (somebody(id) for id in ("u7f3clio91", "v0b6carl44", "t5d2axel73", "s1e8anja28"))


def engine(desk: Desk) -> Engine:
    assert isinstance(desk.store, SqlStore)
    return desk.store.engine


def fill(desk: Desk, files: DiskFiles) -> Canaries:
    """Rows of two customers and two agents in every table, and their files."""
    canaries = Canaries()
    with engine(desk).begin() as connection:
        canaries.fill(connection, [CLIO.ref, CARL.ref], [AXEL.ref, ANJA.ref])
    for sha, content in canaries.files.items():
        path = files.path(File(sha, "", 0, ""))
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return canaries


async def erase(desk: Desk, who: Actor) -> None:
    await desk.type(who, "/mydata delete", private(who))
    assert isinstance(desk.reply, Say)
    button = desk.reply.message.buttons[-1]
    await desk.press(who, button.action, button.arg, private(who))
    await settle(desk)


@pytest.mark.parametrize("gone", [CLIO, AXEL], ids=["customer", "agent"])
async def test_every_word_of_theirs_goes_and_no_other(
    office: Desk, files: DiskFiles, tmp_path: Path, gone: Actor
) -> None:
    canaries = fill(office, files)
    before, there = everything(engine(office)), traces(engine(office), tmp_path)
    assert all(word.encode() in there for word in (gone.ref.id, *gone.name.split(), *canaries.made))

    await erase(office, gone)

    left, after = traces(engine(office), tmp_path), everything(engine(office))
    hers = {word for word, place in canaries.made.items() if theirs(gone.ref, *place)}
    others = canaries.made.keys() - hers
    assert len(hers) >= 10
    assert len(others) > 20
    for secret in (gone.ref.id, *gone.name.split(), *hers):
        assert secret.encode() not in left, canaries.made.get(secret)
        assert secret[3:].encode() not in left, canaries.made.get(secret)
    for word in others:
        assert word.encode() in left, canaries.made[word]
    for key, row in before.items():
        if gone.ref.id not in row and key[0] not in ("seen_events", "desks"):
            assert after[key] == row
