"""A line of text as a command and its options, for platforms and rooms where people type them.

Words fill the options in order; `name:value` names one; the last option that takes text takes the
rest of the line as it was typed. Inside a ticket's room the number may be left out, so there a bare
number before free text counts as text unless it is the room's own: `#7` always means ticket 7.
(`room_number` is that number, `IN_A_ROOM` where the adapter does not know it, None outside of rooms.)
"""

import re
from collections.abc import Callable

from bot import names, wording
from bot.errors import Problem
from bot.router import Command, Option, Router, Takes

Person = Callable[[str], str]  # a word as typed → `str` of a UserRef; raises Problem if it names nobody

IN_A_ROOM = -1
REST = frozenset({Takes.TEXT, Takes.TAGS})  # of the line
TICKET_WORD = re.compile(r"(?:(?P<desk>[a-z0-9][a-z0-9-]{0,31})?#)?(?P<number>[0-9]{1,9})", re.IGNORECASE)
NAMED = re.compile(r"(?P<name>[a-z]+):(?P<value>\S.*)", re.DOTALL)
WORD = re.compile(r'\s*("(?P<quoted>[^"\n]*)"(?=\s|$)|(?P<plain>\S+))')


def find(router: Router, line: str) -> tuple[Command, str] | None:
    """The command a line begins with ("ticket claim 7", "mydata"), in any language, and what follows; None if none."""
    first, rest = _split(line)
    second, after = _split(rest)
    for name, left in ((f"{first} {second}", after), (first, rest)):
        command = _called(router, name)
        if command is not None and not command.hidden:
            return command, left
    return None


def find_verb(router: Router, line: str) -> tuple[Command, str] | None:
    """Like `find`, where people address the bot: the group may be left out ("claim", "close done")."""
    verb, rest = _split(line)
    if (command := _called(router, f"ticket {verb}")) and not command.hidden:
        return command, rest
    return find(router, line.removeprefix("/"))


def _called(router: Router, name: str) -> Command | None:
    """English names win over those of other languages."""
    name = name.lower()
    return router.find(name.replace(" ", ".")) or router.find(names.command(name).replace(" ", "."))


def options(command: Command, rest: str, *, person: Person, room_number: int | None = None) -> dict[str, str]:
    """What was typed after the command. Raises `Problem` with the usage if it cannot be understood."""
    given: dict[str, str] = {}
    waiting = list(command.options)
    while rest.strip():
        word, after = _split(rest)
        option, value = _meant(word, waiting, command, room_number, quoted=rest.lstrip().startswith('"'))
        waiting = [o for o in waiting if o is not option]
        if option.takes in REST:
            as_typed = rest.strip()
            given[option.name] = as_typed if value == word else as_typed[len(option.name) + 1 :]
            return given
        given[option.name] = _read(option, value, command, person)
        rest = after
    return given


def _meant(
    word: str, waiting: list[Option], command: Command, room_number: int | None, *, quoted: bool
) -> tuple[Option, str]:
    """The option a word is for, and the word without the option's name."""
    match = None if quoted else NAMED.fullmatch(word)
    for option in waiting:
        if match and option.name == match["name"]:
            return option, match["value"]
    for option in waiting:
        if option.named or (option.takes is Takes.TICKET and not _names_ticket(word, command, room_number)):
            continue
        if option.takes is not Takes.CHOICE or option.required or word.lower() in option.choices:
            return option, word
    raise Problem(wording.too_much(word, command.usage))


def _read(option: Option, value: str, command: Command, person: Person) -> str:
    if option.takes is Takes.PERSON:
        return person(value)
    if option.takes is not Takes.CHOICE:
        return value
    if value.lower() not in option.choices:
        raise Problem(wording.choose(command.usage, option.name, option.choices))
    return value.lower()


def _names_ticket(word: str, command: Command, room_number: int | None) -> bool:
    match = TICKET_WORD.fullmatch(word)
    if match is None or room_number is None or "#" in word:
        return match is not None
    takes_text = any(o.takes in REST for o in command.options)
    return not takes_text or int(match["number"]) == room_number


def _split(line: str) -> tuple[str, str]:
    """The first word, without its quotes, and what follows."""
    match = WORD.match(line)
    if match is None:
        return "", ""
    word = match["quoted"] if match["quoted"] is not None else match["plain"]
    return word, line[match.end() :]
