"""Which function answers which request. Templates are spelled as in Discord's OpenAPI file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .interactions import Desk
from .model import JSON, User
from .records import Upload
from .world import World


@dataclass
class Call:
    """One request, read and checked."""

    world: World
    desk: Desk
    params: dict[str, str]
    query: dict[str, str]
    body: Any = None
    files: list[Upload] = field(default_factory=list)

    @property
    def bot(self) -> User:
        return self.world.bot

    def id(self, name: str) -> int:
        """A path parameter; what is no number is nobody's id."""
        text = self.params[name]
        return int(text) if text.isdigit() else 0

    def given(self) -> JSON:
        return self.body if isinstance(self.body, dict) else {}

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name) or default)


@dataclass(frozen=True)
class Created:
    """An answer with status 201."""

    body: Any


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    handler: Handler
    open: bool
    "No bot token needed: the address itself is the secret."

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


ROUTES: dict[tuple[str, int], list[Route]] = {}


def route(method: str, template: str, open: bool = False) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        found = ROUTES.setdefault((method, template.count("/")), [])
        found.append(Route(method, template, handler, open))
        found.sort(key=lambda r: r.template.count("{"))
        return handler

    return register


def match(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route and its parameters; a literal step wins over a parameter."""
    steps = path.split("/")
    for candidate in ROUTES.get((method, len(steps) - 1), []):
        params: dict[str, str] = {}
        for step, want in zip(steps, candidate.template.split("/"), strict=True):
            if want.startswith("{"):
                params[want[1:-1]] = step
            elif want != step:
                break
        else:
            return candidate, params
    return None
