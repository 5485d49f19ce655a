"""Every call of Slack's that an erasure makes, and every answer it may get (T24): what is done later is waited for,
what is gone is done, what never works stands in the receipt with its reason. One desk for all: each case is a customer.
"""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from tests.canaries.looking import text_of
from tests.canaries.on_slack import OnSlack, on_slack
from tests.faults.erasing import LEFT, TOLD, Hurried, Leaving

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
TAKES_BACK = ("chat.delete", "chat.update", "files.delete")
PUBLISH = "views.publish"
TELLS = ("chat.postMessage", "conversations.open")
LATER: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "503 after it was done": {"status": 503, "accepted": True},
    "cut": {"drop": True},
    "cut after it was done": {"drop": True, "accepted": True},
    "429": {"status": 429, "retry_after": 1},
    "internal_error": {"error": "internal_error"},
    "account_inactive": {"error": "account_inactive"},
}
NEVER = {
    "not_in_channel": "the bot is not in the channel; invite it there",
    "channel_not_found": "Slack knows no such channel, or the bot is not in it",
    "is_archived": "the channel is archived",
    "missing_scope": "the Slack app lacks a permission; see helpthread doctor",
    "restricted_action": "the workspace does not allow it",
    "compliance_exports_prevent_deletion": "Slack refused it (compliance_exports_prevent_deletion)",
}
NEVER_DRAWN = {
    "not_enabled": "Slack refused it (not_enabled)",
    "invalid_arguments": "Slack refused it (invalid_arguments)",
    "missing_scope": "the Slack app lacks a permission; see helpthread doctor",
    "restricted_action": "the workspace does not allow it",
}
GONE = [
    ("chat.delete", "message_not_found"),
    ("chat.update", "message_not_found"),
    ("files.delete", "file_not_found"),
    ("files.delete", "file_deleted"),
]
NUMBERS = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[OnSlack, Hurried]]:
    async with on_slack(tmp_path_factory.mktemp("slack")) as stage:
        await stage.set_up()
        yield stage, Hurried(stage.running)


@pytest_asyncio.fixture(loop_scope="module")
async def leaving(desk: tuple[OnSlack, Hurried]) -> AsyncIterator[Leaving]:
    stage, hurried = desk
    number = next(NUMBERS)
    word = "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04}") + "orchid"
    found = Leaving(stage, hurried, stage.world.slack.user(f"{word}name"), word)
    await found.live()
    await found.ask_first()
    yield found
    stage.world.slack.faults.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def drawn(leaving: Leaving) -> Leaving:
    """What they wrote stands on their own page and on an agent's."""
    stage = leaving.stage
    await stage.looks_around(leaving.user)
    assert {f"home of {leaving.user.id}", f"home of {stage.agent.id}"} <= set(leaving.shown())
    return leaving


def fail(leaving: Leaving, method: str, **how: Any) -> None:
    stage = leaving.stage
    assert isinstance(stage, OnSlack)
    stage.world.chat.delivery.direct.clear()  # or it would not ask where they are written to
    stage.world.slack.fail(method, times=-1, **how)


def met(leaving: Leaving, method: str) -> bool:
    assert isinstance(leaving.stage, OnSlack)
    return any(name == method for name, _ in leaving.stage.world.slack.faults.met)


def over(leaving: Leaving) -> None:
    assert isinstance(leaving.stage, OnSlack)
    leaving.stage.world.slack.faults.clear()
    leaving.stage.world.slack.faults.met.clear()


@pytest.mark.parametrize("answer", LATER)
@pytest.mark.parametrize("method", TAKES_BACK)
async def test_T24_what_is_taken_back_later_is_waited_for(leaving: Leaving, method: str, answer: str) -> None:
    await is_waited_for(leaving, method, answer)


async def is_waited_for(leaving: Leaving, method: str, answer: str) -> None:
    fail(leaving, method, **LATER[answer])
    await leaving.confirm()
    await leaving.goes_on(lambda: met(leaving, method))
    for _ in range(4):
        await leaving.hurried.on()
    assert leaving.told() == "", "nothing is said to be done before it is"
    over(leaving)
    await leaving.ends()
    assert TOLD in leaving.told()
    assert LEFT not in leaving.told()
    assert leaving.shown() == []
    assert leaving.held() == []


@pytest.mark.parametrize("error", NEVER)
@pytest.mark.parametrize("method", TAKES_BACK)
async def test_T24_what_is_never_taken_back_is_told_with_its_reason(leaving: Leaving, method: str, error: str) -> None:
    fail(leaving, method, error=error)
    await leaving.confirm()
    await leaving.ends()
    assert LEFT in leaving.told()
    assert NEVER[error] in leaving.told()
    assert leaving.shown() != []
    assert leaving.held() == [], "what is ours is gone all the same"
    over(leaving)


@pytest.mark.parametrize(("method", "error"), GONE)
async def test_T24_what_is_gone_already_is_done(leaving: Leaving, method: str, error: str) -> None:
    fail(leaving, method, error=error)
    await leaving.confirm()
    await leaving.ends()
    assert met(leaving, method)
    assert TOLD in leaving.told()
    assert LEFT not in leaving.told()
    assert leaving.held() == []
    over(leaving)


@pytest.mark.parametrize("answer", ["503 after it was done", "cut", "429", "account_inactive"])
@pytest.mark.parametrize("method", TELLS)
async def test_T24_a_receipt_that_comes_late_comes(leaving: Leaving, method: str, answer: str) -> None:
    fail(leaving, method, **LATER[answer])
    await leaving.confirm()
    await leaving.goes_on(lambda: met(leaving, method))
    for _ in range(4):
        await leaving.hurried.on()
    over(leaving)
    await leaving.ends()
    assert leaving.told().count(TOLD) == 1
    assert leaving.shown() == []
    assert leaving.held() == []


@pytest.mark.parametrize("error", ["user_disabled", "restricted_action"])
@pytest.mark.parametrize("method", TELLS)
async def test_T24_who_cannot_be_told_is_erased_all_the_same(leaving: Leaving, method: str, error: str) -> None:
    fail(leaving, method, error=error)
    await leaving.confirm()
    await leaving.ends()
    assert met(leaving, method)
    assert leaving.told() == ""
    assert leaving.shown() == []
    assert leaving.held() == []
    over(leaving)


async def test_what_was_given_up_though_slack_took_it_is_found_and_taken_back(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(leaving, "chat.postMessage", drop=True, accepted=True)
    for look in ("conversations.replies", "conversations.history"):
        fail(leaving, look, status=500)
    await leaving.says_what_is_given_up(monkeypatch)
    over(leaving)
    monkeypatch.undo()
    assert any("given up" in text_of(what) for _, what in leaving.stage.ours())
    await leaving.goes_without_a_trace()


# Pages of people's own, on which it stands


@pytest.mark.parametrize("answer", LATER)
async def test_T24_a_page_that_is_drawn_later_is_waited_for(drawn: Leaving, answer: str) -> None:
    await is_waited_for(drawn, PUBLISH, answer)


@pytest.mark.parametrize("error", NEVER_DRAWN)
async def test_T24_a_page_that_is_never_drawn_is_told_with_its_reason(drawn: Leaving, error: str) -> None:
    fail(drawn, PUBLISH, error=error)
    await drawn.confirm()
    await drawn.ends()
    assert met(drawn, PUBLISH)
    assert LEFT in drawn.told()
    assert NEVER_DRAWN[error] in drawn.told()
    assert set(drawn.shown()) >= {f"home of {drawn.stage.agent.id}"}
    assert drawn.held() == [], "what is ours is gone all the same"
    over(drawn)
