"""Words that belong to no feature: what the bot says when it cannot understand, or may not."""

from collections.abc import Sequence

BROKEN = "Something went wrong on our side. Nothing was changed; please try again."
BUSY = "There is very much to do right now. Nothing was changed; please try again in a minute."


def usage(line: str) -> str:
    return f"Please write it like this: {line}"


def choose(line: str, option: str, choices: Sequence[str]) -> str:
    return f"For {option}, choose one of: {', '.join(choices)}. {usage(line)}"


def too_much(rest: str, line: str) -> str:
    return f"I did not understand “{shortened(rest)}”. {usage(line)}"


def missing(option: str, line: str) -> str:
    return f"The {option} is missing. {usage(line)}"


def unknown_command(known: Sequence[str]) -> str:
    return f"I do not know that command. You can use: {', '.join(known)}."


def not_allowed(needed: str) -> str:
    return f"That is for {needed}s of the desk. Nothing was changed."


def which_ticket(line: str) -> str:
    return f"Which ticket? {usage(line)}"


def no_ticket(number: str) -> str:
    return f"There is no ticket #{number} that you can see."


def no_person(word: str) -> str:
    return f"I do not know who “{word}” is."


def ambiguous(number: int, names: Sequence[str]) -> str:
    return f"Several desks have a ticket #{number}. Write {' or '.join(f'{name}#{number}' for name in names)}."


def no_desk() -> str:
    return "No support desk is set up here yet. An administrator can make one with: helpthread desk import FILE"


def no_such_desk(name: str) -> str:
    return f"There is no desk “{name}”. Nothing was changed."


def which_desk(names: Sequence[str]) -> str:
    return f"Which desk? Please use this command in the agents' channel of one of: {', '.join(names)}."


def shortened(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
