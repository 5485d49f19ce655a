"""People as last seen, and messages that wait for their author's choice."""

from dataclasses import replace
from datetime import timedelta

from bot.inbound import Place
from bot.people.model import Person
from bot.ports import UnitOfWork
from bot.privacy.model import Draft
from storage.store import SqlStore
from tests.storage.build import ANA, BEN, EVE, LOG, PICTURE, T0
from tests.storage.conftest import Clock

HERE = Place("chat", "w", "d1", "t1", "m1", direct=True)


async def met(store: SqlStore, name: str, language: str = "") -> Person:
    return await store.write(lambda work: work.people.meet(ANA, name, language))


async def known(store: SqlStore) -> Person | None:
    return await store.read(lambda work: work.people.get(ANA))


async def test_a_person_is_remembered_as_last_seen(store: SqlStore, clock: Clock):
    assert await known(store) is None
    assert await met(store, "Ana", "de") == await known(store) == Person(ANA, "Ana", T0, "de", notice_at=T0)
    later = clock.later(hours=2)
    assert (
        await met(store, "Ana Maria", "pt") == await known(store) == Person(ANA, "Ana Maria", later, "pt", notice_at=T0)
    )


async def test_a_language_nobody_tells_is_not_forgotten(store: SqlStore):
    await met(store, "Ana", "de")
    assert (await met(store, "Ana", "")).language == "de"


async def test_being_seen_again_within_the_hour_is_not_written_down(store: SqlStore, clock: Clock):
    await met(store, "Ana", "de")
    clock.later(minutes=59)
    assert (await met(store, "Ana", "de")).last_seen == T0
    later = clock.later(minutes=2)
    assert (await met(store, "Ana", "de")).last_seen == later


async def test_meeting_somebody_does_not_forget_their_block_or_their_choice(store: SqlStore, clock: Clock):
    until = T0 + timedelta(days=1)

    def job(work: UnitOfWork) -> None:
        work.people.block(ANA, until, "rude")
        work.people.talk_about(ANA, 7, until)

    await store.write(job)
    clock.later(hours=2)
    expected = Person(ANA, "Ana", clock(), "en", until, "rude", 7, until, notice_at=T0)
    assert await met(store, "Ana", "en") == await known(store) == expected


async def test_names_of_those_who_are_known(store: SqlStore):
    def job(work: UnitOfWork) -> None:
        work.people.meet(ANA, "Ana", "")
        work.people.meet(BEN, "B" * 300, "")

    await store.write(job)
    assert await store.read(lambda work: work.people.names([ANA, BEN, EVE])) == {ANA: "Ana", BEN: "B" * 200}
    assert await store.read(lambda work: work.people.names([])) == {}


async def test_a_block_ends_by_itself_or_by_hand(store: SqlStore, clock: Clock):
    until = T0 + timedelta(days=1)
    await store.write(lambda work: work.people.block(ANA, until, "rude"))
    person = await known(store)
    assert person
    assert (person.blocked(T0), person.blocked(until), person.block_reason) == (True, False, "rude")
    assert await store.write(lambda work: work.people.unblock(ANA)) is True
    assert await store.write(lambda work: work.people.unblock(ANA)) is False
    assert await known(store) == replace(person, blocked_until=None, block_reason="")
    await store.write(lambda work: work.people.block(ANA, until, "rude"))
    clock.later(days=2)
    assert await store.write(lambda work: work.people.unblock(ANA)) is False


async def test_those_blocked_now_the_one_that_ends_first_at_the_front(store: SqlStore, clock: Clock):
    def job(work: UnitOfWork) -> None:
        for who, days in ((ANA, 3), (BEN, 2), (EVE, 1)):
            work.people.block(who, T0 + timedelta(days=days), "")

    await store.write(job)
    clock.later(days=1)
    assert [p.who for p in await store.read(lambda work: work.people.blocked(9))] == [BEN, ANA]
    assert [p.who for p in await store.read(lambda work: work.people.blocked(1))] == [BEN]


async def test_what_they_talk_about_is_a_choice_that_can_be_taken_back(store: SqlStore):
    until = T0 + timedelta(minutes=30)
    await store.write(lambda work: work.people.talk_about(ANA, 7, until))
    person = await known(store)
    assert person
    assert (person.talking_about, person.talking_until) == (7, until)
    await store.write(lambda work: work.people.talk_about(ANA, None, None))
    assert await known(store) == replace(person, talking_about=None, talking_until=None)


async def test_a_draft_waits_with_its_files_until_it_is_dropped(store: SqlStore):
    one = Draft(0, ANA, "which ticket?", HERE, T0, (PICTURE, LOG))
    two = Draft(0, ANA, "this one", replace(HERE, message="m2"), T0 + timedelta(seconds=1))

    def job(work: UnitOfWork) -> None:
        for draft in (one, two, replace(one, author=BEN, files=())):
            work.drafts.keep(draft)

    await store.write(job)
    first, second = await store.read(lambda work: work.drafts.of(ANA))
    assert [first, second] == [replace(one, id=first.id), replace(two, id=second.id)]
    await store.write(lambda work: work.drafts.drop(first.id))
    assert await store.read(lambda work: work.drafts.of(ANA)) == [second]
    assert await store.read(lambda work: work.referenced([PICTURE.sha, LOG.sha])) == frozenset()
    assert len(await store.read(lambda work: work.drafts.of(BEN))) == 1


async def test_drafts_that_waited_too_long_are_found_the_oldest_first(store: SqlStore):
    def job(work: UnitOfWork) -> None:
        for hours in (3, 1, 2, 4):
            work.drafts.keep(Draft(0, ANA, f"{hours}", HERE, T0 + timedelta(hours=hours)))

    await store.write(job)
    limit = T0 + timedelta(hours=4)
    assert [d.text for d in await store.read(lambda work: work.drafts.older_than(limit, 2))] == ["1", "2"]
    assert [d.text for d in await store.read(lambda work: work.drafts.older_than(limit, 9))] == ["1", "2", "3"]
