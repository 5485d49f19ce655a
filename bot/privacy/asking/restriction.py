"""Having somebody's data restricted, and the end of that: at once for what is shown from now on; the clerk sees to what
was posted before."""

from datetime import datetime

from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.erasing.decided import remember
from bot.privacy.erasing.deferring import keep_restricted
from bot.privacy.erasing.gate import RESTRICTION
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.tasks import give_work
from bot.privacy.uses import Use, serves


@serves(Use.RIGHTS)
def turn(who: UserRef, restricted: bool, work: UnitOfWork, at: datetime | None = None) -> bool:
    """False if it is so already. `at` is since when, if not now."""
    work.privacy.alone(who)
    person = work.people.get(who)
    if (person is not None and person.restricted_at is not None) == restricted:
        return False
    work.people.restrict(who, (at or work.now) if restricted else None)
    work.tickets.restrict(who, restricted)
    remember(who, RESTRICTION, work)
    keep_restricted(who, work)
    for dispute in work.privacy.requests_of(who, Asked.DISPUTE):
        if dispute.open:
            work.tickets.restrict_one(dispute.ticket, True)
    for other in work.privacy.requests_of(who):
        if other.asked in (Asked.RESTRICTION, Asked.LIFTING) and other.running:
            work.privacy.save(other.to(Stage.EXPIRED))
    asked = Asked.RESTRICTION if restricted else Asked.LIFTING
    give_work(work.privacy.open_request(Request(0, who, asked, work.now)), "veil", work, about=who)
    return True
