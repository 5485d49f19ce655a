"""Logging in, for as long as Discord cannot be reached: a desk that starts before its network does is a desk."""

import asyncio
import logging
from collections.abc import Callable

import aiohttp
import discord

from adapters.discord.errors import for_good

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between two tries


async def log_in(client: discord.Client, token: str, connector: Callable[[], aiohttp.BaseConnector]) -> None:
    """Each try has a connector of its own. Raises `discord.LoginFailure` if Discord refuses the token."""
    pause = FIRST_PAUSE
    while True:
        client.http.connector = connector()
        try:
            return await client.login(token)
        except (OSError, aiohttp.ClientError, discord.HTTPException) as error:
            if isinstance(error, discord.HTTPException) and for_good(error):
                raise
            reason = str(error.status) if isinstance(error, discord.HTTPException) else type(error).__name__
            log.warning("not connected yet: Discord cannot be reached (%s)", reason)
        await client.http.close()
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
