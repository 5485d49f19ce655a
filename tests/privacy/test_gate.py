"""What somebody said before they were erased is not taken in again, and nothing while they are being erased."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.effects import CLERK
from bot.inbound import Event, MessageDeleted, MessageEdited, MessagePosted, MessageRaised, PersonChanged
from bot.message import UserRef
from bot.ports import Job, Store, T
from bot.privacy.clerk import Clerk
from bot.privacy.erasing.gate import ERASURE, Gate, State
from bot.privacy.model import Asked
from storage.files import DiskFiles
from storage.tombstones import SqlTombstones
from tests.desk import HELP, SAM, Clock, Desk, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CARL, CLIO, HERS, a_day, asked, engine, erase, on_disk

GONE_ON = "Your data is being deleted just now"


class Recorded(Desk):
    """Keeps every event, each with the time at which it happened."""

    events: list[Event]

    async def handle(self, event: Event) -> str:
        event = replace(event, at=self.now())
        self.__dict__.setdefault("events", []).append(event)
        return await super().handle(event)


def rows(desk: Desk, *but: str) -> dict[tuple[str, str], str]:
    return {key: row for key, row in everything(engine(desk)).items() if key[0] not in but}


async def test_T3_events_from_before_an_erasure_change_nothing_when_they_come_again(
    office: Desk, files: DiskFiles, tombs: SqlTombstones, tmp_path: Path
) -> None:
    office.__class__ = Recorded
    await a_day(office, files)
    log = [event for event in office.events if event.actor.ref == CLIO.ref]  # type: ignore[attr-defined]
    await erase(office, CLIO)
    before = rows(office)
    assert len(log) == 4
    for again, event in enumerate(log):  # under ids that nobody has seen: a history that is read, an import
        assert await office.app.handle(replace(event, id=f"again-{again}")) is None
        assert await office.app.handle(event) is None
    await settle(office)
    assert rows(office) == before
    assert [word for word in HERS if word in on_disk(office, tmp_path)] == []
    assert tombs.gate.dropped == 2 * len(log)


async def test_an_old_message_of_theirs_is_not_made_a_ticket_by_others(office: Desk) -> None:
    await office.say(CLIO, "lilac words of hers")
    old = office.now()
    office.later(hours=1)
    await erase(office, CLIO)
    theirs = MessagePosted("m1", CLIO, replace(HELP, message="m1"), "magenta words of long ago", at=old)
    other = MessagePosted("m2", CARL, replace(HELP, thread="m1", message="m2"), "cedar: me, too", at=old)
    asks = MessageRaised("r1", SAM, theirs.place, (theirs, other))
    assert (await office.handle(asks)).startswith("There are no words in that message")
    assert "magenta" not in str(rows(office))
    await office.handle(MessageRaised("r2", SAM, other.place, (theirs, other)))
    assert "cedar: me, too" in str(rows(office))
    assert "magenta" not in str(rows(office))


async def test_T38_whoever_comes_back_is_a_new_person_whom_no_tombstone_bans(
    office: Desk, files: DiskFiles, tmp_path: Path
) -> None:
    await a_day(office, files)
    old = await office.store.read(lambda work: [t.id for t in work.tickets.of(CLIO.ref, 0, 9)])
    await erase(office, CLIO)
    office.later(seconds=1)
    said = MessagePosted("new", CLIO, replace(private(CLIO), message="new"), "saffron: I am new", at=office.now())
    await office.handle(said)
    new = await office.store.read(lambda work: [t.id for t in work.tickets.of(CLIO.ref, 0, 9)])
    assert len(new) == 1
    assert new[0] not in old
    assert [word for word in HERS[:7] if word in on_disk(office, tmp_path)] == []
    assert await office.store.read(lambda work: work.privacy.requests_of(CLIO.ref)) == []
    shown = await office.type(CLIO, "/mydata", private(CLIO))
    assert "tickets: 1, kept" in shown


class Interrupting:
    """A store in which somebody says something before each step."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.interrupt: Callable[[], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        await self._interrupted()
        return await self.store.write(job)

    async def read(self, job: Job[T]) -> T:
        await self._interrupted()
        return await self.store.read(job)

    async def scrub(self) -> bool:
        await self._interrupted()
        return await self.store.scrub()

    async def _interrupted(self) -> None:
        if self.interrupt is not None:
            await self.interrupt()


