"""What this installation promises about people's data, as far as its operator chooses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.privacy.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Promises:
    """`grace` is how long a confirmed deletion can still be cancelled. `operator` is who runs the desk, `contact` where
    to reach them about data, `recipients` whom data is given to; `given` says of them what, why and where. Whoever last
    heard of the privacy notice before `announce_since` is told that there is a new one.

    Exports are signed with the key that belongs to `signed_by` (Ed25519), if there is one yet.

    Of whoever did not say that they have this `age` (years) nothing is kept; 0 asks nobody. `approve_days` before an
    answer is due, what waits for a privacy officer alone is taken as right; 0 is never.
    """

    grace: timedelta = timedelta()
    operator: str = ""
    contact: str = ""
    recipients: tuple[str, ...] = ()
    announce_since: datetime | None = None
    age: int = 0
    approve_days: int = 5
    given: tuple[Recipient, ...] = ()
    signed_by: str = ""
