"""An export handed on, opened and checked on the command line, with the desk stopped."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from bot.cli import app
from storage.backup import backup
from storage.files import DiskFiles
from tests.desk import Desk
from tests.privacy.conftest import NOTARY
from tests.privacy.test_erasure import SQLITE
from tests.privacy.test_sealed import ordered, phrase_of

pytestmark = SQLITE


async def says(*line: str, typed: str = "") -> Any:
    return await asyncio.to_thread(CliRunner().invoke, app, ["privacy", *line], input=typed)


@pytest.fixture
async def sealed(
    bureau: Desk, files: DiskFiles, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """The number of an order for Ana's export, and the passphrase that her account was told. The command line
    has a copy of the desk."""
    bureau.clock.time = datetime.now(UTC)  # as it is for the command line
    number = str(await ordered(bureau))
    data = tmp_path / "data"
    await asyncio.to_thread(shutil.copytree, files.folder, data / "files")
    await asyncio.to_thread(backup, database_url, data / "helpthread.db", datetime.now(UTC))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATA_DIR", str(data))
    monkeypatch.chdir(tmp_path)
    return number, phrase_of(bureau)


async def test_what_is_handed_out_is_opened_with_the_passphrase_and_found_sound(
    sealed: tuple[str, str], tmp_path: Path
) -> None:
    number, phrase = sealed
    file = tmp_path / "ana.zip.age"
    told = await says("sealed", number, str(file))
    assert told.exit_code == 0, told.output
    assert str(file) in told.output.replace("\n", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"printer" not in file.read_bytes()

    told = await says("open", str(file), typed=f"{phrase}\n")
    assert told.exit_code == 0, told.output
    opened = tmp_path / "ana.zip"
    with ZipFile(opened) as archive:
        assert "my printer is on fire" in archive.read("html/tickets/1.html").decode()

    told = await says("verify-export", str(opened), "--key", NOTARY.public)
    assert told.exit_code == 0, told.output

    forged = tmp_path / "forged.zip"
    with ZipFile(opened) as archive, ZipFile(forged, "w") as other:
        for name in archive.namelist():
            words = archive.read(name)
            other.writestr(name, words.replace(b"printer", b"toaster") if name.endswith("1.html") else words)
    told = await says("verify-export", str(forged), "--key", NOTARY.public)
    assert told.exit_code != 0
    assert "html/tickets/1.html" in f"{told.output}{told.exception}"


async def test_nothing_is_replaced_and_nothing_is_left_of_what_does_not_open(
    sealed: tuple[str, str], tmp_path: Path
) -> None:
    number, phrase = sealed
    file, to = tmp_path / "ana.zip.age", tmp_path / "elsewhere.zip"
    assert (await says("sealed", number, str(file))).exit_code == 0
    was = file.read_bytes()
    assert (await says("sealed", number, str(file))).exit_code != 0
    assert file.read_bytes() == was
    assert (await says("open", str(file), "--to", str(to), typed="wrong words\n")).exit_code != 0
    assert not to.exists()
    file.write_bytes(was[:-20])
    assert (await says("open", str(file), "--to", str(to), typed=f"{phrase}\n")).exit_code != 0
    assert not to.exists()
    assert not to.with_name("elsewhere.zip.part").exists()


@pytest.mark.parametrize("number", ["99", "x"])
async def test_there_is_no_such_export(sealed: tuple[str, str], tmp_path: Path, number: str) -> None:
    told = await says("sealed", number, str(tmp_path / "ana.zip.age"))
    assert told.exit_code != 0
    assert not (tmp_path / "ana.zip.age").exists()
