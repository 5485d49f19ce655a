"""The outbox: rooms in order and side by side, and the ledger of what was posted."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.effects import Admit, Direct, Effect, OpenRoom, PostCard, Remove, Rewrite, Seek, SetMark, Shelve, Work
from bot.message import Bold, Button, Field, Mark, Mention, Message, Style, UserRef
from bot.ports import Pending, Spot, UnitOfWork
from bot.privacy.model import GONE, NOBODY
from storage.store import SqlStore
from tests.storage.build import AGENTS, ANA, BEN, HELP, LOG, T0, post
from tests.storage.conftest import Clock

SPOT = Spot("c1", "t1", "m1")


async def put(store: SqlStore, *effects: Effect) -> None:
    def job(work: UnitOfWork) -> None:
        for effect in effects:
            work.outbox.post(effect, about=ANA)

    await store.write(job)


async def due(store: SqlStore, now: datetime = T0, busy: Sequence[int] = ()) -> Sequence[Pending]:
    return await store.read(lambda work: work.outbox.due(now, 99, ["chat", "clerk"], busy))


async def keys(store: SqlStore, now: datetime = T0) -> list[str]:
    return [sent.effect.key for sent in await due(store, now)]


async def sole(store: SqlStore) -> Pending:
    (sent,) = await due(store)
    return sent


async def deliver(store: SqlStore, key: str, spot: Spot | None = SPOT) -> None:
    (sent,) = [sent for sent in await due(store) if sent.effect.key == key]
    await store.write(lambda work: work.outbox.done(sent, spot))


async def posted(store: SqlStore, key: str) -> bool:
    return await store.read(lambda work: work.outbox.posted(key))


RICH = Message(
    ("Hello ", Bold("you"), " ", Mention(BEN, "Ben"), " <!channel> 🔥"),
    title="#1 Printer",
    fields=(Field("Customer", ("Ana",)),),
    buttons=(Button("Claim", "ticket.claim", "1", Style.PRIMARY),),
    files=(LOG,),
    speaker="Ana",
    mark=Mark.SENDING,
)


@pytest.mark.parametrize(
    "effect",
    [
        PostCard("ticket:1:agents", "chat", AGENTS, "#1", RICH),
        OpenRoom("ticket:1:customer", "chat", HELP, "#1", (ANA, BEN)),
        post("message:1:agents"),
        Direct("notice:1", "chat", "ana", ANA, RICH),
        Rewrite("ticket:1:agents", "chat", "ticket:1:agents", RICH),
        Remove("message:1:agents", "chat", "ticket:1:agents"),
        SetMark("mark:1", "chat", "ticket:1:agents", AGENTS, Mark.FAILED, "they left"),
        Admit("admit:1", "chat", "ticket:1:customer", BEN, out=True),
        Shelve("shelf:1", "chat", "ticket:1:customer", lock=True),
        Work("work:1", "clerk", "clerk", "export", 7),
        Seek("message:1:agents", "chat", "ticket:1:agents", RICH, since=T0, until=T0, known=("7",)),
    ],
    ids=lambda effect: effect.kind,
)
async def test_an_effect_comes_out_as_it_went_in(store: SqlStore, effect: Effect):
    await put(store, effect)
    sent = await sole(store)
    assert sent == Pending(sent.id, effect, ANA, 0, None)


async def test_effects_of_one_room_wait_for_each_other_and_rooms_do_not(store: SqlStore):
    await put(store, post("1", "a"), post("2", "a"), post("3", "b"), post("4", "a"))
    assert await keys(store) == ["1", "3"]
    await deliver(store, "1")
    assert await keys(store) == ["2", "3"]
    await deliver(store, "3")
    await deliver(store, "2")
    assert await keys(store) == ["4"]
    await deliver(store, "4")
    assert await keys(store) == []


async def test_a_postponed_effect_blocks_its_own_room_only(store: SqlStore, clock: Clock):
    await put(store, post("1", "a"), post("2", "a"), post("3", "b"))
    (first, _), later = await due(store), T0 + timedelta(seconds=30)
    await store.write(lambda work: work.outbox.postpone(first.id, later, "busy"))
    assert await keys(store) == ["3"]
    await deliver(store, "3")
    assert await keys(store) == []
    assert await store.read(lambda work: work.outbox.next_due(["chat"])) == later
    (again,) = await due(store, later)
    assert (again.effect.key, again.attempts) == ("1", 1)


async def test_what_is_due_longest_comes_first(store: SqlStore, clock: Clock):
    await put(store, post("old", "a"))
    clock.later(seconds=1)
    await put(store, post("new", "b"))
    assert await keys(store) == ["old"]
    assert await keys(store, clock()) == ["old", "new"]
    assert await store.read(lambda work: [p.effect.key for p in work.outbox.due(clock(), 1, ["chat"])]) == ["old"]


async def test_only_platforms_that_are_connected_get_theirs(store: SqlStore):
    await put(store, post("1", "a"), post("2", "b", platform="other"))
    assert await keys(store) == ["1"]
    assert await store.read(lambda work: work.outbox.next_due(["third"])) is None
    assert await store.read(lambda work: work.outbox.due(T0, 9, [])) == []


async def test_what_is_on_its_way_is_not_handed_out_again(store: SqlStore):
    await put(store, post("1", "a"), post("2", "b"))
    one, two = await due(store)
    assert await due(store, busy=[one.id]) == [two]
    assert await due(store, busy=[one.id, two.id]) == []


async def test_what_can_never_be_delivered_is_set_aside_and_the_room_goes_on(store: SqlStore):
    await put(store, post("1", "a"), post("2", "a"))
    first = (await due(store))[0]
    await store.write(lambda work: work.outbox.bury(first.id, "not in channel"))
    assert await keys(store) == ["2"]
    assert await store.read(lambda work: work.outbox.dead(9)) == [(first, "not in channel")]
    await store.write(lambda work: work.outbox.bury(10**9, "nobody"))


async def test_what_was_set_aside_is_tried_again_before_what_came_later(store: SqlStore, clock: Clock):
    await put(store, post("1", "a"), post("2", "a"))
    first = (await due(store))[0]
    await store.write(lambda work: work.outbox.postpone(first.id, T0, "busy"))
    await store.write(lambda work: work.outbox.bury(first.id, "refused"))
    clock.later(hours=1)
    assert await store.write(lambda work: work.outbox.retry(first.id)) is True
    assert await keys(store, clock()) == ["1"]
    (again,) = await due(store, clock())
    assert (again.attempts, await store.read(lambda work: work.outbox.dead(9))) == (0, [])
    assert await store.write(lambda work: work.outbox.retry(first.id)) is False


async def test_only_what_was_set_aside_can_be_discarded(store: SqlStore):
    await put(store, post("1", "a"))
    only = await sole(store)
    assert await store.write(lambda work: work.outbox.discard(only.id)) is False
    await store.write(lambda work: work.outbox.bury(only.id, "refused"))
    assert await store.write(lambda work: work.outbox.discard(only.id)) is True
    assert await store.read(lambda work: work.outbox.dead(9)) == []


async def test_what_is_cancelled_is_never_delivered_unless_it_is_on_its_way(store: SqlStore):
    await put(store, post("1", "a"), post("2", "a"), post("3", "a"), post("2", "b"))
    await store.write(lambda work: work.outbox.cancel("2"))
    assert await keys(store) == ["1", "2"]  # the one in room b may be on its way
    await deliver(store, "1")
    assert await keys(store) == ["3", "2"]


async def test_the_spot_of_what_was_posted_comes_back_with_the_next_effect_for_it(store: SqlStore):
    await put(store, PostCard("ticket:1:agents", "chat", AGENTS, "#1", RICH))
    await deliver(store, "ticket:1:agents", Spot("agents", "t9", "m9"))
    await put(store, post("message:1:agents", room="ticket:1:agents"))
    assert (await sole(store)).at == Spot("agents", "t9", "m9")
    await deliver(store, "message:1:agents", Spot("agents", "t9", "m10"))
    await put(store, Rewrite("message:1:agents", "chat", "ticket:1:agents", RICH))
    assert (await sole(store)).at == Spot("agents", "t9", "m10")
    await deliver(store, "message:1:agents", Spot("agents", "t9", "m11"))  # moved
    await put(store, Remove("message:1:agents", "chat", "ticket:1:agents"))
    assert (await sole(store)).at == Spot("agents", "t9", "m11")
    await deliver(store, "message:1:agents", None)
    assert await posted(store, "message:1:agents") is False


async def test_posted_means_that_it_is_or_will_be_there(store: SqlStore):
    assert await posted(store, "1") is False
    await put(store, post("1"))
    assert await posted(store, "1") is True
    await deliver(store, "1", SPOT)
    assert await posted(store, "1") is True
    await put(store, post("2"))
    only = await sole(store)
    await store.write(lambda work: work.outbox.bury(only.id, "refused"))
    assert await posted(store, "2") is False


async def test_what_waits_in_a_room_is_counted_by_name_or_beginning(store: SqlStore):
    await put(store, post("1", "ticket:1:agents"), post("2", "ticket:1:agents"), post("3", "ticket:1:customer"))
    await put(store, post("4", "ticket:10:agents"), post("5", "100%_x"))

    async def waiting(room: str) -> int:
        return await store.read(lambda work: work.outbox.waiting(room))

    names = ("ticket:1:agents", "ticket:1:", "", "100%", "100_", "none")
    assert [await waiting(name) for name in names] == [2, 3, 5, 1, 0, 0]


async def test_an_id_is_never_given_to_another_effect(store: SqlStore):
    """It is a token on the platforms: one that returns would be taken for a delivery they have seen."""
    await put(store, post("1"))
    first = (await sole(store)).id
    await deliver(store, "1")
    await put(store, post("2"))
    assert (await sole(store)).id > first


async def test_an_effect_of_an_unknown_kind_stops_its_own_room_only(store: SqlStore):
    """Such as one of a newer version, after going back to an older."""
    await put(store, post("1", "a"), post("2", "b"))
    unknown = json.dumps({"kind": "dance", "key": "1"})

    def job(work: UnitOfWork) -> None:
        work.connection.execute(text("UPDATE outbox SET effect = :e WHERE key = '1'"), {"e": unknown})  # type: ignore[attr-defined]

    await store.write(job)
    assert await keys(store) == ["2"]


async def test_what_people_type_is_cleaned_before_it_waits(store: SqlStore):
    await put(store, post("1", text="a\x00b \ud83d c"), post("2", "b", text="\udc80"))
    said = [sent.effect.message.text for sent in await due(store)]  # type: ignore[union-attr]
    assert said == [("ab ? c",), ("?",)]


async def test_the_room_of_an_effect(store: SqlStore):
    await put(store, post("1", "a"))
    only = await sole(store)
    assert await store.read(lambda work: work.outbox.room_of(only.id)) == "a"
    assert await store.read(lambda work: work.outbox.room_of(only.id + 1)) is None


async def test_a_room_whose_first_effects_are_called_off_one_by_one_goes_on(store: SqlStore):
    """What was called off after the first had been made the first meanwhile, and the room waited for ever."""
    ghost = UserRef(GONE, "", "1")
    await put(store, post("one"), post("two"))
    await store.write(lambda work: work.outbox.post(post("about nobody"), about=NOBODY))
    ids = await store.read(lambda work: work.privacy.pending(ANA, ghost, 9))
    assert len(ids) == 2
    assert await store.write(lambda work: work.privacy.withdraw(ids, ANA, ghost, patient=False)) == 0
    assert await keys(store) == ["about nobody"]


async def test_what_was_tried_and_may_be_there_is_not_called_off_before_it_is_known_where(store: SqlStore):
    """A platform took it, and its answer was lost: whoever forgets it now can never take it back."""
    ghost = UserRef(GONE, "", "1")
    await put(store, post("tried"), post("next"), post("never tried", "b"))
    tried = next(row for row in await due(store) if row.effect.key == "tried")
    await store.write(
        lambda work: work.outbox.postpone(tried.id, work.now + timedelta(seconds=30), "no answer", unsure=True)
    )
    ids = await store.read(lambda work: work.privacy.pending(ANA, ghost, 9))
    assert len(ids) == 3
    assert await store.write(lambda work: work.privacy.withdraw(ids, ANA, ghost, patient=False)) == 1
    assert await keys(store, T0 + timedelta(minutes=1)) == ["tried"]


async def test_what_a_process_that_is_gone_had_in_hand_is_not_called_off_as_if_nobody_could_read_it(store: SqlStore):
    """It may have been posted just before; then the platform stayed away, and whose it is had their data deleted."""
    ghost = UserRef(GONE, "", "1")
    await put(store, post("in hand"), post("behind it"), post("in hand, too", "b"))
    await store.write(lambda work: work.outbox.doubt())
    for row in await due(store):
        await store.write(
            lambda work, row=row: work.outbox.postpone(row.id, work.now + timedelta(seconds=30), "away")  # type: ignore[misc]
        )
    await put(store, post("new", "c"))
    ids = await store.read(lambda work: work.privacy.pending(ANA, ghost, 9))
    assert await store.write(lambda work: work.privacy.withdraw(ids, ANA, ghost, patient=False)) == 2
    assert sorted(await keys(store, T0 + timedelta(minutes=1))) == ["in hand", "in hand, too"]
