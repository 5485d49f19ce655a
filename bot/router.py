"""Declaring commands once; slash commands, buttons, forms and `@bot …` text all reach the same function.

Every adapter derives its own commands from here, and the help text follows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from bot.desks.model import Rank
from bot.inbound import Tick
from bot.language import _
from bot.message import Form
from bot.ports import Reply, UnitOfWork
from bot.privacy.uses import Use


class Takes(StrEnum):
    """What an option holds, so that platforms can offer choices and complete names."""

    TICKET = "ticket"
    WORD = "word"
    TAG = "tag"
    TAGS = "tags"  # the rest of the line
    MACRO = "macro"
    DESK = "desk"
    CATEGORY = "category"  # of a desk's panel
    CHOICE = "choice"
    PERSON = "person"
    NUMBER = "number"
    TEXT = "text"  # the rest of the line


class Scope(StrEnum):
    """What must be known before a command can run."""

    NONE = "none"
    DESK = "desk"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    help: str
    takes: Takes = Takes.WORD
    required: bool = True
    choices: tuple[str, ...] = ()
    named: bool = False  # typed only as name:value


TICKET = Option("ticket", "The ticket's number; not needed inside the ticket's room", Takes.TICKET, required=False)
DESK = Option("desk", "Which desk, where there are several", Takes.DESK, required=False, named=True)


@dataclass(frozen=True, slots=True)
class Command:
    """`allow` is the rank it needs at the desk; `own` lets customers use it on their own tickets.

    `form` is shown when a required option is missing, so adapters must not answer before it.
    `prepared` fills it in for this call, or raises `Problem` before anybody types in vain.
    One that `asks` may answer with a form of its handler's making. A hidden command is reached by buttons only.
    `restricted` says for whom it works on a ticket whose customer had their data restricted.
    `use` is for what it reads data about people, if not for what its router says.
    `help` is English, as are an option's; show them with `bot.language._`.
    """

    name: str  # "ticket claim": group and verb, or one word
    help: str
    handler: "Handler"
    options: tuple[Option, ...] = ()
    allow: Rank = Rank.CUSTOMER
    own: bool = False
    scope: Scope = Scope.NONE
    form: Form | None = None
    prepared: "Preparation | None" = None
    hidden: bool = False
    asks: bool = False
    restricted: Literal["", "customer", "agent"] = ""
    use: Use | None = None

    @property
    def action(self) -> str:
        return self.name.replace(" ", ".")

    @property
    def verb(self) -> str:
        return self.name.rpartition(" ")[2]

    @property
    def usage(self) -> str:
        words = [f"<{o.name}>" if o.required else f"[{o.name}]" for o in self.options]
        return " ".join([f"/{self.name}", *words])

    def form_for(self, arg: str) -> Form:
        if self.form is None:
            raise ValueError(f"{self.name} has no form")
        inputs = [replace(each, label=_(each.label)) for each in self.form.inputs]
        return Form(self.action, _(self.form.title), inputs, arg)


# Called with a `bot.access.Call`; typed loosely because access needs the router's commands.
Handler = Callable[[Any, UnitOfWork], Reply]
Preparation = Callable[[Any, UnitOfWork, Form], Form]
Listener = Callable[[Any, UnitOfWork], Reply]
Timer = Callable[[Tick, UnitOfWork], bool | None]  # true if there is more to do at once, in another transaction


class Router:
    """`use` is for what its handlers read data about people; `uses` says so of each of them."""

    def __init__(self, use: Use) -> None:
        self.use = use
        self.included: list[Router] = []
        self.commands: dict[str, Command] = {}
        self.listeners: dict[type, Listener] = {}
        self.ticks: list[Timer] = []
        self.delivered: list[Callable[[Any, UnitOfWork], None]] = []
        self.failed: list[Callable[[Any, str, UnitOfWork], None]] = []

    def command(self, name: str, help: str, *options: Option, **how: Any) -> Callable[[Handler], Handler]:
        """Register a function under `name`; `how` are the other fields of `Command`."""

        def register(handler: Handler) -> Handler:
            command = Command(name, help, handler, options, **how)
            if command.scope is Scope.TICKET:
                command = replace(command, options=(TICKET, *options))
            self._add(command)
            return handler

        return register

    def listen(self, kind: type) -> Callable[[Listener], Listener]:
        """Register the one function that handles events of `kind`."""

        def register(listener: Listener) -> Listener:
            if kind in self.listeners:
                raise ValueError(f"{kind.__name__} already has a listener")
            self.listeners[kind] = listener
            return listener

        return register

    def find(self, action: str) -> Command | None:
        return self.commands.get(action)

    def visible(self) -> Sequence[Command]:
        return [command for command in self.commands.values() if not command.hidden]

    @property
    def uses(self) -> Mapping[Callable[..., Any], Use]:
        found = {each: use for other in self.included for each, use in other.uses.items()}
        own: list[Callable[..., Any]] = [*self.listeners.values(), *self.ticks, *self.delivered, *self.failed]
        said = {command.handler: command.use or self.use for command in self.commands.values()}
        return dict.fromkeys(own, self.use) | said | found

    def include(self, other: "Router") -> None:
        self.included.append(other)
        for command in other.commands.values():
            self._add(command)
        for kind, listener in other.listeners.items():
            self.listen(kind)(listener)
        self.ticks += other.ticks
        self.delivered += other.delivered
        self.failed += other.failed

    def _add(self, command: Command) -> None:
        if command.action in self.commands:
            raise ValueError(f"{command.name!r} is already registered")
        self.commands[command.action] = command
