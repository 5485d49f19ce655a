"""What people decided after a backup holds when it is restored: before a platform is talked to, and without a name."""

from collections.abc import Callable

import pytest

from bot.desks.model import Member, Rank
from bot.inbound import Actor
from bot.operating.office import reconcile
from bot.ports import Handle, UnitOfWork
from bot.privacy.erasing.gate import State
from bot.privacy.model import Asked
from bot.privacy.purposes import Purpose, allowed
from tests.desk import AGENTS, ANA, BEN, SAM, Desk, FakeChat, person, private
from tests.privacy.conftest import OLE, settle
from tests.privacy.test_restored import Installation, installation

__all__ = ["installation"]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PIA, CLEO = person("pia"), person("cleo")
Stood = dict[str, object]


def stands(who: Actor, work: UnitOfWork) -> Stood:
    """How somebody's decisions stand."""
    of_them, choices = work.people.get(who.ref), work.privacy.choices(who.ref)
    return {
        "restricted": of_them is not None and of_them.restricted_at is not None,
        "minor": any(request.open for request in work.privacy.requests_of(who.ref, Asked.MINOR)),
        **{str(purpose): allowed(purpose, choices) for purpose in Purpose},
    }


NOTHING: Stood = {
    "restricted": False, "minor": False, "statistics": True, "surveys": True, "quality": True, "examples": False,
}  # fmt: skip


async def standing(desk: Desk, who: Actor) -> Stood:
    return await desk.store.read(lambda work: stands(who, work))


class Asking(FakeChat):
    """A platform that, whenever it is called, looks how people's decisions stand."""

    def __init__(self) -> None:
        super().__init__()
        self.look: Callable[[UnitOfWork], list[Stood]] = lambda work: [stands(who, work) for who in (ANA, BEN)]
        self.desk: Desk | None = None
        self.saw: list[list[Stood]] = []

    async def run(self, handle: Handle) -> None:
        assert self.desk is not None
        self.saw.append(await self.desk.store.read(self.look))


@pytest.fixture
def chat() -> Asking:
    """The platform, which goes on while the desk is stopped and its database lost."""
    return Asking()


async def people_come(desk: Desk) -> None:
    await desk.set_up()
    officers = [Member(str(who.ref), Rank.CUSTOMER, True) for who in (OLE, PIA)]

    def more(work: UnitOfWork) -> None:
        support = work.desks.all()[0]
        work.desks.save(support, [], [*work.desks.members(support.id), *officers])

    await desk.store.write(more)
    for who in (ANA, BEN):
        await desk.type(who, "/mydata", private(who))
        await desk.say(who, f"words of {who.name}")
    await settle(desk)


async def restrict(desk: Desk, who: Actor) -> None:
    await desk.press(who, "mydata.restrict-now", place=private(who))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ((), ("restrict-now",), {"restricted": True}),
        (("restrict-now",), ("/mydata lift",), {}),
        ((), ("restrict-now", "/mydata lift"), {}),
        ((), ("/mydata object statistics", "/mydata object surveys"), {"statistics": False, "surveys": False}),
        (("/mydata object quality",), ("allow quality",), {}),
        (("/mydata consent examples",), ("forbid examples",), {}),
        (("/mydata consent examples",), (), {"examples": True}),
        ((), ("/mydata consent examples",), {}),  # its proof is lost with the database: they are asked again
    ],
    ids=["restricted", "lifted", "both", "objected", "objects-no-more", "withdrawn", "consented-before", "consented"],
)
async def test_what_they_decided_after_the_backup_holds_before_the_first_platform_call(
    installation: Installation, chat: Asking, before: tuple[str, ...], after: tuple[str, ...], changed: Stood
) -> None:
    async def decide(desk: Desk, lines: tuple[str, ...]) -> None:
        for line in lines:
            verb, _, arg = line.partition(" ")
            told = line.startswith("/") and await desk.type(ANA, line, private(ANA))
            assert told or await desk.press(ANA, f"mydata.{verb}", arg, private(ANA))
        await settle(desk)

    async with installation.desk(chat) as desk:
        await people_come(desk)
        await decide(desk, before)
        installation.back_up()
        await decide(desk, after)
    installation.restore()

    async with installation.desk(chat) as desk:
        chat.desk = desk
        await chat.run(desk.app.handle)
        assert chat.saw == [[NOTHING | changed, NOTHING]]
        assert (await desk.ticket(1)).restricted == (NOTHING | changed)["restricted"]
        await settle(desk)
        assert desk.card(1).startswith("#1 (restricted)") == (NOTHING | changed)["restricted"]
    async with installation.desk(chat) as desk:  # the next start changes nothing
        assert await standing(desk, ANA) == NOTHING | changed


@SQLITE
async def test_a_restriction_is_dated_as_it_was(installation: Installation, chat: Asking) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        await restrict(desk, ANA)
        when = desk.now()
    installation.restore()
    installation.clock.time = installation.clock.time.replace(month=2)
    async with installation.desk(chat) as desk:
        ana = await desk.store.read(lambda work: work.people.get(ANA.ref))
        assert ana is not None
        assert ana.restricted_at == when


