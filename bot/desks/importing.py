"""Desks taken from sheets into the database, and back. All of it happens in one transaction or not at all."""

from collections.abc import Iterator, Sequence

from bot.desks import views
from bot.desks.model import Desk
from bot.desks.sheet import Loc, Sheet
from bot.lifecycle.views import moved
from bot.macros.model import Macro
from bot.ports import UnitOfWork
from bot.relay.rooms import move_cards


class SheetsWrong(Exception):
    """The sheets cannot be taken. `problems` says where (as in "desks", 0, "intake", 2) and what."""

    def __init__(self, problems: Sequence[tuple[Loc, str]]) -> None:
        super().__init__("; ".join(text for _, text in problems))
        self.problems = problems


def hand_out(work: UnitOfWork) -> list[Sheet]:
    """What every desk is set to."""
    return [_sheet(desk, work) for desk in work.desks.all()]


def _sheet(desk: Desk, work: UnitOfWork) -> Sheet:
    return Sheet.of(desk, work.desks.intake(desk.id), work.desks.members(desk.id), work.macros.all(desk.id))


def take_over(sheets: Sequence[Sheet], work: UnitOfWork) -> list[str]:
    """Set the desks to what the sheets say, and tell what that did, a line each.

    Desks that no sheet names are left as they are; the same sheets a second time change nothing. Raises `SheetsWrong`.
    """
    before = {sheet.name: sheet for sheet in hand_out(work)}
    left = [sheet for name, sheet in before.items() if name not in {s.name for s in sheets}]
    if wrong := [*_named_twice(sheets), *_used_twice(sheets, left)]:
        raise SheetsWrong(wrong)
    changed = [sheet for sheet in sheets if sheet.name not in before or not sheet.same(before[sheet.name])]
    for sheet in changed:  # lets go of its channels first, so that desks may swap them
        work.desks.save(Desk(0, sheet.name, None, sheet.settings, sheet.panel), [], sheet.members())
    for sheet in changed:  # lets go of its channels first, so that desks may swap them
        work.desks.save(Desk(0, sheet.name, None, sheet.settings, sheet.panel), [], sheet.members())
    for sheet in changed:
        desk = Desk(0, sheet.name, sheet.agents_channel, sheet.settings, sheet.panel)
        desk = work.desks.save(desk, sheet.intake, sheet.members())
        work.macros.replace(desk.id, [Macro(name=name, text=text) for name, text in sheet.macros.items()])
        if sheet.name in before and desk.agents != before[sheet.name].agents_channel:
            move_cards(desk, work, moved)
    told = [views.taken(before.get(sheet.name), sheet) for sheet in sheets]
    told += [views.left_alone(sheet.name) for sheet in left]
    return told + [hint for sheet in sheets for hint in views.hints(sheet)]


def _named_twice(sheets: Sequence[Sheet]) -> Iterator[tuple[Loc, str]]:
    for i, sheet in enumerate(sheets):
        if sheet.name in {other.name for other in sheets[:i]}:
            yield ("desks", i, "name"), views.named_twice(sheet.name)


def _used_twice(sheets: Sequence[Sheet], left: Sequence[Sheet]) -> Iterator[tuple[Loc, str]]:
    used = {place: sheet.name for sheet in left for _, place in sheet.channels()}
    for i, sheet in enumerate(sheets):
        for loc, place in sheet.channels():
            if place in used:
                yield ("desks", i, *loc), views.channel_taken(place, used[place])
            used.setdefault(place, sheet.name)
