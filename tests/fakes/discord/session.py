"""A gateway session: what it asked for, and what it can be told again."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .model import JSON

if TYPE_CHECKING:
    from .connection import Connection

Pending = tuple[str, JSON, int, "JSON | None"]
"""An event: name, data, intents of which one must be asked for, data without message content."""


def dump(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


@dataclass(eq=False)
class Session:
    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    seq: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=20_000))
    "What RESUME replays, by sequence number."
    connection: Connection | None = None
    lost_at: float | None = None

    def push(self, name: str, body: str) -> None:
        self.seq += 1
        frame = f'{{"t":"{name}","s":{self.seq},"op":0,"d":{body}}}'
        self.sent.append((self.seq, frame))
        if self.connection:
            self.connection.send(frame)

    def wants(self, intents: int) -> bool:
        return not intents or bool(self.intents & intents)

    def serves(self, data: JSON) -> bool:
        """Which shard a server belongs to; direct messages belong to shard 0."""
        guild_id = int(data.get("guild_id") or 0)
        return (guild_id >> 22) % self.shard[1] == self.shard[0]
