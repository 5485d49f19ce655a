"""A lean HTTP/1.1 client for one kind of work: POSTs to a local server, over connections that are kept.

A general client costs five times the CPU of what it carries here, and the fake must not be what a measurement of the
bot measures.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit


@dataclass
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class Line(asyncio.Protocol):
    """One connection, one request at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.waiting: asyncio.Future[Reply] | None = None
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes) -> asyncio.Future[Reply]:
        """The answer to come; ConnectionError in it if the connection ends first."""
        self.waiting = asyncio.get_running_loop().create_future()
        self.got = b""
        self.transport.write(request)
        return self.waiting

    def data_received(self, data: bytes) -> None:
        self.got += data
        reply = parse(self.got, at_end=False)
        if reply and self.waiting and not self.waiting.done():
            self.waiting.set_result(reply)

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting and not self.waiting.done():
            reply = parse(self.got, at_end=True)
            if reply:
                self.waiting.set_result(reply)
            else:
                self.waiting.set_exception(ConnectionResetError("the app hung up"))

    @property
    def usable(self) -> bool:
        return not self.transport.is_closing()


class Lines:
    """Connections to one URL's host, made when needed and used again."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"the fake delivers over plain http only, not to {url}")
        self.host, self.port = parts.hostname, parts.port or 80
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.idle: list[Line] = []

    def request(self, headers: dict[str, str], body: bytes) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        start = f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Length: {len(body)}\r\n"
        return f"{start}{head}\r\n".encode() + body

    async def take(self) -> Line:
        """A connection nobody uses. Raises OSError if there is none to be had."""
        while self.idle:
            line = self.idle.pop()
            if line.usable:
                return line
        _, line = await asyncio.get_running_loop().create_connection(Line, self.host, self.port)
        return line

    def give_back(self, line: Line, reply: Reply | None) -> None:
        """After a reply the connection serves again; one still waiting for it is of no more use."""
        if reply and line.usable and reply.headers.get("connection", "").lower() != "close":
            self.idle.append(line)
        else:
            line.transport.abort()

    def close(self) -> None:
        for line in self.idle:
            line.transport.abort()
        self.idle.clear()


def parse(got: bytes, *, at_end: bool) -> Reply | None:
    """The whole reply, or None while parts are missing. `at_end`: nothing more will come."""
    head, found, rest = got.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    headers = {name.lower(): value.strip() for name, value in pairs}
    status = int(first.split(" ", 2)[1])
    if "content-length" in headers:
        length = int(headers["content-length"])
        return Reply(status, headers, rest[:length]) if len(rest) >= length else None
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = list(_chunks(rest))
        return Reply(status, headers, b"".join(body[:-1])) if body and body[-1] == b"" else None
    return Reply(status, headers, rest) if at_end or status == 204 else None


def _chunks(rest: bytes) -> Iterator[bytes]:
    """The chunks that are whole; the last one of a finished body is empty."""
    while True:
        size, found, rest = rest.partition(b"\r\n")
        if not found or len(rest) < (length := int(size.split(b";")[0], 16)):
            return
        yield rest[:length]
        if not length:
            return
        rest = rest[length + 2 :]
