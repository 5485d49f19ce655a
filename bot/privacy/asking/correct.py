"""/mydata correct: what they are called, the language they are spoken to, and what they wrote themselves.

The history of a ticket says that something was corrected, and nothing says what it was before.
"""

import re
from dataclasses import replace

from bot.access import Call
from bot.errors import Problem
from bot.language import current, reading
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy import rights_views as views
from bot.privacy.asking.amending import NAME, SPOKEN
from bot.privacy.model import Asked, Request
from bot.privacy.tasks import give_work
from bot.privacy.uses import Use
from bot.relay import edits, rooms
from bot.relay.said import desk_of
from bot.router import Option, Router, Takes
from bot.tickets.model import LONGEST_SUBJECT
from bot.tickets.timeline import Entry, Kind

router = Router(Use.RIGHTS)
WHAT = Option("what", "What is wrong", Takes.CHOICE, required=False, choices=("name", "language", "words"))
NEW = Option("text", "What is right", Takes.TEXT, required=False)
NAME_TEXT = Option("text", "What you want to be called", Takes.TEXT)
LANGUAGE_TEXT = Option("text", "A code such as en or de", Takes.TEXT)
WRONG = Option("wrong", "The words as they are now", Takes.TEXT)
RIGHT = Option("right", "The words that are right", Takes.TEXT)
LONGEST_NAME = 80  # characters
LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z]{2,4})?")
FEWEST = 3  # characters to look for: fewer would be found in words that are right
LONGEST_TEXT = 8000  # characters, of a message after the correction
AT_ONCE = 30  # messages in one transaction


@router.command("mydata correct", "Correct your name, your language, or words you wrote", WHAT, NEW)
def correct(call: Call, work: UnitOfWork) -> Reply:
    what, text = call.options.get("what", ""), call.options.get("text", "").strip()
    if what == "name" and text:
        return correct_name(call, work)
    if what == "language" and text:
        return correct_language(call, work)
    return Say(views.what_is_wrong())


@router.command("mydata correct-name", "Correct your name", NAME_TEXT, form=views.NAME_FORM, hidden=True)
def correct_name(call: Call, work: UnitOfWork) -> Reply:
    who, name = call.actor.ref, " ".join(call.options["text"].split())
    if not name or len(name) > LONGEST_NAME:
        raise Problem(views.name_wrong(LONGEST_NAME))
    work.people.correct(who, name=name)
    request = _begin(who, {NAME: 1}, work)
    return Say(views.name_corrected(name, request))


@router.command(
    "mydata correct-language", "Correct your language", LANGUAGE_TEXT, form=views.LANGUAGE_FORM, hidden=True
)
def correct_language(call: Call, work: UnitOfWork) -> Reply:
    language = call.options["text"].strip()
    if not LANGUAGE.fullmatch(language):
        raise Problem(views.language_wrong())
    work.people.correct(call.actor.ref, language=language)
    with reading((language, current())):
        return Say(views.language_corrected(language))


@router.command("mydata correct-words", "Correct words you wrote", WRONG, RIGHT, form=views.WORDS_FORM, hidden=True)
def correct_words(call: Call, work: UnitOfWork) -> Reply:
    who, wrong, right = call.actor.ref, call.options["wrong"].strip(), call.options["right"].strip()
    if len(wrong) < FEWEST:
        raise Problem(views.too_few_words(FEWEST))
    if wrong in right:
        raise Problem(views.still_wrong())
    work.privacy.alone(who)
    found = [entry for entry in work.timeline.written_by(who, wrong, 0, AT_ONCE) if entry.author == who]
    drafts = [draft for draft in work.drafts.of(who) if wrong in draft.text]
    if not found and not drafts:
        raise Problem(views.not_found_in_yours(wrong))
    for entry in found:
        _correct(entry.id, wrong, right, work)
    for draft in drafts:
        work.drafts.rewrite(draft.id, _with(draft.text, wrong, right))
    request = _begin(who, {"messages": len(found) + len(drafts)}, work)
    return Say(views.words_corrected(len(found) + len(drafts), len(found) == AT_ONCE, request))


def _correct(id: int, wrong: str, right: str, work: UnitOfWork) -> None:
    """One entry, looked at again: a subject taken from a message was corrected with the message."""
    entry = work.timeline.get(id)
    if entry is None or wrong not in entry.text:
        return
    changed = replace(entry, text=_with(entry.text, wrong, right), edited_at=work.now)
    ticket = work.tickets.get(entry.ticket)
    assert ticket is not None, "entries keep their ticket"
    if entry.kind in SPOKEN:
        edits.change(Kind.CORRECTED, entry, changed, ticket, desk_of(ticket, work), work)
        return
    changed = replace(changed, text=changed.text[:LONGEST_SUBJECT])
    work.timeline.rewrite(changed)
    if entry.kind is Kind.OPENED and ticket.subject == entry.text:
        ticket = ticket.rename(changed.text)
    happened = Entry(0, ticket.id, Kind.CORRECTED, work.now, ticket.customer, author=entry.author, refers=entry.id)
    ticket, _ = work.timeline.add(ticket, happened)
    rooms.refresh_card(ticket, desk_of(ticket, work), work)


def _with(text: str, wrong: str, right: str) -> str:
    corrected = text.replace(wrong, right)
    if len(corrected) > LONGEST_TEXT:
        raise Problem(views.too_long_then(LONGEST_TEXT))
    return corrected


def _begin(who: UserRef, counts: dict[str, int], work: UnitOfWork) -> Request:
    request = work.privacy.open_request(Request(0, who, Asked.CORRECTION, work.now).with_counts(counts))
    give_work(request, "correct", work, about=who)
    return request
