"""How channels and people are called where somebody has to write them down: in a desk's file, or as a word.

platform:workspace/channel     a channel
platform:workspace/ID          a person whose account belongs to that workspace
platform:ID                    a person whose account belongs to no workspace
platform:workspace/@group      everybody in a user group
platform:workspace/&role       everybody with a role
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bot.inbound import Place
from bot.message import UserRef

LONGEST = 200  # characters of a channel or principal, as wide as the columns
PLACE = re.compile(r"(?P<platform>[a-z][a-z0-9-]*):(?P<workspace>[^\s/]+)/(?P<channel>[^\s/@&][^\s/]*)")
PRINCIPAL = re.compile(r"(?P<platform>[a-z][a-z0-9-]*):(?:(?P<workspace>[^\s/]+)/)?(?P<id>[@&]?[^\s/@&][^\s/]*)")


class Naming(NamedTuple):
    """How a platform names people: whether accounts belong to a workspace, and the sign its groups are written with."""

    accounts_in_workspaces: bool
    group_sign: str


def place(text: str) -> Place:
    """The channel written as `text`. Raises `ValueError`."""
    match = PLACE.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise ValueError("write a channel as platform:workspace/channel")
    return Place(match["platform"], match["workspace"], match["channel"])


def written_place(place: Place) -> str:
    return f"{place.platform}:{place.workspace}/{place.conversation}"


def principal(text: str) -> str:
    """The person or group written as `text`, as desks store it: a person as `str` of a `UserRef`, a group as written.

    Raises `ValueError`.
    """
    match = PRINCIPAL.fullmatch(text) if len(text) < LONGEST else None
    if match is None or (match["id"][0] in "@&" and not match["workspace"]):
        raise ValueError("write a person as platform:workspace/ID or platform:ID, a group as platform:workspace/@group")
    if match["id"][0] in "@&":
        return text
    return str(UserRef(match["platform"], match["workspace"] or "", match["id"]))


def is_group(principal: str) -> bool:
    return ":" in principal.partition("/")[0]


def written_principal(principal: str) -> str:
    """The opposite of `principal`."""
    if is_group(principal):
        return principal
    who = UserRef.parse(principal)
    return f"{who.platform}:{who.realm}/{who.id}" if who.realm else f"{who.platform}:{who.id}"


def platform_of(principal: str) -> str:
    return re.split("[:/]", principal, maxsplit=1)[0]


def impossible(name: str, principal: str, platforms: Mapping[str, Naming]) -> str:
    """Why a channel (with `principal` empty), person or group of the platform `name` cannot exist; "" if it can."""
    if name not in platforms:
        return f"there is no platform {name}; known: {', '.join(platforms)}"
    naming = platforms[name]
    if is_group(principal):
        fits = principal.split("/")[1].startswith(naming.group_sign)
        return "" if fits else f"groups are written {name}:workspace/{naming.group_sign}group"
    if not principal or naming.accounts_in_workspaces == bool(UserRef.parse(principal).realm):
        return ""
    return f"people are written {name}:{'workspace/' if naming.accounts_in_workspaces else ''}ID"
