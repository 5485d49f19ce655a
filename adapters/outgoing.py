"""The one way out: adapters make their connections with this, so that none leads to an undeclared host.

It is asked before every request, after every redirect and for every socket, whether or not a connection is reused.
"""

import socket
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.egress import Egress


class Outgoing(aiohttp.TCPConnector):
    """To be made where an event loop runs. `limit` is how many connections at once; 0 for any number."""

    def __init__(self, egress: Egress, limit: int = 100) -> None:
        super().__init__(limit=limit, resolver=_Resolver(egress))
        self.egress = egress

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 (the base class has it so)
        """Raises `Undeclared`."""
        self.egress.check(req.url.host or "", req.url.port or 0)
        return await super().connect(req, traces, timeout)


class _Resolver(ThreadedResolver):
    def __init__(self, egress: Egress) -> None:
        super().__init__()
        self.egress = egress

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        self.egress.check_addresses(host, [each["host"] for each in found])
        return found
