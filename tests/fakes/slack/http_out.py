"""Slack's signed requests to the app's request URL."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from .delivery import Answer, Delivery
from .workspace import Workspace


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 scheme: HMAC-SHA256 over "v0:timestamp:body"."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class HttpOut:
    """Signatures carry the wall clock, not the virtual one: apps check them against theirs."""

    def __init__(self, work: Workspace, concurrency: int = 64) -> None:
        self.work = work
        self.concurrency = concurrency
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self.concurrency)
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def headers(self, body: bytes, content_type: str) -> dict[str, str]:
        now = str(int(time.time()))
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": signature(self.work.app.signing_secret, now, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    def encode(self, delivery: Delivery) -> tuple[bytes, str]:
        """Body and content type: events are JSON, commands a form, interactivity JSON in a form field."""
        if delivery.kind == "events_api":
            return json.dumps(delivery.payload).encode(), "application/json"
        form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
        return urlencode(form).encode(), "application/x-www-form-urlencoded"

    async def bring(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        body, content_type = self.encode(delivery)
        headers = self.headers(body, content_type)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        start = time.perf_counter()
        try:
            async with self.session.post(self.work.app.request_url, data=body, headers=headers) as response:
                content = await response.read()
                took = time.perf_counter() - start
                return _read(response, content, took)
        except (aiohttp.ClientError, OSError):
            return Answer(0, reason="connection_failed")

    async def verify(self, url: str) -> None:
        """What Slack does when a request URL is entered. Raises ValueError if the app does not echo the challenge."""
        challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        asked = {"token": self.work.app.verification_token, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(asked).encode()
        async with self.session.post(url, data=body, headers=self.headers(body, "application/json")) as response:
            if response.status != 200 or challenge not in await response.text():
                raise ValueError("Your URL didn't respond with the value of the challenge parameter.")


def _read(response: aiohttp.ClientResponse, content: bytes, took: float) -> Answer:
    text = content.decode(errors="replace")
    body = json.loads(text) if response.content_type == "application/json" and text else text
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    ok = 200 <= response.status < 300
    return Answer(200 if ok else response.status, body, "" if ok else "http_error", no_retry, took)
