"""Every word people read about blocking."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import _
from bot.message import Bold, Message, say, told
from bot.people.model import Person
from bot.wording import moment


def blocked(who: str, until: datetime) -> Message:
    return say(
        _(
            "{name} is blocked at every desk until {when}: what they write opens no tickets and reaches nobody. "
            "Unblock with /desk unblock.",
            name=who, when=moment(until),
        )
    )  # fmt: skip


def unblocked(who: str) -> Message:
    return say(_("{name} may write again.", name=who))


def not_blocked(who: str) -> str:
    return _("{name} was not blocked.", name=who)


def you_are_restricted() -> str:
    return _(
        "You had your data restricted, so what you wrote was not passed on, and is kept nowhere. To write to this desk "
        "again, say /mydata lift first and then send it once more."
    )


def waits_with_you(number: int) -> str:
    return _(
        "#{number} is restricted, so what you wrote was not passed on, and is kept nowhere. /mydata status shows why, "
        "/mydata lift or /mydata cancel ends it.",
        number=number,
    )


def is_restricted(number: int) -> str:
    return _(
        "The customer of #{number} had their data restricted: it is kept and must not be used. Nothing was sent, "
        "shown or changed. You can write again when they lift the restriction.",
        number=number,
    )


def agent_gone(number: int, name: str) -> Message:
    return Message(
        told(
            "Ticket {ticket} is unclaimed again: the account of {name} is deactivated.",
            ticket=Bold(f"#{number}"), name=name,
        )
    )  # fmt: skip


def customer_gone(number: int, name: str) -> Message:
    return say(
        _(
            "The account of {name} is deactivated. What you answer in #{number} may not reach them any more.",
            name=name, number=number,
        )
    )  # fmt: skip


def days_wrong(most: int) -> str:
    return _("Nobody was blocked: days has to be a whole number from 1 to {most}.", most=most)


def not_yourself() -> str:
    return _("Nobody was blocked: that is you.")


def works_here(who: str) -> str:
    return _("Nobody was blocked: {name} works at a desk. Remove them there first, with /desk remove.", name=who)


def blocked_list(people: Sequence[Person], more: bool) -> Message:
    if not people:
        return say(_("Nobody is blocked."))
    lines = [_line(person) for person in people] + ([_("… and more, whose blocks end later.")] if more else [])
    return Message(("\n".join(lines),), title=_("Blocked"))


def _line(person: Person) -> str:
    who, reason = person.name or person.who.id, f": {person.block_reason}" if person.block_reason else ""
    until = _("{name} until {when}", name=who, when=moment(person.blocked_until)) if person.blocked_until else who
    return until + reason
