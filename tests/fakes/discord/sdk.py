"""How discord.py 2.7 is pointed at another server than Discord's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import discord
import yarl


@contextmanager
def pointed_at(api_url: str, gateway_url: str) -> Iterator[None]:
    """Both settings are class attributes, so process-wide: put back afterwards.

    `Route.BASE` serves HTTPClient, webhooks and interaction answers alike. `DEFAULT_GATEWAY` serves IDENTIFY;
    RESUME goes to `resume_gateway_url` of READY. Sharded clients ask GET /gateway/bot instead.
    """
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = route.BASE, socket.DEFAULT_GATEWAY
    route.BASE, socket.DEFAULT_GATEWAY = api_url, yarl.URL(gateway_url)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before
