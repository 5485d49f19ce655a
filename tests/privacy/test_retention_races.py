"""T36: the job that deletes what is past its time meets whoever just now asks for it to be kept."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from bot.ports import UnitOfWork
from bot.privacy.model import Asked, Hold, Request, Stage
from tests.desk import ANA, SAM, Desk
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import POSTGRESQL, engine

JAM = "Quittenmarmelade"
LONG = 30.0  # seconds, until a test is given up
Job = Callable[[UnitOfWork], Any]


def hold(work: UnitOfWork) -> None:
    work.privacy.place_hold(Hold(0, ANA.ref, "claims", work.now, work.now + timedelta(days=9)))


def hold_on_the_ticket(work: UnitOfWork) -> None:
    work.privacy.place_hold(Hold(0, ANA.ref, "claims", work.now, work.now + timedelta(days=9), ticket=1))


def request(work: UnitOfWork) -> None:
    work.privacy.open_request(Request(0, ANA.ref, Asked.ERASURE, work.now, Stage.COOLING))


def reopen(work: UnitOfWork) -> None:
    ticket = work.tickets.get(1)
    assert ticket is not None
    work.tickets.save(ticket.reopen())


def restrict(work: UnitOfWork) -> None:
    work.tickets.restrict_one(1, True)


KEEPING = pytest.mark.parametrize(
    "keeping", [hold, hold_on_the_ticket, request, reopen, restrict], ids=lambda job: job.__name__
)
purge = partial(lambda rule, work: work.privacy.purge(rule, 100), "content")


@pytest.fixture
async def past(office: Desk) -> Desk:
    """Ana's ticket is past its time."""
    await office.say(ANA, f"my {JAM} burns")
    await office.type(SAM, "/ticket close 1")
    await settle(office)
    office.later(days=400)
    return office


def kept(desk: Desk) -> bool:
    return JAM in "\n".join(everything(engine(desk)).values())


@KEEPING
async def test_T36_whatever_came_first_wins(past: Desk, keeping: Job) -> None:
    await past.store.write(keeping)
    assert await past.store.write(purge) == 0
    assert kept(past)


@KEEPING
async def test_T36_what_came_too_late_finds_nothing_half_done(past: Desk, keeping: Job) -> None:
    await past.store.write(purge)
    await past.store.write(keeping)
    assert not kept(past)
    ticket = await past.ticket(1)
    assert (ticket.subject, ticket.customer.platform) == ("", "gone")


class Barrier:
    """Stops one transaction after the first statement in which there is a word, until the test goes on."""

    def __init__(self, desk: Desk, word: str) -> None:
        self.word, self.reached, self.go = word, threading.Event(), threading.Event()
        event.listen(engine(desk), "after_cursor_execute", self._after)

    def _after(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if self.word in statement and not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(LONG)

    async def until_reached(self) -> None:
        assert await asyncio.to_thread(self.reached.wait, LONG)

    def open(self) -> None:
        self.go.set()


@POSTGRESQL
@KEEPING
async def test_T36_what_is_kept_between_the_look_and_the_deletion_stays(past: Desk, keeping: Job) -> None:
    barrier = Barrier(past, "closed_at IS NOT NULL")
    purging = asyncio.create_task(past.store.write(purge))
    await barrier.until_reached()
    await past.store.write(keeping)
    barrier.open()
    assert await purging == 0
    assert kept(past)


@POSTGRESQL
@KEEPING
async def test_T36_what_is_about_to_be_kept_is_left_for_the_next_run(past: Desk, keeping: Job) -> None:
    """It is not committed yet when the job comes by."""
    done, go = threading.Event(), threading.Event()

    def slowly(work: UnitOfWork) -> None:
        keeping(work)
        done.set()
        assert go.wait(LONG)

    asking = asyncio.create_task(past.store.write(slowly))
    assert await asyncio.to_thread(done.wait, LONG)
    assert await past.store.write(purge) == 0
    go.set()
    await asking
    assert kept(past)


@POSTGRESQL
async def test_T36_reopening_while_words_go_waits_and_finds_them_gone(past: Desk) -> None:
    barrier = Barrier(past, "UPDATE timeline")
    purging = asyncio.create_task(past.store.write(purge))
    await barrier.until_reached()
    reopening = asyncio.create_task(past.type(SAM, "/ticket reopen 1"))
    barrier.open()
    assert await purging > 0
    await reopening
    assert not kept(past)
    assert (await past.ticket(1)).customer.platform == "gone"
