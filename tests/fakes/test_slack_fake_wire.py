"""The lean client that brings requests to the app: replies in parts, in chunks, without a length, and none at all."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack.wire import Lines, Reply, parse

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"


def test_a_reply_in_parts_is_not_taken_for_whole() -> None:
    parts = [parse(CHUNKED[:length], at_end=False) for length in range(len(CHUNKED) - 4)]
    assert parts == [None] * len(parts)


def test_chunks_are_put_together() -> None:
    reply = parse(CHUNKED, at_end=False)
    assert reply == Reply(200, {"transfer-encoding": "chunked"}, b"hello world")


def test_a_reply_without_a_length_ends_with_the_connection() -> None:
    got = b"HTTP/1.1 503 Busy\r\nServer: x\r\n\r\nbus"
    assert parse(got, at_end=False) is None
    assert parse(got + b"y", at_end=True) == Reply(503, {"server": "x"}, b"busy")


@pytest.fixture
async def hang_up() -> AsyncIterator[str]:
    """A server that reads and says nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()
    await server.wait_closed()


async def test_hanging_up_is_an_error(hang_up: str) -> None:
    lines = Lines(hang_up)
    line = await lines.take()
    with pytest.raises(ConnectionError):
        await line.send(lines.request({}, b""))
    lines.give_back(line, None)
    assert lines.idle == []


def test_only_plain_http_is_served() -> None:
    with pytest.raises(ValueError, match="plain http"):
        Lines("https://example.com/")
