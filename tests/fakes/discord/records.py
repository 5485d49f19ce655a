"""What travels beside the world: files handed over, pings, the log of requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .model import Channel, Message, User


@dataclass(frozen=True)
class Upload:
    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Ping:
    """Somebody's client made a sound. `why`: user, role, everyone, here, reply, thread."""

    user: User
    message: Message | None
    channel: Channel
    why: str


@dataclass(eq=False)
class Entry:
    """One request the fake answered."""

    method: str
    route: str
    path: str
    body: Any
    at: float
    status: int = 0
    code: int = 0
    "Discord's own error code, 0 when it accepted."
    answer: Any = None
