"""What is on the platform, or on its way there, when somebody has their data erased: T16, T19, T21, T24, T25."""

from collections.abc import Awaitable, Callable

import pytest

from bot.effects import Effect, Post
from bot.message import File
from bot.ports import Refused, Spot, TryLater
from bot.privacy.model import Asked, Stage
from storage.files import DiskFiles
from tests.desk import SAM, Desk, agents_thread, private, words
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CARL, CLIO, asked, engine, erase, keep

GONE = "Your data is deleted"


def rows(desk: Desk, *tables: str) -> str:
    return "\n".join(row for (table, _), row in everything(engine(desk)).items() if not tables or table in tables)


def shown(desk: Desk) -> str:
    return "\n".join(text for room in desk.chat.rooms for text in desk.room(room))


async def confirm(desk: Desk) -> None:
    await desk.type(CLIO, "/mydata delete", private(CLIO))
    await desk.press(CLIO, "mydata.confirm", str(await asked(desk, CLIO)), private(CLIO))


async def at_the_desk(desk: Desk) -> None:
    await desk.say(CLIO, "lilac words of hers")
    await desk.type(SAM, "/ticket claim 1")
    await desk.say(SAM, f"!r walnut answer, {CLIO.name}", agents_thread(1))
    await desk.say(SAM, f"violet note about {CLIO.name}", agents_thread(1))
    await desk.say(CARL, "teapot words of his")
    await settle(desk)


async def test_T16_nothing_that_waited_is_sent_in_the_month_after(office: Desk) -> None:
    """Neither what was on its way nor what time would have brought: reminders, closing by itself."""
    await at_the_desk(office)
    office.chat.refuse = lambda effect: TryLater(300)
    await office.say(SAM, f"!r indigo answer, {CLIO.name}", agents_thread(1))
    await office.say(CLIO, "crimson words of hers")
    assert "indigo" in rows(office, "outbox")
    await confirm(office)
    office.chat.refuse = lambda effect: None
    await settle(office)
    before = len(office.chat.delivered)
    for _ in range(30):
        office.later(days=1)
        await office.tick()
        await settle(office)
    after = [str(effect) for effect in office.chat.delivered[before:]]
    secrets = ("indigo", "crimson", "lilac", CLIO.ref.id, CLIO.name)
    assert [effect for effect in after if any(secret in effect for secret in secrets)] == []
    assert [word for word in ("crimson", "lilac") if word in rows(office) + shown(office)] == []
    assert "indigo" not in shown(office)  # an agent's words stay with the desk, and are sent to nobody


async def test_T19_of_edits_and_deletions_by_the_author_no_copy_is_left_or_posted_anywhere(
    office: Desk, files: DiskFiles
) -> None:
    scan: File = await keep(files, b"quartz: her file")
    await office.say(CLIO, "lilac words of hers", files=(scan,))
    said = office.last
    await office.edit(CLIO, said, "magenta words instead", private(CLIO))
    await settle(office)
    assert "magenta" in shown(office)
    assert "lilac" not in rows(office) + shown(office)  # what it was before is kept nowhere
    posts = len(office.chat.delivered)
    await office.delete(CLIO, said, private(CLIO))
    await settle(office)
    for place in (rows(office), shown(office), str(office.chat.delivered[posts:])):
        assert [word for word in ("lilac", "magenta", scan.sha, scan.name) if word in place] == []
    kinds = {effect.kind for effect in office.chat.delivered[posts:]}
    assert kinds <= {"remove", "rewrite"}  # nothing is posted because of it, in no channel


async def test_T21_what_was_posted_months_ago_is_found_and_taken_back_one_by_one(office: Desk) -> None:
    await at_the_desk(office)
    office.later(days=200)
    taken: list[Effect] = []
    office.chat.refuse = lambda effect: taken.append(effect) if effect.kind == "remove" else None
    await erase(office, CLIO)
    assert len(taken) == 3  # that it is open, her words, the answer; cards are blanked
    assert len({getattr(effect, "key", "") for effect in taken}) == len(taken)
    assert [
        word for word in ("lilac", "violet", CLIO.name, CLIO.ref.id) if word in rows(office, "spots", "outbox")
    ] == []
    assert "lilac" not in shown(office)
    assert "teapot" in shown(office)


FAULTS = {
    "later, then done": (TryLater(30), 3, 0),
    "an error nobody foresaw, then done": (RuntimeError("boom"), 2, 0),
    "never": (Refused("the bot was removed from the channel"), 99, 1),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["remove", "rewrite"])
