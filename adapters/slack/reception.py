"""What comes in from Slack, one payload at a time: it is acknowledged when it is stored, and not before.

Slack delivers again what is not acknowledged within three seconds, at once, after one and after five minutes. The
second delivery of something that is still being worked on waits for the first. What one person writes in one place is
taken in the order it came.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.response import BoltResponse

from adapters.slack import inbound, words
from adapters.slack.answers import Answers, Asker, response
from adapters.slack.api import Json, SlackRefused
from adapters.slack.catchup import NotYet
from adapters.slack.downloads import Taken
from adapters.slack.forms import Origin, answer_view, files, values
from adapters.slack.groups import Groups
from adapters.slack.home import ACTION as HOME
from adapters.slack.home import Home
from adapters.slack.inbound import Written
from adapters.slack.lanes import Lanes
from adapters.slack.messages import Messages
from adapters.slack.people import People
from adapters.slack.picked import warnings
from adapters.slack.render import parts
from bot.errors import Problem
from bot.inbound import ButtonPressed, CommandInvoked, FormSubmitted, MessagePosted, MessageRaised
from bot.language import here, reading
from bot.message import Message, say
from bot.parse import find
from bot.ports import Ask, Files, Handle, Reply, Say, TryLater
from bot.router import Router

log = logging.getLogger(__name__)
ACKNOWLEDGE_WITHIN = 2.3  # seconds; Slack gives three
SETUP = "desk.setup"  # the form in which channels are picked
LAST_RETRY = 2  # with files that cannot be fetched, this delivery is taken without them
OK = BoltResponse(status=200, body="")


class Reception:
    """`renamed` is the command as the operator calls it → as the router does, without the slash."""

    def __init__(
        self,
        router: Router,
        people: People,
        messages: Messages,
        answers: Answers,
        files: Files,
        renamed: dict[str, str],
        groups: Groups,
    ) -> None:
        self.router = router
        self.people = people
        self.messages = messages
        self.answers = answers
        self.files = files
        self.renamed = renamed
        self.groups = groups
        self.lanes = Lanes()
        self.handle: Handle | None = None
        self.gate: Callable[[Written], Awaitable[None]] = _open
        self.failing: dict[str, Written] = {}  # not stored yet
        self.once: Callable[[str], Awaitable[bool]] = _always
        self.home: Home | None = None
        self.others: dict[str, Callable[[Json, Handle], Awaitable[None]]] = {}  # event type → what is done about it

    async def take(self, body: Json, retry: int) -> BoltResponse:
        """The acknowledgement. Raises nothing: 500 makes Slack deliver again."""
        try:
            return await self._take(body, retry)
        except NotYet:
            return BoltResponse(status=503, body="")
        except Exception:
            log.exception("a delivery is not acknowledged")
            return BoltResponse(status=500, body="")

    async def _take(self, body: Json, retry: int) -> BoltResponse:
        match body.get("type"):
            case "event_callback":
                await self._event(body.get("event") or {}, retry)
            case "block_actions":
                await self._button(body)
            case "shortcut" | "message_action":
                await self._shortcut(body)
            case "block_suggestion":
                return _json({"options": await self.groups.options(str(body.get("value") or ""))})
            case "view_submission":
                return await self._form(body)
            case None if "command" in body:
                return await self._command(body)
            case "app_rate_limited":
                log.warning("Slack holds events back, because there are more than 30,000 in an hour")
        return OK

    # Events

    async def _event(self, event: Json, retry: int) -> None:
        match event.get("type"):
            case "message":
                said = inbound.written(event, self.messages.own)
                if said is not None:
                    await self._written(said, retry)
            case "reaction_added":
                await self._reaction(event)
            case str() as kind if kind in self.others:
                await self.others[kind](event, self._handle)

    async def _written(self, said: Written, retry: int) -> None:
        async def work() -> None:
            async with self.lanes.lane((said.channel, said.user)):
                for older in self._not_stored_before(said):
                    await self.hear(older)
                    self.failing.pop(older.id, None)
                await self.hear(said, last_try=retry >= LAST_RETRY)

        try:
            await self.gate(said)
            await self.lanes.once(said.id, work)
        except Exception:
            self.failing[said.id] = said
            raise
        self.failing.pop(said.id, None)

    def _not_stored_before(self, said: Written) -> list[Written]:
        """What they wrote here before, or the message that is changed now, if it could not be stored yet: its turn
        comes first. A message whose file cannot be fetched holds up none but its own changes."""
        theirs = [s for s in self.failing.values() if (s.channel, s.user) == (said.channel, said.user)]
        before = [s for s in theirs if s.place_in_line < said.place_in_line and (s.ts == said.ts or not s.files)]
        return sorted(before, key=lambda s: s.place_in_line)

    async def hear(self, said: Written, *, last_try: bool = False) -> None:
        """Take in one message, edit or deletion. Raises what went wrong: then it is to be delivered again."""
        asker = Asker(said.user, Origin(said.channel, said.thread, inbound.is_direct(said.channel)))
        try:
            event = await self.messages.event(said, last_try=last_try)
        except Problem as problem:
            self.answers.show(Say(Message((str(problem),), language=problem.language)), asker)
            return
        self.answers.show(await self._handle(event), asker)

    async def _reaction(self, event: Json) -> None:
        channel, ts = inbound.reacted_to(event)
        await self._react(await self.messages.reaction(event, f"slack:reaction:{channel}:{ts}:{event.get('event_ts')}"))
        if inbound.emoji(event) in self.messages.reactions:
            await self.once(inbound.reaction_key(event))  # what is found in the history later was taken in now

    async def react_late(self, event: Json, thread: str) -> None:
        """Take in a reaction that the history shows, if nobody has yet. `thread` is that of its message."""
        await self._react(await self.messages.reaction(event, inbound.reaction_key(event), thread))

    async def _react(self, command: CommandInvoked | MessageRaised | None) -> None:
        if command is not None:
            reply = await self._handle(command)
            where = command.place
            origin = Origin(where.conversation, where.thread, where.direct)
            self.answers.show(reply, Asker(command.actor.ref.id, origin))

    # What people press, type and fill in

    async def _command(self, body: Json) -> BoltResponse:
        channel, user = str(body["channel_id"]), str(body["user_id"])
        origin = Origin(channel, "", inbound.is_direct(channel))
        word = str(body["command"]).removeprefix("/")
        line = f"{self.renamed.get(word, word)} {body.get('text') or ''}".strip()
        private = line.startswith("mydata")
        asker = Asker(user, origin, str(body.get("trigger_id") or ""), str(body.get("response_url") or ""), "", private)
        done, reply = await self._in_time(self._typed(body, line, origin), asker)
        if not done:
            with reading(self.people.language(user)):
                return _json({"response_type": "ephemeral", "text": here(words.STILL_AT_IT)})
        if isinstance(reply, Say) and not private:
            shown = parts(reply.message, speaker=True)
            if len(shown) == 1:
                return _json(response(shown[0], public=reply.public))
        self.answers.show(reply, asker)
        return OK

    async def _typed(self, body: Json, line: str, origin: Origin) -> Reply:
        user = str(body["user_id"])
        actor = await self.people.actor(user, "", str(body.get("user_name") or ""))
        where = inbound.place(self.people.team, origin.conversation)
        id = f"slack:{body['trigger_id']}"
        found = find(self.router, line)
        if found is None:
            return await self._handle(CommandInvoked(id, actor, where, " ".join(line.split()[:1])))
        try:
            with reading(actor.language):
                event = inbound.invoked(id, actor, where, found, await self.messages.named(line), None)
        except Problem as problem:
            return Say(Message((str(problem),), language=problem.language))
        return await self._handle(event)

    async def _shortcut(self, body: Json) -> None:
        """A form from anywhere, or a ticket about the message it was chosen on."""
        channel = str((body.get("channel") or {}).get("id") or "")
        user, callback = str(body["user"]["id"]), str(body.get("callback_id") or "")
        if self.router.find(callback) is None:
            return
        origin = Origin(channel, "", inbound.is_direct(channel))
        asker = Asker(user, origin, str(body.get("trigger_id") or ""), str(body.get("response_url") or ""))
        done, reply = await self._in_time(self._chosen(body, callback, origin), asker)
        if done:
            self.answers.show(reply, asker)

    async def _chosen(self, body: Json, callback: str, origin: Origin) -> Reply:
        id, actor = f"slack:{body['trigger_id']}", await self._actor(body)
        if body["type"] == "shortcut" or origin.direct:
            where = inbound.place(self.people.team, origin.conversation)
            return await self._handle(CommandInvoked(id, actor, where, callback))
        message = body.get("message") or {}
        ts = str(body.get("message_ts") or message.get("ts") or "")
        where = inbound.place(self.people.team, origin.conversation, str(message.get("thread_ts") or ""), ts)
        try:
            return await self._handle(await self.messages.raised(id, actor, where))
        except (SlackRefused, TryLater) as error:
            with reading(actor.language):
                return Say(say(words.not_raised(error.reason)))

    async def _button(self, body: Json) -> None:
        pressed: Json = next(iter(body.get("actions") or ()), {})
        action, arg = inbound.action_of(pressed)
        if pressed.get("type") != "button" or not action or pressed.get("url"):
            return
        origin = inbound.pressed_on(body)
        view = body.get("view") or {}
        asker = Asker(
            str(body["user"]["id"]),
            origin,
            str(body.get("trigger_id") or ""),
            str(body.get("response_url") or ""),
            str(view.get("id") or "") if view.get("type") == "modal" else "",
            private=action.startswith("mydata") or view.get("type") == "home",
        )
        if action == HOME:
            self._turn_home(asker.user, arg, body)
            return
        done, reply = await self._in_time(self._pressed(body, action, arg, origin), asker)
        if done:
            self.answers.show(reply, asker)
        if view:
            self._refresh_home(body)

    def _turn_home(self, user: str, page: str, body: Json) -> None:
        if self.home is not None:
            self.home.turn(user, page, f"slack:home:{body.get('trigger_id')}", self._handle)

    def _refresh_home(self, body: Json) -> None:
        """What was done in a view may have been done from there."""
        if self.home is not None:
            self.home.refresh(str(body["user"]["id"]), f"slack:home:{body.get('trigger_id')}", self._handle)

    async def _pressed(self, body: Json, action: str, arg: str, origin: Origin) -> Reply:
        message = str((body.get("container") or {}).get("message_ts") or "")
        where = inbound.place(self.people.team, origin.conversation, origin.thread, message)
        return await self._handle(
            ButtonPressed(f"slack:{body['trigger_id']}", await self._actor(body), where, action, arg)
        )

    async def _form(self, body: Json) -> BoltResponse:
        view = body["view"]
        origin = Origin.unpacked(view.get("private_metadata") or "")
        asker = Asker(str(body["user"]["id"]), origin)
        done, reply = await self._in_time(self._filled(body, origin), asker)
        self._refresh_home(body)
        if done and isinstance(reply, Say):
            return _json({"response_action": "update", "view": answer_view(reply.message, origin)})
        if done and isinstance(reply, Ask):
            log.warning("a form was answered with a form, which is shown nowhere")
        return OK

    async def _filled(self, body: Json, origin: Origin) -> Reply:
        view = body["view"]
        where = inbound.place(self.people.team, origin.conversation, origin.thread)
        filled = values(view, self.people.team, self.people.realm)
        id, action = f"slack:{view['id']}:{view.get('hash') or body.get('trigger_id')}", str(view["callback_id"])
        shared, warned = files(view), await warnings(self.messages.api, filled) if action == SETUP else ()
        taken = await self.messages.downloads.take(shared, last_try=True) if shared else Taken()
        kept, refused = tuple(taken.files), tuple(taken.refused)
        actor = await self._actor(body)
        return await self._handle(FormSubmitted(id, actor, where, action, origin.arg, filled, kept, refused, warned))

    async def _actor(self, body: Json) -> Any:
        user = body["user"]
        name = str(user.get("name") or user.get("username") or "")
        return await self.people.actor(str(user["id"]), str(user.get("team_id") or ""), name)

    async def _in_time(self, work: Awaitable[Reply], asker: Asker) -> tuple[bool, Reply]:
        """The reply; or false, and it is shown when it is there."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=ACKNOWLEDGE_WITHIN)
        if done:
            return True, task.result()

        async def later() -> None:
            self.answers.show(await task, asker)

        self.answers.start(later())
        return False, None

    async def _handle(self, event: Any) -> Reply:
        assert self.handle is not None, "nothing is delivered before `run`"
        try:
            return await self.handle(event)
        finally:
            self.files.release(_files(event))
            if _changes_desks(event):
                self.people.groups_changed()  # a group listed just now works just now


def _changes_desks(event: Any) -> bool:
    name = event.command if isinstance(event, CommandInvoked) else getattr(event, "action", "")
    return name.replace(" ", ".").startswith("desk.")


def _files(event: Any) -> list[str]:
    """What was kept for it: committed now, or never."""
    match event:
        case MessagePosted(files=kept) | FormSubmitted(files=kept):
            return [file.sha for file in kept]
        case MessageRaised(said=said):
            return [file.sha for each in said for file in each.files]
    return []


async def _always(key: str) -> bool:
    return True


async def _open(said: Written) -> None:
    """Nothing is in the way."""


def _json(body: Json) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body), headers={"content-type": ["application/json"]})
