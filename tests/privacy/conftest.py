"""A desk with a clerk, and files on disk."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank, Settings
from bot.effects import CLERK
from bot.inbound import Actor
from bot.privacy.clerk import Clerk, Nobody
from bot.privacy.model import GONE, Asked, Request
from bot.privacy.officers.counter import do
from storage.files import DiskFiles
from storage.notary import DiskNotary
from storage.tombstones import SqlTombstones, open_tombstones
from tests import purposes
from tests.desk import AGENTS, ANA, HELP, LEA, SAM, Desk, person, private

NOTARY = DiskNotary(Ed25519PrivateKey.from_private_bytes(b"7" * 32))
OLE, PIA = person("ole"), person("pia", groups=("fake:w/@privacy",))


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "files")


@pytest.fixture
async def office(desk: Desk, files: DiskFiles, tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk of `tests.desk` with its clerk."""
    tombs = open_tombstones(f"sqlite:///{tmp_path}/tombstones.db", b"k" * 32)
    desk.app.gate = tombs.gate
    ids = itertools.count(1)
    desk.chats[CLERK] = clerk = Clerk(
        desk.store, files, tombs, NOTARY, tmp_path / "exports", desk.now, lambda: f"random{next(ids)}", patience=0
    )
    purposes.clerk_declared(clerk)
    desk.chats[GONE] = Nobody()
    yield desk
    tombs.close()


@pytest.fixture
def tombs(office: Desk) -> SqlTombstones:
    """What its clerk writes down."""
    clerk = office.chats[CLERK]
    assert isinstance(clerk, Clerk)
    assert isinstance(clerk.tombstones, SqlTombstones)
    return clerk.tombstones


@pytest.fixture
async def bureau(office: Desk) -> Desk:
    """Ole is a privacy officer by name, Pia by her group; Sam is an agent, Lea leads the desk and is none. Ana has
    a ticket."""
    members = [Member(str(SAM.ref), Rank.AGENT), Member(str(LEA.ref), Rank.LEAD)]
    members += [Member(str(OLE.ref), Rank.CUSTOMER, True), Member("fake:w/@privacy", Rank.CUSTOMER, True)]
    desk = DeskValue(0, "support", AGENTS, Settings())
    await office.store.write(lambda work: work.desks.save(desk, [HELP], members))
    await office.say(ANA, "my printer is on fire")
    await settle(office)
    return office


async def one(desk: Desk, asked: Asked, who: Actor = ANA) -> Request:
    """The newest request of this kind."""
    return next(iter(await desk.store.read(lambda work: work.privacy.requests_of(who.ref, asked))))


async def release(desk: Desk, officer: Actor, number: int) -> str:
    """An officer ends a hold; before its day the command line is the second one. Returns what came of it."""
    told = await desk.type(officer, f"/privacy release {number}", private(officer))
    if f"/privacy confirm {number} hold" not in told:
        return told
    return await desk.store.write(lambda work: do("confirm.hold", [str(number)], work))


async def settle(desk: Desk) -> None:
    """Deliver all there is, letting time pass where something is to be tried later."""
    for _ in range(200):
        await desk.deliver()
        due = await desk.store.read(lambda work: work.outbox.next_due(tuple(desk.chats)))
        if due is None:
            return
        desk.clock.time = max(desk.clock.time, due)
    raise AssertionError("something is never delivered")
