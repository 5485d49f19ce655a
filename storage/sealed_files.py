"""Files that are encrypted: each under a random key of its own, which is kept, sealed, with what refers to the file.

A file is a row of pieces, each 64 KiB of it and what AES-256-GCM adds. A piece's nonce is its number and whether it is
the last one, so none can be left out, moved or cut off; a key is used for one file only, so no nonce is used twice.
"""

import errno
import io
import os
import re
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.disk import Part

PIECE = 1 << 16  # bytes of content
TAG = 16  # bytes that encryption adds to a piece
SEALED = PIECE + TAG


class SealedPart(Part):
    """A file while it is written, encrypted. Its `hash` is of what is stored, its `size` of the content."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        key = os.urandom(32)
        self.key = key.hex()
        self.cipher = AESGCM(key)
        self.held = bytearray()
        self.number = 0

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.held += chunk
        while len(self.held) > PIECE:  # the last piece is known at the end
            self._put(bytes(self.held[:PIECE]), last=False)
            del self.held[:PIECE]

    def flush(self) -> None:
        self._put(bytes(self.held), last=True)
        super().flush()

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self.cipher.encrypt(nonce(self.number, last), piece, None)
        self.file.write(sealed)
        self.hash.update(sealed)
        self.number += 1


class SealedFile(io.RawIOBase):
    """Reads the content of an encrypted file, from anywhere in it. Raises `FileNotFoundError` where it is damaged."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__()
        self.path = path
        self.cipher = AESGCM(_key(path, key))
        self.file = path.open("rb")
        stored = os.fstat(self.file.fileno()).st_size
        self.last = max(0, (stored - 1) // SEALED)
        self.length = stored - TAG * (self.last + 1)
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.length}[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: object) -> int:
        into = memoryview(cast(bytearray, buffer))
        number, start = divmod(self.at, PIECE)
        if number > self.last:
            return 0
        piece = self._piece(number)[start : start + len(into)]
        into[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self.file.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        self.file.seek(number * SEALED)
        try:
            return self.cipher.decrypt(nonce(number, number == self.last), self.file.read(SEALED), None)
        except InvalidTag:
            raise _unreadable(self.path) from None


def open_sealed(path: Path, key: str) -> BinaryIO:
    return io.BufferedReader(SealedFile(path, key), PIECE)


def _key(path: Path, key: str) -> bytes:
    """Where the key was erased, something else stands for it."""
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise _unreadable(path)
    return bytes.fromhex(key)


def nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _unreadable(path: Path) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "cannot be opened any more", path.name)
