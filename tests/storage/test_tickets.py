"""Tickets: numbers without gaps, changes that nobody overwrites, lists that page without skipping."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Conflict
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Filter, Spot, UnitOfWork
from bot.tickets.model import Priority, RoomKind, State, Ticket
from storage.sqlite import SqliteStore
from storage.store import SqlStore
from tests.storage.build import ANA, BEN, EVE, SAM, T0, TOM, card, customer_room, desk_in, ticket, ticket_in
from tests.storage.conftest import Clock


async def test_a_ticket_comes_back_as_it_was_written(store: SqlStore):
    def job(work: UnitOfWork) -> tuple[Ticket, Ticket]:
        desk = desk_in(work)
        first = ticket_in(work, desk.id)
        return first, work.tickets.add(
            ticket(
                desk=desk.id,
                subject="Ärger 🔥",
                customer=BEN,
                opened_at=T0 + timedelta(milliseconds=1),
                last_at=T0 + timedelta(days=1),
                room_kind=RoomKind.THREAD,
                state=State.CLOSED,
                assignee=SAM,
                priority=Priority.URGENT,
                closed_at=T0 + timedelta(hours=2),
                prior=first.id,
            )
        )

    one, two = await store.write(job)
    assert await store.read(lambda work: [work.tickets.get(t.id) for t in (one, two)]) == [one, two]
    assert await store.read(lambda work: [work.tickets.numbered(t.desk, t.number) for t in (one, two)]) == [one, two]


async def test_what_is_not_there_is_none(store: SqlStore):
    assert await store.read(lambda work: work.tickets.get(99)) is None
    assert await store.read(lambda work: work.tickets.numbered(1, 1)) is None
    assert await store.read(lambda work: work.tickets.last_closed(ANA)) is None
    assert await store.read(lambda work: work.tickets.last_opened_at(ANA, 1)) is None
    assert await store.read(lambda work: work.tickets.room(Place("chat", "w", "c", "t"))) is None


async def test_numbers_have_no_gaps_and_each_desk_has_its_own(store: SqlStore):
    desks = await store.write(lambda work: [desk_in(work, name).id for name in ("support", "sales")])

    async def open_one(desk: int) -> int:
        return (await store.write(lambda work: ticket_in(work, desk))).number

    async def open_and_fail(desk: int) -> None:
        def job(work: UnitOfWork) -> None:
            ticket_in(work, desk)
            raise LookupError

        with pytest.raises(LookupError):
            await store.write(job)

    failing = asyncio.gather(*(open_and_fail(desks[0]) for _ in range(20)))
    numbers = await asyncio.gather(*(open_one(desk) for _ in range(250) for desk in desks))
    await failing
    assert sorted(numbers[0::2]) == sorted(numbers[1::2]) == list(range(1, 251))


async def test_of_many_who_claim_at_once_one_wins_and_the_others_are_told(store: SqlStore):
    seen = await store.write(lambda work: ticket_in(work, desk_in(work).id))
    agents = [replace(SAM, id=f"agent{n}") for n in range(20)]

    async def claim(who: UserRef) -> Ticket:
        return await store.write(lambda work: work.tickets.save(seen.claim(who)))

    results = await asyncio.gather(*map(claim, agents), return_exceptions=True)
    (winner,) = [result for result in results if isinstance(result, Ticket)]
    assert [type(result) for result in results].count(Ticket) == 1
    assert all(isinstance(result, Conflict) for result in results if result is not winner)
    assert await store.read(lambda work: work.tickets.get(seen.id)) == winner


async def test_a_ticket_that_was_changed_meanwhile_cannot_be_saved_as_it_was(store: SqlStore):
    seen = await store.write(lambda work: ticket_in(work, desk_in(work).id))
    closed = await store.write(lambda work: work.tickets.save(seen.close(T0)))
    with pytest.raises(Conflict, match="changed by somebody else"):
        await store.write(lambda work: work.tickets.save(seen.rename("Too late")))
    assert await store.read(lambda work: work.tickets.get(seen.id)) == closed


async def test_every_change_a_ticket_can_make_is_kept(store: SqlStore):
    seen = await store.write(lambda work: ticket_in(work, desk_in(work).id))
    later = T0 + timedelta(days=3)
    changes: list[Callable[[Ticket], Ticket]] = [
        lambda t: t.claim(TOM),
        lambda t: t.prioritise(Priority.HIGH),
        lambda t: t.rename("Other"),
        lambda t: t.close(later),
        lambda t: t.reopen(),
        lambda t: t.release(),
        lambda t: replace(t, customer=EVE, last_at=later, entries=7),
    ]
    for change in changes:
        seen = await store.write(partial(save, change(seen)))
        assert await store.read(partial(get, seen.id)) == seen


async def test_a_room_leads_to_its_ticket_and_says_whose_room_it_is(store: SqlStore, clock: Clock):
    def job(work: UnitOfWork) -> Ticket:
        opened = ticket_in(work, desk_in(work).id)
        work.outbox.post(card(opened), about=ANA)
        work.outbox.post(customer_room(opened), about=ANA)
        for sent in work.outbox.due(clock(), 9, ["chat"]):
            agents = sent.effect.key == opened.agents_room
            work.outbox.done(sent, Spot("c-agents", "t-agents", "m") if agents else Spot("c-ana", "t-ana", ""))
        return opened

    opened = await store.write(job)

    async def room(platform: str, conversation: str, thread: str) -> object:
        place = Place(platform, "w", conversation, thread, "any message")
        return await store.read(lambda work: work.tickets.room(place))

    assert await room("chat", "c-agents", "t-agents") == (opened, True)
    assert await room("chat", "c-ana", "t-ana") == (opened, False)
    assert await room("chat", "c-ana", "another thread") is None
    assert await room("other", "c-ana", "t-ana") is None


async def test_customers_find_the_tickets_they_opened_or_were_added_to_latest_first(store: SqlStore):
    def job(work: UnitOfWork) -> list[Ticket]:
        desk = desk_in(work).id
        own = ticket_in(work, desk, ANA, last_at=T0)
        joined = ticket_in(work, desk, BEN, last_at=T0 + timedelta(hours=2))
        newest = ticket_in(work, desk, ANA, last_at=T0 + timedelta(hours=3))
        work.tickets.save(ticket_in(work, desk, ANA).close(T0))
        assert work.tickets.admit(joined, ANA)
        ticket_in(work, desk, EVE)
        return [newest, joined, own]

    expected = await store.write(job)
    assert await store.read(lambda work: work.tickets.open_of(ANA)) == expected


async def test_the_ticket_closed_last_and_the_time_of_the_one_opened_last(store: SqlStore):
    def job(work: UnitOfWork) -> Ticket:
        desk, other = desk_in(work).id, desk_in(work, "sales").id
        days = [timedelta(days=n) for n in range(4)]
        work.tickets.save(ticket_in(work, desk, opened_at=T0).close(T0 + days[1]))
        latest = work.tickets.save(ticket_in(work, desk, opened_at=T0 + days[1]).close(T0 + days[3]))
        work.tickets.save(ticket_in(work, desk, BEN).close(T0 + days[3]))
        ticket_in(work, other, opened_at=T0 + days[2])
        return latest

    latest = await store.write(job)
    assert await store.read(lambda work: work.tickets.last_closed(ANA)) == latest
    assert await store.read(lambda work: work.tickets.last_opened_at(ANA, latest.desk)) == latest.opened_at


async def test_people_are_let_in_and_out_once(store: SqlStore):
    opened = await store.write(lambda work: ticket_in(work, desk_in(work).id))

    def job(work: UnitOfWork) -> list[bool]:
        tickets = work.tickets
        ins = [tickets.admit(opened, who) for who in (ANA, BEN, BEN, EVE)]
        return [*ins, tickets.dismiss(opened, BEN), tickets.dismiss(opened, BEN)]

    assert await store.write(job) == [False, True, False, True, True, False]
    assert await store.read(lambda work: work.tickets.participants(opened.id)) == [EVE]


async def test_tags_are_added_and_taken_away(store: SqlStore):
    opened = await store.write(lambda work: ticket_in(work, desk_in(work).id))

    async def tag(add: set[str], remove: set[str]) -> frozenset[str]:
        await store.write(lambda work: work.tickets.tag(opened, frozenset(add), frozenset(remove)))
        return await store.read(lambda work: work.tickets.tags(opened.id))

    assert await tag({"vip", "öl"}, set()) == {"vip", "öl"}
    assert await tag({"vip", "new"}, {"öl", "never there"}) == {"vip", "new"}
    assert await tag(set(), {"vip", "new"}) == frozenset()


async def test_of_many_who_add_the_same_at_once_nobody_fails(store: SqlStore):
    opened = await store.write(lambda work: ticket_in(work, desk_in(work).id))
    together = Barrier(4, timeout=5)

    def job(work: UnitOfWork) -> bool:
        if not isinstance(store, SqliteStore):  # which has one writer
            together.wait()
        work.tickets.tag(opened, frozenset({"vip"}), frozenset())
        return work.tickets.admit(opened, BEN)

    assert sorted(await asyncio.gather(*(store.write(job) for _ in range(4)))) == [False, False, False, True]
    assert await store.read(lambda work: work.tickets.tags(opened.id)) == {"vip"}
    assert await store.read(lambda work: work.tickets.participants(opened.id)) == [BEN]


async def test_each_filter_leaves_out_what_it_says(store: SqlStore):
    def job(work: UnitOfWork) -> tuple[int, int, dict[str, Ticket]]:
        desk, other = desk_in(work).id, desk_in(work, "sales").id
        made = {
            "plain": ticket_in(work, desk),
            "claimed": ticket_in(work, desk, assignee=SAM),
            "urgent": ticket_in(work, desk, BEN, priority=Priority.URGENT),
            "closed": ticket_in(work, desk, state=State.CLOSED, closed_at=T0),
            "elsewhere": ticket_in(work, other),
        }
        work.tickets.tag(made["claimed"], frozenset({"vip"}), frozenset())
        return desk, other, made

    desk, other, made = await store.write(job)

    async def found(desks: list[int], **wanted: object) -> set[str]:
        tickets = await store.read(lambda work: work.tickets.find(Filter(desks, **wanted), 99))  # type: ignore[arg-type]
        return {name for name, one in made.items() if one in tickets}

    assert await found([desk]) == {"plain", "claimed", "urgent"}
    assert await found([desk, other]) == {"plain", "claimed", "urgent", "elsewhere"}
    assert await found([]) == set()
    assert await found([desk], open=False) == {"closed"}
    assert await found([desk], assignee=SAM) == {"claimed"}
    assert await found([desk], unclaimed=True) == {"plain", "urgent"}
    assert await found([desk], customer=BEN) == {"urgent"}
    assert await found([desk], tag="vip") == {"claimed"}
    assert await found([desk], priority=Priority.URGENT) == {"urgent"}
    assert await found([desk], priority=Priority.LOW) == set()


def get(id: int, work: UnitOfWork) -> Ticket | None:
    return work.tickets.get(id)


def save(changed: Ticket, work: UnitOfWork) -> Ticket:
    return work.tickets.save(changed)


NEW = count()
moments = st.integers(0, 3).map(lambda hours: T0 + timedelta(hours=hours))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from(Priority), moments, moments, st.booleans()), max_size=25),
    st.integers(1, 7),
    st.booleans(),
    st.sampled_from([[0], [1], [0, 1]]),
)
async def test_pages_put_together_are_the_whole_list_in_order(
    store: SqlStore, made: list[tuple[int, Priority, datetime, datetime, bool]], size: int, open: bool, of: list[int]
):
    def fill(work: UnitOfWork) -> list[int]:
        desks = [desk_in(work, f"desk {next(NEW)}").id for _ in range(2)]
        for desk, priority, opened_at, closed_at, is_open in made:
            state: dict[str, Any] = {} if is_open else {"state": State.CLOSED, "closed_at": closed_at}
            ticket_in(work, desks[desk], priority=priority, opened_at=opened_at, **state)
        return desks

    def pages(work: UnitOfWork) -> list[Ticket]:
        found: list[Ticket] = []
        after = None
        while page := work.tickets.find(Filter([desks[n] for n in of], open=open, after=after), size):
            assert found[-1:] != page[-1:], "the same page again"
            found += page
            after = work.tickets.sort_key(page[-1])
        return found

    desks = await store.write(fill)
    listed = await store.read(pages)
    everything = await store.read(lambda work: work.tickets.find(Filter([desks[n] for n in of], open=open), 999))
    assert listed == everything
    assert len(listed) == sum(1 for desk, *_, is_open in made if is_open is open and desk in of)
    if open:
        assert listed == sorted(listed, key=lambda t: (t.priority, t.opened_at, t.id))
    else:
        assert listed == sorted(listed, key=lambda t: (t.closed_at or T0, t.id), reverse=True)
