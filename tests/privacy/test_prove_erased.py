"""`helpthread privacy prove-erased` finds what is left of somebody, wherever and however it is written."""

import asyncio
import base64
import gzip
import json
import sqlite3
import unicodedata
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings
from bot.errors import Problem
from bot.message import UserRef
from bot.operating.proving import prove, whose
from storage.files import DiskFiles
from storage.needles import needles
from storage.residue import in_folder
from tests.desk import Desk
from tests.privacy.canaries import theirs
from tests.privacy.test_erasure import CARL, CLIO, a_day, erase, fill

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORD = "Zoë Ünlü-Ärger"


def written() -> dict[str, bytes]:
    """The same word in many ways, each in a file of its own."""
    packed = gzip.compress(f"a log: {WORD}".encode())
    return {
        "plain": f"x{WORD}y".encode(),
        "small": WORD.casefold().encode(),
        "large": WORD.upper().encode(),
        "nfd": unicodedata.normalize("NFD", WORD).encode(),
        "utf16": WORD.encode("utf-16"),
        "utf16be": WORD.encode("utf-16-be"),
        "json": json.dumps({"name": WORD}).encode(),
        "url": f"https://x/?q={quote(WORD)}".encode(),
        **{f"base64-{n}": base64.b64encode(b"." * n + WORD.encode() + b"..") for n in range(3)},
        "log.gz": packed,
    }


@pytest.mark.parametrize("how", written())
def test_a_word_is_found_however_it_is_written(tmp_path: Path, how: str) -> None:
    (tmp_path / how).write_bytes(written()[how])
    looked, _ = needles([WORD])
    assert [each.where.split(",")[0] for each in in_folder(tmp_path, looked)] == [how]
    others, _ = needles(["Someone-Else"])
    assert list(in_folder(tmp_path, others)) == []


@pytest.mark.parametrize(
    "written",
    ["<p>O&#x27;Hara &amp; &lt;Zoë&gt;</p>", "text=O'Hara &amp; &lt;Zoë&gt;", r"""{"name": "O'Hara & <Zo\u00eb>"}"""],
)
def test_a_name_with_signs_is_found_as_pages_and_platforms_write_it(tmp_path: Path, written: str) -> None:
    (tmp_path / "page").write_text(written)
    looked, _ = needles(["O'Hara & <Zoë>"])
    assert [each.where for each in in_folder(tmp_path, looked)] == ["page"]


def test_archives_in_archives_are_opened_and_seams_are_looked_across(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("a/b.txt", WORD)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        outer.write(tmp_path / "inner.zip", "inner.zip")
    (tmp_path / "inner.zip").unlink()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 this is none")
    (tmp_path / "long").write_bytes(b"." * ((1 << 20) - 5) + WORD.encode() + b"." * 100)
    looked, _ = needles([WORD])
    assert [each.where for each in in_folder(tmp_path, looked)] == ["long", "outer.zip, packed, packed"]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=SecretStr(database_url))


async def test_of_whoever_was_erased_it_finds_nothing_and_of_others_all(
    office: Desk, files: DiskFiles, settings: Settings
) -> None:
    canaries = fill(office, files)
    hers = [word for word, place in canaries.made.items() if theirs(CLIO.ref, *place)]
    there = prove(settings, CLIO.ref, [*CLIO.name.split(), *hers], [])
    assert not there.clean
    for number in range(1, len(hers) + 3):
        assert any(f": word {number} (" in line for line in there.lines), number
    assert not any(word in line for line in there.lines for word in hers)

    await erase(office, CLIO)
    gone = prove(settings, CLIO.ref, [*CLIO.name.split(), *hers], [])
    assert gone.lines[0] == "nothing found"
    assert gone.clean
    assert not prove(settings, CARL.ref, [], []).clean


@SQLITE
async def test_it_finds_what_lies_in_free_pages(office: Desk, files: DiskFiles, settings: Settings) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    with closing(sqlite3.connect(settings.data_dir / "desk.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE forgotten (words TEXT)")
        connection.execute("INSERT INTO forgotten VALUES ('lilac words of hers')")
        connection.execute("DROP TABLE forgotten")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = prove(settings, CLIO.ref, ["lilac words"], [])
    assert found.lines[:2] == ["desk.db: word 1 (plain)", "1 found"]


@SQLITE
async def test_logs_elsewhere_can_be_looked_at_too(office: Desk, settings: Settings, tmp_path: Path) -> None:
    logs = tmp_path.parent / f"{tmp_path.name}-logs"
    logs.mkdir()
    (logs / "today.log").write_text(f"event failed for {CLIO.ref}")
    assert prove(settings, CLIO.ref, [], []).clean
    assert prove(settings, CLIO.ref, [], [logs]).lines[:2] == [
        "today.log: the id (plain)",
        "today.log: the account (plain)",
    ]


def test_what_is_too_short_is_said_and_not_looked_for(tmp_path: Path) -> None:
    looked, short = needles(["ana", "anastasia"])
    assert [each.word for each in looked] == ["anastasia"]
    assert short == ["word 1"]


def test_a_request_that_is_done_knows_no_more_whose_it_was() -> None:
    assert whose("7", CLIO.ref) == CLIO.ref
    assert whose(str(CLIO.ref), None) == CLIO.ref
    with pytest.raises(Problem, match="say the account"):
        whose("7", UserRef("gone", "", "x"))


@SQLITE
async def test_the_command_fails_if_anything_is_left(
    office: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.say(CLIO, "lilac words of hers")
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database)
    ran = await command("prove-erased", str(CLIO.ref), "--word", "lilac")
    assert ran.exit_code == 1
    assert "table timeline: word 1 (plain)" in ran.output
    assert (await command("prove-erased", "fake/w/nobody-here")).exit_code == 0


async def command(*words: str) -> Any:
    """In a thread: it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["privacy", *words])
