"""HTTP mode: a small server for Slack's requests. Whoever is not Slack gets 401.

The headers are looked at before the SDK does, which would answer 500 to a time that is no number.
"""

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from time import time

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from adapters.slack import words
from adapters.slack.api import Json
from bot.errors import Problem

log = logging.getLogger(__name__)
PATH = "/slack/events"
LARGEST = 5_000_000  # bytes of one request
MOMENT = re.compile(r"[0-9]{1,12}")
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
Take = Callable[[Json, Sequence[str]], Awaitable[BoltResponse]]
WINDOW = 300  # seconds; Slack's own advice against replays


class HttpServer:
    """`take` is given each event, and what Slack says of its retries. `port` 0 takes any that is free; `self.port` says
    which it was."""

    def __init__(self, app: AsyncApp, take: Take, secret: str, port: int, host: str = "0.0.0.0") -> None:  # noqa: S104
        self.app = app
        self.take = take
        self.secret = secret.encode()
        self.port = port
        self.host = host

    async def open(self) -> bool:
        """As far as can be told from here: whether the way from Slack to this port is open, only Slack knows."""
        return True

    async def serve(self, ready: asyncio.Event) -> None:
        """Until cancelled. Raises `Problem` if the port is taken."""
        server = web.Application(client_max_size=LARGEST)
        server.add_routes([web.post(PATH, self._receive), web.get("/healthz", self._healthy)])
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self.host, self.port).start()
            except OSError as error:
                raise Problem(words.port_taken(self.port, error.strerror or type(error).__name__)) from error
            self.port = runner.addresses[0][1]
            log.info("listening for Slack on port %d", self.port)
            ready.set()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._from_slack(request, body):
            return web.Response(status=401)
        if request.content_type == "application/json":  # events: so many that bolt's reading of them would count
            return await self._event(request, body)
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))

    async def _event(self, request: web.Request, body: bytes) -> web.Response:
        try:
            event = json.loads(body)
        except ValueError:
            return web.Response(status=400)
        answer = await self.take(event, request.headers.getall("X-Slack-Retry-Num", []))
        return web.Response(status=answer.status, text=answer.body)

    async def _healthy(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    def _from_slack(self, request: web.Request, body: bytes) -> bool:
        """Fails closed: without a secret, with a header that is missing, old, repeated or odd."""
        moments = request.headers.getall("X-Slack-Request-Timestamp", [])
        signatures = request.headers.getall("X-Slack-Signature", [])
        if not self.secret or len(moments) != 1 or len(signatures) != 1:
            return False
        moment, signature = moments[0], signatures[0]
        if not MOMENT.fullmatch(moment) or not SIGNATURE.fullmatch(signature) or abs(time() - int(moment)) > WINDOW:
            return False
        wanted = hmac.digest(self.secret, b"v0:" + moment.encode() + b":" + body, "sha256").hex()
        return hmac.compare_digest(f"v0={wanted}", signature)
