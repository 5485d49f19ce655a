"""What an option may be completed to while somebody types, as far as they may see it."""

from collections.abc import Sequence

from bot.access import principals
from bot.desks.model import Rank
from bot.inbound import Actor, Place
from bot.ports import Filter, UnitOfWork
from bot.privacy.retaining.purging import unexpired
from bot.router import Takes
from bot.tickets import views
from bot.tickets.model import Ticket
from bot.wording import shortened

MOST = 25  # what the platforms show
LOOKED_AT = 100  # tickets
LONGEST = 100  # characters of a suggestion
Suggestion = tuple[str, str]  # what is read, and what it stands for


def suggest(takes: Takes, typed: str, actor: Actor, place: Place, work: UnitOfWork) -> Sequence[Suggestion]:
    desks = _staffed(actor, work) if takes is Takes.DESK else _desks(actor, place, work)
    if takes is Takes.TAG:
        return [(tag, tag) for tag in work.tickets.known_tags(desks, typed.lower(), MOST)] if desks else []
    if takes is Takes.TAGS:
        before, sign, beginning = _last_word(typed)
        found = work.tickets.known_tags(desks, beginning.lower(), MOST) if desks else []
        return [(line, line) for tag in found if len(line := f"{before}{sign}{tag}") <= LONGEST]
    if takes is Takes.MACRO:
        return _macros(typed.strip().lower(), desks, work)
    if takes in (Takes.DESK, Takes.CATEGORY):
        there = [desk for id in desks if (desk := work.desks.get(id))]
        names = [c.name for desk in there for c in desk.panel.categories]
        return _beginning(typed, [desk.name for desk in there] if takes is Takes.DESK else names)
    if takes is not Takes.TICKET:
        return []
    tickets = [unexpired(ticket, work) for ticket in _tickets(actor, desks, work)]
    return [_named(ticket) for ticket in tickets if _fits(ticket, typed)][:MOST]


def _macros(word: str, desks: Sequence[int], work: UnitOfWork) -> Sequence[Suggestion]:
    """Those whose name begins so first, then those that have the word anywhere. A name that is typed whole stays."""
    found = {macro.name: macro for desk in desks for macro in work.macros.all(desk)}.values()
    fitting = [macro for macro in found if word in macro.name or word in macro.text.lower()]
    fitting.sort(key=lambda macro: (not macro.name.startswith(word), macro.name))
    return [(shortened(f"{macro.name}: {macro.text}", LONGEST), macro.name) for macro in fitting[:MOST]]


def _beginning(typed: str, names: Sequence[str]) -> Sequence[Suggestion]:
    word = typed.strip().lower()
    return [(name, name) for name in sorted(set(names)) if name.lower().startswith(word)][:MOST]


def _last_word(typed: str) -> tuple[str, str, str]:
    """What stands before the last word of "+old -new", its sign, and the word."""
    head, blank, word = typed.rpartition(" ")
    sign = word[:1] if word[:1] in ("+", "-") else "+"
    return head + blank, sign, word.lstrip("+-")


def _desks(actor: Actor, place: Place, work: UnitOfWork) -> Sequence[int]:
    """Those where they are an agent; the one of this channel alone, if it is one of them."""
    desks = _staffed(actor, work)
    here = work.desks.at(place)
    return [here[0].id] if here and here[0].id in desks else desks


def _staffed(actor: Actor, work: UnitOfWork) -> Sequence[int]:
    return work.desks.ranked(principals(actor), Rank.AGENT)


def _tickets(actor: Actor, desks: Sequence[int], work: UnitOfWork) -> Sequence[Ticket]:
    if not desks:
        return work.tickets.open_of(actor.ref)
    lately = work.tickets.find(Filter(desks, open=False), MOST)
    return [*work.tickets.find(Filter(desks), LOOKED_AT), *lately]


def _fits(ticket: Ticket, typed: str) -> bool:
    word = typed.strip().lstrip("#").lower()
    return str(ticket.number).startswith(word) or (word in ticket.subject.lower() and not ticket.restricted)


def _named(ticket: Ticket) -> Suggestion:
    return f"{views.number(ticket)} {views.subject(ticket)}"[:LONGEST], str(ticket.number)
