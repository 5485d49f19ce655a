"""Interactions: tokens that live 3 seconds and 15 minutes, first answers, follow-ups."""

from __future__ import annotations

import secrets

from . import components, editing, events, limits, mentions, payloads, posting
from .bits import EPHEMERAL, LOADING, Type
from .commands import Commands
from .errors import Refusal, invalid
from .invocation import (
    ALLOWED,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    FIRST_ANSWER,
    FORM,
    MODAL,
    SAY,
    TOKEN_LIFE,
    UPDATE,
    Invocation,
)
from .model import JSON, Channel, Message, User
from .records import Upload
from .world import World


class Desk:
    """All interactions of the bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all: dict[int, Invocation] = {}
        self.by_token: dict[str, Invocation] = {}
        self.messages: dict[int, Invocation] = {}
        self.commands = Commands(world)

    def open(self, type: int, user: User, channel: Channel, data: JSON) -> Invocation:
        item = Invocation(self.world.new_id(), secrets.token_urlsafe(120), type, user, channel, data, self.world.now())
        self.all[item.id] = self.by_token[item.token] = item
        return item

    def failed(self, item: Invocation) -> bool:
        """Whether the person reads "The application did not respond"."""
        return item.answer is None and self.world.now() - item.at > FIRST_ANSWER

    def callback(self, id: int, token: str, body: JSON, files: list[Upload]) -> Invocation:
        """The first answer. Raises 10062 when it comes late, 40060 when it comes twice."""
        item = self.all.get(id)
        if item is None or item.token != token or (item.answer is None and self.failed(item)):
            raise Refusal(10062)
        if item.answer is not None:
            raise Refusal(40060)
        kind = body.get("type")
        allowed = ALLOWED[item.type] - ({FORM} if item.type == MODAL else set())
        if kind not in allowed or (kind in (UPDATE, DEFER_UPDATE) and item.source is None):
            raise invalid("type", "INTERACTION_CALLBACK_TYPE", f"Must be one of {sorted(allowed)}.")
        self._do(item, int(kind), body.get("data") or {}, files)
        item.answer, item.answered_at = int(kind), self.world.now()
        item.touch()
        return item

    def _do(self, item: Invocation, kind: int, data: JSON, files: list[Upload]) -> None:
        if kind == FORM:
            item.modal = components.modal(data)
        elif kind == CHOICES:
            item.choices = _choices(data.get("choices") or [])
        elif kind == SAY:
            item.original = self.say(item, data, files)
        elif kind == DEFER:
            item.original = self._loading(item, data)
        elif kind == UPDATE:
            assert item.source
            self._update(item.source, item.channel, data, files)
            item.original = item.source
        elif kind == DEFER_UPDATE:
            item.original = item.source

    def _loading(self, item: Invocation, data: JSON) -> Message:
        flags = (data.get("flags") or 0) & EPHEMERAL | LOADING
        message = Message(self.world.new_id(), item.channel.id, self.world.bot, self.world.now(), flags=flags)
        return self._put(item, message)

    def say(self, item: Invocation, data: JSON, files: list[Upload]) -> Message:
        limits.message(data, len(files))
        mentions.check(data.get("allowed_mentions"))
        message = posting.build(self.world, self.world.bot, item.channel, data, files)
        message.flags |= (data.get("flags") or 0) & EPHEMERAL
        self._put(item, message, data)
        return message

    def _put(self, item: Invocation, message: Message, data: JSON | None = None) -> Message:
        """An ephemeral message is on one screen and nowhere else; any other goes the way of all messages."""
        message.interaction = metadata(self.world, item)
        if item.type == COMMAND:
            message.type = Type.CHAT_INPUT_COMMAND if item.data.get("type") == 1 else Type.CONTEXT_MENU_COMMAND
        if message.flags & EPHEMERAL:
            message.seen_only_by = item.user.id
            for attachment in message.attachments:
                attachment.ephemeral = True
            item.channel.messages[message.id] = message
        else:
            posting.publish(self.world, item.channel, message, data or {})
        self.messages[message.id] = item
        return message

    def _update(self, message: Message, channel: Channel, data: JSON, files: list[Upload]) -> None:
        was_loading = bool(message.flags & LOADING)
        if was_loading:
            message.flags &= ~LOADING
            message.flags |= (data.get("flags") or 0) & posting.ALLOWED_FLAGS
        editing.apply(self.world, channel, message, data, files)
        for attachment in message.attachments:
            attachment.ephemeral = message.seen_only_by is not None
        if not was_loading:
            message.edited = self.world.now()
        events.message(self.world, "MESSAGE_UPDATE", message)

    def token(self, token: str) -> Invocation:
        """Raises 50027 after 15 minutes, 10015 before the first answer."""
        item = self.by_token.get(token)
        if item is None or self.world.now() - item.at > TOKEN_LIFE:
            raise Refusal(50027)
        if item.answer is None:
            raise Refusal(10015)
        return item

    def follow_up(self, item: Invocation, body: JSON, files: list[Upload]) -> Message:
        """The first one after "thinking…" takes its place, and stays as private as that was."""
        if item.deferred and item.original:
            limits.message(body, len(files))
            self._update(item.original, item.channel, body, files)
            item.touch()
            return item.original
        message = self.say(item, body, files)
        item.followups.append(message)
        item.touch()
        return message

    def find(self, item: Invocation, which: str) -> Message:
        """`@original` or an id. Raises 10008."""
        if which == "@original":
            found = item.original
        else:
            mine = [m for m in [item.original, *item.followups] if m and str(m.id) == which]
            found = mine[0] if mine else None
        if found is None or found.deleted:
            raise Refusal(10008)
        return found

    def edit(self, item: Invocation, which: str, body: JSON, files: list[Upload]) -> Message:
        message = self.find(item, which)
        self._update(message, item.channel, body, files)
        item.edits += 1
        item.touch()
        return message

    def delete(self, item: Invocation, which: str) -> None:
        message = self.find(item, which)
        message.deleted = True
        item.channel.messages.pop(message.id, None)
        if message.seen_only_by is None:
            events.message_deleted(self.world, item.channel, [message.id])
        item.touch()


def _choices(items: list[JSON]) -> list[JSON]:
    if len(items) > 25:
        raise invalid("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for i, choice in enumerate(items):
        if not 1 <= len(str(choice.get("name") or "")) <= 100:
            raise invalid(f"data.choices.{i}.name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        if isinstance(choice.get("value"), str) and not 1 <= len(choice["value"]) <= 100:
            raise invalid(f"data.choices.{i}.value", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    return items


def metadata(world: World, item: Invocation) -> JSON:
    base: JSON = {
        "id": str(item.id),
        "type": item.type,
        "user": payloads.user(item.user),
        "authorizing_integration_owners": item.owners,
    }
    if item.type == COMMAND:
        return base | {"name": item.data["name"]}
    if item.type == COMPONENT and item.source:
        return base | {"interacted_message_id": str(item.source.id)}
    if item.type == MODAL and item.opened_by:
        trigger = metadata(world, item.opened_by)
        trigger.pop("name", None)
        return base | {"triggering_interaction_metadata": trigger}
    return base
