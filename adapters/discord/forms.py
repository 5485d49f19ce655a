"""A form of ours as a modal: fields to type in, and menus of choices, channels, people, roles and files."""

import re
from typing import Any

import discord

from adapters.discord.custom_ids import packed
from adapters.discord.render import CHOICE, CHOICES, cut
from bot.message import Form, Input

TITLE, INPUTS, LABEL, HINT, VALUE = 45, 5, 45, 100, 4000  # characters but for the fields; the documented limits
UPLOADS = 10  # files of a field
PICKED = {
    "channel": discord.abc.GuildChannel,
    "channels": discord.abc.GuildChannel,
    "people": discord.User,
    "groups": discord.Role,
}
SPOKEN_IN = [discord.ChannelType.text]


def modal(form: Form) -> discord.ui.Modal:
    """Raises `ValueError` for a form with more fields than Discord shows."""
    if not 1 <= len(form.inputs) <= INPUTS:
        raise ValueError(f"{form.action}: Discord shows 1 to {INPUTS} fields")
    result = discord.ui.Modal(title=cut(form.title, TITLE), custom_id=packed(form.action, form.arg))
    for each in form.inputs:
        long = each.label if len(each.label) > LABEL else None
        label = discord.ui.Label[discord.ui.Modal](
            text=cut(each.label, LABEL), component=_field(each), description=long and cut(long, HINT)
        )
        result.add_item(label)
    result.stop()
    return result


def _field(each: Input) -> discord.ui.Item[discord.ui.Modal]:
    least, name = int(each.required), each.name
    if each.choices:
        options = [
            discord.SelectOption(label=cut(choice, CHOICE), value=choice, default=choice == each.value)
            for choice in each.choices[:CHOICES]
        ]
        return discord.ui.Select(custom_id=name, options=options, min_values=least, required=each.required)
    several: dict[str, Any] = {
        "custom_id": name,
        "min_values": least,
        "max_values": UPLOADS if each.picks == "files" else 1 if each.picks == "channel" else CHOICES,
        "required": each.required,
    }
    if each.picks == "files":
        return discord.ui.FileUpload(**several)
    several["default_values"] = _now(each)[: several["max_values"]]
    match each.picks:
        case "people":
            return discord.ui.UserSelect(**several)
        case "groups":
            return discord.ui.RoleSelect(**several)
        case "channel":
            return discord.ui.ChannelSelect(channel_types=[*SPOKEN_IN, discord.ChannelType.forum], **several)
        case "channels":
            return discord.ui.ChannelSelect(channel_types=SPOKEN_IN, **several)
    return discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if each.long else discord.TextStyle.short,
        required=each.required,
        max_length=min(each.max_length, VALUE),
        default=each.value[: min(each.max_length, VALUE)] or None,
    )


def _now(each: Input) -> list[discord.Object]:
    """What is picked at first, written as in a desk's file."""
    ids = [re.split(r"[:/]&?", word)[-1] for word in each.value.split()]
    return [discord.Object(int(id), type=PICKED[each.picks]) for id in ids if id.isdecimal()]
