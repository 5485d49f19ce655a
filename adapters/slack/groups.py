"""The workspace's user groups, offered while somebody types: Slack has a list of people to choose from, none of groups.

Asked for once a minute at most, however many letters are typed: `usergroups.list` may be called 20 times a minute.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from adapters.slack.api import Api, Json, SlackRefused
from adapters.slack.forms import group_option
from adapters.slack.text import one_line
from bot.ports import TryLater

log = logging.getLogger(__name__)
FRESH = 60.0  # seconds
PATIENCE = 1.5  # seconds; Slack waits three for options, and as long for a form
MOST_OPTIONS = 100


class Groups:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.known: dict[str, str] = {}  # id → handle and name
        self.until = 0.0
        self.asking: asyncio.Task[None] | None = None

    async def names(self) -> Mapping[str, str]:
        """How they are called, by id. What was known before, if Slack takes too long to say."""
        if self.until <= time.monotonic():
            if self.asking is None or self.asking.done():
                self.asking = asyncio.create_task(self._ask())
            await asyncio.wait({self.asking}, timeout=PATIENCE)
        return self.known

    async def options(self, typed: str) -> list[Json]:
        """Those whose handle or name has what was typed in it."""
        wanted = typed.strip().removeprefix("@").casefold()
        found = sorted((label, id) for id, label in (await self.names()).items() if wanted in label.casefold())
        return [group_option(id, label) for label, id in found[:MOST_OPTIONS]]

    async def _ask(self) -> None:
        try:
            listed = (await self.api.call("usergroups.list")).get("usergroups") or ()
        except (SlackRefused, TryLater) as error:
            log.warning("the user groups cannot be listed: %s", error.reason)
            return
        self.known = {str(group["id"]): _label(group) for group in listed}
        self.until = time.monotonic() + FRESH


def _label(group: Json) -> str:
    return one_line(f"@{group.get('handle') or ''} · {group.get('name') or ''}")
