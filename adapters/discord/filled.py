"""A form as it was filled in: its values by name, people, roles and channels as a desk's file names them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from adapters.discord.places import PLATFORM

JSON = Mapping[str, Any]
PERSON, ROLE, CHANNEL, FILE = 5, 6, 8, 19  # kinds of components


def values(data: JSON, guild: int | None) -> dict[str, str]:
    return {str(field["custom_id"]): _value(field, data, guild) for field in _fields(data)}


def attachments(interaction: discord.Interaction[Any]) -> list[discord.Attachment]:
    """Files that came along."""
    data: JSON = interaction.data or {}
    state, known = interaction._state, _resolved(data, "attachments")
    named = [id for field in _fields(data) if field.get("type") == FILE for id in field.get("values") or []]
    return [discord.Attachment(data=known[id], state=state) for id in named if id in known]


def channels(data: JSON) -> dict[int, tuple[str, bool]]:
    """Channels that were picked, by id: the name, and whether it is to be the agents'."""
    known = _resolved(data, "channels")
    fields = [field for field in _fields(data) if field.get("type") == CHANNEL]
    return {
        int(id): (str(known[id]["name"]), field["custom_id"] == "channel")
        for field in fields
        for id in field.get("values") or []
        if id in known
    }


def _fields(data: JSON) -> Iterator[JSON]:
    """Each stands in a label, or in a row."""
    for row in data.get("components") or []:
        field = row.get("component") or (row.get("components") or [{}])[0]
        if "custom_id" in field:
            yield field


def _value(field: JSON, data: JSON, guild: int | None) -> str:
    picked, kind = [str(each) for each in field.get("values") or []], field.get("type")
    if kind == PERSON:
        return " ".join(f"{PLATFORM}:{id}" for id in picked)
    if kind == ROLE:
        return " ".join(f"{PLATFORM}:{guild}/&{id}" for id in picked)
    if kind == CHANNEL:
        return " ".join(f"{PLATFORM}:{guild}/{id}" for id in picked)
    if kind == FILE:
        known = _resolved(data, "attachments")
        return ", ".join(str(known[id]["filename"]) for id in picked if id in known)
    return ", ".join(picked) or str(field.get("value") or "")


def _resolved(data: JSON, what: str) -> JSON:
    found: JSON = (data.get("resolved") or {}).get(what) or {}
    return found
