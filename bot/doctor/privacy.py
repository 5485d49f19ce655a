"""What people must be told of who has their data, and what exports are signed with, as `helpthread doctor` sees it."""

from collections.abc import Iterator

from bot.config import Settings
from bot.doctor.finding import Finding, note, ok, wrong
from storage.errors import CannotOpen
from storage.notary import public_key

SAYS = "the privacy notice does not say"


def examine_privacy(settings: Settings) -> Iterator[Finding]:
    if not settings.operator:
        yield note(f"{SAYS} who runs this desk", "set OPERATOR to a name and address")
    if not settings.privacy_contact:
        yield note(f"{SAYS} how to reach whoever is responsible", "set PRIVACY_CONTACT to an e-mail or web address")
    try:
        key = public_key(settings.signing_key)
    except CannotOpen as error:
        yield wrong("exports cannot be signed", str(error))
        return
    if key:
        yield ok(f"exports are signed; keep a copy of {settings.signing_key}, for its owner's eyes only")
