"""Whose language it is: a person's own where they alone read it, the desk's where everybody does.

What these give are languages to try, in order; each is looked up only if those before it have no catalogue.
"""

from collections.abc import Iterator

from bot.desks.model import Desk
from bot.inbound import Event, Place
from bot.message import UserRef
from bot.ports import UnitOfWork


def languages_of(who: UserRef, desk: Desk | None, work: UnitOfWork) -> Iterator[str]:
    """Of a person who is told something in private."""
    person = work.people.met(who)
    language = work.people.language(who) if person is None else person.language
    if language is not None:
        yield language
    if desk is not None:
        yield desk.settings.language


def languages_alone(who: UserRef, work: UnitOfWork) -> Iterator[str]:
    """Of a person who is told something that is no desk's matter: their own, else that of the first desk."""
    yield from languages_of(who, next(iter(work.desks.all()), None), work)


def languages_for(event: Event, work: UnitOfWork) -> Iterator[str]:
    """Of whoever did it and is answered."""
    yield from languages_of(event.actor.ref, None, work)  # what they corrected goes before what the platform says
    yield event.actor.language
    if (desk := _desk_near(event.place, work)) is not None:
        yield desk.settings.language


def _desk_near(place: Place, work: UnitOfWork) -> Desk | None:
    """The one whose channel or room it is, else one that takes in nearby, else the first."""
    if here := work.desks.at(place):
        return here[0]
    room = work.tickets.room(place) if place.thread and not place.direct else None
    if room is not None:
        return work.desks.get(room[0].desk)
    return next(iter(work.desks.near(place.platform, place.workspace) or work.desks.all()), None)
