"""`python -m tests.fakes.slack` serves the fake until interrupted, and prints how to connect a bot to it."""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from .limits import Limits
from .server import FakeSlack

HINTS = """\
SLACK_API_URL={base_url}
SLACK_BOT_TOKEN={bot_token}
SLACK_APP_TOKEN={app_token}
SLACK_SIGNING_SECRET={secret}

People anna (customer) and bert (agent); channels #help (public) and #agents (private). Try:
curl -s {root}/control
curl -s {root}/control/say -d '{{"user": "anna", "channel": "#help", "text": "the printer burns"}}'
curl -s {root}/control/press -d '{{"user": "bert", "button": "Claim"}}'
curl -s {root}/control/seen/anna
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=8070, help="on 127.0.0.1")
    parser.add_argument("--request-url", default="", help="deliver over HTTP to this URL instead of Socket Mode")
    parser.add_argument("--manifest", type=Path, help="the app's manifest as JSON: only what it asks for is allowed")
    parser.add_argument("--limits", choices=("slack", "unlisted", "off"), default="slack")
    return parser.parse_args()


async def serve(asked: argparse.Namespace) -> None:
    limits = {"slack": Limits.slack, "unlisted": Limits.unlisted, "off": Limits.off}[asked.limits]()
    manifest = json.loads(asked.manifest.read_text()) if asked.manifest else None
    async with FakeSlack(port=asked.port, limits=limits, manifest=manifest) as slack:
        slack.app.request_url = asked.request_url
        anna, bert = slack.user("anna"), slack.user("bert")
        slack.channel("help", [anna, bert])
        slack.channel("agents", [bert], private=True)
        app = slack.app
        print(
            HINTS.format(
                base_url=slack.base_url,
                bot_token=app.bot_token,
                app_token=app.app_token,
                secret=app.signing_secret,
                root=slack.work.base_url,
            ),
            flush=True,
        )
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
