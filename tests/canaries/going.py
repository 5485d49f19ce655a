"""Two live, one of them goes, and everything is looked at: what is the same on every platform and database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.config import Settings
from bot.operating.proving import prove
from tests.canaries.life import TICKETS, Life, furnish, live
from tests.canaries.looking import held_of, left_in, on_disk, rows, showing
from tests.canaries.stage import Stage
from tests.slack.world import eventually

NOT_HELD = {"first message", "message taken back", "note", "message while blocked", "subject"}  # when all is settled
AGENTS_OWN = {"buried answer"}  # what agents wrote to customers stays, without the name
NEVER_SHOWN = {"dispute", "buried answer", *NOT_HELD}
# Where a platform shows less: what waits for a choice, what is put aside because of a dispute, what agents alone see.
NOT_EVERYWHERE = {
    "corrected name",
    "draft",
    "answer in the form",
    "file noted",
    "name of file noted",
    "note after its edit",
}


async def both_live(stage: Stage) -> tuple[Life, Life]:
    await furnish(stage)
    hers, his = Life(stage, stage.her), Life(stage, stage.him)
    await live(hers, 1)
    await live(his, 1 + TICKETS)
    return hers, his


async def delete(life: Life) -> None:
    await asks_to_be_deleted(life)
    await is_told(life)


async def asks_to_be_deleted(life: Life) -> None:
    await life.types("/mydata delete")
    await life.stage.presses(life.user, "Delete all of it")


async def is_told(life: Life) -> None:
    await eventually(lambda: "Your data is deleted" in str(life.stage.sees(life.user)), 60)
    await life.shuts_forms()
    await life.stage.settle()


def words_to_go(life: Life) -> list[str]:
    """All that leads to them but their account: words, what they wrote where, and where they and the bot talk."""
    words = [word for what, word in life.words.items() if what not in AGENTS_OWN]
    return [*words, life.stage.private(life.user), *life.said]


def everything_is_held(life: Life) -> None:
    """Or that nothing is found later would say nothing. In clear: where words are encrypted it is not so."""
    held = on_disk(life.stage)
    assert {what for what, word in life.words.items() if word.encode() not in held} == NOT_HELD


def everything_is_shown(life: Life) -> None:
    shown = {what for what, word in life.words.items() if showing(life.stage, word)}
    assert life.words.keys() - shown <= NEVER_SHOWN | NOT_EVERYWHERE
    assert len(shown) > 12


@dataclass(frozen=True)
class Before:
    """What there is of the one who stays."""

    his: Mapping[str, str]

    @classmethod
    def of(cls, his: Life, hers: Life) -> "Before":
        found = held_of(his, hers)
        assert len(found) > 60
        return cls(found)

    def is_all_there(self, his: Life, hers: Life) -> None:
        """Byte for byte."""
        after = held_of(his, hers)
        assert {name: (text, after.get(name)) for name, text in self.his.items() if after.get(name) != text} == {}


def is_gone(life: Life, settings: Settings, also: Sequence[str] = ()) -> None:
    """From the database and all files, however it is written, and from what the bot posted."""
    stage, gone = life.stage, [*words_to_go(life), *also]
    proof = prove(settings, stage.ref(life.user), gone, [])
    assert proof.lines[0] == "nothing found", proof.lines
    assert left_in(on_disk(stage), [*gone, stage.ref(life.user).id]) == []
    assert {what: showing(stage, word) for what, word in life.words.items() if showing(stage, word)} == {}


async def goes_again(life: Life) -> None:
    """Nothing is left to be deleted, so nothing changes; what the asking itself leaves goes as well."""
    before = set(rows(life.stage).items())
    await asks_to_be_deleted(life)
    await life.shuts_forms()
    await life.stage.settle()
    id = life.stage.ref(life.user).id
    await eventually(lambda: not any(id in row for row in rows(life.stage).values()), 60)
    lost = {name for name, _ in before - set(rows(life.stage).items())}
    assert {name.split("/")[0] for name in lost} <= {
        "watermarks",
        "audit_head",
        "tombstone_marks",
        "read_until",
        "leases",
    }
