"""A small real bot on slack-bolt, to prove the fake with: it echoes, opens forms, answers buttons."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack

ANY = re.compile(".*", re.DOTALL)
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "open",
    "title": {"type": "plain_text", "text": "New ticket"},
    "submit": {"type": "plain_text", "text": "Open"},
    "blocks": [
        {
            "type": "input",
            "block_id": "subject",
            "label": {"type": "plain_text", "text": "Subject"},
            "element": {"type": "plain_text_input", "action_id": "value", "max_length": 100},
        }
    ],
}
CLAIM = {"type": "button", "action_id": "claim", "value": "42", "text": {"type": "plain_text", "text": "Claim"}}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*#42* open"}},
    {"type": "actions", "elements": [CLAIM]},
]


class EchoBot:
    """`events` is what arrived; while `broken` is set, listeners raise it instead."""

    def __init__(self, slack: FakeSlack) -> None:
        self.client = AsyncWebClient(slack.app.bot_token, base_url=slack.base_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=slack.app.signing_secret, process_before_response=True)
        self.slack = slack
        self.events: list[dict[str, Any]] = []
        self.broken: Exception | None = None
        self._listen()

    def _listen(self) -> None:
        self.app.event("message")(self._on_message)
        self.app.event(ANY)(self._on_event)
        self.app.command(ANY)(self._on_command)
        self.app.action(ANY)(self._on_action)
        self.app.view(ANY)(self._on_form)
        self.app.view_closed(ANY)(self._on_shortcut)
        self.app.shortcut(ANY)(self._on_shortcut)

    async def _on_message(self, body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        self.events.append(body)
        if self.broken:
            raise self.broken
        if "subtype" not in event and "bot_id" not in event:
            await say(text=f"echo: {event['text']}", thread_ts=event.get("thread_ts", event["ts"]))

    async def _on_event(self, body: dict[str, Any]) -> None:
        self.events.append(body)
        if self.broken:
            raise self.broken

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        self.events.append(body)
        if self.broken:
            raise self.broken
        await ack(f"you said {body['text']}")
        if body["text"] == "open":
            await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        self.events.append(body)
        await ack()
        if "response_url" in body:
            await respond("claimed", replace_original=False)

    async def _on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        self.events.append(body)
        subject = body["view"]["state"]["values"]["subject"]["value"]["value"]
        if subject == "no":
            await ack(response_action="errors", errors={"subject": "Not this one."})
        else:
            await ack()

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        self.events.append(body)
        await ack()

    async def heard(self, times: int) -> None:
        """Wait until this much arrived: a frame on its way to us takes real time, which the fake's clock knows nothing
        of. Fails where more arrived, or not enough within ten seconds."""
        async with asyncio.timeout(10):
            while len(self.events) < times:  # noqa: ASYNC110 - the list tells nobody when it grows
                await asyncio.sleep(0.01)
        assert len(self.events) == times

    def types(self) -> list[str]:
        return [body["event"]["type"] for body in self.events if "event" in body]


@contextlib.asynccontextmanager
async def over_sockets(slack: FakeSlack, connections: int = 1) -> AsyncIterator[EchoBot]:
    bot = EchoBot(slack)
    handlers: list[Any] = [AsyncSocketModeHandler(bot.app, slack.app.app_token) for _ in range(connections)]
    for handler in handlers:
        await handler.connect_async()
    await slack.sockets.connected(connections)
    try:
        yield bot
    finally:
        for handler in handlers:
            await handler.close_async()


@contextlib.asynccontextmanager
async def over_http(slack: FakeSlack) -> AsyncIterator[EchoBot]:
    bot = EchoBot(slack)
    runner = web.AppRunner(bot.app.web_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        yield bot
    finally:
        await runner.cleanup()
