"""Files sealed to a passphrase, in the format of age (https://age-encryption.org/v1), which other programs open, too.

A header carries the file's key, encrypted with what scrypt makes of the passphrase. Then come pieces of 64 KiB, each
encrypted by ChaCha20-Poly1305 under its number and whether it is the last one, so none can be left out, moved or cut
off. One piece is in memory at a time.
"""

import binascii
import hmac
import os
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.errors import Problem
from bot.language import Phrase
from storage.sealed_files import PIECE, SEALED, nonce

VERSION = b"age-encryption.org/v1\n"
SALTED = b"age-encryption.org/v1/scrypt"
WORK = 15  # scrypt takes 2**15 * 1 KiB = 32 MiB; our passphrases have more than 100 random bits
MOST_WORK = 20  # 1 GiB: a file may not ask for more
FILE_KEY, SALT = 16, 16  # bytes
LONGEST_LINE = 200  # bytes of a header
STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n")
WRONG = Phrase("Nothing was opened: the passphrase is another one.")
NO_SUCH_FILE = Phrase("Nothing was opened: that file is not sealed with a passphrase.")
DAMAGED = Phrase("Nothing was opened: the file is damaged, or not all of it is there.")


def sealed(content: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
    """The sealed file, as it is made. Blocks for as long as scrypt takes."""
    key, salt, own = os.urandom(FILE_KEY), os.urandom(SALT), os.urandom(SALT)
    wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, WORK)).encrypt(bytes(12), key, None)
    head = VERSION + b"-> scrypt " + _base64(salt) + b" %d\n" % WORK + _base64(wrapped) + b"\n---"
    yield head + b" " + _base64(_mac(key, head)) + b"\n" + own
    cipher, held, number = ChaCha20Poly1305(_derived(key, own, b"payload")), bytearray(), 0
    for chunk in content:
        held += chunk
        while len(held) > PIECE:  # the last piece is known at the end
            yield cipher.encrypt(nonce(number, False), bytes(held[:PIECE]), None)
            del held[:PIECE]
            number += 1
    yield cipher.encrypt(nonce(number, True), bytes(held), None)


def opened(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The content. Nothing of it counts before the last piece came: raises `Problem` for what does not open."""
    key = _file_key(file, passphrase)
    cipher, number = ChaCha20Poly1305(_derived(key, _exactly(file, SALT), b"payload")), 0
    piece, after = file.read(SEALED), file.read(SEALED)
    while True:
        try:
            content = cipher.decrypt(nonce(number, not after), piece, None)
        except InvalidTag:
            raise Problem(DAMAGED) from None
        if not content and number:
            raise Problem(DAMAGED)
        yield content
        if not after:
            return
        piece, after, number = after, file.read(SEALED), number + 1


def _file_key(file: BinaryIO, passphrase: str) -> bytes:
    """Raises `Problem`."""
    version, stanza, body, end = (file.readline(LONGEST_LINE) for _ in range(4))
    found = STANZA.fullmatch(stanza)
    if version != VERSION or found is None or not end.startswith(b"--- "):
        raise Problem(NO_SUCH_FILE)
    salt, work, wrapped, mac = _binary(found[1]), int(found[2]), _binary(body.rstrip(b"\n")), _binary(end[4:-1])
    if work > MOST_WORK or len(wrapped) != FILE_KEY + 16:
        raise Problem(NO_SUCH_FILE)
    try:
        key = ChaCha20Poly1305(_stretched(passphrase, salt, work)).decrypt(bytes(12), wrapped, None)
    except InvalidTag:
        raise Problem(WRONG) from None
    if not hmac.compare_digest(mac, _mac(key, version + stanza + body + b"---")):
        raise Problem(DAMAGED)
    return key


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=SALTED + salt, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode())


def _derived(key: bytes, salt: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, what).derive(key)


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(key, b"", b"header"), head, "sha256")


def _exactly(file: BinaryIO, size: int) -> bytes:
    if len(data := file.read(size)) != size:
        raise Problem(DAMAGED)
    return data


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def _binary(text: bytes) -> bytes:
    """Written in the one way that age allows: spare bits of the last letter are not another file's."""
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        raise Problem(NO_SUCH_FILE) from None
    if _base64(data) != text:
        raise Problem(NO_SUCH_FILE)
    return data
