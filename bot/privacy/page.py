"""The conversations of an export as a page to read: no script, nothing from elsewhere, all words escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.language import Phrase, _, current, here
from bot.tickets.timeline import NO_ANSWER, REQUESTER_ERASED, Kind
from bot.wording import moment

VERBS = {
    Kind.OPENED: Phrase("opened the ticket"),
    Kind.SAID: Phrase("wrote"),
    Kind.REPLIED: Phrase("replied"),
    Kind.NOTED: Phrase("noted, for agents only"),
    Kind.EDITED: Phrase("edited a message"),
    Kind.CORRECTED: Phrase("corrected a message"),
    Kind.DELETED: Phrase("deleted a message"),
    Kind.CLAIMED: Phrase("took the ticket"),
    Kind.RELEASED: Phrase("gave the ticket back"),
    Kind.ASSIGNED: Phrase("assigned the ticket"),
    Kind.PRIORITISED: Phrase("set the priority"),
    Kind.TAGGED: Phrase("changed the tags"),
    Kind.RENAMED: Phrase("renamed the ticket"),
    Kind.ADDED: Phrase("added somebody"),
    Kind.REMOVED: Phrase("removed somebody"),
    Kind.ASKED: Phrase("asked whether it can be closed"),
    Kind.KEPT_OPEN: Phrase("kept it open"),
    Kind.CLOSED: Phrase("closed the ticket"),
    Kind.REOPENED: Phrase("opened the ticket again"),
}

STATES = {"open": Phrase("open"), "closed": Phrase("closed")}
DETAILS = {
    "urgent": Phrase("urgent"),
    "high": Phrase("high"),
    "normal": Phrase("normal"),
    "low": Phrase("low"),
    REQUESTER_ERASED: Phrase("the requester had their data erased"),
    NO_ANSWER: Phrase("no answer came"),
}


def template(name: str) -> Any:
    """Its macros, to be called with what to show, which is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not needed before somebody asks for an export

    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.globals["_"] = _
    return environment.get_template(name).module


@cache
def _macros() -> Any:
    return template("conversation.html.jinja")


def head(account: str, now: datetime) -> str:
    return str(_macros().head(current(), account, moment(now)))


def section() -> str:
    return str(_macros().section(_("What you did as an agent")))


def ticket(number: int, subject: str, state: str) -> str:
    words = here(STATES[state]) if state else ""
    return str(_macros().ticket(_("Ticket #{number}", number=number), subject, words))


def entry(row: Mapping[str, Any], you: str, files: Sequence[tuple[str, str]]) -> str:
    """One thing that happened, from a row as the export shows it. `files` are paths in the archive and names."""
    who = row.get("author") or row.get("staff") or _("The desk")
    shown = {
        "who": _("You") if who == you else who,
        "yours": who == you,
        "note": row["kind"] == Kind.NOTED,
        "did": " ".join(filter(None, (here(VERBS[Kind(row["kind"])]), _whom(row, you), _detail(row["detail"])))),
        "changed": _changed(row),
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
    return _("(you)") if row["person"] == you else f"({row['person']})" if row["person"] else ""


def _changed(row: Mapping[str, Any]) -> str:
    if row["deleted_at"] is not None:
        return _("deleted")
    return _("edited") if row["edited_at"] is not None else ""


def _detail(code: str) -> str:
    """A priority, or why the desk did it."""
    return here(DETAILS.get(code, code))
