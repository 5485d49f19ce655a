"""Socket Mode: two connections, so that one is there while Slack renews the other, several times a day.

Slack gives each event to one of an app's connections, whichever process has it, and allows ten (docs.slack.dev, Socket
Mode). So where there are several processes, each connection needs one of ten seats.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from adapters.slack import words
from bot.errors import Problem
from bot.process.standby import Seats

log = logging.getLogger(__name__)
CONNECTIONS = 2
PING_EVERY = 10.0  # seconds; after four unanswered ones the connection is made anew
NOT_OURS = {
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "token_revoked",
}


class SocketMode:
    """`new_session` makes one that goes to Slack and nowhere else. `seats` are shared with other processes; None if
    there are none."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        new_session: Callable[[], aiohttp.ClientSession],
        seats: Seats | None = None,
    ) -> None:
        self.app = app
        self.new_session = new_session
        self.app_token = app_token
        self.seats = seats
        self.handlers: list[AsyncSocketModeHandler] = []

    async def open(self) -> bool:
        """Whether events can come in, here or where others have all the seats."""
        if self.seats is not None and not self.handlers:
            return True
        return any([await handler.client.is_connected() for handler in self.handlers])

    async def serve(self, ready: asyncio.Event) -> None:
        """Until cancelled. Raises `Problem` if Slack does not take the token."""
        await self._check_token()
        connections = [asyncio.create_task(self._connection(ready)) for _ in range(CONNECTIONS)]
        try:
            await asyncio.gather(*connections)
        finally:
            for connection in connections:
                connection.cancel()
            await asyncio.wait(connections)

    async def _connection(self, ready: asyncio.Event) -> None:
        """Kept open as long as there is a seat for it."""
        while True:
            seat = await self.seats.take() if self.seats else None
            handler = AsyncSocketModeHandler(self.app, self.app_token, ping_interval=PING_EVERY)
            self.handlers.append(handler)
            try:
                await self._own_way_out(handler)
                await handler.connect_async()  # type: ignore[no-untyped-call]
                if len(self.handlers) == CONNECTIONS:
                    ready.set()
                if self.seats is None or seat is None:
                    await asyncio.Event().wait()
                else:
                    await self.seats.lost(seat)
            finally:
                self.handlers.remove(handler)
                await handler.close_async()  # type: ignore[no-untyped-call]
                if self.seats is not None and seat is not None:
                    await self.seats.give_back(seat)

    async def _own_way_out(self, handler: AsyncSocketModeHandler) -> None:
        """The SDK makes a session that would go anywhere it is sent."""
        client = handler.client
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session = self.new_session()

    async def _check_token(self) -> None:
        """The SDK would try a wrong one for ever. Whatever else is wrong may pass."""
        try:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                await self.app.client.apps_connections_open(app_token=self.app_token)
        except SlackApiError as error:
            data = getattr(error.response, "data", None)
            if isinstance(data, dict) and data.get("error") in NOT_OURS:
                raise Problem(words.NO_SOCKET) from error
