"""The conversations of an export as a page to read: no script, nothing from elsewhere, all words escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.privacy.views import moment
from bot.tickets.timeline import Kind

VERBS = {
    Kind.OPENED: "opened the ticket",
    Kind.SAID: "wrote",
    Kind.REPLIED: "replied",
    Kind.NOTED: "noted, for agents only",
    Kind.EDITED: "edited a message",
    Kind.CORRECTED: "corrected a message",
    Kind.DELETED: "deleted a message",
    Kind.CLAIMED: "took the ticket",
    Kind.RELEASED: "gave the ticket back",
    Kind.ASSIGNED: "assigned the ticket",
    Kind.PRIORITISED: "set the priority",
    Kind.TAGGED: "changed the tags",
    Kind.RENAMED: "renamed the ticket",
    Kind.ADDED: "added somebody",
    Kind.REMOVED: "removed somebody",
    Kind.CLOSED: "closed the ticket",
    Kind.REOPENED: "opened the ticket again",
}


@cache
def _macros() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not needed before somebody asks for an export

    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "conversation.html.jinja"
    ).module  # fmt: skip


def head(account: str, now: datetime) -> str:
    return str(_macros().head(account, moment(now)))


def section(title: str) -> str:
    return str(_macros().section(title))


def ticket(number: int, subject: str, state: str) -> str:
    return str(_macros().ticket(number, subject, state))


def entry(row: Mapping[str, Any], you: str, files: Sequence[tuple[str, str]]) -> str:
    """One thing that happened, from a row as the export shows it. `files` are paths in the archive and names."""
    who = row.get("author") or row.get("staff") or "The desk"
    shown = {
        "who": "You" if who == you else who,
        "yours": who == you,
        "note": row["kind"] == Kind.NOTED,
        "did": " ".join(filter(None, (VERBS[Kind(row["kind"])], _whom(row, you), row["detail"]))),
        "edited": row["edited_at"] is not None and row["deleted_at"] is None,
        "deleted": row["deleted_at"] is not None,
        "at": row["at"],
        "when": moment(datetime.fromisoformat(row["at"])),
        "text": "\n".join(filter(None, (row.get("text"), row.get("remark")))),
        "files": [{"href": "../" + quote(path), "name": name} for path, name in files],
    }
    return str(_macros().entry(shown))


def nothing() -> str:
    return str(_macros().nothing())


def foot() -> str:
    return str(_macros().foot())


def _whom(row: Mapping[str, Any], you: str) -> str:
    return "(you)" if row["person"] == you else f"({row['person']})" if row["person"] else ""
