"""An effect on the console: where it ends up, what is shown of it, what is remembered. Pure.

A message's id is the token of its delivery, so a spot is the same however often it is asked for.
"""

import re
from dataclasses import dataclass, field

from adapters.console import words
from adapters.console.journal import Record
from adapters.console.records import Records
from adapters.console.shown import Kind, Shown, alone, room_at, room_name
from bot.effects import (
    Admit,
    Announce,
    Direct,
    Effect,
    OpenRoom,
    Post,
    PostCard,
    Remove,
    Rewrite,
    Seek,
    SetMark,
    Shelve,
    ShowHome,
)
from bot.message import Message, say
from bot.ports import Refused, Spot

NUMBER_AT_END = re.compile(r"([0-9]+)\W*$")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`spot` is where the effect's key is from now on, `shown` what people see of it, `record` what the board keeps."""

    spot: Spot | None
    shown: Shown | None
    record: Record = field(default_factory=dict)


def delivery(effect: Effect, at: Spot | None, token: str, records: Records, author: str = "") -> Delivery:
    """What delivering it does. `author` is who wrote the message a mark is set on. Raises `Refused`."""
    match effect:
        case PostCard(channel=channel, name=name, message=message):
            spot = Spot(channel.conversation, thread_name(name), token)
            record = records.room(spot, agents=True) | records.post(spot, message, card=True)
            return Delivery(
                spot, Shown(Kind.CARD, room_at(spot.conversation, ""), message, id=token, card=True), record
            )
        case Announce(channel=channel, message=message):
            return _posted(Spot(channel.conversation, "", token), message, records)
        case OpenRoom(place=place, name=name, people=people):
            spot = Spot(place.conversation, thread_name(name), place.message or token)
            opened = None if alone(place.conversation) else say(words.room_opened(spot.thread))
            return Delivery(
                spot, _said(Kind.ROOM, spot, opened) if opened else None, records.room(spot, people, agents=False)
            )
        case Post(message=message):
            there = _needed(at, "its room was never opened")
            return _posted(Spot(there.conversation, there.thread, token), message, records)
        case Direct(user=user, message=message):
            return _posted(Spot(f"@{user.id}", "", token), message, records)
        case Rewrite(message=message):
            return _rewritten(_needed(at, "it was never posted"), message, records, card=effect.key == effect.room)
        case Remove():
            if at is None:
                return Delivery(None, None)
            return Delivery(None, _said(Kind.REMOVE, at, say(words.TAKEN_BACK), at.message), {"gone": at.message})
        case SetMark(on=on, mark=mark, reason=reason):
            message = Message((), speaker=author)
            shown = Shown(
                Kind.MARK, room_name(on), message, alone(on.conversation), on.message, mark=mark, reason=reason
            )
            return Delivery(None, shown)
        case Admit(user=user, out=out):
            there = _needed(at, "its room was never opened")
            shown = _said(Kind.ADMIT, there, say(words.admitted(user.id, out)))
            return Delivery(None, shown, records.admitted(there, user, out=out))
        case Shelve() | ShowHome() | Seek():  # nothing here is of unknown outcome
            return Delivery(None, None)
    raise Refused("the console cannot do this")


def thread_name(name: str) -> str:
    """A ticket's room is called by its number: "1" of "#1"."""
    match = NUMBER_AT_END.search(name)
    return match[1] if match else name


def _posted(spot: Spot, message: Message, records: Records) -> Delivery:
    return Delivery(spot, _said(Kind.MESSAGE, spot, message, spot.message), records.post(spot, message))


def _rewritten(spot: Spot, message: Message, records: Records, *, card: bool) -> Delivery:
    room = room_at(spot.conversation, "" if card else spot.thread)
    shown = Shown(Kind.REWRITE, room, message, alone(spot.conversation), spot.message, card=card)
    return Delivery(None, shown, records.post(spot, message, card=card, again=True))


def _said(kind: Kind, spot: Spot, message: Message, id: str = "") -> Shown:
    return Shown(kind, room_at(spot.conversation, spot.thread), message, alone(spot.conversation), id)


def _needed(at: Spot | None, reason: str) -> Spot:
    if at is None:
        raise Refused(reason)
    return at
