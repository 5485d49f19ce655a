"""What a privacy officer reports: what is due, what came of requests, and what was given to whom.

Disclosures are lines of the audit log, in codes. What the program gives out it writes down itself; what somebody gives
out otherwise, such as a court that may have it, an officer writes down here.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import OPERATOR, Deed
from bot.privacy.officers import office_views, reporting_views
from bot.privacy.officers.office import MOST_LISTED

PERIOD = timedelta(days=365)
MOST_DAYS = 3650
GIVES = (Deed.DELIVERED, Deed.HANDED_OUT, Deed.GIVEN)
TO = ("authority", "court", "police", "lawyer", "auditor", "provider", "other")
WHY = ("obligation", "claims", "contract", "consent", "safety", "interests")  # GDPR Art. 6(1), 9(2)(f)


def report(work: UnitOfWork) -> str:
    """How many requests of each kind came in a year, what became of them, and how many were answered late."""
    return reporting_views.report(work.privacy.tally(work.now - PERIOD, work.now), work.now - PERIOD, work.now)


def due(days: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """What has to be answered, or looked at, within so many days; what is overdue stands at the front."""
    if not days.isdecimal() or len(days) > 4 or int(days) > MOST_DAYS:
        raise Problem(reporting_views.no_days(MOST_DAYS))
    until = work.now + timedelta(days=int(days))
    requests = [request for request in work.privacy.open_requests(MOST_LISTED) if request.answer_by <= until]
    holds = [hold for hold in work.privacy.holds(MOST_LISTED) if hold.review_at <= until]
    requests = [request for request in requests if request.who != officer]
    holds = [hold for hold in holds if hold.who != officer]
    if not requests and not holds:
        return reporting_views.nothing_due(int(days))
    return office_views.queue(requests, holds, work.now)


def give(who: UserRef, to: str, why: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Write down that somebody got data of `who`. Raises `Problem`."""
    if to not in TO or why not in WHY:
        raise Problem(reporting_views.choose(TO, WHY))
    if who == officer:
        raise Problem(office_views.not_yours())
    work.audit.note(Deed.GIVEN, about=who, store=to, reason=why)
    return reporting_views.given()


def disclosures(who: UserRef | None, work: UnitOfWork) -> str:
    """The newest, the oldest of them first; or those about one person."""
    lines = work.audit.latest_deeds([deed.value for deed in GIVES], MOST_LISTED, who)
    return reporting_views.disclosures(list(reversed(lines)), _operators(work))


def _operators(work: UnitOfWork) -> Sequence[str]:
    return list(work.audit.aliases(OPERATOR).values())
