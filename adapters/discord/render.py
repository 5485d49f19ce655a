"""A message of ours as one message of Discord's, however long: as text, as an embed, or with the text attached.

One message for each of ours keeps what we promise about it simple: it is posted once, rewritten whole, and gone when
it is taken back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import discord

from adapters.discord import custom_ids, words
from adapters.discord.custom_ids import packed
from adapters.discord.markdown import escape, markdown, mentioned, one_line
from bot.language import here, reading
from bot.message import Button, Form, Input, Message, Style, Text

CONTENT = 2000  # characters; the documented limits, here and below
TITLE = 256
DESCRIPTION = 4096
EMBEDS = 5500  # all embeds of a message together may have 6000; the rest is for a word about files
FIELDS, FIELD_NAME, FIELD_VALUE = 25, 256, 1024
BUTTONS, LABEL = 25, 80
MODAL_TITLE, INPUTS, INPUT_LABEL, INPUT_HINT, INPUT_VALUE = 45, 5, 45, 100, 4000
CHOICES, CHOICE, PLACEHOLDER, UPLOADS = 25, 100, 150, 10
BEGINNING = 1500  # characters shown of a text that is attached
PICKED = {
    "channel": discord.abc.GuildChannel,
    "channels": discord.abc.GuildChannel,
    "people": discord.User,
    "groups": discord.Role,
}
SPOKEN_IN = [discord.ChannelType.text]
STYLES = {
    Style.NORMAL: discord.ButtonStyle.secondary,
    Style.PRIMARY: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """`attached` is the whole text, where it fits into no message."""

    content: str
    embeds: list[discord.Embed] = field(default_factory=list)
    attached: str = ""
    pings: tuple[int, ...] = ()

    @property
    def allowed(self) -> discord.AllowedMentions:
        """Nobody is pinged but those our own words name."""
        users = [discord.Object(id) for id in self.pings]
        return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=users)


def rendered(message: Message) -> Rendered:
    with reading(message.language):
        return _rendered(message)


def _rendered(message: Message) -> Rendered:
    pings = tuple(dict.fromkeys(int(user.id) for user in mentioned(message.text)))
    text = _said(message)
    if not message.title and not message.fields and len(text) <= CONTENT:
        return Rendered(text if text.strip() or message.files else here(words.EMPTY), pings=pings)
    embed = _embed(message)
    if len(text) <= DESCRIPTION and len(embed) + len(text) <= EMBEDS:
        embed.description = text or None
        return Rendered(_pinging(pings), [embed], pings=pings)
    beginning = replace(message, text=(plain(message.text)[:BEGINNING],))
    embed.description = f"{_said(beginning)}\n{words.continued(words.WHOLE_TEXT)}"[:DESCRIPTION]
    while len(embed) > EMBEDS:
        embed.remove_field(-1)
    return Rendered(_pinging(pings), [embed], attached=_whole(message), pings=pings)


def plain(text: Text) -> str:
    """As people read it, without any markup."""
    return "".join(
        span if isinstance(span, str) else span.text if hasattr(span, "text") else f"@{span.name or span.user.id}"
        for span in text
    )


def view(message: Message) -> discord.ui.View:
    """Stopped on purpose: presses are told by their custom id, so they work for ever and cost no memory."""
    result = discord.ui.View(timeout=None)
    shown = message.buttons[:BUTTONS]
    for item in [_menu(message.menu, shown)] if message.menu and shown else map(_button, shown):
        result.add_item(item)
    result.stop()
    return result


def modal(form: Form) -> discord.ui.Modal:
    """Raises `ValueError` for a form with more fields than Discord shows."""
    if not 1 <= len(form.inputs) <= INPUTS:
        raise ValueError(f"{form.action}: Discord shows 1 to {INPUTS} fields")
    result = discord.ui.Modal(title=_cut(form.title, MODAL_TITLE), custom_id=packed(form.action, form.arg))
    for each in form.inputs:
        long = each.label if len(each.label) > INPUT_LABEL else None
        label = discord.ui.Label[discord.ui.Modal](
            text=_cut(each.label, INPUT_LABEL), component=_field(each), description=long and _cut(long, INPUT_HINT)
        )
        result.add_item(label)
    result.stop()
    return result


def _field(each: Input) -> discord.ui.Item[discord.ui.Modal]:
    least, name = int(each.required), each.name
    if each.choices:
        options = [
            discord.SelectOption(label=_cut(choice, CHOICE), value=choice, default=choice == each.value)
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
        max_length=min(each.max_length, INPUT_VALUE),
        default=each.value[: min(each.max_length, INPUT_VALUE)] or None,
    )


def _now(each: Input) -> list[discord.Object]:
    """What is picked at first, written as in a desk's file."""
    ids = [re.split(r"[:/]&?", word)[-1] for word in each.value.split()]
    return [discord.Object(int(id), type=PICKED[each.picks]) for id in ids if id.isdecimal()]


def _menu(placeholder: str, buttons: Sequence[Button]) -> discord.ui.Select[discord.ui.View]:
    options = [
        discord.SelectOption(
            label=_label(button), value=packed(button.action, button.arg), description=_cut(button.hint, CHOICE) or None
        )
        for button in buttons[:CHOICES]
    ]
    return discord.ui.Select(custom_id=custom_ids.menu(0), placeholder=_cut(placeholder, PLACEHOLDER), options=options)


def _whole(message: Message) -> str:
    fields = [f"{each.name}: {plain(each.value)}" for each in message.fields]
    return "\n".join(part for part in (message.title, *fields, plain(message.text)) if part)


def _said(message: Message) -> str:
    sign = f"{words.SIGNS[message.mark]} " if message.mark else ""
    speaker = f"**{one_line(message.speaker)}:** " if message.speaker else ""
    return sign + speaker + markdown(message.text, sign + speaker)


def _embed(message: Message) -> discord.Embed:
    embed = discord.Embed(title=_cut(one_line(message.title), TITLE) or None)
    for each in message.fields[:FIELDS]:
        name, value = _cut(escape(each.name), FIELD_NAME), _cut(markdown(each.value), FIELD_VALUE)
        embed.add_field(name=name.strip() or here(words.EMPTY), value=value.strip() or here(words.EMPTY))
    return embed


def _pinging(pings: tuple[int, ...]) -> str:
    """Names in an embed ping nobody, so they stand in front of it as well."""
    return " ".join(f"<@{id}>" for id in pings)


def _button(button: Button) -> discord.ui.Button[discord.ui.View]:
    style = STYLES[button.style]
    return discord.ui.Button(label=_label(button), style=style, custom_id=packed(button.action, button.arg))


def _label(button: Button) -> str:
    return _cut(" ".join(button.label.split()), LABEL) or here(words.EMPTY)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
