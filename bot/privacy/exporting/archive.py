"""A ZIP that is written as it comes, in little memory, with a checksum of everything in it."""

import hashlib
import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

CHUNK = 1 << 16
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
LONGEST_NAME = 80  # characters; with its folders it stays well below what Windows unpacks
UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(slots=True)
class Member:
    path: str
    size: int
    sha256: str
    rows: int | None = None


class Writer:
    """One member while it is written. `rows` is how many lines of data went in."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into = into
        self.sum = hashlib.sha256()
        self.size = 0
        self.rows: int | None = None

    def bytes(self, data: bytes) -> None:
        self.into.write(data)
        self.sum.update(data)
        self.size += len(data)

    def text(self, text: str) -> None:
        self.bytes(text.encode("utf-8", "replace"))

    def lines(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        self.rows = (self.rows or 0) + len(rows)


class Archive:
    """Blocking, so used in a thread. Members are written one after the other."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.zip = ZipFile(path, "w", ZIP_DEFLATED)
        self.when = now.timetuple()[:6]
        self.members: list[Member] = []

    @contextmanager
    def member(self, path: str, compress: int = ZIP_DEFLATED) -> Iterator[Writer]:
        info = ZipInfo(path, self.when)
        info.compress_type = compress
        info.external_attr = 0o600 << 16
        with self.zip.open(info, "w", force_zip64=True) as into:
            writer = Writer(into)
            yield writer
        self.members.append(Member(path, writer.size, writer.sum.hexdigest(), writer.rows))

    def text(self, path: str, text: str) -> None:
        with self.member(path) as writer:
            writer.text(text)

    def json(self, path: str, value: Any) -> None:
        self.text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")

    def file(self, path: str, source: Callable[[], BinaryIO], *, packed: bool = True) -> bool:
        """Copy a file in, `packed` ones as they are. False if it is not there any more."""
        try:
            with source() as file, self.member(path, ZIP_STORED if packed else ZIP_DEFLATED) as writer:
                while chunk := file.read(CHUNK):
                    writer.bytes(chunk)
        except FileNotFoundError:
            return False
        return True

    def seal(self, about: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> None:
        """Write the manifest, the sums of all there is, and their signature. Nothing can be added after it."""
        self.json("manifest.json", {**about, "files": [_filled(member) for member in self.members]})
        sums = "".join(f"{member.sha256}  {member.path}\n" for member in self.members)
        self.text(SUMS, sums)
        with self.member(SIGNATURE) as writer:
            writer.bytes(sign(sums.encode("utf-8", "replace")))
        self.close()

    def close(self) -> None:
        self.zip.close()


def _filled(member: Member) -> dict[str, Any]:
    return {name: value for name, value in asdict(member).items() if value is not None}


def safe_name(name: str) -> str:
    """A file name any system takes, and that leads nowhere else."""
    plain = UNSAFE.sub("_", unicodedata.normalize("NFKC", name)).strip("._-")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def empty_folder(folder: Path) -> None:
    """Make it, without what a crash left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