async def test_T2_what_comes_in_at_any_step_is_not_kept_and_they_are_told(
    office: Desk, files: DiskFiles, tombs: SqlTombstones, tmp_path: Path
) -> None:
    await a_day(office, files)
    store = Interrupting(office.store)
    told: list[str] = []
    count = iter(range(1000))

    async def interrupt() -> None:
        """Once the gate is closed, and until the receipt."""
        stone = tombs.gate.stone(CLIO.ref)
        if stone is not None and stone.state is State.BEGUN:
            id = f"between-{next(count)}"
            said = MessagePosted(id, CLIO, replace(private(CLIO), message=id), f"indigo {id}", at=office.now())
            reply = await office.app.handle(said)
            told.append(str(reply))

    store.interrupt = interrupt
    clerk = office.chats[CLERK]
    assert isinstance(clerk, Clerk)
    clerk.store = store  # type: ignore[assignment]
    await erase(office, CLIO)
    assert len(told) > 20
    assert [reply for reply in told if GONE_ON not in reply] == []
    assert "indigo" not in on_disk(office, tmp_path)
    assert [word for word in HERS if word in on_disk(office, tmp_path)] == []
    assert office.private(CLIO)[-1].startswith("Your data is deleted")


def test_the_gate_knows_edits_deletions_and_names_too(clock: Clock) -> None:
    gate = stoned(clock, State.DONE)
    before, after = clock.now(), clock.now() + timedelta(milliseconds=1)
    for kind in (MessagePosted, MessageEdited, MessageDeleted, PersonChanged):
        event = kind("1", CLIO, HELP, at=before)
        assert gate.admitted(event) is None
        assert gate.admitted(replace(event, at=after)) is not None
        assert gate.admitted(replace(event, actor=CARL)) is not None
    assert gate.dropped == 4
    begun = stoned(clock, State.BEGUN)
    assert begun.admitted(PersonChanged("1", CLIO, HELP)) is None


def test_an_erasure_that_was_called_off_shuts_nobody_out(clock: Clock) -> None:
    gate = stoned(clock, State.BEGUN, State.ENDED)
    assert gate.admitted(MessagePosted("1", CLIO, HELP, at=clock.now())) is not None


def test_without_the_key_nobody_can_tell_whose_a_tombstone_is() -> None:
    one, other = Gate(b"a" * 32), Gate(b"b" * 32)
    assert one.digest(CLIO.ref) != other.digest(CLIO.ref)
    assert one.digest(CLIO.ref) != one.digest(UserRef("fake", "w", CARL.ref.id))
    assert CLIO.ref.id not in one.digest(CLIO.ref)


def stoned(clock: Clock, *states: State) -> Gate:
    from bot.privacy.erasing.gate import Tombstone

    gate = Gate(b"k" * 32)
    for seq, state in enumerate(states, 1):
        gate.learn([Tombstone(seq, gate.digest(CLIO.ref), ERASURE, state, clock.now(), clock.now())])
    return gate


async def test_a_deletion_under_a_hold_that_came_late_shuts_nobody_out(
    office: Desk, tombs: SqlTombstones, clock: Clock
) -> None:
    await office.say(CLIO, "lilac words of hers")
    clerk = office.chats.pop(CLERK)
    await office.type(CLIO, "/mydata delete", private(CLIO))
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)))
    tombs.lay(CLIO.ref, ERASURE, State.BEGUN, clock.now(), clock.now())  # the process ended right after it
    from bot.privacy.officers import holding

    await office.store.write(lambda work: holding.hold(CLIO.ref, "claims", "2026-02-01", "", "", None, work))
    office.chats[CLERK] = clerk
    await settle(office)
    [request] = await office.store.read(lambda work: work.privacy.requests_of(CLIO.ref, Asked.ERASURE))
    assert request.stage == "held"
    assert GONE_ON not in await office.say(CLIO, "one more thing")
