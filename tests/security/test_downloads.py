"""Files from strangers: servers that lie about their size, never end, send somewhere else, or send what grows."""

import asyncio
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.discord import attachments
from adapters.discord.attachments import Attachments
from adapters.slack import downloads
from adapters.slack.downloads import Downloads
from bot.egress import Egress
from storage.files import MEGABYTE, DiskFiles

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LIMIT = 1 * MEGABYTE


class Server:
    """`answer` is what it does; `asked` is what it was asked for."""

    def __init__(self) -> None:
        self.answer: Answer = self._missing
        self.asked: list[str] = []

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.answer(request)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, application = Server(), web.Application()
    application.add_routes([web.get("/{path:.*}", server.take)])
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.host = f"127.0.0.1:{runner.addresses[0][1]}"  # type: ignore[attr-defined]
    yield server
    await runner.cleanup()


@pytest.fixture(params=["slack", "discord"])
async def fetch(request: pytest.FixtureRequest, server: Any, tmp_path: Path) -> AsyncIterator[Any]:
    """Fetch a file from the server; returns the files kept, and what is said of those that are not."""
    files = DiskFiles(tmp_path / "files", LIMIT)
    async with aiohttp.ClientSession() as session:

        async def from_slack(url: str, name: str) -> tuple[list[Any], list[str]]:
            api: Any = SimpleNamespace(session=session, token="x", url=f"http://{server.host}/api/")
            file = {"name": name, "url_private": url, "mimetype": "application/zip"}
            taken = await Downloads(api, files).take([file], last_try=True)
            return taken.files, taken.refused

        async def from_discord(url: str, name: str) -> tuple[list[Any], list[str]]:
            attachment: Any = SimpleNamespace(url=url, filename=name, content_type="application/zip")
            kept, refused = await Attachments(
                files, Egress("discord", [], [f"http://{server.host}"]), server.host
            ).take([attachment])
            return list(kept), list(refused)

        way = from_slack if request.param == "slack" else from_discord

        async def fetched(path: str = "file.zip", name: str = "file.zip", host: str = "") -> Any:
            return await way(f"http://{host or server.host}/{path}", name)

        fetched.folder = tmp_path / "files"  # type: ignore[attr-defined]
        yield fetched


def nothing_is_left(fetch: Any) -> bool:
    return not [path for path in fetch.folder.rglob("*") if path.is_file()]


async def test_what_never_ends_is_given_up(server: Server, fetch: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(downloads, "SLOWEST", 0.5)
    monkeypatch.setattr(attachments, "PATIENCE", aiohttp.ClientTimeout(total=0.5))

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    server.answer = drip
    async with asyncio.timeout(40):
        kept, refused = await fetch()
    assert (kept, len(refused)) == ([], 1)
    assert nothing_is_left(fetch)


async def test_what_says_it_is_small_and_is_not_is_cut_off(server: Server, fetch: Any):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:  # until nobody listens any more, which is an error here
            await response.write(b"x" * 100_000)

    server.answer = endless
    kept, refused = await fetch()
    assert kept == []
    assert "1 MB" in refused[0]
    assert nothing_is_left(fetch)


async def test_what_grows_when_it_is_unpacked_on_the_way_fills_neither_disk_nor_memory(server: Server, fetch: Any):
    bomb = gzip.compress(bytes(30 * MEGABYTE), 9)

    async def send(request: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    server.answer = send
    tracemalloc.start()
    try:
        kept, refused = await fetch()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept == []
    assert "1 MB" in refused[0]
    assert peak < 15 * MEGABYTE
    assert nothing_is_left(fetch)


async def test_an_archive_is_kept_as_it_is_and_never_unpacked(server: Server, fetch: Any):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/cron.d/evil", bytes(20 * MEGABYTE))

    async def send(request: web.Request) -> web.StreamResponse:
        return web.Response(body=packed.getvalue())

    server.answer = send
    kept, refused = await fetch(name="../../etc/passwd\x00.zip")
    assert refused == []
    assert kept[0].name == "passwd.zip"
    (path,) = (path for path in fetch.folder.rglob("*") if path.is_file())
    assert path.read_bytes() == packed.getvalue()


@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/x", "file:///etc/passwd"]
)
async def test_nobody_is_led_to_an_address_inside(server: Server, fetch: Any, where: str):
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": where})

    server.answer = elsewhere
    kept, refused = await fetch()
    assert (kept, len(refused), server.asked) == ([], 1, ["/file.zip"])


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "localhost", "[::1]", "files.slack.com.evil.test", "cdn.discordapp.com@evil.test"]
)
async def test_nothing_is_fetched_from_where_platforms_keep_no_files(fetch: Any, host: str):
    kept, refused = await fetch(host=host)
    assert (kept, len(refused)) == ([], 1)


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
async def test_a_page_that_says_what_went_wrong_is_never_kept_as_the_file(server: Server, fetch: Any, status: int):
    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="<html><script>alert(1)</script>", content_type="text/html")

    server.answer = broken
    kept, refused = await fetch()
    assert (kept, len(refused)) == ([], 1)
    assert nothing_is_left(fetch)
