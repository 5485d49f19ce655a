"""Files out: the three steps of Slack's upload (ask for an address, send the bytes, share), each file its own part.

Slack shares a file some time after it said yes, so what comes next waits for it for a moment, to keep the order.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import aiohttp

from adapters.slack import words
from adapters.slack.api import Api, SlackGone, SlackRefused
from adapters.slack.text import one_line, safe
from bot.message import Bold, File, Message, Span
from bot.ports import Files, Refused, Unsure

log = logging.getLogger(__name__)
MOST_REMEMBERED = 1_000
PATIENCE = (0.0, 0.1, 0.3, 0.6, 1.0)  # seconds between looks at whether a file is shared


class Content(NamedTuple):
    name: str
    data: bytes


def _read(span: Span) -> str:
    return span if isinstance(span, str) else span.text if isinstance(span, Bold) else f"@{span.name}"


def _content(store: Files, file: File) -> bytes:
    with store.open(file) as source:
        return source.read()


class Uploads:
    """Remembers what it uploaded for which token, so that a repeated effect uploads nothing twice."""

    def __init__(self, api: Api, store: Files) -> None:
        self.api = api
        self.store = store
        self.uploaded: dict[str, list[str]] = {}
        self.shared: set[str] = set()

    async def files(self, files: Sequence[File], channel: str, thread: str, token: str) -> list[str]:
        """Their ids on Slack. Raises `Refused`, `TryLater`."""
        contents = []
        for file in files:
            try:
                data = await asyncio.to_thread(_content, self.store, file)
            except OSError as error:
                raise Refused(words.FILE_GONE) from error
            contents.append(Content(one_line(file.name) or "file", data))
        return await self._share(contents, channel, thread, token)

    async def text(self, message: Message, channel: str, thread: str, token: str) -> list[str]:
        """The words of a message that is too long to be one, as a file."""
        said = "".join(
            s if isinstance(s, str) else s.text if isinstance(s, Bold) else f"@{s.name}" for s in message.text
        )
        return await self._share([Content("message.txt", safe(said).encode())], channel, thread, token)

    async def delete(self, ids: Sequence[str]) -> None:
        for id in ids:
            with suppress(SlackGone):
                await self.api.call("files.delete", file=id)

    async def _share(self, contents: Sequence[Content], channel: str, thread: str, token: str) -> list[str]:
        ids = self.uploaded.setdefault(token, [])
        while len(self.uploaded) > MOST_REMEMBERED:
            del self.uploaded[next(iter(self.uploaded))]
        for content in contents[len(ids) :]:
            ids.append(await self._upload(content))
        if token not in self.shared and not await self._is_shared(ids[0]):
            where = {"channel_id": channel} | ({"thread_ts": thread} if thread else {})
            named = [{"id": id, "title": content.name} for id, content in zip(ids, contents, strict=True)]
            await self.api.call("files.completeUploadExternal", files=named, **where)
            for pause in PATIENCE:
                await asyncio.sleep(pause)
                if await self._is_shared(ids[0]):
                    break
        self.shared.add(token)
        return list(ids)

    async def _upload(self, content: Content) -> str:
        ticket = await self.api.call("files.getUploadURLExternal", filename=content.name, length=len(content.data))
        try:
            async with self.api.session.post(ticket["upload_url"], data=content.data) as answer:
                if answer.status != 200:
                    raise Unsure(1.0, words.AWAY)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unsure(1.0, words.AWAY) from error
        return str(ticket["file_id"])

    async def _is_shared(self, id: str) -> bool:
        try:
            shares = (await self.api.call("files.info", file=id))["file"].get("shares") or {}
        except SlackRefused:
            return False
        return any(shares.values())
