"""What a correction replaced is on no disk any more, on both databases."""

from pathlib import Path

from bot.privacy.model import Stage
from tests.desk import ANA, SAM, Desk
from tests.privacy.canaries import traces
from tests.privacy.conftest import settle
from tests.privacy.test_correct import PRINTER, RIGHT, WRONG, correct, corrections
from tests.privacy.test_erasure import engine


async def test_the_old_words_are_nowhere_on_the_disk(office: Desk, tmp_path: Path) -> None:
    await office.say(ANA, PRINTER)
    await office.type(SAM, "/ticket claim 1")
    await settle(office)
    assert WRONG.encode()[4:] in traces(engine(office), tmp_path)
    await correct(office)
    left = traces(engine(office), tmp_path)
    assert WRONG.encode()[4:] not in left
    assert RIGHT.encode() in left
    assert [request.stage for request in await corrections(office)] == [Stage.DONE]
