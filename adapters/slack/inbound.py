"""Slack's payloads, read. Pure: whoever is named in them is looked up elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.slack.api import Json
from adapters.slack.forms import Origin
from adapters.slack.people import PLATFORM
from adapters.slack.text import PERSON, plain
from bot import wording
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, Place
from bot.message import UserRef
from bot.parse import options
from bot.router import Command, Takes

WRITTEN = {"", "file_share", "me_message", "thread_broadcast"}  # subtypes of what people write themselves
MY_DATA = {"my data", "mydata", "meine daten"}
ACTION = re.compile(r"(?P<action>.+?)(?::\d+)?")


@dataclass(frozen=True)
class Written:
    """A message of a person, or what became of it. `change` is empty, "edited" or "deleted"."""

    channel: str
    user: str
    team: str
    ts: str
    thread: str
    text: str
    files: tuple[Json, ...] = ()
    change: str = ""
    version: str = ""

    @property
    def id(self) -> str:
        """The same for a redelivery, and for a message that is found in the history later."""
        return f"slack:{self.change or 'said'}:{self.channel}:{self.ts}" + (f":{self.version}" if self.version else "")

    @property
    def place_in_line(self) -> tuple[str, int, str]:
        """Messages in the order they were written, each followed by its edits and then its deletion."""
        return self.ts, ["", "edited", "deleted"].index(self.change), self.version


def written(event: Json, own: str) -> Written | None:
    """What a message event says; None if no person wrote it. `own` is the bot's user id."""
    match event.get("subtype") or "":
        case "message_changed":
            return _changed(event, own)
        case "message_deleted":
            before = event.get("previous_message") or {}
            return _deleted(event, before, str(event.get("deleted_ts") or before.get("ts") or ""), own)
        case subtype if subtype in WRITTEN and _by_person(event, own):
            return _said(str(event["channel"]), event)
    return None


def _changed(event: Json, own: str) -> Written | None:
    before = event.get("previous_message") or {}
    now = {"ts": before.get("ts")} | (event.get("message") or {})
    if now.get("subtype") == "tombstone":  # deleted, but others have answered it
        return _deleted(event, before or now, str(now.get("ts") or ""), own)
    if not now["ts"] or not now.get("edited") or not _by_person(now, own) or (now.get("subtype") or "") not in WRITTEN:
        return None  # Slack tells of link previews and reply counts, too
    return _said(str(event["channel"]), now, "edited", str(now["edited"].get("ts") or ""))


def _deleted(event: Json, before: Json, ts: str, own: str) -> Written | None:
    if not ts or not _by_person(before, own):
        return None
    gone = before | {"ts": ts, "text": "", "files": []}
    return _said(str(event["channel"]), gone, "deleted")


def _said(channel: str, message: Json, change: str = "", version: str = "") -> Written:
    ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
    return Written(
        channel,
        str(message["user"]),
        str(message.get("user_team") or message.get("team") or ""),
        ts,
        "" if thread == ts else thread,
        str(message.get("text") or ""),
        tuple(message.get("files") or ()),
        change,
        version,
    )


def _by_person(message: Json, own: str) -> bool:
    user = message.get("user") or ""
    return bool(user) and user not in (own, "USLACKBOT") and not message.get("bot_id")


def emoji(event: Json) -> str:
    """Of a reaction, without the tone of the skin."""
    return str(event.get("reaction") or "").partition("::")[0]


def reacted_to(event: Json) -> tuple[str, str]:
    """Channel and ts of the message."""
    item = event.get("item") or {}
    return str(item.get("channel") or ""), str(item.get("ts") or "")


def reaction_key(event: Json) -> str:
    """The same whenever somebody is seen to react so to this message."""
    channel, ts = reacted_to(event)
    return f"slack:reacted:{channel}:{ts}:{emoji(event)}:{event.get('user')}"


def moment(ts: str) -> datetime | None:
    """When a message was written: that is what Slack calls it by."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def is_direct(channel: str) -> bool:
    return channel.startswith("D")


def place(team: str, channel: str, thread: str = "", message: str = "") -> Place:
    return Place(PLATFORM, team, channel, thread, message, is_direct(channel))


def pressed_on(payload: Json) -> Origin:
    """Where a button was: on a message, or in a modal, which remembers where it was asked for."""
    container = payload.get("container") or {}
    if container.get("type") == "view":
        return Origin.unpacked((payload.get("view") or {}).get("private_metadata") or "")
    channel = str(container.get("channel_id") or (payload.get("channel") or {}).get("id") or "")
    ts = str(container.get("message_ts") or "")
    thread = str(container.get("thread_ts") or (payload.get("message") or {}).get("thread_ts") or "")
    if not thread and not container.get("is_ephemeral") and not is_direct(channel):
        thread = ts  # what hangs on a message belongs to its thread
    return Origin(channel, thread, is_direct(channel))


def action_of(action: Json) -> tuple[str, str]:
    """What is to be done, and with which id of ours."""
    found = ACTION.fullmatch(str(action.get("action_id") or ""))
    value = str(action.get("value") or "")
    return (found["action"] if found else ""), ("" if value == "-" else value)


def invoked(
    id: str, actor: Actor, where: Place, found: tuple[Command, str], people: Mapping[str, Actor], room: int | None
) -> CommandInvoked:
    """A command as it was typed, in Slack's encoding. Raises `Problem` if it cannot be understood."""
    command, rest = found
    named: list[Actor] = []

    def person(word: str) -> str:
        match = PERSON.fullmatch(word)
        who = people.get(match["id"]) if match else None
        if who is None:
            who = Actor(_elsewhere(word), "")
        named.append(who)
        return str(who.ref)

    takes = {option.name: option.takes for option in command.options}
    names = {user: actor.name for user, actor in people.items()}
    given = options(command, rest, person=person, room_number=room)
    read = {name: value if takes[name] is Takes.PERSON else plain(value, names) for name, value in given.items()}
    return CommandInvoked(id, actor, where, command.name, read, tuple(named))


def _elsewhere(word: str) -> UserRef:
    """An account anywhere, as platform/realm/id. Raises `Problem`."""
    try:
        return UserRef.parse(word)
    except ValueError:
        raise Problem(wording.no_person(wording.shortened(word, 40))) from None
