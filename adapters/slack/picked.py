"""What Slack says of the channels that somebody picks for a desk, told with the answer: nobody waits in vain."""

import asyncio
from collections.abc import Mapping

from adapters.slack import words
from adapters.slack.api import Api, SlackRefused
from bot.ports import TryLater

PATIENCE = 1.0  # seconds; the form has to be answered within three
MOST = 20  # channels looked at
UNSEEN = {"channel_not_found", "not_in_channel"}


async def warnings(api: Api, filled: Mapping[str, str]) -> tuple[str, ...]:
    """Of the channels in a desk's form, those the bot cannot use. Silence where Slack does not say in time."""
    picked = f"{filled.get('intake', '')} {filled.get('channel', '')}".split()
    ids = list(dict.fromkeys(word.rpartition("/")[2] for word in picked))[:MOST]
    asked = [asyncio.create_task(_warning(api, id)) for id in ids]
    if not asked:
        return ()
    done, late = await asyncio.wait(asked, timeout=PATIENCE)
    for task in late:
        task.cancel()
    return tuple(task.result() for task in asked if task in done and task.result())


async def _warning(api: Api, id: str) -> str:
    try:
        channel = (await api.call("conversations.info", id))["channel"]
    except SlackRefused as error:
        return words.not_in(id) if error.code in UNSEEN else ""
    except TryLater:
        return ""
    name = f"#{channel.get('name') or id}"
    if channel.get("is_archived"):
        return words.archived(name)
    return "" if channel.get("is_member") else words.not_in(name)
