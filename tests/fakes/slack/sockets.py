"""Socket Mode: several connections, each envelope to exactly one of them, acknowledgements from any."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from aiohttp import WSMsgType, web

from .delivery import Answer, Delivery, in_time
from .methods import Args, method
from .model import Json
from .workspace import Workspace

MOST_CONNECTIONS = 10
ANSWERED = ("view_submission", "block_suggestion")  # interactions whose acknowledgement may carry a payload
GRACE = 10.0  # seconds between "disconnect" and the end of the old connection


@dataclass
class Connection:
    ws: web.WebSocketResponse
    request: web.Request
    draining: bool = False
    envelopes: list[str] = field(default_factory=list)


@method("apps.connections.open", tier="special", app_level=True)
def connections_open(work: Workspace, args: Args) -> Json:
    ticket = uuid.uuid4().hex
    work.socket_tickets.add(ticket)
    return {"url": f"{work.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={work.app.id}"}


class Sockets:
    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.connections: list[Connection] = []
        self.waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0
        self._connected = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.work.socket_tickets:
            return web.Response(status=401)
        self.work.socket_tickets.discard(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        connection = Connection(ws, request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await self._say_goodbye(connection, "too_many_websockets")
            await ws.close()
            return ws
        self.connections.append(connection)
        try:
            await self._greet(connection)
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
        return ws

    async def _greet(self, connection: Connection) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.work.app.id},
        }
        await connection.ws.send_str(json.dumps(hello))
        async with self._connected:
            self._connected.notify_all()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.ws:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            waiting = self.waiting.pop(said.get("envelope_id", ""), None)
            if waiting and not waiting.done():
                waiting.set_result(said.get("payload") or {})

    async def bring(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        connection = self._next()
        if connection is None:
            return Answer(0, reason="no_connection")
        envelope_id = str(uuid.uuid4())
        answered = self.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        connection.envelopes.append(envelope_id)
        start = perf_counter()
        try:
            await connection.ws.send_str(json.dumps(_envelope(delivery, envelope_id, retry, reason)))
            payload = await in_time(self.work.clock, answered)
            took = perf_counter() - start
            return (
                Answer(0, reason="timeout", took=took) if payload is None else Answer(200, payload or None, took=took)
            )
        except ConnectionError:
            return Answer(0, reason="connection_failed")
        finally:
            self.waiting.pop(envelope_id, None)

    def _next(self) -> Connection | None:
        alive = [c for c in self.connections if not c.draining and not c.ws.closed]
        self._turn += 1
        return alive[self._turn % len(alive)] if alive else None

    async def connected(self, count: int = 1, patience: float = 5.0) -> None:
        """Wait until the app keeps `count` connections. Raises TimeoutError after `patience` real seconds."""
        async with asyncio.timeout(patience), self._connected:
            await self._connected.wait_for(lambda: sum(not c.draining for c in self.connections) >= count)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be replaced, as Slack does several times a day; the old ones end a little later."""
        for connection in list(self.connections):
            connection.draining = True
            await self._say_goodbye(connection, reason)
            self.work.clock.call_later(GRACE, _ender(connection))

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in self.connections:
            connection.draining = True
            if connection.request.transport:
                connection.request.transport.abort()

    async def _say_goodbye(self, connection: Connection, reason: str) -> None:
        goodbye = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
        await connection.ws.send_str(json.dumps(goodbye))

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.ws.close()


def _ender(connection: Connection) -> Any:
    return lambda: asyncio.ensure_future(connection.ws.close())


def _envelope(delivery: Delivery, envelope_id: str, retry: int, reason: str) -> Json:
    wants_answer = delivery.kind == "slash_commands" or delivery.payload.get("type") in ANSWERED
    envelope: Json = {
        "envelope_id": envelope_id,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": wants_answer,
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": retry, "retry_reason": reason}
    return envelope
