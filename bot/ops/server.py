"""The operator's port: `/livez`, `/readyz`, `/healthz` and `/metrics`. Nothing is read from a request but its path."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import Problem
from bot.ops.health import Health

PLAIN = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus's text format


@asynccontextmanager
async def served(address: str, port: int, health: Health, metrics: Callable[[], bytes]) -> AsyncIterator[int]:
    """Answer meanwhile; gives the port, which is any that is free for 0. Raises `Problem` if it cannot be had."""

    async def live(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        return _told(health, health.takes_in())

    async def healthy(request: web.Request) -> web.Response:
        return _told(health, not health.wrong)

    async def figures(request: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": PLAIN})

    app = web.Application(client_max_size=1024)
    ways = {"/livez": live, "/readyz": ready, "/healthz": healthy, "/metrics": figures}
    app.add_routes([web.get(path, answer) for path, answer in ways.items()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address, port).start()
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Problem(f"OPS_PORT {port} at {address} cannot be had ({why}); choose another") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _told(health: Health, well: bool) -> web.Response:
    """200 or 503, and everything that is wrong."""
    return web.json_response(
        {"status": "ok" if well else "failing", "wrong": health.wrong}, status=200 if well else 503
    )
