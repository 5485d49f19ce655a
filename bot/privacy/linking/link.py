"""Accounts that are one person's: who is linked with whom, and the way there.

A link is made by both accounts, and is two rows and nothing else. For a day it changes nothing, so that whoever was
talked into one still has their data to themselves when they read of it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.message import UserRef

if TYPE_CHECKING:
    from bot.ports import UnitOfWork

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
CODE_LENGTH = 10  # of 32 characters each: 50 bits
CODE_LIVES = timedelta(minutes=10)
TRIES = 5  # wrong codes of one account, within the life of a code
WIDENS_AFTER = timedelta(hours=24)
MOST = 10  # accounts of one person


@dataclass(frozen=True, slots=True)
class Pairing:
    """`who` has a code (we keep its hash), or has met the `other` account with one and is asked, `until` then.

    `agreed` once they said that the other one is theirs. `wrong` counts the wrong codes they tried.
    """

    who: UserRef
    code_hash: str
    until: datetime
    wrong: int = 0
    other: UserRef | None = None
    agreed: bool = False


def hashed(code: str) -> str:
    """However it was typed: with spaces, in small letters."""
    return hashlib.sha256("".join(code.upper().split()).encode("utf-8", "replace")).hexdigest()


def accounts(who: UserRef, work: "UnitOfWork") -> tuple[UserRef, ...]:
    """All that is theirs, the account they act with first; others from a day after they were linked on."""
    return (who, *work.links.of(who, work.now - WIDENS_AFTER))
