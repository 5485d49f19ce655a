"""An export says of itself what is in it, and anybody can tell whether it is as we made it."""

import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import jsonschema
import pytest

from bot.errors import Problem
from bot.privacy.exporting.checking import check
from bot.privacy.exporting.export import data_map
from bot.privacy.notices.notice_views import document
from bot.privacy.notices.policy import newest
from bot.privacy.promises import Promises
from storage.datamap import topics
from storage.files import DiskFiles
from storage.notary import signed
from tests.desk import ANA, KIM, SAM, Desk, agents_thread, private
from tests.privacy.conftest import NOTARY, OLE, settle
from tests.privacy.test_erasure import SQLITE
from tests.privacy.test_export import contents, export_of, rows

pytestmark = SQLITE


def ours(signature: bytes, data: bytes) -> bool:
    return signed(NOTARY.public, signature, data)


def anothers(signature: bytes, data: bytes) -> bool:
    return False


@pytest.fixture
async def export(bureau: Desk, files: DiskFiles) -> ZipFile:
    await bureau.say(SAM, "!r hello, Sam looks at it", agents_thread(1))
    await bureau.say(KIM, "hers is the old printer", agents_thread(1))
    await bureau.type(OLE, "/privacy hold @ana claims 2026-02-01", private(OLE))
    return await export_of(bureau, files, ANA)


def changed(export: ZipFile, to: Path, **instead: bytes | None) -> Path:
    """A copy in which some members are others, new, or gone. A name's dots and slashes are written _ here."""
    with ZipFile(to, "w", ZIP_DEFLATED) as copy:
        for name in export.namelist():
            data = instead.pop(name.replace("/", "_").replace(".", "_"), export.read(name))
            if data is not None:
                copy.writestr(name, data)
        for name, data in instead.items():
            copy.writestr(name, data or b"")
    return to


async def test_an_export_as_it_was_made_is_sound(export: ZipFile, tmp_path: Path) -> None:
    assert export.filename is not None
    assert check(Path(export.filename), ours) == len(export.namelist()) - 2
    assert check(changed(export, tmp_path / "copy.zip"), ours) == len(export.namelist()) - 2


async def test_whatever_is_changed_added_or_taken_out_is_named(export: ZipFile, tmp_path: Path) -> None:
    sums = export.read("SHA256SUMS")
    for instead, told in (
        ({"README_txt": b"else"}, "README.txt was changed"),
        ({"README_txt": None}, "README.txt was added, taken out"),
        ({"extra": b"x"}, "extra was added, taken out"),
        ({"SHA256SUMS": sums + b"0  x\n"}, "the signature is not by this key"),
        ({"SHA256SUMS_sig": None}, "not signed"),
    ):
        with pytest.raises(Problem, match=told):
            check(changed(export, tmp_path / "copy.zip", **instead), ours)


async def test_an_export_of_somebody_else_or_no_export_is_told_apart(export: ZipFile, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="the signature is not by this key"):
        check(Path(export.filename or ""), anothers)
    (tmp_path / "odd").write_bytes(b"age-encryption.org/v1\n")
    with pytest.raises(Problem, match="helpthread privacy open"):
        check(tmp_path / "odd", ours)


async def test_it_says_what_the_tables_said_and_how_often_others_were_made_unknown(export: ZipFile) -> None:
    manifest = json.loads(export.read("manifest.json"))
    assert manifest["data_map"] == data_map(topics())
    assert len(manifest["data_map"]) == 64
    assert manifest["data_map"] != data_map([topic for topic in topics() if topic.table != "tickets"])
    assert manifest["redacted"]["names_in_texts"] == 1  # Sam, in his answer
    text = "".join(contents(export)[name] for name in export.namelist() if name.startswith("data/"))
    assert manifest["redacted"]["accounts"] == text.count('"Agent ') >= 2


async def test_it_tells_who_had_the_data_in_hand_by_role_and_without_a_name(export: ZipFile) -> None:
    log = rows(export, "data/yours/access_log.jsonl")
    schema = json.loads(export.read("schema/access_log.schema.json"))
    for line in log:
        jsonschema.validate(line, schema)
    assert [line["by"] for line in log if line["deed"] == "access"] == ["officer"]
    assert [line["reason"] for line in log if line["deed"] == "access"] == ["privacy.hold"]
    assert ("request.opened", "you") in [(line["deed"], line["by"]) for line in log]
    assert "ole" not in json.dumps(log)


async def test_what_is_done_with_the_data_is_there_to_read_in_a_browser(export: ZipFile) -> None:
    readme, facts = (export.read(name).decode() for name in ("README.html", "processing.html"))
    for page in (readme, facts):
        assert "messages and events in tickets" in page
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
        assert "<script" not in page
    for link in ("html/index.html", "processing.html", "privacy-notice.md"):
        assert f'href="{link}"' in readme
        assert link in export.namelist()
    assert "You can complain to a data protection authority." in facts
    assert "/mydata" not in facts.split("<dl>")[0]


async def test_the_notice_shows_the_key_where_there_is_one(bureau: Desk) -> None:
    notice = await bureau.store.read(newest)
    text = document(notice.facts, Promises(signed_by=NOTARY.public), 1, bureau.now(), {})
    assert NOTARY.public in text
    assert "signed" not in document(notice.facts, Promises(), 1, bureau.now(), {})
    bureau.store.promises = Promises(signed_by=NOTARY.public)  # type: ignore[attr-defined]
    assert NOTARY.public in await bureau.type(ANA, "/mydata policy", private(ANA))
    await settle(bureau)
