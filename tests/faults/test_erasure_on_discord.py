"""Every call of Discord's that an erasure makes, and every answer it may get (T24): see `test_erasure_on_slack`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import discord
import pytest
import pytest_asyncio

from tests.canaries.looking import text_of
from tests.canaries.on_discord import OnDiscord, on_discord
from tests.fakes.discord import Channel
from tests.fakes.discord.faults import Fault, Faults
from tests.faults.erasing import LEFT, TOLD, Hurried, Leaving

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
DELETE, EDIT = "DELETE /channels/*/messages/*", "PATCH /channels/*/messages/*"
POST = "POST /channels/*/messages"
LOOK, THREAD = "GET /channels/{channel_id}", "PATCH /channels/{channel_id}"
WAKES, SLEEPS = 0, 1  # which edit of a thread fails: it is woken, or put back to sleep
ALWAYS = 10**6
Plan = Callable[[Faults, str], Fault]
LATER: dict[str, Plan] = {
    "500": lambda faults, route: faults.fail(route, 500, times=ALWAYS),
    "503": lambda faults, route: faults.fail(route, 503, times=ALWAYS),
    "503 after it was done": lambda faults, route: faults.fail(route, 503, after=True, times=ALWAYS),
    "cut": lambda faults, route: faults.drop(route, times=ALWAYS),
    "cut after it was done": lambda faults, route: faults.drop(route, after=True, times=ALWAYS),
    "429": lambda faults, route: faults.limit(route, 1, times=ALWAYS),
    "429 of Cloudflare's": lambda faults, route: faults.limit(route, 60, times=ALWAYS, cloudflare=True),
}
NEVER = {
    (403, 50001): "the bot cannot see the channel",
    (403, 50013): "the bot lacks",
    (403, 0): "code 403",
    (400, 50035): "code 50035",
}
GONE = (10003, 10008)
NUMBERS = count(1)


class Impatient:
    """What discord.py has of asyncio: it sleeps before it repeats a request, which is not what is looked at here."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[OnDiscord, Hurried]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.http, "asyncio", Impatient())
        async with on_discord(tmp_path_factory.mktemp("discord")) as stage:
            await stage.set_up()
            yield stage, Hurried(stage.running)


@pytest_asyncio.fixture(loop_scope="module")
async def leaving(desk: tuple[OnDiscord, Hurried]) -> AsyncIterator[Leaving]:
    stage, hurried = desk
    word = "".join("bcdfghjklm"[int(digit)] for digit in f"{next(NUMBERS):04}") + "orchid"
    found = Leaving(stage, hurried, stage.fake.add_user(f"{word}name", stage.fake.shop), word)
    await found.live()
    await found.ask_first()
    yield found
    faults(found).clear()


def faults(leaving: Leaving) -> Faults:
    assert isinstance(leaving.stage, OnDiscord)
    return leaving.stage.fake.faults


def in_the_end(leaving: Leaving) -> None:
    """It says that something is left if and only if something is."""
    assert TOLD in leaving.told()
    assert (LEFT in leaving.told()) == bool(leaving.shown())
    assert leaving.held() == []


@pytest.mark.parametrize("answer", LATER)
@pytest.mark.parametrize("route", [DELETE, EDIT])
async def test_T24_what_is_taken_back_later_is_waited_for(leaving: Leaving, route: str, answer: str) -> None:
    fault = LATER[answer](faults(leaving), route)
    await leaving.confirm()
    await leaving.goes_on(lambda: fault.hits > 0)
    for _ in range(4):
        await leaving.hurried.on()
    assert leaving.told() == "", "nothing is said to be done before it is"
    faults(leaving).clear()
    await leaving.ends()
    in_the_end(leaving)
    assert leaving.shown() == []


@pytest.mark.parametrize(("status", "code"), NEVER)
@pytest.mark.parametrize("route", [DELETE, EDIT])
async def test_T24_what_is_never_taken_back_is_told_with_its_reason(
    leaving: Leaving, route: str, status: int, code: int
) -> None:
    await is_told_with_its_reason(leaving, route, status, code)


async def is_told_with_its_reason(leaving: Leaving, route: str, status: int, code: int) -> None:
    faults(leaving).fail(route, status, code=code, times=ALWAYS)
    await leaving.confirm()
    await leaving.ends()
    in_the_end(leaving)
    assert NEVER[status, code] in leaving.told()
    assert leaving.shown() != []


@pytest.mark.parametrize("code", GONE)
@pytest.mark.parametrize("route", [DELETE, EDIT])
async def test_T24_what_is_gone_already_is_done(leaving: Leaving, route: str, code: int) -> None:
    fault = faults(leaving).fail(route, 404, code=code, times=ALWAYS)
    await leaving.confirm()
    await leaving.ends()
    assert fault.hits > 0
    assert TOLD in leaving.told()
    assert LEFT not in leaving.told()
    assert leaving.held() == []


