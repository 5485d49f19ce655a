"""A breach of a desk whose words are encrypted: how many of its records nobody could read (GDPR Art. 34(3)(a))."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank
from bot.desks.model import Settings as DeskSettings
from bot.message import say
from bot.privacy.letters import write_to
from bot.privacy.officers.breaches import Breach
from bot.privacy.officers.counter import do
from storage.converting import encrypt
from storage.files import DiskFiles
from storage.opening import open_store
from storage.settling import Encryption
from storage.store import SqlStore
from tests.desk import AGENTS, ANA, BEN, HELP, SAM, Clock, Desk, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import keep
from tests.storage.sealed import encryption, execute

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
OLE = person("ole")


class Opening:
    """A desk with or without encryption; one after the other."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url, self.clock = url, clock
        self.store: SqlStore | None = None

    async def __call__(self, given: Encryption | None) -> Desk:
        await self.close()
        self.store = open_store(self.url, self.clock.now, given, "memory" if given else "disk")
        return Desk(self.store, self.clock)

    async def close(self) -> None:
        if self.store is not None:
            await self.store.close()
        self.store = None


@pytest.fixture
async def opening(database_url: str, clock: Clock) -> AsyncIterator[Opening]:
    given = Opening(database_url, clock)
    yield given
    await given.close()


async def furnished(desk: Desk, folder: Path) -> None:
    """Two people wrote, one with a file; a day later it was stolen."""
    members = [Member(str(SAM.ref), Rank.AGENT), Member(str(OLE.ref), Rank.CUSTOMER, True)]
    new = DeskValue(0, "support", AGENTS, DeskSettings())
    await desk.store.write(lambda work: work.desks.save(new, [HELP], members))
    files = DiskFiles(folder / "files", encrypted=(folder / "desk.keys").exists())
    desk.later(minutes=1)
    await desk.say(ANA, "my printer is on fire", files=(await keep(files, b"a picture"),))
    await desk.say(BEN, "mine, too")
    await settle(desk)
    desk.later(days=1)


async def opened(desk: Desk, *given: str, since: timedelta = timedelta(hours=12)) -> Breach:
    """Possible for some hours until now."""
    now = desk.now()
    times = [moment.isoformat() for moment in (now, now - since, now)]
    await desk.store.write(lambda work: do("breach.open", [*times, "database", *(given or ("", ""))], work))
    return (await desk.store.read(lambda work: work.privacy.breaches(1)))[0]


async def says(desk: Desk, command: str, breach: Breach) -> str:
    return await desk.store.write(lambda work: do(f"breach.{command}", [str(breach.number)], work))


async def test_of_a_desk_that_was_encrypted_all_along_every_word_was_ciphertext(
    opening: Opening, tmp_path: Path
) -> None:
    desk = await opening(encryption(tmp_path))
    await furnished(desk, tmp_path)
    breach = await opened(desk)
    assert breach.words == breach.sealed
    assert {name: many for name, many in breach.words.items() if many} == {
        "attachments": 1, "people": 2, "tickets": 2, "timeline": 4,
    }  # fmt: skip
    shown = await says(desk, "show", breach)
    assert "• tickets: about 2, 2 of them with words or files, 2 of these as ciphertext only" in shown
    assert "they need not be told of that (Art. 34(3)(a))" in shown
    assert "all words as ciphertext only" in await desk.store.write(lambda work: do("breach.list", [], work))
    drafts = await says(desk, "drafts", breach)
    assert "[Nobody could read what people wrote or sent" in drafts
    assert "What was written or sent was encrypted, and the keys were not within reach. It could" in drafts
    assert "you decide" in await says(desk, "tell", breach)


async def test_with_the_keys_within_reach_nothing_counts_as_ciphertext(opening: Opening, tmp_path: Path) -> None:
    desk = await opening(encryption(tmp_path))
    await furnished(desk, tmp_path)
    breach = await opened(desk, "keys", "")
    assert breach.keys
    assert sum(breach.words.values()) > 0
    assert not any(breach.sealed.values())
    shown = await says(desk, "show", breach)
    assert "The keys were within reach, too" in shown
    assert "as ciphertext only" not in shown
    assert "need not be told" not in shown + await says(desk, "drafts", breach) + await says(desk, "tell", breach)


