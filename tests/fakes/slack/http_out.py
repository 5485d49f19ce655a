"""Slack's signed requests to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from .delivery import Answer, Delivery, in_time
from .wire import Lines, Reply
from .workspace import Workspace


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 scheme: HMAC-SHA256 over "v0:timestamp:body"."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class HttpOut:
    """At most `concurrency` requests at a time. Signatures carry the wall clock, not the virtual one: apps check them
    against theirs."""

    def __init__(self, work: Workspace, concurrency: int) -> None:
        self.work = work
        self.slots = asyncio.Semaphore(concurrency)
        self._lines: dict[str, Lines] = {}

    def lines(self, url: str) -> Lines:
        if url not in self._lines:
            self._lines[url] = Lines(url)
        return self._lines[url]

    def close(self) -> None:
        for lines in self._lines.values():
            lines.close()

    def headers(self, body: bytes, content_type: str) -> dict[str, str]:
        now = str(int(time.time()))
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": signature(self.work.app.signing_secret, now, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "*/*",
        }

    async def bring(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        async with self.slots:
            body, content_type = encode(delivery)
            headers = self.headers(body, content_type)
            if retry:
                headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
            return await self._exchange(self.lines(self.work.app.request_url), headers, body)

    async def _exchange(self, lines: Lines, headers: dict[str, str], body: bytes) -> Answer:
        try:
            line = await lines.take()
        except OSError:
            return Answer(0, reason="connection_failed")
        start, reply = time.perf_counter(), None
        try:
            reply = await in_time(self.work.clock, line.send(lines.request(headers, body)))
        except ConnectionError:
            return Answer(0, reason="connection_failed")
        finally:
            lines.give_back(line, reply)
        return _read(reply, time.perf_counter() - start)

    async def raw(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Whatever an impostor may send to the app: stale, unsigned, or with headers that are junk."""
        return await self._exchange(self.lines(self.work.app.request_url), headers, body)

    async def verify(self, url: str) -> None:
        """What Slack does when a request URL is entered. Raises ValueError if the app does not echo the challenge."""
        challenge = "a-challenge-to-be-sent-back"
        asked = {"token": self.work.app.verification_token, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(asked).encode()
        answer = await self._exchange(self.lines(url), self.headers(body, "application/json"), body)
        if answer.status != 200 or challenge not in json.dumps(answer.body):
            raise ValueError("the app did not send the challenge back")


def encode(delivery: Delivery) -> tuple[bytes, str]:
    """Body and content type: events are JSON, commands a form, interactivity JSON in a form field."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _read(reply: Reply | None, took: float) -> Answer:
    if reply is None:
        return Answer(0, reason="http_timeout", took=took)
    text = reply.body.decode(errors="replace")
    is_json = reply.headers.get("content-type", "").startswith("application/json") and text
    no_retry = reply.headers.get("x-slack-no-retry") == "1"
    ok = 200 <= reply.status < 300
    return Answer(
        200 if ok else reply.status, json.loads(text) if is_json else text, "" if ok else "http_error", no_retry, took
    )