@SQLITE
async def test_who_came_after_the_backup_is_held_to_their_decisions_when_they_come_back(
    installation: Installation, chat: Asking
) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        await desk.say(CLEO, "lilac words")
        await restrict(desk, CLEO)
        await desk.type(CLEO, "/mydata object statistics", private(CLEO))
    installation.restore()
    async with installation.desk(chat) as desk:
        desk.count = 1000  # another day's events
        assert await standing(desk, CLEO) == NOTHING
        assert "You had your data restricted" in await desk.say(CLEO, "violet words")
        assert await standing(desk, CLEO) == NOTHING, "nothing of it is kept, as for everybody who is restricted"
        await desk.type(CLEO, "/mydata lift", private(CLEO))
        await desk.say(CLEO, "violet words")
        assert await standing(desk, CLEO) == NOTHING | {"statistics": False}


@SQLITE
async def test_who_was_erased_and_came_back_is_held_to_nothing_from_before(
    installation: Installation, chat: Asking
) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        await restrict(desk, ANA)
        await desk.type(ANA, "/mydata delete", private(ANA))
        await desk.click(ANA, "Delete all of it")
        await settle(desk)
        desk.later(minutes=1)
        await desk.say(ANA, "I am new here")
        await desk.type(ANA, "/mydata object surveys", private(ANA))
    installation.restore()
    async with installation.desk(chat) as desk:
        desk.count = 1000  # another day's events
        assert await standing(desk, ANA) == NOTHING
        await desk.say(ANA, "it is me again")
        assert await standing(desk, ANA) == NOTHING | {"surveys": False}


async def confirm_minor(desk: Desk, officer: Actor) -> str:
    [number] = await desk.store.read(lambda work: [r.number for r in work.privacy.requests_of(ANA.ref) if r.open][:1])
    return await desk.type(officer, f"/privacy confirm {number}", private(officer))


async def test_who_may_be_a_minor_is_asked_again_and_whoever_said_so_does_not_confirm_it(
    installation: Installation, chat: Asking
) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        await desk.type(OLE, "/privacy minor @ana", private(OLE), named=(OLE,))
        await settle(desk)
    installation.restore()
    async with installation.desk(chat) as desk:
        desk.count = 1000  # another day's events
        assert await standing(desk, ANA) == NOTHING | {"restricted": True, "minor": True}
        await settle(desk)
        assert "somebody else" in (await confirm_minor(desk, OLE)).lower()
        await confirm_minor(desk, PIA)
        desk.later(hours=49)
        await desk.tick()
        await settle(desk)
        assert await desk.store.read(lambda work: work.people.get(ANA.ref)) is None


@SQLITE
@pytest.mark.parametrize("own", [False, True], ids=["not-otherwise", "by-themselves"])
async def test_the_end_of_a_flag_holds_and_what_they_had_restricted_themselves_stays(
    installation: Installation, chat: Asking, own: bool
) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        if own:
            await restrict(desk, ANA)
        await desk.type(SAM, "/privacy minor @ana", AGENTS)
        await settle(desk)
        installation.back_up()
        [number] = await desk.store.read(lambda work: [r.number for r in work.privacy.requests_of(ANA.ref) if r.open])
        await desk.type(OLE, f"/privacy clear {number}", private(OLE))
        await settle(desk)
        assert await standing(desk, ANA) == NOTHING | {"restricted": own}
    installation.restore()
    async with installation.desk(chat) as desk:
        assert await standing(desk, ANA) == NOTHING | {"restricted": own}


@SQLITE
async def test_a_crash_before_it_is_written_down_is_made_up_for(installation: Installation, chat: Asking) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        desk.chats.pop("clerk")
        await restrict(desk, ANA)
    async with installation.desk(chat) as desk:
        await settle(desk)
    installation.restore()
    async with installation.desk(chat) as desk:
        assert await standing(desk, ANA) == NOTHING | {"restricted": True}


@SQLITE
async def test_what_is_written_down_of_decisions_names_nobody(installation: Installation, chat: Asking) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        await restrict(desk, ANA)
        await desk.type(OLE, "/privacy minor @ben", private(OLE), named=(OLE,))
        await settle(desk)
    there = (installation.settings.data_dir / "tombstones.db").read_bytes().decode(errors="replace")
    assert [word for word in ("ana", "ben", "ole", "fake", "Ana") if f"/{word}" in there or f"{word}/" in there] == []
    async with installation.running(chat) as running:
        gate = running.tombstones.gate
        laid = {(stone.subject, stone.about, stone.state) for stone in running.tombstones.since(0)}
    assert (gate.digest(ANA.ref), "restriction", State.DONE) in laid
    assert (gate.digest(BEN.ref), "minor", State.DONE) in laid


@SQLITE
async def test_an_operator_reads_what_holds_again(installation: Installation, chat: Asking) -> None:
    async with installation.desk(chat) as desk:
        await people_come(desk)
        installation.back_up()
        await restrict(desk, ANA)
    installation.restore()
    assert await reconcile(installation.settings, lost=False) == (
        "nobody who was erased is in this database; what 1 person decided since holds again"
    )
