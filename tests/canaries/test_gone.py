"""Of whoever deletes their data nothing is left, whatever they and others did: on disk, in logs, or in what we posted.

Two customers have lived the same life; one of them goes. What is kept on purpose is named here, and nothing else is.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings
from tests.canaries import going
from tests.canaries.life import Life
from tests.canaries.looking import never_filled, showing
from tests.canaries.on_discord import on_discord
from tests.canaries.on_slack import on_slack
from tests.canaries.stage import Stage

pytestmark = pytest.mark.timeout(600)  # two whole lives
STAGES: dict[str, Callable[..., AbstractAsyncContextManager[Stage]]] = {"slack": on_slack, "discord": on_discord}
# Columns in which a customer's life leaves nothing, and why. tests/privacy/test_erasure fills them all.
ONLY_IF = {
    "attachments.key": "files are encrypted: see test_encrypted",
    "requests.key": "files are encrypted: see test_encrypted",
    "drafts.thread": "somebody answers in a thread of their private conversation, where nobody has to choose a ticket",
    "close_requests.about": "an agent asks whether it may be closed: see tests/stories/test_closing_by_agreement",
    "links.who": "two accounts are linked: see test_linked",
    "pairings.other": "two accounts are about to be linked",
    "second_looks.who": "an officer does what takes two: then it is not the customer who asks",
    "second_looks.asked_by": "the same",
    "holds.asked_by": "the same",
}
ONLY_IF_ON = {
    "slack": {
        "watermarks.message": "there is a gateway: what was missed on Slack is found another way",
        "watermarks.conversation": "the same",
        "watermarks.who": "the same",
    },
    "discord": {
        "members.who": "agents are named one by one: here a role is named",
        "drafts.workspace": "a private conversation belongs to one",
    },
}


@pytest.mark.parametrize("platform", STAGES)
async def test_of_two_who_lived_the_same_life_one_is_gone_and_the_other_all_there(
    platform: str, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    async with STAGES[platform](tmp_path) as stage:
        hers, his = await going.both_live(stage)
        going.everything_is_held(hers)
        going.everything_is_shown(hers)
        assert never_filled(stage) == {*ONLY_IF, *ONLY_IF_ON[platform]}
        assert (await prove_erased(hers)).exit_code == 1
        before = going.Before.of(his, hers)

        await going.delete(hers)

        going.is_gone(hers, Settings(data_dir=tmp_path))
        assert showing(stage, stage.ref(hers.user).id) == []
        before.is_all_there(his, hers)
        for life, code in ((hers, 0), (his, 1)):
            assert (await prove_erased(life)).exit_code == code
        assert "database ready" in await asyncio.to_thread(log.read_text)

        await going.goes_again(hers)
        before.is_all_there(his, hers)


async def prove_erased(life: Life) -> Any:
    """The command. In a thread, since it has a loop of its own."""
    words = [part for word in going.words_to_go(life) for part in ("--word", word)]
    account = str(life.stage.ref(life.user))
    return await asyncio.to_thread(CliRunner().invoke, app, ["privacy", "prove-erased", account, *words])
