"""An export that an officer hands on: the file goes one way, its passphrase the other, and nobody has both but one."""

import io
import zipfile

import pytest

from bot.errors import Problem
from bot.message import File
from bot.privacy.auditing.audit import Deed
from bot.privacy.exporting.sealed_export import order
from bot.privacy.model import Asked, Request, Stage
from storage.age_file import opened
from storage.files import DiskFiles
from tests.desk import ANA, BEN, Desk, private
from tests.privacy.conftest import OLE, PIA, one, settle
from tests.privacy.test_erasure import SQLITE, erase

ORDER = "/privacy export-for @ana letter"


async def ordered(bureau: Desk) -> int:
    await bureau.type(OLE, ORDER, private(OLE))
    await settle(bureau)
    return (await one(bureau, Asked.EXPORT)).number


def phrase_of(bureau: Desk) -> str:
    told = bureau.private(ANA)[-1]
    assert "The key to your data" in told
    return told.split("\n\n")[1]


def is_gone(files: DiskFiles, file: File) -> bool:
    return not files.path(file).exists()


async def handed_out(bureau: Desk, number: int) -> File:
    told = await bureau.type(OLE, f"/privacy sealed {number}", private(OLE))
    assert told == f"The sealed export of request {number} comes to you in private."
    [file] = bureau.chat.rooms["@ole"][-1].message.files
    return file


async def test_the_file_goes_to_the_officer_and_opens_with_what_the_account_has(bureau: Desk, files: DiskFiles) -> None:
    number = await ordered(bureau)
    file = await handed_out(bureau, number)
    assert file.name == f"mydata-{number}.zip.age"
    with files.open(file) as stored:
        archive = zipfile.ZipFile(io.BytesIO(b"".join(opened(stored, phrase_of(bureau)))))
    assert "my printer is on fire" in archive.read("html/tickets/1.html").decode()
    assert b"my printer is on fire" not in files.path(file).read_bytes()


async def test_no_officer_ever_sees_the_passphrase_and_the_account_hears_who_asked_how(bureau: Desk) -> None:
    number = await ordered(bureau)
    await handed_out(bureau, number)
    phrase = phrase_of(bureau)
    assert "(letter)" in bureau.private(ANA)[-1]
    assert len(phrase) > 5
    others = [text for room in bureau.chat.rooms if room != "@ana" for text in bureau.room(room)]
    assert len(others) > 3
    assert not [text for text in others if phrase in text]
    shown = await bureau.type(OLE, f"/privacy show {number}", private(OLE))
    assert phrase not in shown


async def test_it_is_in_nobodys_hands_but_officers_and_never_ones_own(bureau: Desk) -> None:
    assert "for privacy officers" in await bureau.type(BEN, ORDER, private(BEN))
    assert "that is you" in await bureau.type(OLE, "/privacy export-for @ole letter", private(OLE), (OLE,))
    number = await ordered(bureau)
    assert "for privacy officers" in await bureau.type(ANA, f"/privacy sealed {number}", private(ANA))
    assert "for privacy officers" in await bureau.type(BEN, f"/privacy sealed {number}", private(BEN))
    assert not [seen for seen in bureau.chat.rooms["@ana"] if seen.message.files]


async def test_every_officer_hears_that_it_is_ready(bureau: Desk) -> None:
    number = await ordered(bureau)
    assert f"The sealed export of request {number} is ready" in bureau.private(OLE)[-1]


@SQLITE
async def test_an_export_of_the_ordinary_kind_is_handed_to_no_officer(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    request = await one(bureau, Asked.EXPORT)
    assert request.stage is Stage.DONE
    told = await bureau.type(PIA, f"/privacy sealed {request.number}", private(PIA))
    assert told.startswith("Nothing was handed out: an officer gets sealed exports only")


@SQLITE
async def test_a_sealed_one_is_not_what_the_person_gets_here(bureau: Desk) -> None:
    sealed = await ordered(bureau)
    assert "is being made" in await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    request = await one(bureau, Asked.EXPORT)
    assert request.number != sealed
    [file] = bureau.chat.rooms["@ana"][-1].message.files
    assert file.name == f"mydata-{request.number}.zip"


@SQLITE
async def test_when_its_time_is_over_nobody_gets_it_any_more(bureau: Desk, files: DiskFiles) -> None:
    number = await ordered(bureau)
    file = (await one(bureau, Asked.EXPORT)).file
    assert file is not None
    bureau.later(hours=73)
    told = await bureau.type(OLE, f"/privacy sealed {number}", private(OLE))
    assert told.startswith(f"Nothing was handed out: request {number} is not ready yet, or its file was deleted.")
    await bureau.tick()
    await settle(bureau)
    assert is_gone(files, file)


@SQLITE
async def test_whoever_is_deleted_takes_their_sealed_export_with_them(bureau: Desk, files: DiskFiles) -> None:
    number = await ordered(bureau)
    file = await handed_out(bureau, number)
    await erase(bureau, ANA)
    assert is_gone(files, file)
    assert not [seen for room in bureau.chat.rooms.values() for seen in room if seen.message.files]


@SQLITE
async def test_one_at_a_time_and_only_of_whom_we_know(bureau: Desk) -> None:
    running = Request(0, ANA.ref, Asked.EXPORT, bureau.now())
    await bureau.store.write(lambda work: work.privacy.open_request(running))
    assert "have a request of that kind open" in await bureau.type(OLE, ORDER, private(OLE))
    assert "Nothing" in await bureau.type(OLE, "/privacy export-for @kim letter", private(OLE))
    with pytest.raises(Problem, match="email, letter"):
        await bureau.store.write(lambda work: order(ANA.ref, "pigeon", OLE.ref, work))


@SQLITE
async def test_it_is_written_down_that_it_was_ordered_and_handed_out(bureau: Desk) -> None:
    number = await ordered(bureau)
    await handed_out(bureau, number)
    lines = await bureau.store.read(lambda work: work.audit.latest_of(ANA.ref, 50))
    said = [(line.deed, line.request, line.reason) for line in lines]
    assert (Deed.HANDED_OUT, number, "letter") in said
    assert ("request.opened", number, "due") in said
    told = await bureau.type(PIA, "/privacy disclosures @ana", private(PIA))
    assert f"export.handed-out number={number} reason=letter" in told


@pytest.mark.parametrize("number", ["0", "99", "x"])
@SQLITE
async def test_there_is_nothing_to_hand_out_where_nothing_was_ordered(bureau: Desk, number: str) -> None:
    told = await bureau.type(OLE, f"/privacy sealed {number}", private(OLE))
    assert "Nothing" in told or "no " in told.lower()
