"""Where Discord is: its own addresses, or those of a proxy or a test."""

from types import TracebackType
from urllib.parse import urlsplit

import discord

OWN = "discord.com"


class pointed_at:  # noqa: N801 (read as a sentence: with pointed_at(…))
    """discord.py keeps both addresses for the whole process; they are put back at the end."""

    def __init__(self, api_url: str, gateway_url: str) -> None:
        self.api_url = api_url.rstrip("/")
        self.gateway_url = gateway_url

    @property
    def files_at(self) -> str:
        """The host files are fetched from beside Discord's own; empty where Discord itself is used."""
        host = urlsplit(self.api_url)
        return "" if host.hostname in (OWN, None) else host.netloc

    def __enter__(self) -> None:
        route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
        self.before = route.BASE, socket.DEFAULT_GATEWAY
        route.BASE = self.api_url or route.BASE
        if self.gateway_url:
            socket.DEFAULT_GATEWAY = type(socket.DEFAULT_GATEWAY)(self.gateway_url)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = self.before
