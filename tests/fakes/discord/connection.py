"""One gateway socket: hello, heartbeats, identify, resume; zlib-stream or plain JSON."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import deque
from typing import Any

from aiohttp import WSMsgType, web

from . import payloads
from .bits import Intent
from .gateway import Gateway
from .model import JSON
from .session import Session, dump

PER_MINUTE = 120


class Connection:
    """Frames leave in order through one writer; a zlib-stream is one compressor for the whole socket."""

    def __init__(self, gateway: Gateway, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.gateway = gateway
        self.ws = ws
        self.session: Session | None = None
        self._transport = request.transport
        self._zlib = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._out: deque[str | int] = deque()
        self._wake = asyncio.Event()
        self._received: deque[float] = deque()

    def send(self, frame: str) -> None:
        self._out.append(frame)
        self._wake.set()

    def close(self, code: int) -> None:
        """After everything already queued."""
        self._out.append(code)
        self._wake.set()

    def abort(self) -> None:
        """The cable is cut: nothing queued gets out."""
        self._out.clear()
        if self.session and self.session.connection is self:
            self.session.connection, self.session.lost_at = None, self.gateway.world.now()
        if self._transport:
            self._transport.abort()

    async def run(self) -> None:
        self.gateway.connections.add(self)
        writer = asyncio.create_task(self._write())
        self.send(dump({"op": 10, "d": {"heartbeat_interval": int(self.gateway.heartbeat_interval * 1000)}}))
        try:
            async for message in self.ws:
                if message.type is WSMsgType.TEXT and not self._read(message.data):
                    break
        finally:
            self.gateway.lost(self, self.ws.close_code)
            self._wake.set()
            if self._out and not self.ws.closed:
                await asyncio.wait([writer], timeout=1)
            writer.cancel()

    async def _write(self) -> None:
        try:
            while True:
                while self._out:
                    frame = self._out.popleft()
                    if isinstance(frame, int):
                        await self.ws.close(code=frame)
                        return
                    await self._frame(frame)
                self._wake.clear()
                await self._wake.wait()
        except (ConnectionError, RuntimeError):
            return

    async def _frame(self, frame: str) -> None:
        if self._zlib is None:
            await self.ws.send_str(frame)
        else:
            data = self._zlib.compress(frame.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
            await self.ws.send_bytes(data)

    def _read(self, text: str) -> bool:
        """False ends the connection."""
        try:
            frame = json.loads(text)
            op, data = int(frame["op"]), frame.get("d")
        except (ValueError, KeyError, TypeError):
            self.close(4002)
            return True
        code = 4008 if self._too_many() else self._handle(op, data)
        if code == -1:
            self.send(dump({"op": 9, "d": False}))
        elif code:
            self.close(code)
        return True

    def _too_many(self) -> bool:
        now = time.monotonic()
        self._received.append(now)
        while self._received[0] < now - 60:
            self._received.popleft()
        return len(self._received) > PER_MINUTE

    def _handle(self, op: int, data: Any) -> int:
        """A close code, -1 for "invalid session", 0 when all is well."""
        if op == 1:
            self.gateway.heartbeats += 1
            if self.gateway.acks:
                self.send(dump({"op": 11, "d": None}))
            return 0
        if op in (2, 6):
            if self.session:
                return 4005
            return self.gateway.identify(self, data) if op == 2 else self.gateway.resume(self, data)
        if op not in (3, 4, 8):
            return 4001
        if self.session is None:
            return 4003
        if op == 8:
            return self._members(self.session, data)
        return 0

    def _members(self, session: Session, data: JSON) -> int:
        """Request Guild Members: everybody only with the members intent."""
        world = self.gateway.world
        guild = world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return 0
        wanted = {int(i) for i in data.get("user_ids") or []}
        query, limit = data.get("query"), int(data.get("limit") or 0)
        if not wanted and query == "" and not session.intents & Intent.GUILD_MEMBERS:
            return 4013
        found = [m for m in guild.members.values() if not wanted or m.user.id in wanted]
        if query:
            found = [m for m in found if m.user.name.startswith(query.lower())]
        found = found[:limit] if limit else found
        parts = [found[i : i + 1000] for i in range(0, len(found), 1000)] or [[]]
        for index, part in enumerate(parts):
            chunk: JSON = {"guild_id": str(guild.id), "chunk_index": index, "chunk_count": len(parts)}
            chunk["members"] = [payloads.member(world, m) for m in part]
            chunk["not_found"] = [str(w) for w in wanted if w not in guild.members]
            session.push("GUILD_MEMBERS_CHUNK", dump(chunk | ({"nonce": data["nonce"]} if data.get("nonce") else {})))
        return 0
