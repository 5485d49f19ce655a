"""Showing a person what the bot answers, on whatever is at hand: a trigger, a response URL, or their conversation.

An answer hangs on tokens that Slack lets die within seconds, so none of this is stored. What must arrive is an effect.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.slack.api import Api, Json, SlackRefused, patiently
from adapters.slack.forms import Origin, answer_view, form_view
from adapters.slack.groups import Groups
from adapters.slack.render import Part, parts
from bot.message import Form, Message
from bot.ports import Ask, Reply, Say, TryLater

log = logging.getLogger(__name__)
NOT_EPHEMERAL = {"user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"}


@dataclass(frozen=True)
class Asker:
    """Who is to be answered, and what Slack gave us for it."""

    user: str
    origin: Origin
    trigger: str = ""
    response_url: str = ""
    view: str = ""  # the modal they are looking at
    private: bool = False  # what must be more than a line that is gone on reload


class Answers:
    """Answers run beside the acknowledgement; `settle` waits for those under way."""

    def __init__(self, api: Api, groups: Groups) -> None:
        self.api = api
        self.groups = groups
        self.tasks: set[asyncio.Task[None]] = set()

    def show(self, reply: Reply, asker: Asker) -> None:
        match reply:
            case Ask(form=form):
                self.start(self._ask(form, asker))
            case Say(message=message, public=public):
                self.start(self._say(message, asker, public=public))

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def settle(self) -> None:
        while self.tasks:
            await asyncio.gather(*self.tasks)

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except (SlackRefused, TryLater) as error:
            log.warning("an answer could not be shown: %s", error.reason)
        except Exception:
            log.exception("an answer could not be shown")

    async def _ask(self, form: Form, asker: Asker) -> None:
        method = "views.push" if asker.view else "views.open"
        chosen = any(each.value for each in form.inputs if each.picks == "groups")
        groups = await self.groups.names() if chosen else {}
        await self.api.call(method, trigger_id=asker.trigger, view=form_view(form, asker.origin, groups))

    async def _say(self, message: Message, asker: Asker, *, public: bool) -> None:
        if asker.view:
            await self.api.call("views.update", view_id=asker.view, view=answer_view(message, asker.origin))
        elif asker.trigger and asker.private:
            await self.api.call("views.open", trigger_id=asker.trigger, view=answer_view(message, asker.origin))
        elif asker.response_url:
            await self._respond(message, asker, public=public)
        else:
            await self._post(message, asker, public=public)

    async def _respond(self, message: Message, asker: Asker, *, public: bool) -> None:
        for part in parts(message, speaker=True):
            body = response(part, public=public)
            if asker.origin.thread and not asker.origin.direct:
                body["thread_ts"] = asker.origin.thread
            try:
                async with self.api.session.post(asker.response_url, json=body) as answer:
                    ok = answer.status == 200
            except (TimeoutError, aiohttp.ClientError, OSError):
                ok = False
            if not ok:
                await self._direct(message, asker)
                return

    async def _post(self, message: Message, asker: Asker, *, public: bool) -> None:
        """Where there is no token at all: in their own conversation for good, elsewhere for their eyes only."""
        if asker.origin.direct or not asker.origin.conversation:
            return await self._direct(message, asker)
        thread = {"thread_ts": asker.origin.thread} if asker.origin.thread else {}
        try:
            for part in parts(message, speaker=True):
                args: Json = {"text": part.text, "blocks": part.blocks} | thread
                if public:
                    await self._patient("chat.postMessage", asker.origin.conversation, **args, **QUIET)
                else:
                    await self._patient("chat.postEphemeral", asker.origin.conversation, user=asker.user, **args)
        except SlackRefused as error:
            if error.code not in NOT_EPHEMERAL:
                raise
            await self._direct(message, asker)
        return None

    async def _direct(self, message: Message, asker: Asker) -> None:
        channel = asker.origin.conversation if asker.origin.direct else ""
        if not channel:
            channel = str(
                (await patiently(lambda: self.api.call("conversations.open", users=asker.user)))["channel"]["id"]
            )
        for part in parts(message, speaker=True):
            await self._patient("chat.postMessage", channel, text=part.text, blocks=part.blocks, **QUIET)

    async def _patient(self, method: str, channel: str, **args: Any) -> None:
        await patiently(lambda: self.api.call(method, channel, **args))


QUIET = {"unfurl_links": False, "unfurl_media": False}


def response(part: Part, *, public: bool = False) -> Json:
    """A message as Slack takes it in an acknowledgement or at a response URL."""
    kind = "in_channel" if public else "ephemeral"
    return {"response_type": kind, "replace_original": False, "text": part.text, "blocks": part.blocks}
