"""Slack's side: what is read from payloads, and what is written to people."""

from contextlib import suppress
from typing import Any

from adapters.slack import forms, inbound, text
from adapters.slack.forms import Origin
from adapters.slack.render import ONE_BLOCK, parts, username
from bot.errors import Problem
from bot.inbound import Actor
from bot.message import UserRef
from bot.parse import IN_A_ROOM, find_verb
from bot.routes import all_routes
from tests.fuzz.messages import message, people_named
from tests.fuzz.source import Source
from tests.slack.rig import lies

ROUTER = all_routes()
BLOCKS, LONGEST_TEXT, BUTTON = 50, 12_000, 75  # Slack's limits, the second as measured by its users
SUBTYPES = ["", "message_changed", "message_deleted", "file_share", "tombstone", "channel_join", "thread_broadcast"]
INPUTS = ["conversations_select", "multi_conversations_select", "multi_users_select", "file_input", "static_select"]


def payloads(data: bytes) -> None:
    """Of Slack's shape, with fields left out, null or odd. A message that lacks what every one has is a `KeyError`."""
    source = Source(data)
    event = _message(source) | source.some(
        {"message": _message(source), "previous_message": _message(source), "deleted_ts": source.text()}
    )
    said = None
    with suppress(KeyError):
        said = inbound.written(event, "U0")
    assert said is None or (said.id.startswith("slack:") and said.user != "U0")
    inbound.moment(said.ts if said else source.text())
    item = source.some({"type": "message", "channel": source.leaf(), "ts": source.leaf()})
    inbound.reaction_key(source.some({"reaction": source.leaf(), "item": item, "user": source.leaf()}))
    inbound.action_of(source.some({"action_id": source.leaf(), "value": source.leaf()}))
    inbound.pressed_on(_pressed(source))


def modals(data: bytes) -> None:
    """What was filled in, and what a modal remembers of where it was asked for."""
    source = Source(data)
    state = {f"b{n}": source.some({"value": _input(source)}) for n in range(source.byte() % 4)}
    state = {name: block for name, block in state.items() if block.get("value") is not None}
    view = {"state": {"values": state}}
    assert set(forms.values(view, "T1", "T1")) == set(state)
    forms.files(view)
    origin = Origin(source.text(), source.text(), source.chance(), source.text())
    assert Origin.unpacked(origin.packed()) == origin
    Origin.unpacked(source.text())
    Origin.unpacked(data.decode("utf-8", "replace"))


def words(data: bytes) -> None:
    """Slack's encoding there and back; nobody is named by what was escaped."""
    source = Source(data)
    typed = source.text()
    assert text.plain(text.escape(typed), {}) == typed
    assert not text.mentioned(text.escape(typed))
    text.plain(typed, {"U1": source.text()})
    text.addressed(typed, "U1")
    assert not text.UNSAFE.search(text.safe(typed))
    assert len(username(typed)) <= 80


def messages(data: bytes) -> None:
    """Whatever is shown fits, and nobody is pinged but by our own words."""
    said = message(Source(data))
    shown = parts(said, speaker=True)
    for part in shown:
        assert len(part.blocks) <= BLOCKS
        assert "<" not in part.text
        assert sum(map(_length, part.blocks)) <= LONGEST_TEXT
        assert not lies(part.blocks)
    pinged = {id for part in shown for id in _users(part.blocks)}
    assert pinged <= {user.id for user in people_named(said) if user.platform == "slack"}


def commands(data: bytes) -> None:
    """What is typed to the bot is understood, is a `Problem`, or is no command."""
    source = Source(data)
    ana = Actor(UserRef("slack", "T1", "U1"), source.text())
    found = find_verb(ROUTER, source.text())
    if found is not None:
        try:
            where = inbound.place("T1", "C1")
            event = inbound.invoked("id", ana, where, found, {"U1": ana}, source.pick([None, IN_A_ROOM, 7]))
        except Problem:
            return
        assert set(event.options) <= {option.name for option in found[0].options}


def _message(source: Source) -> dict[str, Any]:
    return source.some(
        {
            "channel": source.leaf(),
            "user": source.pick(["U0", "U1", "USLACKBOT", source.text()]),
            "ts": source.leaf(),
            "thread_ts": source.leaf(),
            "text": source.leaf(),
            "subtype": source.pick(SUBTYPES),
            "bot_id": source.pick([None, None, "B1"]),
            "edited": source.pick([None, {}, {"ts": source.leaf()}]),
            "files": source.pick([None, [], [{"id": source.leaf()}]]),
        }
    )


def _pressed(source: Source) -> dict[str, Any]:
    ids = {"channel_id": source.leaf(), "message_ts": source.leaf(), "thread_ts": source.leaf()}
    container = source.some(ids | {"type": source.pick(["message", "view"]), "is_ephemeral": source.chance()})
    view = source.some({"private_metadata": source.text()})
    message = source.some({"thread_ts": source.leaf()})
    return source.some({"container": container, "view": view, "message": message, "channel": {"id": source.leaf()}})


def _input(source: Source) -> dict[str, Any]:
    return source.some(
        {
            "type": source.pick([*INPUTS, "plain_text_input"]),
            "value": source.leaf(),
            "selected_conversation": source.leaf(),
            "selected_conversations": source.pick([None, [], [source.text()]]),
            "selected_users": source.pick([None, [], [source.text()]]),
            "selected_option": source.pick([None, {}, {"value": source.leaf()}]),
            "files": source.pick([None, [], [{"name": source.leaf()}]]),
        }
    )


def _length(part: Any) -> int:
    """Characters that people read in it."""
    if isinstance(part, list):
        return sum(map(_length, part))
    if not isinstance(part, dict):
        return 0
    if part.get("type") == "button":
        assert len(part["text"]["text"]) <= BUTTON
        return 0
    assert not isinstance(part.get("text"), str) or len(part["text"]) <= ONE_BLOCK
    own = part.get("text") if isinstance(part.get("text"), str) else part.get("url") or part.get("user_id") or ""
    return len(str(own)) + sum(_length(value) for value in part.values())


def _users(part: Any) -> list[str]:
    if isinstance(part, list):
        return [id for each in part for id in _users(each)]
    if not isinstance(part, dict):
        return []
    return [part["user_id"]] if part.get("type") == "user" else [id for v in part.values() for id in _users(v)]
