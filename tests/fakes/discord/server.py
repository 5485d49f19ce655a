"""Everything put together: one port for REST, gateway, files and control."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from . import (
    routes_channels,
    routes_commands,
    routes_guilds,
    routes_interactions,
    routes_pins,
    routes_threads,
    routes_users,
    threads,
)
from .building import Building
from .cdn import Cdn
from .connection import Connection
from .control import Control
from .faults import Faults
from .gateway import Gateway
from .interactions import Desk
from .invocation import Invocation
from .model import Channel, User
from .people import People
from .people_interactions import Acting
from .ratelimits import RateLimits
from .records import Entry, Ping
from .rest import Rest
from .world import World

T = TypeVar("T")
TOKEN = "fake-token"
ROUTE_FILES = (
    routes_channels,
    routes_commands,
    routes_guilds,
    routes_interactions,
    routes_pins,
    routes_threads,
    routes_users,
)


class FakeDiscord(Building, People, Acting):
    """An async context manager. Leaving it raises AssertionError if an answer of the fake broke Discord's schema.

    `real_limits` switches on limits as bots meet them; without it headers are sent but hardly anything waits.
    `check_schemas=False` saves the time of checking bodies (benches).
    """

    def __init__(
        self,
        token: str = TOKEN,
        check_schemas: bool = True,
        real_limits: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = World(token)
        self.token = token
        self.desk = Desk(self.world)
        self.gateway = Gateway(self.world)
        self.limits = RateLimits(self.world)
        self.faults = Faults()
        self.rest = Rest(self.world, self.desk, self.limits, self.faults, check_schemas)
        self.cdn = Cdn(self.world)
        self._host, self._port = host, port
        if real_limits:
            self.limits.real()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=512 * 1024 * 1024)
        app.router.add_get("/gateway", self._socket)
        app.router.add_get("/gateway/", self._socket)
        app.router.add_route("*", "/api/v10/{tail:.*}", self.rest.handle)
        self.cdn.add_to(app)
        Control(self).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        assert site._server
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self.world.base_url = f"http://{self._host}:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.drop()
        await self._runner.cleanup()
        if error is None and self.rest.own_faults:
            raise AssertionError("the fake broke Discord's schema:\n" + "\n".join(self.rest.own_faults[:5]))

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self.gateway.up:
            return web.Response(status=503)
        ws = web.WebSocketResponse(max_msg_size=16 * 1024, compress=False)
        await ws.prepare(request)
        await Connection(self.gateway, ws, request).run()
        return ws

    async def until(self, happened: Callable[[], T], within: float = 20.0) -> T:
        """Waits until `happened()` is true and answers it. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                if result := happened():
                    return result
                await asyncio.sleep(0.005)

    async def connected(self, within: float = 20.0) -> None:
        """Waits for a bot on the gateway."""
        await self.until(lambda: any(s.connection for s in self.gateway.sessions.values()), within)

    @property
    def api_url(self) -> str:
        return f"{self.world.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return self.world.base_url.replace("http", "ws", 1) + "/gateway"

    def advance(self, seconds: float) -> None:
        """Lets time pass: tokens die, links expire, idle threads are archived, sessions are forgotten."""
        self.world.shift(seconds)
        threads.archive_idle(self.world)

    def failed(self, invocation: Invocation) -> bool:
        """Whether the person reads "The application did not respond"."""
        return self.desk.failed(invocation)

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def pings(self) -> list[Ping]:
        return self.world.pings

    @property
    def typing(self) -> list[tuple[User, Channel]]:
        return self.world.typing

    @property
    def log(self) -> list[Entry]:
        """Every request, oldest first, with what it was answered."""
        return self.world.log

    @property
    def violations(self) -> list[str]:
        """Bodies the bot sent that Discord's OpenAPI file forbids; each was refused with 50035."""
        return self.rest.violations
