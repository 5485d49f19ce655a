"""Files in: fetched with the bot's token, from Slack only, and checked before they are kept.

The token goes along in a header, so every redirect is looked at: it may lead to Slack's own hosts and nowhere else.
Without the right to read files Slack answers 200 with a page to sign in; such a page is never kept as the file.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp

from adapters.slack import words
from adapters.slack.api import Api, Json
from adapters.slack.hosts import FILES
from adapters.slack.text import one_line
from bot.errors import Problem
from bot.message import File
from bot.ports import Files, TryLater

log = logging.getLogger(__name__)
REDIRECTS = 5
PIECE = 1 << 16  # bytes
SLOWEST = 120  # seconds for one file


@dataclass
class Taken:
    """`refused` is said to the author; `lines` stand in the text, for those who would look for the file."""

    files: list[File] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class NotFetched(Exception):
    """`str` is why, in a person's words."""


class Downloads:
    """`url` is that of the Web API, whose host may hand out files, too (GovSlack, tests)."""

    def __init__(self, api: Api, store: Files) -> None:
        self.api = api
        self.store = store
        self.own = urlsplit(api.url).netloc

    async def take(self, shared: list[Json], *, last_try: bool) -> Taken:
        """Keep them. Raises `TryLater` if Slack does not hand one out now, unless it is the `last_try`."""
        taken = Taken()
        try:
            for file in shared:
                await self._take(file, taken, last_try=last_try)
        except BaseException:
            self.store.release([file.sha for file in taken.files])
            raise
        return taken

    async def _take(self, file: Json, taken: Taken, *, last_try: bool) -> None:
        name = one_line(str(file.get("name") or file.get("title") or "file"))
        try:
            taken.files.append(await self._keep(file, name))
        except TryLater:
            if not last_try:
                raise
            self._refuse(file, name, words.FILE_AWAY, taken)
        except (Problem, NotFetched) as why:
            self._refuse(file, name, why.args[0], taken)

    def _refuse(self, file: Json, name: str, why: str, taken: Taken) -> None:
        taken.refused.append(words.refused_file(name, why))
        taken.lines.append(words.not_copied(name, str(file.get("permalink") or "")))

    async def _keep(self, file: Json, name: str) -> File:
        if file.get("mode") in ("tombstone", "hidden_by_limit"):
            raise NotFetched(words.FILE_GONE)
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if file.get("is_external") or file.get("mode") == "external" or not self._allowed(url):
            raise NotFetched(words.ELSEWHERE)
        return await self.store.keep(self._pieces(url, file), name, str(file.get("mimetype") or ""))

    async def _pieces(self, url: str, file: Json) -> AsyncIterator[bytes]:
        wanted, got = file.get("size"), 0
        try:
            answer = await self._open(url)
            try:
                if answer.content_type == "text/html" and file.get("mimetype") != "text/html":
                    raise NotFetched(words.NO_SIGN_IN)
                async for piece in answer.content.iter_chunked(PIECE):
                    got += len(piece)
                    yield piece
            finally:
                answer.release()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise TryLater(2.0, words.FILE_AWAY) from error
        if isinstance(wanted, int) and got != wanted:
            raise NotFetched(words.FILE_CHANGED)

    async def _open(self, url: str) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {self.api.token}"}
        for _ in range(REDIRECTS):
            if not self._allowed(url):
                raise NotFetched(words.ELSEWHERE)
            timeout = aiohttp.ClientTimeout(total=SLOWEST)
            answer = await self.api.session.get(url, headers=headers, allow_redirects=False, timeout=timeout)
            if answer.status == 200:
                return answer
            answer.release()
            if answer.status in (301, 302, 303, 307, 308):
                url = urljoin(url, answer.headers.get("Location", ""))
                continue
            if answer.status >= 500 or answer.status == 429:
                raise TryLater(2.0, words.FILE_AWAY)
            raise NotFetched(words.FILE_GONE)
        raise NotFetched(words.FILE_AWAY)

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.netloc == self.own:
            return parts.scheme in ("http", "https")
        host = parts.hostname or ""
        return parts.scheme == "https" and any(host.endswith(own) for own in FILES) and parts.port in (None, 443)
