"""The timeline: in order, counted in the ticket, found by the platform's message, rewritten only where it must be."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Conflict, Problem
from bot.message import Mark
from bot.ports import UnitOfWork
from bot.tickets.model import Priority, State, Ticket
from bot.tickets.timeline import FOR_CUSTOMERS, MESSAGES, Entry, Kind, ticket_of
from storage.store import SqlStore
from storage.timeline import MOST_ENTRIES
from tests.storage.build import ANA, BEN, LOG, PICTURE, SAM, T0, TOM, desk_in, entry, source, ticket_in


@pytest.fixture
async def ticket(store: SqlStore) -> Ticket:
    return await store.write(lambda work: ticket_in(work, desk_in(work).id))


async def add(store: SqlStore, to: Ticket, *entries: Entry) -> tuple[Ticket, list[Entry]]:
    def job(work: UnitOfWork) -> tuple[Ticket, list[Entry]]:
        counted, added = to, []
        for one in entries:
            counted, new = work.timeline.add(counted, one)
            added.append(new)
        return counted, added

    return await store.write(job)


FULL: dict[str, Any] = {
    "at": T0 + timedelta(seconds=1),
    "author": ANA,
    "staff": SAM,
    "person": TOM,
    "text": "Grüße 🔥",
    "remark": "a remark",
    "detail": "high",
    "source": source("m1"),
    "mark": Mark.SENDING,
    "refers": 7,
    "edited_at": T0 + timedelta(hours=1),
    "deleted_at": T0 + timedelta(hours=2),
    "files": (PICTURE, LOG),
}


async def test_an_entry_comes_back_as_it_was_written(store: SqlStore, ticket: Ticket):
    ticket, (full, bare) = await add(store, ticket, entry(**FULL), entry(Kind.CLAIMED))
    assert full == entry(**FULL, id=full.id, ticket=ticket.id)
    assert bare == entry(Kind.CLAIMED, id=bare.id, ticket=ticket.id)
    assert await store.read(lambda work: [work.timeline.get(one.id) for one in (full, bare)]) == [full, bare]
    assert await store.read(lambda work: work.timeline.get(99)) is None


async def test_an_entry_is_counted_in_its_ticket_and_messages_are_its_latest_activity(store: SqlStore, ticket: Ticket):
    later = T0 + timedelta(hours=1)
    changed = replace(
        ticket, subject="Other", assignee=SAM, priority=Priority.HIGH, state=State.CLOSED, closed_at=later
    )
    counted, _ = await add(store, changed, entry(at=later), entry(Kind.CLOSED, at=later + timedelta(hours=1)))
    assert (counted.entries, counted.last_at, counted.version) == (2, later, ticket.version + 2)
    assert counted == replace(changed, entries=2, last_at=later, version=ticket.version + 2)
    assert await store.read(lambda work: work.tickets.get(ticket.id)) == counted


async def test_entries_of_a_ticket_are_numbered_in_order_whoever_else_writes(store: SqlStore, ticket: Ticket):
    async def say(n: int) -> int:
        def job(work: UnitOfWork) -> int:
            now = work.tickets.get(ticket.id)
            assert now
            return work.timeline.add(now, entry(text=f"{n}"))[1].id

        while True:
            try:
                return await store.write(job)
            except Conflict:
                await asyncio.sleep(0.001)

    ids = sorted(await asyncio.gather(*map(say, range(20))))
    assert ids == [(ticket.id << 20) + n for n in range(1, 21)]
    assert {ticket_of(id) for id in ids} == {ticket.id}


async def test_an_entry_for_a_ticket_changed_meanwhile_is_refused_and_nothing_is_kept(store: SqlStore, ticket: Ticket):
    await store.write(lambda work: work.tickets.save(ticket.claim(SAM)))
    with pytest.raises(Conflict, match="changed by somebody else"):
        await add(store, ticket, entry(Kind.CLAIMED))
    assert await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9)) == []


async def test_a_ticket_with_no_room_for_another_entry_says_so(store: SqlStore, ticket: Ticket):
    nearly_full = await store.write(lambda work: work.tickets.save(replace(ticket, entries=MOST_ENTRIES - 2)))
    full, (last,) = await add(store, nearly_full, entry(text="the last word"))
    assert ticket_of(last.id) == ticket.id
    with pytest.raises(Problem, match="is full"):
        await add(store, full, entry(text="one too many"))


async def test_a_platforms_message_leads_to_its_entry(store: SqlStore, ticket: Ticket):
    _, (mine, other, _) = await add(
        store,
        ticket,
        entry(source=source("m1")),
        entry(source=source("m1", "d2")),
        entry(Kind.NOTED, remark="no source"),
    )

    async def at(message: str, conversation: str = "d1", platform: str = "chat") -> Entry | None:
        return await store.read(lambda work: work.timeline.at(source(message, conversation, platform)))

    assert await at("m1") == mine
    assert await at("m1", "d2") == other
    assert [await at("m2"), await at("m1", platform="other"), await at("")] == [None, None, None]


async def test_an_edit_and_a_deletion_are_written_over_the_entry(store: SqlStore, ticket: Ticket):
    _, (said, untouched) = await add(store, ticket, entry(text="wrong", files=(PICTURE, LOG)), entry(text="other"))
    edited = replace(said, text="right", files=(LOG,), mark=Mark.DELIVERED, edited_at=T0)
    await store.write(lambda work: work.timeline.rewrite(edited))
    assert await store.read(lambda work: work.timeline.get(said.id)) == edited
    deleted = replace(edited, text="", files=(), deleted_at=T0)
    await store.write(lambda work: work.timeline.rewrite(deleted))
    assert await store.read(lambda work: work.timeline.get(said.id)) == deleted
    assert await store.read(lambda work: work.referenced([PICTURE.sha, LOG.sha])) == frozenset()
    assert await store.read(lambda work: work.timeline.get(untouched.id)) == untouched


async def test_a_mark_changes_nothing_else(store: SqlStore, ticket: Ticket):
    _, (said,) = await add(store, ticket, entry(text="hello", mark=Mark.SENDING))
    await store.write(lambda work: work.timeline.mark(said.id, Mark.FAILED))
    assert await store.read(lambda work: work.timeline.get(said.id)) == replace(said, mark=Mark.FAILED)


async def test_pages_of_one_ticket_put_together_are_what_was_asked_for(store: SqlStore, ticket: Ticket):
    neighbour = await store.write(lambda work: ticket_in(work, ticket.desk, BEN))
    kinds = [Kind.SAID, Kind.CLAIMED, Kind.NOTED, Kind.REPLIED, Kind.TAGGED] * 5
    _, added = await add(store, ticket, *(entry(kind, text=f"{n}") for n, kind in enumerate(kinds)))
    await add(store, neighbour, *(entry(text="theirs") for _ in range(3)))

    def pages(work: UnitOfWork, wanted: frozenset[Kind], size: int) -> list[Entry]:
        found: list[Entry] = []
        while page := work.timeline.page(ticket.id, wanted, found[-1].id if found else 0, size):
            found += page
        return found

    for wanted in (frozenset(Kind), MESSAGES, FOR_CUSTOMERS):
        expected = [one for one in added if one.kind in wanted]
        assert await store.read(lambda work, wanted=wanted: pages(work, wanted, 4)) == expected  # type: ignore[misc]


async def test_what_was_said_in_a_conversation_is_found_without_what_was_deleted(store: SqlStore, ticket: Ticket):
    gone = replace(entry(Kind.SAID, author=ANA, source=source("m3")), deleted_at=T0)
    said = [
        entry(Kind.SAID, author=ANA, source=source("m1")),
        entry(Kind.NOTED, staff=SAM, source=source("m2")),
        gone,
        entry(Kind.REPLIED, staff=SAM, source=source("m4")),
        entry(Kind.CLAIMED, staff=SAM),
    ]
    await add(store, ticket, *said)
    where = source("m1")
    found = await store.read(lambda work: work.timeline.heard(where.platform, where.conversation, "m1", 10))
    assert [(place, who) for place, who in found] == [(source("m2"), SAM), (source("m4"), SAM)]
    found = await store.read(lambda work: work.timeline.heard(where.platform, where.conversation, "", 2))
    assert [place.message for place, _ in found] == ["m1", "m2"]
    assert not await store.read(lambda work: work.timeline.heard(where.platform, "elsewhere", "", 10))