@pytest.mark.parametrize("answer", ["503 after it was done", "cut", "429"])
async def test_T24_a_receipt_that_comes_late_comes(leaving: Leaving, answer: str) -> None:
    fault = LATER[answer](faults(leaving), POST)
    await leaving.confirm()
    await leaving.goes_on(lambda: fault.hits > 0)
    for _ in range(4):
        await leaving.hurried.on()
    faults(leaving).clear()
    await leaving.ends()
    in_the_end(leaving)
    assert leaving.told().count(TOLD) == 1
    assert leaving.shown() == []


@pytest.mark.parametrize(("status", "code"), [(403, 50007), (404, 10003)])
async def test_T24_who_cannot_be_told_is_erased_all_the_same(leaving: Leaving, status: int, code: int) -> None:
    fault = faults(leaving).fail(POST, status, code=code, times=ALWAYS)
    await leaving.confirm()
    await leaving.ends()
    assert fault.hits > 0
    assert leaving.told() == ""
    assert leaving.shown() == []
    assert leaving.held() == []


async def test_what_was_given_up_though_discord_took_it_is_found_and_taken_back(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults(leaving).drop(POST, after=True, times=ALWAYS)
    await leaving.says_what_is_given_up(monkeypatch)
    faults(leaving).clear()
    monkeypatch.undo()
    assert any("given up" in text_of(what) for _, what in leaving.stage.ours())
    await leaving.goes_without_a_trace()


# Posts in a thread that was put away, because its ticket is closed: it is woken for them, and sleeps again


@pytest_asyncio.fixture(loop_scope="module")
async def asleep(leaving: Leaving) -> Channel:
    """The agents' thread."""
    stage = leaving.stage
    assert isinstance(stage, OnDiscord)
    ref = stage.ref(leaving.user)
    [ticket] = await stage.running.store.read(lambda work: work.tickets.open_of(ref))
    await stage.works(f"/ticket close {ticket.number}")
    room = stage.shop.agents_room(ticket.number)
    assert room.thread is not None
    assert room.thread.archived
    room.thread.locked = True  # as a moderator may have done
    return room


def sleeps(room: Channel) -> bool:
    return bool(room.thread and room.thread.archived and room.thread.locked)


@pytest.mark.parametrize("answer", LATER)
@pytest.mark.parametrize(("route", "skip"), [(LOOK, 0), (THREAD, WAKES), (THREAD, SLEEPS)])
async def test_T24_a_thread_that_is_woken_or_put_back_later_is_waited_for(
    leaving: Leaving, asleep: Channel, route: str, skip: int, answer: str
) -> None:
    fault = LATER[answer](faults(leaving), route)
    fault.skip = skip
    await leaving.confirm()
    await leaving.goes_on(lambda: fault.hits > skip)
    for _ in range(4):
        await leaving.hurried.on()
    faults(leaving).clear()
    await leaving.ends()
    in_the_end(leaving)
    assert leaving.shown() == []
    assert sleeps(asleep)


@pytest.mark.parametrize(("status", "code"), NEVER)
@pytest.mark.parametrize("route", [LOOK, THREAD])
async def test_T24_a_thread_that_is_never_woken_is_told_with_its_reason(
    leaving: Leaving, asleep: Channel, route: str, status: int, code: int
) -> None:
    await is_told_with_its_reason(leaving, route, status, code)
    assert sleeps(asleep)


@pytest.mark.parametrize(("status", "code"), [*NEVER, (404, 10003)])
async def test_T24_what_was_taken_back_is_no_less_so_if_its_thread_cannot_be_put_back(
    leaving: Leaving, asleep: Channel, status: int, code: int
) -> None:
    fault = faults(leaving).fail(THREAD, status, code=code, times=ALWAYS, skip=SLEEPS)
    await leaving.confirm()
    await leaving.ends()
    assert fault.hits > SLEEPS
    assert TOLD in leaving.told()
    assert LEFT not in leaving.told()
    assert leaving.shown() == []
    assert leaving.held() == []


@pytest.mark.parametrize("route", [LOOK, THREAD])
async def test_T24_a_thread_that_is_gone_needs_nothing_taken_back(
    leaving: Leaving, asleep: Channel, route: str
) -> None:
    fault = faults(leaving).fail(route, 404, code=10003, times=ALWAYS)
    await leaving.confirm()
    await leaving.ends()
    assert fault.hits > 0
    assert TOLD in leaving.told()
    assert LEFT not in leaving.told()
    assert leaving.held() == []