async def test_T24_what_the_platform_does_is_waited_for_or_stands_in_the_receipt(
    office: Desk, kind: str, fault: str
) -> None:
    """Of each way to take something back: what comes late is done before anything is told, what never works is told."""
    await at_the_desk(office)
    error, times, left = FAULTS[fault]
    met: list[str] = []

    def refuse(effect: Effect) -> Exception | None:
        if effect.kind != kind or len(met) >= times:
            return None
        met.append(effect.kind)
        assert GONE not in str(office.private(CLIO))  # before that is settled nothing is said to be done
        return error

    office.chat.refuse = refuse
    await confirm(office)
    for _ in range(200):
        if any(text.startswith(GONE) for text in office.private(CLIO)):
            break
        office.later(seconds=60)
        await office.tick()
        await settle(office)
    assert met
    receipt = office.private(CLIO)[-1]
    assert receipt.startswith(GONE)
    assert ("of ours that the platform did not let us take back" in receipt) == bool(left)
    assert ("the bot was removed from the channel" in receipt) == bool(left), "and why"
    assert CLIO.ref.id not in rows(office)
    assert [word for word in ("lilac", "violet") if word in rows(office)] == []
    if not left:
        assert "lilac" not in shown(office)


async def test_T25_a_receipt_that_finds_no_open_door_keeps_nothing_back(office: Desk) -> None:
    """Private messages are slow, then closed for good: everything of hers is gone long before, and in the end its
    address as well."""
    await at_the_desk(office)
    office.chat.refuse = lambda effect: TryLater(30) if effect.kind == "direct" else None
    await confirm(office)
    for _ in range(20):
        office.later(seconds=60)
        await office.deliver()
    [request] = await office.store.read(lambda work: work.privacy.requests_of(CLIO.ref, Asked.ERASURE))
    assert request.stage is Stage.TOLD
    assert [word for word in ("lilac", "violet") if word in rows(office) + shown(office)] == []
    assert "the deletion of your data" in await office.type(CLIO, "/mydata status", private(CLIO))
    office.chat.refuse = lambda effect: (
        Refused("their private messages are closed") if effect.kind == "direct" else None
    )
    await settle(office)
    assert await office.store.read(lambda work: work.privacy.requests_of(CLIO.ref, Asked.ERASURE)) == []
    stages = {row.split('"stage": "')[1].split('"')[0] for row in rows(office, "requests").splitlines()}
    assert stages == {"done"}


async def given_up_though_it_is_there(desk: Desk) -> None:
    """Her words are in the agents' thread; the platform never said so, until the courier tried no more."""
    await at_the_desk(desk)
    deliver = desk.chat.deliver

    async def silent(effect: Effect, at: Spot | None, token: str) -> Spot | None:
        spot = await deliver(effect, at, token)
        if isinstance(effect, Post) and "magenta" in words(effect.message):
            raise RuntimeError("after")
        return spot

    desk.chat.deliver = silent  # type: ignore[method-assign]
    await desk.say(CLIO, "magenta words of hers")
    await settle(desk)
    desk.chat.deliver = deliver  # type: ignore[method-assign]
    assert "magenta" in shown(desk)
    assert [row.effect.kind for row, _ in await desk.store.read(lambda work: work.outbox.dead(9))] == ["post"]


async def discarded(desk: Desk) -> None:
    """An agent presses Discard."""
    [(row, _)] = await desk.store.read(lambda work: work.outbox.dead(9))
    await desk.press(SAM, "outbox.discard", str(row.id))


async def too_old(desk: Desk) -> None:
    """What was given up is not kept for ever."""
    desk.later(days=15)
    for _ in range(3):
        await desk.tick()


async def nothing_else(desk: Desk) -> None: ...


@pytest.mark.parametrize("meanwhile", [nothing_else, discarded, too_old], ids=lambda each: each.__name__)
async def test_a_post_that_was_given_up_though_the_platform_took_it_is_taken_back(
    office: Desk, meanwhile: Callable[[Desk], Awaitable[None]]
) -> None:
    await given_up_though_it_is_there(office)
    await meanwhile(office)
    await settle(office)
    await erase(office, CLIO)
    assert "magenta" not in shown(office)
    assert [word for word in ("magenta", CLIO.ref.id) if word in rows(office)] == []
    receipt = office.private(CLIO)[-1]
    assert receipt.startswith(GONE)
    assert "did not let us take back" not in receipt


async def test_its_author_takes_back_what_was_given_up_though_the_platform_took_it(office: Desk) -> None:
    await given_up_though_it_is_there(office)
    await office.delete(CLIO, office.last, private(CLIO))
    await settle(office)
    assert "magenta" not in shown(office)


async def test_what_cannot_be_looked_for_stands_in_the_receipt_with_its_reason(office: Desk) -> None:
    await given_up_though_it_is_there(office)
    office.chat.refuse = lambda effect: Refused("the bot was removed") if effect.kind == "seek" else None
    await erase(office, CLIO)
    receipt = office.private(CLIO)[-1]
    assert "1 post of ours that the platform did not let us take back" in receipt
    assert "the bot was removed" in receipt
    assert [word for word in ("magenta", CLIO.ref.id) if word in rows(office)] == []


async def test_what_is_looked_for_and_is_not_there_holds_nothing_up(office: Desk) -> None:
    await given_up_though_it_is_there(office)
    for room in office.chat.rooms.values():
        room[:] = [seen for seen in room if "magenta" not in words(seen.message)]
    office.chat.tokens.clear()
    await erase(office, CLIO)
    assert office.private(CLIO)[-1].startswith(GONE)
    assert "did not let us take back" not in office.private(CLIO)[-1]
    assert "magenta" not in rows(office)
