"""Socket Mode: two connections, so that one is there while Slack renews the other, several times a day."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)
CONNECTIONS = 2
PING_EVERY = 10.0  # seconds; after four unanswered ones the connection is made anew


class SocketMode:
    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self.app = app
        self.app_token = app_token

    async def serve(self, ready: asyncio.Event) -> None:
        """Until cancelled."""
        handlers = [
            AsyncSocketModeHandler(self.app, self.app_token, ping_interval=PING_EVERY) for _ in range(CONNECTIONS)
        ]
        try:
            for handler in handlers:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            ready.set()
            await asyncio.Event().wait()
        finally:
            for handler in handlers:
                await handler.close_async()  # type: ignore[no-untyped-call]
