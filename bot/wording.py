"""Words that belong to no feature: what the bot says when it cannot understand, or may not; numbers and times."""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from bot.desks.model import Rank
from bot.language import _

CLOSE = 0.75  # from 0 to 1, how alike what somebody typed and what they may have meant are


def broken() -> str:
    return _("Something went wrong on our side. Nothing was changed; please try again.")


def busy() -> str:
    return _("There is very much to do right now. Nothing was changed; please try again in a minute.")


def usage(line: str) -> str:
    return _("Please write it like this: {line}", line=line)


def choose(line: str, option: str, choices: Sequence[str]) -> str:
    words = _("For {option}, choose one of: {choices}.", option=option, choices=", ".join(choices))
    return f"{words} {usage(line)}"


def too_much(rest: str, line: str) -> str:
    return _("I did not understand “{words}”.", words=shortened(rest)) + f" {usage(line)}"


def missing(option: str, line: str) -> str:
    return _("The {option} is missing.", option=option) + f" {usage(line)}"


def unknown_command(typed: str, known: Sequence[str]) -> str:
    """What comes close to it, or else all that begin alike."""
    first, _space, verb = typed.partition(" ")
    alike = [name for name in known if name.split(" ")[0] == first]
    close = get_close_matches(verb, [name.partition(" ")[2] for name in alike], n=1, cutoff=CLOSE)
    if close and verb:
        return _("I do not know that command. Did you mean {command}?", command=f"/{first} {close[0]}")
    usable = alike or dict.fromkeys(name.split(" ")[0] for name in known)
    return _("I do not know that command. You can use: {commands}.", commands=", ".join(f"/{name}" for name in usable))


def not_allowed(needed: Rank) -> str:
    match needed:
        case Rank.ADMIN:
            return _("That is for administrators of the desk. Nothing was changed.")
        case Rank.LEAD:
            return _("That is for leads of the desk. Nothing was changed.")
        case _other:
            return _("That is for agents of the desk. Nothing was changed.")


def which_ticket(line: str) -> str:
    return _("Which ticket?") + f" {usage(line)}"


def no_ticket(number: str) -> str:
    return _("There is no ticket #{number} that you can see.", number=number)


def no_person(word: str) -> str:
    return _("I do not know who “{word}” is.", word=word)


def ambiguous(number: int, names: Sequence[str]) -> str:
    choices = [f"{name}#{number}" for name in names]
    return _(
        "Several desks have a ticket #{number}. Write one of: {choices}.", number=number, choices=", ".join(choices)
    )


def no_desk() -> str:
    return _(
        "No support desk is set up here yet. Administrators make one with /desk setup, or helpthread desk import FILE"
    )


def no_such_desk(name: str) -> str:
    return _("There is no desk “{name}”. Nothing was changed.", name=name)


def which_desk(names: Sequence[str]) -> str:
    return _("Which desk? Please use this command in the agents' channel of one of: {desks}.", desks=", ".join(names))


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime(_("%Y-%m-%d %H:%M UTC"))


def day(when: datetime) -> str:
    return when.astimezone(UTC).strftime(_("%Y-%m-%d"))


def shortened(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