async def test_what_is_in_clear_among_sealed_rows_is_counted_so(
    opening: Opening, tmp_path: Path, database_url: str
) -> None:
    desk = await opening(encryption(tmp_path))
    await furnished(desk, tmp_path)
    execute(database_url, "UPDATE tickets SET subject = 'in clear' WHERE number = 1")
    execute(database_url, "UPDATE attachments SET key = NULL")
    breach = await opened(desk)
    assert (breach.words["tickets"], breach.sealed["tickets"]) == (2, 1)
    assert (breach.words["attachments"], breach.sealed["attachments"]) == (1, 0)
    shown, drafts = await says(desk, "show", breach), await says(desk, "drafts", breach)
    assert "and all of the other 2." in shown
    assert "need not be told" not in shown + drafts
    assert "Part of what was written or sent was encrypted" in drafts


async def test_a_message_in_the_outbox_in_clear_is_counted_so(
    opening: Opening, tmp_path: Path, database_url: str
) -> None:
    desk = await opening(encryption(tmp_path))
    await furnished(desk, tmp_path)
    await desk.store.write(lambda work: write_to(BEN.ref, "letter", lambda: say("Dear Ben"), work, about=BEN.ref))
    breach = await opened(desk)
    assert (breach.words["outbox"], breach.sealed["outbox"]) == (1, 1)
    execute(database_url, """UPDATE outbox SET effect = '{"message": {"text": ["Dear Ben"]}}'""")
    breach = await opened(desk)
    assert (breach.words["outbox"], breach.sealed["outbox"]) == (1, 0)


async def test_a_desk_without_keys_has_words_and_none_of_them_sealed(opening: Opening, tmp_path: Path) -> None:
    desk = await opening(None)
    await furnished(desk, tmp_path)
    breach = await opened(desk)
    assert breach.words["timeline"] == 4
    assert not any(breach.sealed.values())
    assert "Nothing of it was ciphertext during all of that time." in await says(desk, "show", breach)


async def test_what_was_encrypted_only_after_it_began_was_in_clear_then(
    opening: Opening, tmp_path: Path, database_url: str, clock: Clock
) -> None:
    desk = await opening(None)
    await furnished(desk, tmp_path)
    await opening.close()
    encrypt(database_url, clock.now, encryption(tmp_path), tmp_path / "files")
    desk = await opening(encryption(tmp_path))
    desk.later(hours=6)
    assert not any((await opened(desk, since=timedelta(hours=7))).sealed.values())
    after = await opened(desk, since=timedelta(hours=5))
    assert after.words == after.sealed != {}


async def test_an_officer_does_all_of_it_in_chat(opening: Opening, tmp_path: Path) -> None:
    desk = await opening(encryption(tmp_path))
    await furnished(desk, tmp_path)
    line = f"/privacy breach open aware:{_at(desk.now())} from:{_at(desk.now() - timedelta(hours=9))}"
    told = await desk.type(OLE, f"{line} until:{_at(desk.now())} stores:tickets,timeline", private(OLE))
    number = re.findall(r"(\d+): known since", told)[0]
    assert "2 of these as ciphertext only" in told
    assert "The keys were within reach" in await desk.type(
        OLE, f"{line} until:{_at(desk.now())} keys:yes drill:yes", private(OLE)
    )
    assert "# To the data protection authority" in await desk.type(
        OLE, f"/privacy breach drafts {number}", private(OLE)
    )
    assert "is reported" in await desk.type(OLE, f"/privacy breach reported {number}", private(OLE))
    assert f"{number}: known since" in await desk.type(OLE, "/privacy breach list", private(OLE))
    assert "There is no breach of that number" in await desk.type(OLE, "/privacy breach show", private(OLE))
    assert "a moment like" in await desk.type(OLE, "/privacy breach open", private(OLE))
    assert "for privacy officers" in await desk.type(SAM, "/privacy breach list", AGENTS)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")[:16]
