"""What privacy officers can have done from the command line, by name: the same functions as in chat.

Nobody is known by name on a command line, so it counts as one officer: what needs two cannot be done from it alone.
"""

from collections.abc import Callable, Sequence

from bot.access import person_named
from bot.errors import Problem
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing import auditing
from bot.privacy.auditing.audit import OPERATOR, Deed
from bot.privacy.erasing import quote_review
from bot.privacy.exporting import sealed_export
from bot.privacy.officers import breach, challenge, dispute, four_eyes, holding, office, reporting
from bot.privacy.officers import counter_views as views
from bot.privacy.retaining import purging, retention_views

Doing = Callable[[Sequence[str], UnitOfWork], str]


def _account(named: str) -> UserRef | None:
    return person_named(named) if named else None


def _breach(given: Sequence[str], work: UnitOfWork) -> str:
    *times, stores, keys, drill = given
    return breach.open_breach(times, stores.split(","), work, drill=bool(drill), keys=bool(keys))


def _hold(given: Sequence[str], work: UnitOfWork) -> str:
    person, code, review, ticket, disclosure = given
    return holding.hold(person_named(person), code, review, ticket, disclosure, None, work)


def _retention(given: Sequence[str], work: UnitOfWork) -> str:
    rule, days = given
    if not days.isdecimal() or len(days) > 6:
        raise Problem(retention_views.no_days())
    preview, since = purging.set_period(rule, int(days), work)
    return retention_views.period_set(preview, since, work.now)


COMMANDS: dict[str, tuple[int, Doing]] = {  # how many arguments, none of which may be left out
    "queue": (0, lambda given, work: office.queue(None, work)),
    "show": (1, lambda given, work: office.show(given[0], None, work)),
    "show.hold": (1, lambda given, work: holding.show(given[0], None, work)),
    "retention-due": (0, lambda given, work: retention_views.periods(purging.previews(work))),
    "log": (4, lambda given, work: office.log(given[0], person_named(given[1]), given[2], given[3], None, work)),
    "extend": (2, lambda given, work: office.extend(given[0], given[1], None, work)),
    "refuse": (2, lambda given, work: office.refuse(given[0], given[1], None, work)),
    "decide": (2, lambda given, work: dispute.decide(office.asked_for(given[0], None, work), given[1], work)),
    "hold": (5, _hold),
    "renew": (2, lambda given, work: holding.renew(given[0], given[1], None, work)),
    "release": (1, lambda given, work: holding.release(given[0], None, work)),
    "confirm.hold": (1, lambda given, work: holding.confirm(given[0], None, work)),
    "clear.hold": (1, lambda given, work: holding.clear(given[0], None, work)),
    "minor": (1, lambda given, work: four_eyes.minor(person_named(given[0]), None, work)),
    "delete-for": (2, lambda given, work: four_eyes.delete_for(person_named(given[0]), given[1], None, work)),
    "confirm": (1, lambda given, work: four_eyes.confirm(given[0], None, work)),
    "challenge": (1, lambda given, work: challenge.challenge(given[0], None, work)),
    "quoted": (2, lambda given, work: challenge.quoted(given[0], given[1], None, work)),
    "quotes": (2, lambda given, work: quote_review.review(given[0], given[1], None, work)),
    "clear": (1, lambda given, work: four_eyes.clear(given[0], None, work)),
    "retention": (2, _retention),
    "export-for": (2, lambda given, work: sealed_export.order(person_named(given[0]), given[1], None, work)),
    "sealed": (1, lambda given, work: sealed_export.hand_out(given[0], None, work)),
    "report": (1, lambda given, work: reporting.due(given[0], None, work) if given[0] else reporting.report(work)),
    "disclosures": (1, lambda given, work: reporting.disclosures(_account(given[0]), work)),
    "given": (3, lambda given, work: reporting.give(person_named(given[0]), given[1], given[2], None, work)),
    "breach.open": (6, _breach),
    "breach.list": (0, lambda given, work: breach.register(work)),
    "breach.show": (1, lambda given, work: breach.show(given[0], work)),
    "breach.drafts": (1, lambda given, work: breach.drafts(given[0], work)),
    "breach.reported": (1, lambda given, work: breach.reported(given[0], work)),
    "breach.tell": (1, lambda given, work: breach.tell(given[0], work)),
    "breach.close": (1, lambda given, work: breach.close(given[0], work)),
    "audit.show": (2, lambda given, work: auditing.show(_account(given[0]), int(given[1]), work)),
    "audit.destroy": (1, lambda given, work: auditing.destroy(int(given[0]), work)),
}


def do(command: str, given: Sequence[str], work: UnitOfWork) -> str:
    """What to print. Raises `Problem`, also if there is no such command: another version may have asked."""
    count, doing = COMMANDS.get(command, (-1, None))
    if doing is None or len(given) != count:
        raise Problem(views.unknown())
    work.audit.actor = OPERATOR
    work.audit.note(Deed.ACCESS, reason=f"privacy.{command}")
    return doing(given, work)
