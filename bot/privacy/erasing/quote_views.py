"""What privacy officers read about messages that may quote somebody who had their data erased."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import _
from bot.message import Message, say
from bot.wording import day

COMMAND = "/privacy quotes"


def to_look_at() -> Message:
    return say(
        _("Somebody who had their data deleted may still be quoted in messages of others: {command}.", command=COMMAND)
    )


def listed(found: Sequence[tuple[int, str, datetime]]) -> str:
    if not found:
        return _("No message waits for you to look who is quoted in it.")
    lines = [_("Somebody who had their data deleted may be quoted in these messages. Look at one by its number:")]
    lines += [
        _("{number}: in {ticket}, of {day}", number=number, ticket=ticket, day=day(at)) for number, ticket, at in found
    ]
    return "\n".join(lines)


def shown(number: int, ticket: str, passages: Sequence[str]) -> str:
    intro = _("This is quoted in {ticket}; only officers read it here:", ticket=ticket)
    after = _(
        "If it is of somebody who had their data deleted: {erase}. If not: {keep}.",
        erase=" ".join((COMMAND, str(number), "erase")),
        keep=" ".join((COMMAND, str(number), "keep")),
    )
    return "\n\n".join((intro, *passages, after))


def decided(ticket: str, *, erased: bool) -> str:
    if erased:
        return _("What was quoted there in {ticket} is deleted, here and in every copy of ours.", ticket=ticket)
    return _("What is quoted there in {ticket} stays.", ticket=ticket)


def no_such() -> str:
    return _("Nothing was changed: no message of that number waits for you. {command} lists them.", command=COMMAND)


def choose(decisions: Sequence[str]) -> str:
    return _("Nothing was changed. Choose one of: {decisions}.", decisions=", ".join(decisions))


def held() -> str:
    return _("Nothing was changed: a legal hold keeps that message as it is. Look again when it has ended.")
