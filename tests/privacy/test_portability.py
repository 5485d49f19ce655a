"""The part of an export that other programs read: what people gave us, and nothing that others wrote."""

import csv
import io
import json
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.exporting.portability import FORMULA, cell
from storage.files import DiskFiles
from tests.desk import ANA, BEN, KIM, SAM, Desk, agents_thread
from tests.privacy.test_erasure import CLIO, SQLITE, a_day
from tests.privacy.test_export import export_of


def table(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"portability/{name}.csv").decode(), newline="")))


def activities(archive: ZipFile) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(archive.read("portability/activities.json"))
    return read


@SQLITE
async def test_what_a_customer_gave_can_be_taken_elsewhere(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    archive = await export_of(office, files, CLIO)
    names = {name.removeprefix("portability/") for name in archive.namelist() if name.startswith("portability/")}
    assert names == {
        "activities.json", "attachments.csv", "drafts.csv", "people.csv", "tickets.csv", "timeline.csv"
    }  # fmt: skip
    [person] = table(archive, "people")
    assert (person["who"], person["name"]) == (str(CLIO.ref), CLIO.name)
    everything = "\n".join(archive.read(f"portability/{name}").decode() for name in names)
    assert "lilac words of hers" in everything
    assert "walnut answer" not in everything
    assert "note about" not in everything
    notes = activities(archive)["items"]
    assert {note["actor"] for note in notes} == {str(CLIO.ref)}
    for file in (file for note in notes for file in note["object"].get("attachment", ())):
        assert file["url"].removeprefix("../") in archive.namelist()


@SQLITE
async def test_messages_are_activities_in_their_order(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.say(KIM, "!r which one?", agents_thread(1))
    await office.say(ANA, "the <b>blue</b> one")
    read = activities(await export_of(office, files, ANA))
    assert (read["@context"], read["type"], read["totalItems"]) == (
        "https://www.w3.org/ns/activitystreams", "Collection", 2
    )  # fmt: skip
    first, second = (item["object"] for item in read["items"])
    assert (first["content"], second["content"]) == ("my printer is on fire", "the <b>blue</b> one")
    assert {first["mediaType"], second["mediaType"]} == {"text/plain"}
    assert first["context"] == second["context"]
    assert datetime.fromisoformat(first["published"]) <= datetime.fromisoformat(second["published"])


@SQLITE
async def test_a_cell_that_a_spreadsheet_would_calculate_is_text(office: Desk, files: DiskFiles) -> None:
    said = '=HYPERLINK("http://evil.example","click")'
    await office.say(ANA, said)
    archive = await export_of(office, files, ANA)
    shown = [row["text"] for row in table(archive, "timeline")]
    assert shown == [f"'{said}", f"'{said}"]
    assert activities(archive)["items"][0]["object"]["content"] == said


@given(st.one_of(st.text(), st.sampled_from(FORMULA).flatmap(lambda first: st.text().map(lambda rest: first + rest))))
def test_what_was_written_can_be_had_back_from_a_cell(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([cell(text), "end"])
    [[read, _]] = csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True)
    assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert read.removeprefix("'") == text


@SQLITE
async def test_an_agents_work_is_not_theirs_to_take_elsewhere(office: Desk, files: DiskFiles) -> None:
    await office.say(BEN, "teapot words of Ben")
    await office.say(SAM, "!r maple answer", agents_thread(1))
    archive = await export_of(office, files, SAM)
    assert [name for name in archive.namelist() if name.startswith("portability/")] == ["portability/people.csv"]


@SQLITE
async def test_what_the_law_has_them_know_comes_along(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, "my printer is on fire")
    archive = await export_of(office, files, ANA)
    told = json.loads(archive.read("processing.json"))
    [tickets] = [one for one in told["held"] if one["what"] == "tickets"]
    assert (tickets["count"], tickets["purpose"], tickets["kept_days"]) == (1, "to answer you", 180)
    assert told["automated_decisions"] is False
    assert "/mydata delete" in told["rights"]
    assert "data protection authority" in told["complaint"]
    notice = archive.read("privacy-notice.md").decode()
    assert notice.startswith("# Privacy notice")
    assert "| tickets | to answer you | 180 days after" in notice
    readme = archive.read("README.txt").decode()
    assert "kept to answer you: 180 days after the ticket is closed" in readme
