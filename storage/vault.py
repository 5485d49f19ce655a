"""Seals words under the key of the person whose they are, and opens them.

A sealed value is `ht1:` and, in base64, a version byte, the id of the data key (8 bytes), a random nonce (12 bytes) and
what AES-256-GCM makes of the words. It is bound to its place: put into another row or column it does not open.
"""

import binascii
import logging
import os
import threading
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.message import UserRef
from bot.privacy.exporting.disguise import ERASED
from storage.keystore import KeyStore

log = logging.getLogger(__name__)
MARK = "ht1:"
VERSION = b"\x01"
KEY_ID, NONCE = 8, 12  # bytes
NONCE_AT, WORDS_AT = 1 + KEY_ID, 1 + KEY_ID + NONCE
DAMAGED = "[damaged]"
MOST_REMEMBERED = 10_000  # opened data keys


class Unreadable(Exception):
    """It does not open; `shown` is what stands for it."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


class Vault:
    """`alone`: no other process deletes keys. Where one may, a key is looked for before anything is sealed with it."""

    def __init__(self, keys: KeyStore, alone: bool) -> None:
        self.keys = keys
        self.alone = alone
        self.lock = threading.Lock()
        self.ids: dict[UserRef, int] = {}
        self.ciphers: dict[int, AESGCM] = {}
        self.doomed: set[UserRef] = set()

    def seal(self, who: UserRef, place: str, words: str) -> str:
        """`place` is `table|column|row`. The key of `who` is made if there is none."""
        id, cipher = self._cipher_of(who)
        nonce = os.urandom(NONCE)
        sealed = cipher.encrypt(nonce, words.encode(), _bound(place, id))
        return MARK + binascii.b2a_base64(VERSION + id.to_bytes(KEY_ID) + nonce + sealed, newline=False).decode()

    def open(self, place: str, stored: str) -> str:
        """The words. What was never sealed is as it is. Raises `Unreadable`."""
        if not stored.startswith(MARK):
            return stored
        try:
            raw = binascii.a2b_base64(stored[len(MARK) :], strict_mode=True)
        except (binascii.Error, ValueError):
            raise Unreadable(DAMAGED) from None
        if raw[:1] != VERSION or len(raw) < WORDS_AT:
            raise Unreadable(DAMAGED)
        id = int.from_bytes(raw[1:NONCE_AT])
        cipher = self._cipher(id)
        if cipher is None:
            raise Unreadable(ERASED)
        try:
            return cipher.decrypt(raw[NONCE_AT:WORDS_AT], raw[WORDS_AT:], _bound(place, id)).decode()
        except (InvalidTag, UnicodeDecodeError):
            raise Unreadable(DAMAGED) from None

    def shown(self, place: str, stored: str) -> str:
        """The words, or what stands for them."""
        try:
            return self.open(place, stored)
        except Unreadable as error:
            if error.shown == DAMAGED:
                table, column, _ = place.split("|", 2)
                log.error("something stored does not open", extra={"table": table, "column": column})
            return error.shown

    def doom(self, who: UserRef) -> None:
        """Their key is deleted at the next `bury`: when what it opens is gone."""
        self.doomed.add(who)

    def bury(self) -> None:
        for who in tuple(self.doomed):
            id = self.keys.drop(str(who))
            with self.lock:
                self.ids.pop(who, None)
                if id is not None:
                    self.ciphers.pop(id, None)
            self.doomed.discard(who)

    def close(self) -> None:
        self.keys.close()

    def _cipher_of(self, who: UserRef) -> tuple[int, AESGCM]:
        id = self.ids.get(who)
        cipher = None if id is None else self.ciphers.get(id)
        if id is not None and cipher is not None and (self.alone or self.keys.there(id)):
            return id, cipher
        id, key = self.keys.of(str(who)) or self.keys.make(str(who))
        with self.lock:
            self.ids[who] = id
            _trim(self.ids)
        return id, self._remember(id, key)

    def _cipher(self, id: int) -> AESGCM | None:
        if (cipher := self.ciphers.get(id)) is not None:
            return cipher
        key = self.keys.get(id)
        return None if key is None else self._remember(id, key)

    def _remember(self, id: int, key: bytes) -> AESGCM:
        with self.lock:
            cipher = self.ciphers.setdefault(id, AESGCM(key))
            _trim(self.ciphers)
        return cipher


def _trim(known: dict[Any, Any]) -> None:
    """The oldest goes first."""
    while len(known) > MOST_REMEMBERED:
        del known[next(iter(known))]


def _bound(place: str, id: int) -> bytes:
    return f"{place}|{id:016x}".encode()
