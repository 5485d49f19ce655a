"""What was given up although its platform may have taken it: it is looked for before it is forgotten, or nobody could
take it back any more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

SAYS = frozenset({"post", "direct", "announce", "post_card"})  # the kinds whose place only the platform knows
AFTERWARDS = timedelta(hours=1)  # after the last try was due, it was made
BEFORE = timedelta(minutes=10)  # clocks differ


def may_be_there(row: Row[Any]) -> bool:
    """Whether what it says may stand on its platform, and nobody knows where. `row` is one that was given up."""
    return bool(row.unsure) and row.effect["kind"] in SAYS


def is_sought(row: Row[Any]) -> bool:
    return bool(row.effect["kind"] == "seek")


def sought(row: Row[Any], known: tuple[str, ...]) -> dict[str, Any]:
    """The effect that looks for it, in JSON. `known` are posts in its room that it is not."""
    since, until = row.posted_at, row.not_before + AFTERWARDS
    same = {name: row.effect[name] for name in ("key", "platform", "message") if name in row.effect}
    where = {name: row.effect[name] for name in ("channel", "user", "name") if name in row.effect}
    when = {"since": (since - BEFORE).isoformat() if since else None, "until": until.isoformat()}
    return {"kind": "seek", "room": row.room, **same, **where, **when, "known": list(known)}


def not_found_out(row: Row[Any]) -> dict[str, Any]:
    """What is left of a search that was given up: a post that could not be taken back, in nobody's words."""
    return {"kind": "remove", "key": row.key, "platform": row.platform, "room": row.room}
