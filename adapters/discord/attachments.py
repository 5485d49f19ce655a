"""Files that people send. Discord's links expire, so they are copied at once, and only from where Discord has them."""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import aiohttp
import discord

from adapters.discord import words
from adapters.discord.hosts import FILES
from adapters.outgoing import Outgoing
from bot.egress import Egress
from bot.errors import Problem
from bot.message import File
from bot.ports import Files

PIECE = 1 << 16  # bytes
PATIENCE = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)  # seconds


class Attachments:
    """`also` is a host of files beside Discord's own: of a proxy, or a test."""

    def __init__(self, files: Files, egress: Egress, also: str = "") -> None:
        self.files = files
        self.egress = egress
        self.hosts = FILES | ({also} if also else frozenset())

    async def take(self, attachments: Sequence[discord.Attachment]) -> tuple[tuple[File, ...], tuple[str, ...]]:
        """The files kept (pinned: release them), and those refused with why. Raises `TimeoutError` never; a link
        that does not answer is refused like one that leads nowhere."""
        kept, refused = list[File](), list[str]()
        if not attachments:
            return (), ()
        async with aiohttp.ClientSession(connector=Outgoing(self.egress), timeout=PATIENCE, trust_env=True) as http:
            for each in attachments:
                try:
                    kept.append(await self._fetch(http, each))
                except Problem as problem:
                    refused.append(words.not_fetched(each.filename, problem.text))
                except (aiohttp.ClientError, TimeoutError):
                    refused.append(words.not_fetched(each.filename, words.TOO_SLOW))
        return tuple(kept), tuple(refused)

    async def _fetch(self, http: aiohttp.ClientSession, attachment: discord.Attachment) -> File:
        url = urlsplit(attachment.url)
        if url.netloc not in self.hosts or url.scheme not in ("https", "http"):
            raise Problem(words.NOT_ON_CDN)
        if url.scheme == "http" and url.netloc in FILES:
            raise Problem(words.NOT_ON_CDN)
        async with http.get(attachment.url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Problem(words.GONE_FROM_CDN)
            type = attachment.content_type or answer.content_type or ""
            return await self.files.keep(_pieces(answer), attachment.filename, type)


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for piece in answer.content.iter_chunked(PIECE):
        yield piece
