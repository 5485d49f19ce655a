"""Restriction (GDPR Art. 18): what is theirs is kept, and used for nothing else until they, or we, say so."""

from bot.errors import NotAllowed
from bot.message import UserRef
from bot.people import views
from bot.people.model import Person
from bot.tickets.model import Ticket


def refuse_restricted(person: Person | None) -> None:
    """Raises `NotAllowed` if they had their own data restricted: what they write would be used."""
    if person is not None and person.restricted_at is not None:
        raise NotAllowed(views.you_are_restricted())


def refuse_others(ticket: Ticket, who: UserRef) -> None:
    """Raises `NotAllowed` if its customer had their data restricted, or disputes what is in it."""
    if ticket.restricted:
        own = who == ticket.customer
        raise NotAllowed(views.waits_with_you(ticket.number) if own else views.is_restricted(ticket.number))
