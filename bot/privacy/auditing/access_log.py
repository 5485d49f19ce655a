"""Who had a person's data in hand, when and for what, for their export: the lines of the audit log about them.

Who it was is told by role. A person is owed that, and not which colleague of ours it was (CJEU C-579/21).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import OPERATOR, Deed
from bot.privacy.model import Asked

MOST = 10_000  # lines, the newest
BY = ("you", "operator", "officer", "staff", "program")
Row = Mapping[str, Any]


def lines(who: UserRef, work: UnitOfWork) -> Sequence[Row]:
    """The oldest first."""
    own, operators = set(work.audit.aliases(who).values()), set(work.audit.aliases(OPERATOR).values())
    silence = work.privacy.silence(who)
    rests = [request.number for request in silence.told(work.privacy.requests_of(who, Asked.REST, MOST))]
    about = [line for line in work.audit.latest_of(who, MOST) if line.subject in own]
    found = silence.lines(about, rests)

    def by(actor: str, deed: str) -> str:
        if actor in own:
            return "you"
        if actor in operators:
            return "operator"
        return ("officer" if deed == Deed.ACCESS else "staff") if actor else "program"

    return [
        {
            "at": line.at.astimezone(UTC).isoformat(),
            "deed": line.deed,
            "by": by(line.actor, line.deed),
            "request": line.request,
            "count": line.count,
            "store": line.store,
            "reason": line.reason,
        }
        for line in reversed(found)
    ]


def schema() -> Mapping[str, Any]:
    """JSON Schema of a line."""
    text, number = {"type": "string"}, {"type": "integer"}
    properties = {
        "at": text | {"format": "date-time"},
        "deed": text | {"enum": [deed.value for deed in Deed]},
        "by": text | {"enum": list(BY)},
        "request": number,
        "count": number,
        "store": text,
        "reason": text,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "who had your data in hand, when and for what",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
