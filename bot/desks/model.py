"""A desk: one team's support. Its intake, its agents' channel, its people, its settings."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.desks.panel import Panel
from bot.inbound import Place
from bot.language import Phrase


class Rank(IntEnum):
    """What a person may do at a desk. Each rank may do what those below may."""

    CUSTOMER = 0
    AGENT = 1
    LEAD = 2
    ADMIN = 3


class Settings(BaseModel):
    """What leads may set. Every key says in its description what it does; `/desk show` reads it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = Field(
        "en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description=Phrase("the desk's language, such as en")
    )
    reply_prefix: str = Field(
        "!r",
        min_length=1,
        max_length=10,
        pattern=r"^\S+$",
        description=Phrase("a message in the agents' room that begins so is sent"),
    )
    max_open_per_customer: int = Field(3, ge=1, le=1000, description=Phrase("tickets a customer may have open at once"))
    cooldown_seconds: int = Field(0, ge=0, le=86_400, description=Phrase("seconds between two tickets of one customer"))
    reopen_days: int = Field(7, ge=0, le=365, description=Phrase("days in which a new message reopens a closed ticket"))
    close_request_hours: int = Field(
        72, ge=0, le=8760, description=Phrase("hours without an answer after which a close request closes; 0: never")
    )
    quiet_days: int = Field(
        0,
        ge=0,
        le=365,
        description=Phrase("days of silence after an agent's answer until its customer is asked; 0: never"),
    )
    greeting: str = Field(
        "", max_length=1000, description=Phrase("said to a customer when a ticket opens, after its number")
    )
    farewell: str = Field("", max_length=1000, description=Phrase("said to a customer when a ticket closes"))
    rooms: str = Field(
        "open",
        pattern=r"^(open|private|direct)$",
        description=Phrase(
            "where a ticket from a channel goes on: in a thread open to all there, a private one, or direct"
        ),
    )
    leavers: str = Field(
        "warn",
        pattern=r"^(keep|warn|close)$",
        description=Phrase(
            "when a customer leaves the server: keep the ticket, keep it and warn its agents, or close it"
        ),
    )


NO_PANEL = Panel()


@dataclass(frozen=True, slots=True)
class Desk:
    """`agents` is the channel of the agents; without one there are no cards, only commands."""

    id: int
    name: str
    agents: Place | None
    settings: Settings
    panel: Panel = NO_PANEL


@dataclass(frozen=True, slots=True)
class Member:
    """Who works at a desk: `principal` is a person or a group, written as in a desk's YAML."""

    principal: str
    rank: Rank
    officer: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """A workspace that has removed the bot: what was said there is kept for a while, because the bot may be back."""

    platform: str
    workspace: str
    since: datetime
