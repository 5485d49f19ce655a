"""Application commands, derived from the router: what Discord shows, and what it sends back. Pure.

Descriptions, verbs and options come in every language there is a catalogue of; what comes back has the English names.
The groups are called the same everywhere, as documents and privacy notices name them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.discord.localised import localised, names, option, verb
from bot.desks.model import Rank
from bot.language import Phrase
from bot.router import Command, Option, Router, Takes

CHOICES = 25  # of an option
STRING, INTEGER, USER = 3, 4, 6
SUBCOMMAND, CHAT_INPUT, ON_PERSON, ON_MESSAGE = 1, 1, 2, 3
IN_SERVERS, IN_PRIVATE = 0, 1
TYPES = {Takes.PERSON: USER, Takes.NUMBER: INTEGER}
COMPLETED = frozenset({Takes.TICKET, Takes.TAG, Takes.TAGS, Takes.MACRO, Takes.DESK, Takes.CATEGORY})
OPEN_MENU = Phrase("Open a ticket")
GROUPS = {
    "ticket": Phrase("Tickets: open, answer, close"),
    "desk": Phrase("This desk"),
    "mydata": Phrase("What is held about you"),
    "privacy": Phrase("For privacy officers"),
}
JSON = dict[str, Any]


def declared(router: Router) -> list[JSON]:
    """All of them, as `PUT /applications/ID/commands` takes them."""
    groups: dict[str, list[Command]] = {}
    for command in router.visible():
        groups.setdefault(command.name.partition(" ")[0], []).append(command)
    result = [_declared(name, group) for name, group in sorted(groups.items())]
    if router.find("ticket.open"):
        menus = ((ON_PERSON, [IN_SERVERS]), (ON_MESSAGE, [IN_SERVERS]))
        result += [{"type": kind, "contexts": contexts} | names(OPEN_MENU) for kind, contexts in menus]
    return result


def found(router: Router, data: Mapping[str, Any]) -> tuple[Command | None, str, Mapping[str, Any]]:
    """The command an interaction's data names, its name, and its options by name."""
    name, options = str(data["name"]), data.get("options") or []
    while options and options[0]["type"] == SUBCOMMAND:
        name, options = f"{name} {options[0]['name']}", options[0].get("options") or []
    return router.find(name.replace(" ", ".")), name, {o["name"]: o.get("value") for o in options}


def focused(data: Mapping[str, Any]) -> tuple[str, str]:
    """The option somebody is typing in, and what they typed so far."""
    options: Sequence[Mapping[str, Any]] = data.get("options") or []
    while options and options[0]["type"] == SUBCOMMAND:
        options = options[0].get("options") or []
    return next(((str(o["name"]), str(o.get("value") or "")) for o in options if o.get("focused")), ("", ""))


def _declared(name: str, group: Sequence[Command]) -> JSON:
    """One command. Where `name` is a group, the plain word cannot be typed, so its verbs say all there is."""
    result: JSON = {"type": CHAT_INPUT, "name": name, "contexts": _contexts(group), "integration_types": [0]}
    verbs = [command for command in group if command.name != name]
    if verbs:
        subcommands = [
            {"type": SUBCOMMAND, "options": _options(c)} | verb(c.name) | localised(c.help)
            for c in sorted(verbs, key=lambda c: c.name)
        ]
        return result | localised(GROUPS.get(name, name)) | {"options": subcommands}
    return result | localised(group[0].help) | {"options": _options(group[0])}


def _contexts(group: Iterable[Command]) -> list[int]:
    """In private only what customers may use: there Discord does not say which roles somebody has."""
    for_customers = any(c.allow is Rank.CUSTOMER or c.own for c in group)
    return [IN_SERVERS, IN_PRIVATE] if for_customers else [IN_SERVERS]


def _options(command: Command) -> list[JSON]:
    """Discord wants those that are required first. What a form will ask for need not be typed."""
    options = [(each.required and command.form is None, each) for each in command.options]
    return [_option(each, required) for required, each in sorted(options, key=lambda pair: not pair[0])]


def _option(each: Option, required: bool) -> JSON:
    result: JSON = {"type": TYPES.get(each.takes, STRING), "required": required}
    result |= option(each.name) | localised(each.help)
    if each.choices:
        result["choices"] = [names(choice) | {"value": choice} for choice in each.choices[:CHOICES]]
    if each.takes in COMPLETED:
        result["autocomplete"] = True
    return result
