"""The gateway: sessions that survive their connections, and the mischief tests need."""

from __future__ import annotations

import secrets
import time
from collections import deque
from typing import TYPE_CHECKING

from . import payloads
from .bits import KNOWN_INTENTS, PRIVILEGED, Intent
from .mischief import Mischief
from .model import JSON
from .session import Pending, Session, dump
from .world import World

if TYPE_CHECKING:
    from .connection import Connection


class Gateway(Mischief):
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
        self.most_guilds = 2500
        "Servers of one connection."
        self.identify_every = 0.0
        "Seconds in which `max_concurrency` shards may identify: five at Discord. 0: nobody looks."
        self.identified: dict[int, float] = {}
        self.too_soon = 0
        "Shards that were sent away because another had identified just before."
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
        if self._too_soon(shard[0]):
            self.too_soon += 1
            return -1
        if sum((id >> 22) % shard[1] == shard[0] for id in self.world.guilds) > self.most_guilds:
            return 4011
        self.identifies += 1
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]))
        self.sessions[session.id] = session
        connection.session, session.connection = session, connection
        self._ready(session)
        return 0

    def _too_soon(self, shard: int) -> bool:
        """Shards whose number leaves the same rest share one turn."""
        turn, now = shard % self.world.max_concurrency, time.monotonic()
        if now - self.identified.get(turn, -self.identify_every) < self.identify_every:
            return True
        self.identified[turn] = now
        return False

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


def flags(world: World) -> int:
    """The application's flags: which privileged intents are switched on (for a bot in few servers)."""
    result = 1 << 23
    for intent, bit in ((Intent.GUILD_PRESENCES, 13), (Intent.GUILD_MEMBERS, 15), (Intent.MESSAGE_CONTENT, 19)):
        result |= 1 << bit if world.allowed_intents & intent else 0
    return result
