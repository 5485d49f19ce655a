"""The simulator can fail: whichever promise is broken on purpose, the checker says so within a few seeds."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from bot.app import App
from bot.courier import Courier
from bot.effects import Post
from bot.inbound import Event
from bot.message import say
from bot.privacy.erasing.erase import Erasure
from bot.relay import agents, copies, edits, rooms
from bot.tickets import views
from bot.tickets.model import Ticket
from storage import outbox as outboxes
from storage.hot import Hot
from storage.outbox import IS_DUE, SqlOutbox, outbox
from storage.store import SqlUnitOfWork
from tests.simulation.database import SimulatedStore
from tests.simulation.loop import Killed
from tests.simulation.run import simulate
from tests.simulation.town import empty_town
from tests.simulation.weather import weather

WITHIN = 60  # seeds
REFUSING, ERASING = {"refused": 0.3, "slow": 2.0}, {"erasing": 0.7, "keyless": False}
WEATHER: dict[str, dict[str, Any]] = {  # of what is seldom done or refused there is more, or it takes hundreds of days
    "keep_quiet_about_what_was_refused": REFUSING,
    "stop_a_room_at_what_was_refused": REFUSING,
    "leave_the_posts_of_whoever_is_erased": ERASING,
    "not_wait_for_a_room_that_is_being_opened": {"unsure": 0.6},  # a card is there long before the bot knows of it
}
Break = Callable[[pytest.MonkeyPatch], None]


def acknowledge_before_the_commit(broken: pytest.MonkeyPatch) -> None:
    handle = App.handle

    async def at_once(self: App, event: Event) -> None:
        asyncio.ensure_future(handle(self, event)).add_done_callback(lambda done: done.cancelled() or done.exception())

    broken.setattr(App, "handle", at_once)


def forget_what_was_handled(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(SqlUnitOfWork, "seen", lambda self, id: False)


def deliver_everything_at_once(broken: pytest.MonkeyPatch) -> None:
    """Not one after the other in each room, so that they arrive as it happens."""
    everything = select(outbox).where(IS_DUE, outbox.c.not_before <= bindparam("at")).limit(bindparam("most"))
    broken.setattr(outboxes, "due_heads", lambda platforms: Hot(everything))


def repeat_under_another_token(broken: pytest.MonkeyPatch) -> None:
    numbers, deliver = itertools.count(), Courier._deliver

    async def otherwise(self: Courier, row: Any) -> None:
        chats = self.chats

        class Renamed:
            async def deliver(self, effect: Any, at: Any, token: str) -> Any:
                return await chats[effect.platform].deliver(effect, at, f"{token}-{next(numbers)}")

        other = Courier(self.router, self.store, dict.fromkeys(chats, Renamed()), self.now)  # type: ignore[arg-type]
        await deliver(other, row)

    broken.setattr(Courier, "_deliver", otherwise)


def done_before_it_is_delivered(broken: pytest.MonkeyPatch) -> None:
    deliver = Courier._deliver

    async def early(self: Courier, row: Any) -> None:
        if isinstance(row.effect, Post):
            await self.store.write(lambda work: work.outbox.done(row, None))
        await deliver(self, row)

    broken.setattr(Courier, "_deliver", early)


def give_a_ticket_to_whoever_asks_last(broken: pytest.MonkeyPatch) -> None:
    """Two who are told that a ticket is theirs, and one entry that says so."""
    told = views.already_claimed

    def theirs(ticket: Ticket, name: str) -> str:
        told(ticket, name)
        return f"Ticket #{ticket.number} is yours."

    broken.setattr(views, "already_claimed", theirs)


def carry_notes_to_customers(broken: pytest.MonkeyPatch) -> None:
    note = agents.note

    def carried(event: Any, source: Any, ticket: Ticket, work: Any) -> None:
        note(event, source, ticket, work)
        rooms.carry_to_customers(ticket, f"x:{event.id}", say(event.text), work)

    broken.setattr(agents, "note", carried)


def mix_up_the_rooms(broken: pytest.MonkeyPatch) -> None:
    post = SqlOutbox.post

    def mixed(self: SqlOutbox, effect: Any, *, about: Any) -> None:
        if isinstance(effect, Post) and effect.room == "ticket:2:agents":
            effect = Post(effect.key, effect.platform, "ticket:1:agents", effect.message)
        post(self, effect, about=about)

    broken.setattr(SqlOutbox, "post", mixed)


def not_wait_for_a_room_that_is_being_opened(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(SqlOutbox, "opening", lambda self, place: False)


def forget_the_outbox_at_the_start(broken: pytest.MonkeyPatch) -> None:
    start = SimulatedStore.__init__

    def emptied(self: SimulatedStore, *arguments: Any) -> None:
        start(self, *arguments)
        with suppress(Exception, Killed), self.engine.connect() as connection:
            connection.exec_driver_sql("DELETE FROM outbox")

    broken.setattr(SimulatedStore, "__init__", emptied)


def forget_edits(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(copies, "carry_edit", lambda *_: None)


def leave_what_was_deleted(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(copies, "carry_deletion", lambda *_: None)


def post_what_waits_although_it_was_deleted(broken: pytest.MonkeyPatch) -> None:
    """It is taken back again afterwards, when somebody may have read it."""
    broken.setattr(SqlOutbox, "cancel", lambda self, key: None)
    broken.setattr(SqlOutbox, "revise", lambda self, key, message: False)


def carry_notes_that_are_edited(broken: pytest.MonkeyPatch) -> None:
    change = edits.change

    def carried(kind: Any, before: Any, after: Any, ticket: Ticket, desk: Any, work: Any) -> None:
        change(kind, before, after, ticket, desk, work)
        rooms.carry_to_customers(ticket, f"x:{after.id}", say(after.words), work)

    broken.setattr(edits, "change", carried)


def keep_quiet_about_what_was_refused(broken: pytest.MonkeyPatch) -> None:
    def buried(self: Courier, row: Any, reason: str, unsure: bool, work: Any) -> None:
        work.outbox.bury(row.id, reason)

    broken.setattr(Courier, "_failed", buried)


def stop_a_room_at_what_was_refused(broken: pytest.MonkeyPatch) -> None:
    def stuck(self: SqlOutbox, id: int, error: str, *, unsure: bool = False) -> None:
        gone = update(outbox).where(outbox.c.id == id).values(state="dead", head=False, error=error)
        self.connection.execute(gone)

    broken.setattr(SqlOutbox, "bury", stuck)


def leave_the_posts_of_whoever_is_erased(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(Erasure, "_post_blanks", lambda *_: None)


CAUGHT: list[tuple[Break, str]] = [
    (acknowledge_before_the_commit, "was acknowledged, and is not in the timeline"),
    (forget_what_was_handled, "is read twice"),
    (deliver_everything_at_once, "and is read after it"),
    (repeat_under_another_token, "is read twice"),
    (done_before_it_is_delivered, "was acknowledged, and nobody reads it"),
    (give_a_ticket_to_whoever_asks_last, "times that"),
    (carry_notes_to_customers, "is a note, and a customer reads it"),
    (mix_up_the_rooms, "is read in a room of"),
    (not_wait_for_a_room_that_is_being_opened, "was acknowledged"),
    (forget_the_outbox_at_the_start, "nobody reads it"),
    (forget_edits, "was edited, and does not read so"),
    (leave_what_was_deleted, "was deleted, and is read"),
    (post_what_waits_although_it_was_deleted, "was deleted, and was posted afterwards"),
    (carry_notes_that_are_edited, "is a note, and a customer reads it"),
    (keep_quiet_about_what_was_refused, "was given up, and no agent was told"),
    (stop_a_room_at_what_was_refused, "still in the outbox"),
    (leave_the_posts_of_whoever_is_erased, "of somebody who was deleted is read"),
]


@pytest.fixture(params=CAUGHT, ids=lambda case: case[0].__name__)
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the checker must say, and in what weather."""
    empty_town()
    break_it, says = request.param
    with monkeypatch.context() as broken:
        break_it(broken)
        yield says, WEATHER.get(break_it.__name__, {})


def test_a_promise_that_is_broken_is_noticed(case: tuple[str, dict[str, Any]]):
    says, more = case
    for seed in range(WITHIN):
        sky = replace(weather(Random(seed)), **more) if more else None
        if any(says in what for what in simulate(seed, sky).broken):
            return
    raise AssertionError(f"nobody noticed in {WITHIN} seeds")
