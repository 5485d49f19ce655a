"""Ports of this machine, and waiting for whoever is to answer there."""

import asyncio
import contextlib
import socket

import aiohttp


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(url: str, seconds: float = 30) -> None:
    """Wait until something answers there. Raises TimeoutError after so many seconds."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url):
                    return
            await asyncio.sleep(0.05)
