"""What people do at Discord, as events. Pure but for the files and places it is given."""

import re
from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord import filled, words
from adapters.discord.commands import ON_MESSAGE, OPEN_MENU, found
from adapters.discord.custom_ids import MENU, unpacked
from adapters.discord.people import NOBODY, actor, named, ref
from adapters.discord.places import PLATFORM, in_guild, private
from bot.inbound import (
    Actor,
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Place,
)
from bot.message import File
from bot.router import Router, Takes

Interaction = discord.Interaction[Any]
Invoked = CommandInvoked | ButtonPressed | FormSubmitted
EMOJI = re.compile(r"<a?(:\w+:)\d+>")
NAMED = re.compile(r"<((?:@[!&]?|#)\d+)>")
QUOTED = 200  # characters of a message that is answered


def place_of(interaction: Interaction) -> Place:
    channel, message = interaction.channel, interaction.message.id if interaction.message else ""
    if interaction.guild_id is None:
        return private(interaction.channel_id, message)
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return in_guild(interaction.guild_id, interaction.channel_id or 0, parent, message)


def acting(interaction: Interaction) -> Actor:
    return actor(interaction.user, interaction.locale.value)


def invoked(interaction: Interaction, router: Router) -> Invoked:
    """A command, a button or a form."""
    data: Mapping[str, Any] = interaction.data or {}
    id, who, place = f"{PLATFORM}:{interaction.id}", acting(interaction), place_of(interaction)
    if interaction.type is discord.InteractionType.application_command:
        return (
            _menu(id, who, place, data, interaction)
            if data["name"] == OPEN_MENU
            else _command(id, who, place, data, router, interaction.guild_id)
        )
    action, arg = unpacked(str(data["custom_id"]))
    if interaction.type is discord.InteractionType.modal_submit:
        return FormSubmitted(id, who, place, action, arg, filled.values(data, interaction.guild_id))
    if action == MENU:
        action, arg = unpacked(str((data.get("values") or [""])[0]))
    return ButtonPressed(id, who, place, action, arg)


def _command(
    id: str, who: Actor, place: Place, data: Mapping[str, Any], router: Router, guild: int | None
) -> CommandInvoked:
    command, name, given = found(router, data)
    people = {o.name for o in command.options if o.takes is Takes.PERSON} if command else set()
    options = {key: str(ref(value)) if key in people else str(value) for key, value in given.items()}
    return CommandInvoked(id, who, place, name, options, named(data, guild))


def _menu(id: str, who: Actor, place: Place, data: Mapping[str, Any], interaction: Interaction) -> CommandInvoked:
    """Open a ticket for a member, or for oneself."""
    person = str(data["target_id"])
    options = {"for": str(ref(person))} if person != who.ref.id else {}
    return CommandInvoked(id, who, place, "ticket open", options, named(data, interaction.guild_id))


def is_about_a_bot(data: Mapping[str, Any]) -> bool:
    """Whether somebody wants a ticket for a bot, or about what one wrote."""
    if data.get("name") != OPEN_MENU:
        return False
    resolved, target = data.get("resolved") or {}, str(data["target_id"])
    message = (resolved.get("messages") or {}).get(target)
    user = message["author"] if message else (resolved.get("users") or {}).get(target) or {}
    return bool(user.get("bot"))


def raised(interaction: Interaction) -> discord.Message | None:
    """The message somebody wants a ticket about."""
    data: Mapping[str, Any] = interaction.data or {}
    if data.get("type") != ON_MESSAGE or interaction.channel is None:
        return None
    found = data["resolved"]["messages"][str(data["target_id"])]
    return discord.Message(state=interaction._state, channel=interaction.channel, data=found)  # type: ignore[arg-type]


def posted(
    message: discord.Message, who: Actor, place: Place, files: tuple[File, ...] = (), refused: tuple[str, ...] = ()
) -> MessagePosted:
    at = message.created_at
    return MessagePosted(f"{PLATFORM}:{message.id}", who, place, text(message), files, refused, quote(message), at=at)


def edited(message: discord.Message, place: Place) -> MessageEdited:
    when = int(message.edited_at.timestamp() * 1000) if message.edited_at else 0
    id, who = f"{PLATFORM}:{message.id}:edited:{when}", actor(message.author)
    return MessageEdited(id, who, place, text(message), at=message.created_at)


def deleted(place: Place) -> MessageDeleted:
    return MessageDeleted(f"{PLATFORM}:{place.message}:deleted", NOBODY, place)


def text(message: discord.Message) -> str:
    """What they wrote, with people and channels by their names, and what came along that is no file."""
    parts = [_readable(message.content, message)]
    parts += [f"{words.FORWARDED} {_readable(s.content, message)}".strip() for s in message.message_snapshots]
    parts += [words.sticker(sticker.name) for sticker in message.stickers]
    return "\n".join(part for part in parts if part)


def attachments(message: discord.Message) -> list[discord.Attachment]:
    """Theirs, and those of what they forwarded."""
    return [*message.attachments, *(each for snapshot in message.message_snapshots for each in snapshot.attachments)]


def quote(message: discord.Message) -> str:
    """The beginning of the message this one answers."""
    answered = message.reference.resolved if message.reference else None
    if message.type is not discord.MessageType.reply or not isinstance(answered, discord.Message):
        return ""
    line = " ".join(_readable(answered.content, answered).split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def _readable(content: str, message: discord.Message) -> str:
    names = {f"@{user.id}": f"@{user.display_name}" for user in message.mentions}
    names |= {f"@&{role.id}": f"@{role.name}" for role in message.role_mentions}
    names |= {f"#{channel.id}": f"#{channel.name}" for channel in message.channel_mentions}
    content = NAMED.sub(lambda match: names.get(match[1].replace("!", ""), match[0]), content)
    return EMOJI.sub(r"\1", content)
