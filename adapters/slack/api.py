"""Calls of the Web API, with Slack's errors told apart: refused for good, to be tried later, or of unknown outcome.

No call is repeated here: whether a post may be repeated is decided where it is known what it was for. Calls are made
without the SDK: its way of making one costs as much as the call.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.outgoing import Outgoing
from adapters.slack import words
from adapters.slack.hosts import way_out
from adapters.slack.pace import Pace
from bot.ports import Gone, Limited, Refused, TryLater, Unsure
from bot.process.peers import still_ours

Json = dict[str, Any]
# Slack takes JSON only where something is written.
FORM = {
    "auth.test", "conversations.history", "conversations.info", "conversations.members", "conversations.replies",
    "files.getUploadURLExternal", "files.info", "reactions.get", "team.info", "usergroups.list",
    "usergroups.users.list", "users.conversations", "users.info",
}  # fmt: skip
NOT_NOW = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "accesslimited",
}
NOT_OURS = {
    "account_inactive": "the app was removed from the workspace",
    "token_revoked": "the bot's token was revoked",
    "token_expired": "the bot's token has expired",
    "invalid_auth": "Slack does not know the bot's token",
    "not_authed": "Slack does not know the bot's token",
}
GONE = {"message_not_found", "thread_not_found", "file_not_found", "file_deleted"}
TIMEOUT = 30  # seconds for one call
PAUSE_WITHOUT_TOKEN = 60.0
PAGES = 200  # of one list; a stop for cursors that never end


class NotOurs(TryLater):
    """Slack does not know the token, or no longer."""


class SlackRefused(Refused):
    """`code` is Slack's."""

    def __init__(self, code: str) -> None:
        super().__init__(words.refusal(code))
        self.code = code


class SlackGone(SlackRefused, Gone):
    """What it was about is not there any more."""


class Api:
    """`token` begins with xoxb-. The connection is made when it is needed first, and closed by `close`."""

    def __init__(self, token: str, url: str) -> None:
        self.token = token
        self.url = url if url.endswith("/") else f"{url}/"
        self.egress = way_out(self.url)
        self.pace = Pace()
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = self.new_session()
            self._client = None
        return self._session

    @property
    def client(self) -> AsyncWebClient:
        session = self.session
        if self._client is None:
            self._client = AsyncWebClient(
                self.token, base_url=self.url, session=session, timeout=TIMEOUT, retry_handlers=[]
            )
        return self._client

    def new_session(self) -> aiohttp.ClientSession:
        """Which goes to Slack and nowhere else; whoever has it closes it."""
        return aiohttp.ClientSession(connector=Outgoing(self.egress), timeout=aiohttp.ClientTimeout(total=TIMEOUT))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, channel: str = "", **args: Any) -> Json:
        """Its answer. `channel` is what limits are counted by, and sent along if it is not empty.

        Raises `TryLater` (also before asking, while Slack's Retry-After runs), `Unsure` or `SlackRefused`.
        """
        await self.pace.turn(method, channel)
        headers, body = _written(method, {"channel": channel, **args} if channel else args)
        headers["Authorization"] = f"Bearer {self.token}"
        still_ours()
        try:
            async with self.session.post(self.url + method, data=body, headers=headers) as answer:
                data = _read(await answer.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unsure(1.0, words.AWAY) from error
        if answer.status == 200 and data.get("ok"):
            return data
        raise self._understood(answer.status, answer.headers.get("Retry-After"), data, method, channel)

    async def pages(self, method: str, name: str, channel: str = "", **args: Any) -> AsyncIterator[Any]:
        """Every item of a list that Slack hands out in pages."""
        cursor = ""
        for _ in range(PAGES):
            answer = await self.call(method, channel, **args, **({"cursor": cursor} if cursor else {}))
            for item in answer.get(name) or ():
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _understood(self, status: int, retry_after: str | None, data: Json, method: str, channel: str) -> Exception:
        code = str(data.get("error") or "")
        if status == 429 or code == "ratelimited":
            seconds = _seconds(retry_after)
            self.pace.refused(method, channel, seconds)
            return Limited(seconds, words.AWAY)
        if status >= 500 or code in NOT_NOW or not code:
            return Unsure(1.0, words.AWAY)
        if code in NOT_OURS:
            return NotOurs(PAUSE_WITHOUT_TOKEN, NOT_OURS[code])
        return SlackGone(code) if code in GONE else SlackRefused(code)


def _written(method: str, args: Json) -> tuple[dict[str, str], bytes]:
    """Headers and body of a call."""
    given = {name: value for name, value in args.items() if value is not None}
    if method not in FORM:
        return {"Content-Type": "application/json;charset=utf-8"}, json.dumps(given).encode()
    form = {
        name: json.dumps(value) if isinstance(value, bool | list | dict) else value for name, value in given.items()
    }
    return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode()


def _read(body: bytes) -> Json:
    """What Slack answered; nothing, where something else did, such as a proxy."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _seconds(header: Any) -> float:
    try:
        return max(1.0, min(3600.0, float(header)))
    except (TypeError, ValueError):
        return 5.0


def timestamp(seconds_ago: float) -> str:
    """A moment as Slack writes it in `oldest`."""
    return f"{time.time() - seconds_ago:.6f}"


async def patiently(call: Any, tries: int = 3) -> Any:
    """For answers to people, which nobody repeats: wait as long as Slack asks, a few times."""
    for attempt in range(tries):
        try:
            return await call()
        except TryLater as error:
            if attempt + 1 == tries or error.seconds > 30:
                raise
            await asyncio.sleep(error.seconds)
    return None
