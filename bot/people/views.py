"""Every word people read about blocking."""

from collections.abc import Sequence
from datetime import datetime

from bot.message import Bold, Message, say
from bot.people.model import Person


def blocked(who: str, until: datetime) -> Message:
    return say(
        f"{who} is blocked at every desk until {_day(until)}: what they write opens no tickets and reaches nobody. "
        "Unblock with /desk unblock."
    )


def unblocked(who: str) -> Message:
    return say(f"{who} may write again.")


def not_blocked(who: str) -> str:
    return f"{who} was not blocked."


def you_are_restricted() -> str:
    return (
        "You had your data restricted, so what you wrote was not passed on, and is kept nowhere. To write to this desk "
        "again, say /mydata lift first and then send it once more."
    )


def is_restricted(number: int) -> str:
    return (
        f"The customer of #{number} had their data restricted: it is kept and must not be used. Nothing was sent, "
        "shown or changed. You can write again when they lift the restriction."
    )


def agent_gone(number: int, name: str) -> Message:
    return say("Ticket ", Bold(f"#{number}"), f" is unclaimed again: the account of {name} is deactivated.")


def customer_gone(number: int, name: str) -> Message:
    return say(f"The account of {name} is deactivated. What you answer in #{number} may not reach them any more.")


def days_wrong(most: int) -> str:
    return f"Nobody was blocked: days has to be a whole number from 1 to {most}."


def not_yourself() -> str:
    return "Nobody was blocked: that is you."


def works_here(who: str) -> str:
    return f"Nobody was blocked: {who} works at a desk. Remove them there first, with /desk remove."


def blocked_list(people: Sequence[Person], more: bool) -> Message:
    if not people:
        return say("Nobody is blocked.")
    lines = [_line(person) for person in people] + (["… and more, whose blocks end later."] if more else [])
    return Message(("\n".join(lines),), title="Blocked")


def _line(person: Person) -> str:
    until = f" until {_day(person.blocked_until)}" if person.blocked_until else ""
    return f"{person.name or person.who.id}{until}" + (f": {person.block_reason}" if person.block_reason else "")


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
