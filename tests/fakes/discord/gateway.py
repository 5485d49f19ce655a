"""The gateway: sessions that survive their connections, and the mischief tests need."""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import payloads
from .bits import KNOWN_INTENTS, PRIVILEGED, Intent
from .model import JSON
from .world import World

if TYPE_CHECKING:
    from .connection import Connection

Pending = tuple[str, JSON, int, "JSON | None"]


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


class Gateway:
    """Dispatches events and keeps sessions. Everything here is synchronous; sockets are in connection.py."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.heartbeat_interval = 41.25
        self.acks = True
        "False: heartbeats stay without answer."
        self.up = True
        "False: nobody can connect."
        self.session_life = 300.0
        "Seconds a lost session can be resumed."
        self.refuse_resume = False
        self.identifies = 0
        self.resumes = 0
        self.replayed = 0
        self.heartbeats = 0
        self.dispatched = 0
        self._held: list[Pending] | None = None
        self._lose = 0
        self.recent: deque[Pending] = deque(maxlen=1000)
        world.emit = self.dispatch

    # --- what the world says ---

    def dispatch(self, name: str, data: JSON, intents: int, stripped: JSON | None) -> None:
        """To every session that asked for one of `intents`; `stripped` for those that may not read content."""
        if self._lose:
            self._lose -= 1
        elif self._held is not None:
            self._held.append((name, data, intents, stripped))
        else:
            self._send((name, data, intents, stripped))

    def _send(self, event: Pending) -> None:
        name, data, intents, stripped = event
        self.dispatched += 1
        self.recent.append(event)
        whole = bare = ""
        for session in self.sessions.values():
            if not session.wants(intents) or not session.serves(data):
                continue
            if stripped is None or session.intents & Intent.MESSAGE_CONTENT:
                whole = whole or dump(data)
                session.push(name, whole)
            else:
                bare = bare or dump(stripped)
                session.push(name, bare)

    # --- sessions ---

    def identify(self, connection: Connection, data: JSON) -> int:
        """Starts a session; answers a close code instead of 0 when it may not."""
        intents = data.get("intents")
        if data.get("token") != self.world.token:
            return 4004
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return 4013
        if intents & PRIVILEGED & ~self.world.allowed_intents:
            return 4014
        shard = data.get("shard") or [0, 1]
        if not 0 <= shard[0] < shard[1]:
            return 4010
        self.identifies += 1
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]))
        self.sessions[session.id] = session
        connection.session, session.connection = session, connection
        self._ready(session)
        return 0

    def _ready(self, session: Session) -> None:
        world = self.world
        mine = [g for g in world.guilds.values() if world.bot.id in g.members and self._on(session, g.id)]
        ready = {
            "v": 10,
            "user": payloads.me(world),
            "guilds": [{"id": str(g.id), "unavailable": True} for g in mine],
            "session_id": session.id,
            "resume_gateway_url": world.base_url.replace("http", "ws", 1) + "/gateway",
            "shard": list(session.shard),
            "application": {"id": str(world.application_id), "flags": flags(world)},
        }
        session.push("READY", dump(ready))
        if session.intents & Intent.GUILDS:
            for guild in mine:
                if guild.available:
                    everyone = bool(session.intents & Intent.GUILD_MEMBERS)
                    session.push("GUILD_CREATE", dump(payloads.guild_create(world, guild, everyone)))

    def _on(self, session: Session, guild_id: int) -> bool:
        return session.serves({"guild_id": guild_id})

    def resume(self, connection: Connection, data: JSON) -> int:
        """Replays what was missed. Answers a close code, or -1 for "invalid session"."""
        if data.get("token") != self.world.token:
            return 4004
        session = self.sessions.get(str(data.get("session_id")))
        seq = int(data.get("seq") or 0)
        if session is None or self.refuse_resume or self._expired(session):
            self.sessions.pop(str(data.get("session_id")), None)
            return -1
        if seq > session.seq:
            return 4007
        if session.sent and session.sent[0][0] > seq + 1:
            return -1
        if session.connection:
            session.connection.close(4000)
        self.resumes += 1
        connection.session, session.connection, session.lost_at = session, connection, None
        for number, frame in session.sent:
            if number > seq:
                self.replayed += 1
                connection.send(frame)
        session.push("RESUMED", '{"_trace":[]}')
        return 0

    def _expired(self, session: Session) -> bool:
        return session.lost_at is not None and self.world.now() - session.lost_at > self.session_life

    def lost(self, connection: Connection, code: int | None) -> None:
        """A socket closed; 1000 and 1001 from the client end the session too."""
        self.connections.discard(connection)
        session = connection.session
        if session and session.connection is connection:
            session.connection, session.lost_at = None, self.world.now()
            if code in (1000, 1001):
                self.sessions.pop(session.id, None)

    # --- mischief ---

    def drop(self) -> None:
        """Every connection breaks; sessions can be resumed."""
        for connection in list(self.connections):
            connection.abort()

    def reconnect(self) -> None:
        """Op 7: come back, please."""
        for connection in list(self.connections):
            connection.send(dump({"op": 7, "d": None}))

    def invalidate(self, resumable: bool = False) -> None:
        """Op 9."""
        for connection in list(self.connections):
            if connection.session and not resumable:
                self.sessions.pop(connection.session.id, None)
            connection.send(dump({"op": 9, "d": resumable}))

    def close(self, code: int) -> None:
        for connection in list(self.connections):
            connection.close(code)

    def down(self) -> None:
        """An outage: connections break and none can be made until `back`."""
        self.up = False
        self.drop()

    def back(self) -> None:
        self.up = True

    def forget_sessions(self) -> None:
        """As after a long outage: whoever resumes must identify afresh."""
        for session in list(self.sessions.values()):
            if session.connection is None:
                del self.sessions[session.id]

    def hold(self) -> None:
        """Events wait; `release` lets them go."""
        self._held = self._held or []

    def release(self, backwards: bool = False) -> None:
        held, self._held = self._held or [], None
        for event in reversed(held) if backwards else held:
            self._send(event)

    def lose(self, count: int) -> None:
        """The next `count` events never come."""
        self._lose = count

    def repeat(self, count: int = 1) -> None:
        """The last `count` events come once more, under new numbers."""
        for event in list(self.recent)[-count:]:
            self._send(event)


def flags(world: World) -> int:
    """The application's flags: which privileged intents are switched on (for a bot in few servers)."""
    result = 1 << 23
    for intent, bit in ((Intent.GUILD_PRESENCES, 13), (Intent.GUILD_MEMBERS, 15), (Intent.MESSAGE_CONTENT, 19)):
        result |= 1 << bit if world.allowed_intents & intent else 0
    return result
