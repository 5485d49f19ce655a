"""The keys under which words are encrypted."""

import secrets

from bot.config import ConfigError, Settings
from bot.process.running import encryption_of, now
from storage.settling import Encryption


def new_key() -> str:
    """For CONTENT_KEY: 32 random bytes, as 64 hexadecimal digits."""
    return secrets.token_hex(32)


def encrypt(settings: Settings) -> str:
    """Encrypt a database that was written in clear. Raises `CannotOpen`, and `ConfigError` without a key."""
    from storage.converting import encrypt

    many = encrypt(settings.database, now, _encryption(settings), settings.data_dir / "files")
    return f"{settings.database_shown} is encrypted: {many} rows and files. Backups from before are not; delete them"


def decrypt(settings: Settings) -> str:
    """Write it in clear again."""
    from storage.converting import decrypt

    many = decrypt(settings.database, now, _encryption(settings), settings.data_dir / "files")
    return f"{settings.database_shown} is in clear again: {many} rows and files. Now leave out CONTENT_KEY"


def rotate(settings: Settings) -> str:
    """Wrap the living keys with CONTENT_KEY instead of CONTENT_KEY_OLD."""
    from storage.converting import rotate

    keys = rotate(settings.database, _encryption(settings))
    done = f"{keys} keys are wrapped with CONTENT_KEY now"
    return f"{done}. Destroy CONTENT_KEY_OLD: then deleted keys are lost in every older copy of the key store, too"


def _encryption(settings: Settings) -> Encryption:
    encryption = encryption_of(settings)
    if encryption is None:
        raise ConfigError("CONTENT_KEY is not set; helpthread privacy keys new makes one")
    return encryption
