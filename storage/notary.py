"""Signs exports, so that whoever holds one can tell that it is ours and unchanged; and seals them for one person.

The key (Ed25519) is made once and kept in a file that only its owner can read. Exports that were signed with one that
is lost cannot be told from forgeries any more.
"""

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from storage.age_file import sealed
from storage.disk import Part, flush_folder
from storage.errors import CannotOpen


class DiskNotary:
    """Implements `bot.ports.Notary`. `public` is what stands between the lines of a PEM file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key
        shown = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public = base64.b64encode(shown).decode()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)

    def seal(self, content: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
        return sealed(content, passphrase)


def open_notary(path: Path) -> DiskNotary:
    """With the key in that file, which is made if it is not there. Raises `CannotOpen`."""
    if not path.exists():
        _make(path)
    return _read(path)


def public_key(path: Path) -> str:
    """Empty where there is none yet. Raises `CannotOpen`."""
    return _read(path).public if path.exists() else ""


def signed(public: str, signature: bytes, data: bytes) -> bool:
    """Whether whoever has the key that belongs to `public` signed it. Raises `ValueError` if that is no such key."""
    try:
        key = load_der_public_key(base64.b64decode("".join(public.split()), validate=True))
    except binascii.Error:
        raise ValueError("not a key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("another kind of key")
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _make(path: Path) -> None:
    """Of two that make one at the same time the first wins: a name that is taken is not taken twice."""
    part = Part(path.parent)
    try:
        part.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        part.flush()
        os.link(part.path, path)
        flush_folder(path.parent)
    except FileExistsError:
        pass
    finally:
        part.discard()


def _read(path: Path) -> DiskNotary:
    try:
        if path.stat().st_mode & 0o077:
            raise CannotOpen(f"{path} can be read by others, and exports are signed with it; say: chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        raise CannotOpen(f"{path} holds no key to sign exports with; put back your copy of it") from None
    except OSError as error:
        raise CannotOpen(f"{path} cannot be read ({error.strerror})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotOpen(f"{path} holds another kind of key than Ed25519; put back your copy of it")
    return DiskNotary(key)
