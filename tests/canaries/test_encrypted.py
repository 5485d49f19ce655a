"""The same where each person's words are encrypted: before, no word of anybody is in clear on the disk."""

from pathlib import Path

import pytest

from bot.config import Settings
from tests.canaries import going
from tests.canaries.looking import never_filled, on_disk
from tests.canaries.test_gone import ONLY_IF, ONLY_IF_ON, STAGES
from tests.storage.sealed import KEY

pytestmark = pytest.mark.timeout(600)  # two whole lives
IN_CLEAR = {"tag"}  # the desk finds its tickets by them


@pytest.mark.parametrize("platform", STAGES)
async def test_with_keys_one_is_gone_and_the_other_all_there(platform: str, tmp_path: Path) -> None:
    async with STAGES[platform](tmp_path, content_key=KEY.hex(), search="memory") as stage:
        hers, his = await going.both_live(stage)
        disk = on_disk(stage)
        assert {what for what, word in (hers.words | his.words).items() if word.encode() in disk} == IN_CLEAR
        going.everything_is_shown(hers)
        assert never_filled(stage) == {*ONLY_IF, *ONLY_IF_ON[platform]} - {"attachments.key", "requests.key"}
        keys = stage.running.store.sealing.vault.keys  # type: ignore[union-attr]
        assert keys.of(str(stage.ref(hers.user))) is not None
        before = going.Before.of(his, hers)

        await going.delete(hers)

        assert keys.of(str(stage.ref(hers.user))) is None
        assert keys.of(str(stage.ref(his.user))) is not None
        going.is_gone(hers, Settings(data_dir=tmp_path))
        before.is_all_there(his, hers)
        await going.goes_again(hers)
        before.is_all_there(his, hers)
