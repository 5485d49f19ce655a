"""A message of ours as one message of Discord's, however long: as text, as an embed, or with the text attached.

One message for each of ours keeps what we promise about it simple: it is posted once, rewritten whole, and gone when
it is taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import discord

from adapters.discord import custom_ids, words
from adapters.discord.custom_ids import packed
from adapters.discord.markdown import escape, markdown, mentioned, one_line
from bot.language import SOURCE, here, reading
from bot.message import Button, Message, Style, Text
from bot.names import spoken

CONTENT = 2000  # characters; the documented limits, here and below
TITLE = 256
DESCRIPTION = 4096
EMBEDS = 5500  # all embeds of a message together may have 6000; the rest is for a word about files
FIELDS, FIELD_NAME, FIELD_VALUE = 25, 256, 1024
BUTTONS, LABEL = 25, 80
CHOICES, CHOICE, PLACEHOLDER = 25, 100, 150
BEGINNING = 1500  # characters shown of a text that is attached
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
        return _rendered(_with_their_commands(message))


def _with_their_commands(message: Message) -> Message:
    """Our own words name commands as the reader finds them; a person's words stay as they are."""
    if message.speaker or message.language in ("", SOURCE):
        return message
    return replace(message, text=tuple(spoken(span) if isinstance(span, str) else span for span in message.text))


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


def _menu(placeholder: str, buttons: Sequence[Button]) -> discord.ui.Select[discord.ui.View]:
    options = [
        discord.SelectOption(
            label=_label(button), value=packed(button.action, button.arg), description=cut(button.hint, CHOICE) or None
        )
        for button in buttons[:CHOICES]
    ]
    return discord.ui.Select(custom_id=custom_ids.menu(0), placeholder=cut(placeholder, PLACEHOLDER), options=options)


def _whole(message: Message) -> str:
    fields = [f"{each.name}: {plain(each.value)}" for each in message.fields]
    return "\n".join(part for part in (message.title, *fields, plain(message.text)) if part)


def _said(message: Message) -> str:
    sign = f"{words.SIGNS[message.mark]} " if message.mark else ""
    speaker = f"**{one_line(message.speaker)}:** " if message.speaker else ""
    return sign + speaker + markdown(message.text, sign + speaker)


def _embed(message: Message) -> discord.Embed:
    embed = discord.Embed(title=cut(one_line(message.title), TITLE) or None)
    for each in message.fields[:FIELDS]:
        name, value = cut(escape(each.name), FIELD_NAME), cut(markdown(each.value), FIELD_VALUE)
        embed.add_field(name=name.strip() or here(words.EMPTY), value=value.strip() or here(words.EMPTY))
    return embed


def _pinging(pings: tuple[int, ...]) -> str:
    """Names in an embed ping nobody, so they stand in front of it as well."""
    return " ".join(f"<@{id}>" for id in pings)


def _button(button: Button) -> discord.ui.Button[discord.ui.View]:
    style = STYLES[button.style]
    return discord.ui.Button(label=_label(button), style=style, custom_id=packed(button.action, button.arg))


def _label(button: Button) -> str:
    return cut(" ".join(button.label.split()), LABEL) or here(words.EMPTY)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
