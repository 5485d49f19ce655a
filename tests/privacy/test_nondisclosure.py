"""Two officers for what of a hold no one does alone: its early end, and that the person is told nothing of it. Of
such a hold nothing they see says a word."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.inbound import Actor
from bot.message import File
from bot.privacy.officers.counter import do
from storage.files import DiskFiles
from tests.desk import AGENTS, ANA, BEN, SAM, Desk, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import OLE, PIA, release, settle
from tests.privacy.test_erasure import engine
from tests.privacy.test_mydata import exports

TELLS = ("hold", "held", "law", "claims", "nondisclosure", "undisclosed")


def until(desk: Desk, days: int) -> str:
    return f"{desk.clock.time + timedelta(days=days):%Y-%m-%d}"


async def place(desk: Desk, ticket: str = "") -> None:
    line = f"/privacy hold @ana claims {until(desk, 60)} nondisclosure {ticket}"
    told = await desk.type(OLE, line, private(OLE))
    assert "as soon as another privacy officer agrees: /privacy confirm 1 hold" in told


async def delete(desk: Desk, who: Actor = ANA) -> str:
    await desk.type(who, "/mydata delete", private(who))
    told = await desk.click(who, "Delete all of it")
    await settle(desk)
    return told


async def all_she_gets(desk: Desk, files: DiskFiles) -> str:
    """What she reads in /mydata, its status, her export, and in private."""
    shown = [
        await desk.type(ANA, f"/mydata {what}".strip(), private(ANA)) for what in ("", "view", "status", "restrict")
    ]
    await desk.type(ANA, "/mydata export", private(ANA))
    await settle(desk)
    for name, content in members(desk, files).items():
        if name not in ("privacy-notice.md",) and not name.startswith(("schema/", "processing.")):
            shown.append(content)
    return "\n".join([*shown, *desk.private(ANA)])


def members(desk: Desk, files: DiskFiles, who: Actor = ANA) -> dict[str, str]:
    """The newest export."""
    with files.open(File(exports(desk, who)[-1], "export.zip", 0, "")) as file, ZipFile(file) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def rows(desk: Desk, files: DiskFiles, table: str, who: Actor = ANA) -> list[dict[str, Any]]:
    """What the newest export has of theirs."""
    return [json.loads(row) for row in members(desk, files, who)[f"data/yours/{table}.jsonl"].splitlines()]


# An early end


async def test_a_hold_ends_before_its_day_only_if_another_officer_agrees(bureau: Desk) -> None:
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 60)}", private(OLE))
    await delete(bureau)
    told = await bureau.type(OLE, "/privacy release 1", private(OLE))
    assert "another privacy officer has to agree to its end: /privacy confirm 1 hold. Until then it stands." in told
    assert "its end waits for a second officer" in await bureau.type(PIA, "/privacy queue", private(PIA))
    assert "you began that yourself" in await bureau.type(OLE, "/privacy confirm 1 hold", private(OLE))
    assert "for privacy officers" in await bureau.type(SAM, "/privacy confirm 1 hold", AGENTS)
    assert await bureau.store.read(lambda work: work.privacy.held(ANA.ref))
    told = await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    assert told == "Hold 1 is released. The deletion that waited for it begins now."
    await settle(bureau)
    assert not await bureau.store.read(lambda work: work.privacy.view(ANA.ref))


async def test_from_its_day_on_one_officer_ends_it(bureau: Desk) -> None:
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 10)}", private(OLE))
    bureau.later(days=10)
    assert await bureau.type(OLE, "/privacy release 1", private(OLE)) == "Hold 1 is released."


@pytest.mark.parametrize("end", ["/privacy clear 1 hold", "/privacy renew 1 {day}"])
async def test_an_early_end_that_is_cleared_or_renewed_is_none(bureau: Desk, end: str) -> None:
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 60)}", private(OLE))
    await bureau.type(OLE, "/privacy release 1", private(OLE))
    await bureau.type(OLE, end.format(day=until(bureau, 30)), private(OLE))
    assert await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA)) == (
        "Nothing was changed: of hold 1 nothing waits for a second officer. It stands as it did."
    )
    assert await bureau.store.read(lambda work: work.privacy.held(ANA.ref))


async def test_the_other_officers_are_told_that_they_are_needed(bureau: Desk) -> None:
    await bureau.store.write(
        lambda work: do("hold", ["fake/w/ana", "claims", until(bureau, 60), "", "nondisclosure"], work)
    )
    await settle(bureau)
    [told] = [text for text in bureau.private(OLE) if "Legal hold 1" in text]
    assert "to tell them nothing of it waits for a second officer" in told
    await bureau.type(OLE, "/privacy clear 1 hold", private(OLE))
    assert not (await bureau.store.read(lambda work: work.privacy.silence(ANA.ref).holds))


async def test_of_a_hold_one_thing_waits_at_a_time(bureau: Desk) -> None:
    await place(bureau)
    told = await bureau.type(PIA, "/privacy release 1", private(PIA))
    assert "something of hold 1 waits for a second officer already" in told


# Nothing of it


async def test_until_another_officer_agrees_it_is_a_hold_like_any_other(bureau: Desk, files: DiskFiles) -> None:
    await place(bureau)
    assert "you began that yourself" in await bureau.type(OLE, "/privacy confirm 1 hold", private(OLE))
    assert "legal holds on your data: 1" in await bureau.type(ANA, "/mydata", private(ANA))
    assert "The law has us keep it for now" in await delete(bureau)
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    rows = [name for name in members(bureau, files) if name.endswith("holds.jsonl")]
    assert rows == ["data/yours/holds.jsonl"]
    row = json.loads(members(bureau, files)[rows[0]])
    assert not {"undisclosed", "awaits", "asked_by"} & row.keys()


async def test_they_read_nothing_of_a_hold_on_all_of_theirs(bureau: Desk, files: DiskFiles) -> None:
    before = await all_she_gets(bureau, files)
    bureau.later(days=2)
    await place(bureau)
    assert "they are told nothing of hold 1" in await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    told = await delete(bureau)
    assert "It waits for a privacy officer; until then your data is put aside" in told
    assert await bureau.type(ANA, "/mydata delete", private(ANA)) == told
    assert "waits for the privacy officer" in await bureau.type(ANA, "/mydata status", private(ANA))
    shown = f"{told}\n{await all_she_gets(bureau, files)}".lower()
    for word in TELLS:
        assert shown.count(word) <= before.lower().count(word), word
    assert '"stage": "review"' in shown
    assert "they are told nothing of it" in await bureau.type(OLE, "/privacy queue", private(OLE))
    await release(bureau, OLE, 1)
    await settle(bureau)
    assert bureau.private(ANA)[-1].startswith("Your data is deleted")


async def test_they_read_nothing_of_a_hold_on_one_ticket_and_are_told_that_all_is_deleted(
    bureau: Desk, files: DiskFiles
) -> None:
    await place(bureau, "1")
    await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    assert "legal hold" not in await bureau.type(ANA, "/mydata delete", private(ANA))
    await delete(bureau)
    receipt = bureau.private(ANA)[-1]
    assert receipt.startswith("Your data is deleted")
    assert "Not deleted yet" not in receipt
    assert "nothing" not in receipt, "nor that there was nothing, which they know better"
    assert "#1" not in receipt
    kept = await bureau.ticket(1)
    assert (kept.customer, kept.subject) == (ANA.ref, "my printer is on fire")
    assert await bureau.type(ANA, "/mydata status", private(ANA)) == (
        "You asked for nothing yet. /mydata shows what you can ask for."
    )
    for line in ("/mydata view", "/mydata cancel", "/ticket list", "/ticket list closed", "/ticket show 1"):
        told = await bureau.type(ANA, line, private(ANA))
        assert "printer" not in told, line
        assert "restricted" not in told, line
    there_is_none = await bureau.type(ANA, "/ticket show 9", private(ANA))
    assert await bureau.type(ANA, "/ticket show 1", private(ANA)) == there_is_none.replace("9", "1")
    shown = await all_she_gets(bureau, files)
    assert "printer" not in shown
    assert "the deletion of a ticket" not in shown
    assert not [name for name in members(bureau, files) if "tickets" in name and name.startswith("data/")]


async def test_beside_a_hold_that_they_know_of_they_read_of_that_one(bureau: Desk, files: DiskFiles) -> None:
    await place(bureau)
    await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    await bureau.type(OLE, f"/privacy hold @ana obligation {until(bureau, 9)}", private(OLE))
    assert "The law has us keep it for now" in await delete(bureau)
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    [row] = members(bureau, files)["data/yours/holds.jsonl"].splitlines()
    assert json.loads(row)["code"] == "obligation"
    assert "legal holds on your data: 1" in await bureau.type(ANA, "/mydata", private(ANA))


async def test_status_and_export_say_the_same_of_what_waits_for_a_hold_that_they_know_of(
    bureau: Desk, files: DiskFiles
) -> None:
    """The hold on the ticket was told, the one on all of theirs that came after it was not."""
    await bureau.type(OLE, f"/privacy hold @ana obligation {until(bureau, 9)} told 1", private(OLE))
    await delete(bureau)
    told = await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 60)} nondisclosure", private(OLE))
    assert "/privacy confirm 2 hold" in told
    await bureau.type(PIA, "/privacy confirm 2 hold", private(PIA))
    assert "because the law has us keep it" in await bureau.type(ANA, "/mydata status", private(ANA))
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    [rest] = [row for row in rows(bureau, files, "requests") if row["asked"] == "rest"]
    assert rest["stage"] == "held"


async def test_when_the_hold_on_one_ticket_is_over_they_still_hear_nothing_of_it(
    bureau: Desk, files: DiskFiles
) -> None:
    await place(bureau, "1")
    await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    await delete(bureau)
    before = bureau.private(ANA)
    await release(bureau, OLE, 1)
    there_is_none = "You asked for nothing yet. /mydata shows what you can ask for."
    assert await bureau.type(ANA, "/mydata status", private(ANA)) == there_is_none
    await settle(bureau)
    assert bureau.private(ANA) == before
    assert "printer" not in "\n".join(everything(engine(bureau)).values())
    await bureau.say(ANA, "I am back")
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    seen = rows(bureau, files, "access_log")
    assert "erasure" in {row["store"] for row in seen}, "that of all of theirs is told"
    for row in seen:
        assert not str(row["deed"]).startswith("hold."), row
        assert row["store"] != "rest", row
    erasure, rest, export = 1, 2, 3
    assert {row["request"] for row in seen} == {erasure, export}, f"nothing of request {rest}"


async def test_who_else_wrote_in_that_ticket_hears_nothing_of_it_either(bureau: Desk, files: DiskFiles) -> None:
    await bureau.type(SAM, "/ticket add 1 @ben")
    await settle(bureau)
    await bureau.say(BEN, "it smokes, too")
    await settle(bureau)
    await place(bureau, "1")
    await bureau.type(PIA, "/privacy confirm 1 hold", private(PIA))
    await delete(bureau, BEN)
    assert await bureau.store.read(lambda work: work.privacy.silence(BEN.ref).rests)
    await bureau.type(BEN, "/mydata export", private(BEN))
    await settle(bureau)
    seen = rows(bureau, files, "access_log", BEN)
    assert seen
    assert "rest" not in {row["store"] for row in seen}
    assert "held" not in {row["reason"] for row in seen}


async def test_that_nondisclosure_was_asked_for_and_dropped_is_told_to_nobody(bureau: Desk, files: DiskFiles) -> None:
    await place(bureau)
    await bureau.type(PIA, "/privacy clear 1 hold", private(PIA))
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    deeds = [row["deed"] for row in rows(bureau, files, "access_log") if str(row["deed"]).startswith("hold.")]
    assert deeds == ["hold.placed"]


async def test_the_command_line_asks_and_an_officer_in_chat_agrees(bureau: Desk, tmp_path: Path) -> None:
    given = ["fake/w/ana", "claims", until(bureau, 60), "", "nondisclosure"]
    await bureau.store.write(lambda work: do("hold", given, work))
    await bureau.type(OLE, "/privacy confirm 1 hold", private(OLE))
    assert await bureau.store.read(lambda work: work.privacy.silence(ANA.ref).everything)
