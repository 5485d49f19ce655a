"""Messages in which perhaps somebody is quoted who had their data erased: a privacy officer says whether that goes.

Lists say where such a message is and nothing of what it says. Whoever looks at one reads what is quoted in it, and
nothing else; nobody looks at what they wrote themselves.
"""

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.erasing import quote_views as views
from bot.privacy.erasing.quoted import held, rewrite
from bot.privacy.erasing.quotes import quoted
from bot.privacy.model import NOBODY, UNSURE, Request
from bot.privacy.officers.office import tell_officers
from bot.tickets.timeline import Entry

MOST_LISTED = 50
ERASE, KEEP = DECISIONS = ("erase", "keep")


def tell(request: Request, work: UnitOfWork) -> None:
    """Officers, once for each erasure that leaves them something to look at."""
    if dict(request.counts).get(UNSURE):
        tell_officers(f"privacy:{request.number}:quotes", NOBODY, views.to_look_at, work)


def review(number: str, decision: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Without a number, what there is to look at; without a decision, what is quoted there. Raises `Problem`."""
    if not number:
        return views.listed([(each, _where(entry, work), entry.at) for each, entry in waiting(officer, work)])
    entry = dict(waiting(officer, work)).get(int(number)) if number.isdecimal() and len(number) < 19 else None
    if entry is None:
        raise Problem(views.no_such())
    if not decision:
        return views.shown(int(number), _where(entry, work), [*quoted(entry.text), *quoted(entry.remark)])
    if decision not in DECISIONS:
        raise Problem(views.choose(DECISIONS))
    if decision == ERASE:
        if held(entry, work):
            raise Problem(views.held())
        rewrite(entry, _all_of_it, work)
    work.privacy.settle_doubt(entry.id)
    return views.decided(_where(entry, work), erased=decision == ERASE)


def waiting(officer: UserRef | None, work: UnitOfWork) -> list[tuple[int, Entry]]:
    """By number. What is not there any more, or quotes nobody now, needs no decision."""
    found = ((number, work.timeline.get(id)) for number, id in work.privacy.doubted(MOST_LISTED))
    there = [(number, entry) for number, entry in found if entry is not None and officer != entry.said_by]
    return [(number, entry) for number, entry in there if quoted(entry.text) or quoted(entry.remark)]


def _all_of_it(passage: str) -> bool:
    return True


def _where(entry: Entry, work: UnitOfWork) -> str:
    ticket = work.tickets.called(entry.ticket)
    desk = work.desks.get(ticket[0]) if ticket else None
    return f"{desk.name}#{ticket[1]}" if ticket and desk else ""
