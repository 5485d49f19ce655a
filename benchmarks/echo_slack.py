"""The floor on Slack: slack-bolt as its guide shows it, which says again what it hears and keeps nothing."""

import os
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

ENV = os.environ
client = AsyncWebClient(ENV["SLACK_BOT_TOKEN"], base_url=ENV["SLACK_API_URL"])
app = AsyncApp(client=client, signing_secret=ENV["SLACK_SIGNING_SECRET"])


@app.event("message")
async def echo(event: dict[str, Any], say: AsyncSay) -> None:
    await say(event["text"])


if __name__ == "__main__":
    app.start(int(ENV["HTTP_PORT"]))
