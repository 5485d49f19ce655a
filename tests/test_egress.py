"""The bot connects to declared hosts and nowhere else: by name, through redirects, and not into private networks."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from adapters.discord import hosts as discord_hosts
from adapters.outgoing import Outgoing
from adapters.slack import hosts as slack_hosts
from bot.egress import Egress, Undeclared
from tests import sockets

SLACK = slack_hosts.way_out("https://slack.com/api/")
DISCORD = discord_hosts.way_out("https://discord.com/api/v10", "")
METADATA = "169.254.169.254"  # where clouds keep a machine's credentials


@pytest.mark.parametrize(
    ("way", "host", "port"),
    [
        (SLACK, "slack.com", 443), (SLACK, "wss-primary.slack.com", 443), (SLACK, "files.slack.com", 443),
        (SLACK, "Files.Slack.com.", 443), (SLACK, "x.slack-files.com", 443),
        (DISCORD, "discord.com", 443), (DISCORD, "gateway.discord.gg", 443),
        (DISCORD, "gateway-us-east1-b.discord.gg", 443), (DISCORD, "cdn.discordapp.com", 443),
    ],
)  # fmt: skip
def test_a_declared_host_may_be_reached(way: Egress, host: str, port: int) -> None:
    way.check(host, port)


@pytest.mark.parametrize(
    ("way", "host", "port"),
    [
        (SLACK, "discord.com", 443), (DISCORD, "slack.com", 443), (SLACK, "slack.com", 80), (SLACK, "slack.com", 22),
        (SLACK, "evilslack.com", 443), (SLACK, "slack.com.evil.test", 443), (SLACK, METADATA, 80),
        (SLACK, "127.0.0.1", 443), (SLACK, "localhost", 443), (SLACK, "", 0), (SLACK, "[::1]", 443),
        (DISCORD, "evil-discord.gg", 443), (DISCORD, "cdn.discordapp.com.evil.test", 443),
        (DISCORD, "x.cdn.discordapp.com", 443), (DISCORD, "2130706433", 443),
    ],
)  # fmt: skip
def test_any_other_host_is_refused_and_counted(way: Egress, host: str, port: int) -> None:
    before = way.refused
    with pytest.raises(Undeclared):
        way.check(host, port)
    assert way.refused == before + 1


def test_what_the_operator_named_may_be_reached_on_that_port_alone() -> None:
    way = slack_hosts.way_out("http://10.0.0.7:8070/api/")
    way.check("10.0.0.7", 8070)
    for host, port in (("10.0.0.7", 80), ("10.0.0.8", 8070)):
        with pytest.raises(Undeclared):
            way.check(host, port)


@pytest.mark.parametrize("address", [METADATA, "127.0.0.1", "10.0.0.7", "192.168.1.1", "::1", "fe80::1%eth0"])
def test_a_declared_name_that_leads_into_a_private_network_is_refused(address: str) -> None:
    SLACK.check_addresses("slack.com", ["3.64.1.1"])
    with pytest.raises(Undeclared):
        SLACK.check_addresses("files.slack.com", ["3.64.1.1", address])


def test_an_operators_host_may_be_in_their_network() -> None:
    slack_hosts.way_out("https://slack.internal/api/").check_addresses("slack.internal", ["10.0.0.7"])


def test_the_log_does_not_say_what_was_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(Undeclared):
        SLACK.check("ana-smith.example.test", 443)
    [record] = caplog.records
    assert "ana" not in str(vars(record))
    assert record.__dict__["platform"] == "slack"


# Through the real client


@asynccontextmanager
async def server(to: str = "") -> AsyncIterator[str]:
    """A server of this machine; where `to` is given, it sends whoever comes on to there."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to}) if to else web.Response(text="secret")

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fetched(url: str, way: Egress) -> str:
    async with aiohttp.ClientSession(connector=Outgoing(way)) as http, http.get(url) as answer:
        return await answer.text()


async def test_a_server_that_nobody_declared_is_not_asked_at_all() -> None:
    async with server() as url:
        assert await fetched(url, Egress("x", [], [url])) == "secret"
        with pytest.raises(aiohttp.ClientOSError, match="nobody declared"):
            await fetched(url, Egress("x", ["slack.com"]))


async def test_a_redirect_to_an_undeclared_host_is_not_followed() -> None:
    async with server() as inside, server(f"{inside}/latest/meta-data") as declared:
        way = Egress("x", [], [declared])
        with pytest.raises(aiohttp.ClientOSError, match="nobody declared"):
            await fetched(declared, way)
        assert way.refused == 1
        assert await fetched(declared, Egress("x", [], [declared, inside])) == "secret"


async def test_a_socket_to_an_undeclared_host_is_not_opened() -> None:
    async with server() as url, aiohttp.ClientSession(connector=Outgoing(SLACK)) as http:
        with pytest.raises(aiohttp.ClientOSError, match="nobody declared"):
            await http.ws_connect(url)


async def test_a_declared_name_that_suddenly_leads_here_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever controls the name's answers would otherwise have us talk to the machine itself."""

    async def here(self: object, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    monkeypatch.setattr(ThreadedResolver, "resolve", here)
    way = slack_hosts.way_out("https://slack.com/api/")
    with pytest.raises(aiohttp.ClientConnectorError):
        await fetched("https://files.slack.com/x", way)
    assert way.refused == 1


# The guard over this suite


def test_a_test_that_leaves_the_machine_is_caught() -> None:
    with socket.socket() as out, pytest.raises(sockets.Strayed):
        out.connect(("192.0.2.1", 80))
    with pytest.raises(sockets.Strayed):
        socket.getaddrinfo("slack.com", 443)
    assert sockets.strayed == ["192.0.2.1", "slack.com"]
    sockets.strayed.clear()
