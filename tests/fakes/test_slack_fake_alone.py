"""`python -m tests.fakes.slack`, driven over its control API as a person with curl would."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def served() -> AsyncIterator[dict[str, str]]:
    """The settings it prints, and `root`, where it listens."""
    command = [sys.executable, "-m", "tests.fakes.slack", "--port", "0", "--limits", "off"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    settings = {}
    async with asyncio.timeout(15):
        while "=" in (line := (await process.stdout.readline()).decode().strip()):
            name, _, value = line.partition("=")
            settings[name] = value
    yield settings | {"root": settings["SLACK_API_URL"].removesuffix("/api/")}
    process.terminate()
    await process.wait()


async def test_a_bot_is_driven_by_hand(served: dict[str, str]) -> None:
    app = AsyncApp(client=AsyncWebClient(served["SLACK_BOT_TOKEN"], base_url=served["SLACK_API_URL"]))

    @app.event("message")
    async def echo(event: dict[str, Any], say: AsyncSay) -> None:
        await say(text=f"echo: {event['text']}", thread_ts=event["ts"])

    handler: Any = AsyncSocketModeHandler(app, served["SLACK_APP_TOKEN"])
    await handler.connect_async()
    async with aiohttp.ClientSession(f"{served['root']}/") as control:

        async def do(action: str, **how: object) -> Any:
            async with control.post(f"control/{action}", json=how) as response:
                return response.status, await response.json()

        status, said = await do("say", user="anna", channel="#help", text="the printer burns")
        assert (status, said["text"]) == (200, "the printer burns")
        for _ in range(100):
            async with control.get("control/seen/bert") as response:
                texts = [line["text"] for line in (await response.json())["lines"]]
            if len(texts) == 2:
                break
            await asyncio.sleep(0.05)
        assert texts == ["the printer burns", "echo: the printer burns"]
        assert (await do("press", user="anna", button="Claim"))[0] == 400
        assert (await do("fly"))[0] == 404
        async with control.get("control/log?method=chat.postMessage") as response:
            assert [call["ok"] for call in await response.json()] == [True]
    await handler.close_async()
