"""Discord's side: what is read from interactions, and what is written to people."""

import re
from typing import Any

from adapters.discord import custom_ids, filled, inbound
from adapters.discord.commands import OPEN_MENU, focused, found
from adapters.discord.markdown import UNSEEN, URL, escape, markdown, mentioned
from adapters.discord.people import named
from adapters.discord.render import CONTENT, rendered, view
from bot.routes import all_routes
from tests.fuzz.messages import message
from tests.fuzz.source import Source

ROUTER = all_routes()
PINGS = re.compile(r"@everyone|@here|(?<!\\)<@[!&]?\d+>")
ESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
DESCRIPTION, TITLE, FIELD_NAME, FIELD_VALUE, EMBEDS = 4096, 256, 256, 1024, 6000  # Discord's limits


def payloads(data: bytes) -> None:
    """An interaction's data of Discord's shape, with fields left out, null or odd."""
    source = Source(data)
    form = {"components": [_row(source) for _ in range(source.byte() % 4)]} | _resolved(source)
    values = filled.values(form, source.pick([None, 7]))
    assert all(isinstance(value, str) for value in values.values())
    filled.channels(form)
    asked = {"name": source.pick(["ticket", "desk", "mydata", source.text()]), "options": _options(source, 3)}
    command, name, _ = found(ROUTER, asked)
    assert command is None or command.name == name
    focused(asked)
    named(_resolved(source), source.pick([None, 7]))
    inbound.is_about_a_bot({"name": str(OPEN_MENU), "target_id": "1"} | _resolved(source))


def ids(data: bytes) -> None:
    """What a button carries comes back, or is refused where it is built."""
    source = Source(data)
    action, arg = source.text(), source.text()
    custom_ids.unpacked(source.text())
    try:
        carried = custom_ids.packed(action, arg)
    except ValueError:
        return
    assert len(carried) <= custom_ids.LONGEST
    assert custom_ids.unpacked(carried) == (action, arg)


def words(data: bytes) -> None:
    """What people typed is read as typed and pings nobody."""
    typed = Source(data).text()
    shown = escape(typed)
    assert not PINGS.search(URL.sub("", shown))
    looks = UNSEEN.sub("", typed)
    if not URL.search(typed) and not URL.search(looks):
        assert ESCAPED.sub(r"\1", shown).replace("@\u200b", "@") == looks.replace("@\u200b", "@")


def messages(data: bytes) -> None:
    """Whatever is shown fits, and nobody is pinged but by our own words."""
    said = message(Source(data))
    shown = rendered(said)
    allowed = {user.id for user in mentioned(said.text)}
    assert {str(id) for id in shown.pings} == allowed
    assert not shown.allowed.everyone
    assert not shown.allowed.roles
    assert len(shown.content) <= CONTENT
    text = URL.sub("", markdown(said.text))
    assert set(PINGS.findall(text)) <= {f"<@{id}>" for id in allowed}, text
    for embed in shown.embeds:
        assert len(embed) <= EMBEDS
        assert len(embed.title or "") <= TITLE
        assert len(embed.description or "") <= DESCRIPTION
        assert all(0 < len(f.name or "") <= FIELD_NAME and 0 < len(f.value or "") <= FIELD_VALUE for f in embed.fields)
    for item in view(said).to_components():
        assert all(len(button.get("label", "")) <= 80 for button in item["components"])


def _row(source: Source) -> dict[str, Any]:
    field = source.some(
        {
            "type": source.pick([3, 4, 5, 6, 8, 19]),
            "value": source.leaf(),
            "values": source.pick([None, [], ["1"], ["1", source.text()]]),
        }
    ) | ({"custom_id": source.text()} if source.chance() else {})
    return source.pick([{"component": field}, {"components": [field]}, {"components": []}, {}])


def _resolved(source: Source) -> dict[str, Any]:
    person = {"id": "1"} | source.some(
        {"username": source.text(), "global_name": source.text(), "bot": source.chance()}
    )
    return source.some(
        {
            "resolved": source.some(
                {
                    "users": {"1": person},
                    "members": {"1": source.some({"nick": source.text(), "roles": ["5"]})},
                    "channels": {"1": {"name": source.text()}},
                    "attachments": {"1": {"filename": source.text()}},
                    "messages": source.pick([None, {"1": {"author": person}}]),
                }
            )
        }
    )


def _options(source: Source, depth: int) -> list[dict[str, Any]]:
    kind = source.pick([1, 3, 6]) if depth else 3
    option = {"type": kind, "name": source.pick(["claim", "set", source.text()])}
    option |= source.some({"value": source.leaf(), "focused": source.chance()})
    return [option | ({"options": _options(source, depth - 1)} if kind == 1 else {})]
