"""Where a request stands, where it may go from there, and by when it must be answered.

asked ──► cooling ──► due ──► cleaning ──► told ──► done        a deletion
                      due ──► done ──► expired                  an export
review ──► due or done                                          what the privacy officer decides

cancelled, refused and expired end one; held waits for the end of a legal hold, and then is due.
"""

from calendar import monthrange
from datetime import datetime
from enum import StrEnum

MONTHS = 1  # to answer in: GDPR Art. 12(3)
EXTENDED_MONTHS = 3  # with the two further months that the same article allows, once and with a reason


class Stage(StrEnum):
    """EXPORT: due, done, expired. ERASURE: asked (not confirmed yet), cooling (confirmed, may still be cancelled), due,
    cleaning (rows are gone, posts and traces may not be), told (the receipt is on its way), done (nobody knows any
    more whose it was). REVIEW waits for the privacy officer, HELD for the end of a legal hold."""

    ASKED = "asked"
    COOLING = "cooling"
    REVIEW = "review"
    HELD = "held"
    DUE = "due"
    CLEANING = "cleaning"
    TOLD = "told"
    DONE = "done"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"


RUNNING = (Stage.DUE, Stage.CLEANING, Stage.TOLD)
OPEN = (Stage.ASKED, Stage.COOLING, Stage.REVIEW, Stage.HELD, *RUNNING)
NOT_BEGUN = (Stage.ASKED, Stage.COOLING, Stage.REVIEW, Stage.HELD)  # may be cancelled
ENDS = frozenset({Stage.CANCELLED, Stage.REFUSED, Stage.EXPIRED})
NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.ASKED: ENDS | {Stage.COOLING, Stage.DUE, Stage.HELD},
    Stage.COOLING: ENDS | {Stage.DUE, Stage.HELD},
    Stage.REVIEW: ENDS | {Stage.ASKED, Stage.DUE, Stage.HELD, Stage.DONE},
    Stage.HELD: ENDS | {Stage.DUE},
    Stage.DUE: frozenset({Stage.CLEANING, Stage.DONE, Stage.EXPIRED, Stage.HELD}),
    Stage.CLEANING: frozenset({Stage.TOLD}),
    Stage.TOLD: frozenset({Stage.DONE}),
    Stage.DONE: frozenset({Stage.EXPIRED}),
    **dict.fromkeys(ENDS, frozenset[Stage]()),
}


def months_after(at: datetime, months: int) -> datetime:
    """The same time of the same day that many months later, or of the last day where there is no such day."""
    year, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + year, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
