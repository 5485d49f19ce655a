"""The pages of an export that say what is in it and what is done with it: README.html and processing.html."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from bot.language import _, current, several
from bot.privacy import views
from bot.privacy.exporting.page import template
from bot.privacy.model import Request, Role
from bot.wording import moment

Facts = Mapping[str, Any]  # as `bot.privacy.exporting.processing` makes them


@cache
def _macros() -> Any:
    return template("facts.html.jinja")


def readme(request: Request, facts: Facts, folders: Mapping[str, str], missing: int) -> str:
    """`folders` are those of linked accounts, `missing` files that were gone already."""
    notes = [_others(), *([_gone(missing)] if missing else []), f"{_more()} {facts['complaint']}"]
    number = _("request {number}", number=request.number)
    shown = current(), str(request.who), moment(request.at), number, _rows(facts), _links(folders), notes
    return str(_macros().readme(*shown))


def _links(folders: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    accounts = [(f"{folder}html/index.html", account) for folder, account in folders.items()]
    return [
        ("html/index.html", _("your conversations, to read")),
        *accounts,
        ("processing.html", _("what we do with your data, from whom it comes, who gets it")),
        ("privacy-notice.md", _("our privacy notice")),
        ("README.txt", _("what is in the other folders, such as data, attachments and portability")),
    ]


def _others() -> str:
    return _(
        "Other people are called “Agent 1”, “Customer 1” and so on, with other numbers in every export. A name that "
        "nobody could recognise as one may still be there."
    )


def _more() -> str:
    return _("To have something corrected, write /mydata correct; to have all of this deleted, /mydata delete.")


def _gone(missing: int) -> str:
    return several(
        "{number} file could not be added, because our copy was gone already.",
        "{number} files could not be added, because our copy was gone already.",
        missing,
    )


def processing(facts: Facts) -> str:
    controller = [line for line in (facts["controller"]["name"], facts["controller"]["contact"]) if line]
    about = [
        (_("Who is responsible"), controller or [_("Whoever runs this desk")]),
        (_("Where it comes from"), [facts["source"]]),
        (_("Who gets it"), facts["recipients"]),
        (_("Your rights"), [", ".join(facts["rights"]), facts["complaint"]]),
        (_("Decisions made by programs alone"), [_("none")]),
    ]
    return str(_macros().processing(current(), facts, _rows(facts), about))


def _rows(facts: Facts) -> Sequence[Mapping[str, Any]]:
    return [{**row, "role": views.heading(Role(row["role"]))} for row in facts["held"]]
