"""Whatever people type is stored the same on both databases: all but what no database and no platform takes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.inbound import Place
from bot.message import File
from bot.ports import UnitOfWork
from bot.privacy.model import Asked, Draft, Request, Stage
from bot.tickets.timeline import Kind
from storage.columns import Clean, clean
from storage.rows import Base
from storage.store import SqlStore
from tests.storage.build import ANA, SAM, T0, desk_in, entry, ticket_in
from tests.storage.conftest import Clock


def subject(work: UnitOfWork, words: str) -> str:
    found = work.tickets.get(ticket_in(work, desk_in(work, "d").id, subject=words).id)
    assert found
    return found.subject


def text(work: UnitOfWork, words: str) -> str:
    _, added = work.timeline.add(ticket_in(work, desk_in(work, "d").id), entry(text=words))
    found = work.timeline.get(added.id)
    assert found
    return found.text


def remark(work: UnitOfWork, words: str) -> str:
    noted = entry(Kind.NOTED, staff=SAM, remark=words)
    _, added = work.timeline.add(ticket_in(work, desk_in(work, "d").id), noted)
    found = work.timeline.get(added.id)
    assert found
    return found.remark


def rewritten(work: UnitOfWork, words: str) -> str:
    _, added = work.timeline.add(ticket_in(work, desk_in(work, "d").id), entry(text="before"))
    work.timeline.rewrite(replace(added, text=words))
    found = work.timeline.get(added.id)
    assert found
    return found.text


def file_name(work: UnitOfWork, words: str) -> str:
    file = File("a" * 64, words, 1, "text/plain")
    _, added = work.timeline.add(ticket_in(work, desk_in(work, "d").id), entry(files=(file,)))
    found = work.timeline.get(added.id)
    assert found
    return found.files[0].name


def tag(work: UnitOfWork, words: str) -> str:
    ticket = ticket_in(work, desk_in(work, "d").id)
    work.tickets.tag(ticket, frozenset({words}), frozenset())
    (found,) = work.tickets.tags(ticket.id)
    return found


def name(work: UnitOfWork, words: str) -> str:
    work.people.meet(ANA, words, "en")
    return work.people.names([ANA])[ANA]


def block_reason(work: UnitOfWork, words: str) -> str:
    work.people.block(ANA, T0 + timedelta(days=1), words)
    found = work.people.get(ANA)
    assert found
    return found.block_reason


def draft(work: UnitOfWork, words: str) -> str:
    for old in work.drafts.of(ANA):
        work.drafts.drop(old.id)
    work.drafts.keep(Draft(0, ANA, words, Place("chat", "w", "d1", "", "m1", direct=True), T0))
    return work.drafts.of(ANA)[0].text


def dispute(work: UnitOfWork, words: str) -> str:
    asked = Request(1, ANA, Asked.DISPUTE, T0, Stage.REVIEW)
    work.privacy.settle(asked)
    work.privacy.dispute(asked, words)
    return work.privacy.disputed(asked)


COLUMNS: dict[str, Callable[[UnitOfWork, str], str]] = {
    "tickets.subject": subject,
    "timeline.text": text,
    "timeline.remark": remark,
    "timeline.text rewritten": rewritten,
    "attachments.name": file_name,
    "tags.tag": tag,
    "people.name": name,
    "people.block_reason": block_reason,
    "drafts.text": draft,
    "disputes.text": dispute,
}


def test_no_column_of_words_is_forgotten_here():
    typed = [c for t in Base.metadata.sorted_tables for c in t.c if isinstance(c.type, Clean)]
    words = {f"{c.table.name}.{c.name}" for c in typed if not c.info.get("secret")}
    assert words == {name.partition(" ")[0] for name in COLUMNS}


async def stored(store: SqlStore, words: str) -> dict[str, str]:
    return await store.write(lambda work: {name: keep(work, words) for name, keep in COLUMNS.items()})


CASES = [
    ("plain", "plain"),
    ("Ärger 🔥 👩‍👩‍👧", "Ärger 🔥 👩‍👩‍👧"),
    ("\u202eright to left\u202c and \u200bnothing", "\u202eright to left\u202c and \u200bnothing"),
    ("שלום مرحبا", "שלום مرحبا"),
    ("nul\x00nul", "nulnul"),
    ("half \ud83d a character", "half ? a character"),
    ("\udd25 the other half", "? the other half"),
    ("broken \udcff bytes", "broken ? bytes"),
    ("\x01\x07\x1b[31m\x7f\x85", "\x01\x07\x1b[31m\x7f\x85"),
    ("  spaces\tand\r\nlines  ", "  spaces\tand\r\nlines  "),
    ("'quotes' \"double\" \\ %s :name ?", "'quotes' \"double\" \\ %s :name ?"),
    ("\ufffe\uffff\U0010ffff", "\ufffe\uffff\U0010ffff"),
    ("e\u0301", "e\u0301"),
]


async def test_every_column_of_words_keeps_them(store: SqlStore):
    for typed, kept in CASES:
        assert await stored(store, typed) == dict.fromkeys(COLUMNS, kept)


async def test_a_hundred_thousand_characters_are_kept(store: SqlStore):
    words = "0123456789" * 10_000
    assert await store.write(lambda work: [keep(work, words) for keep in (text, remark, draft)]) == [words] * 3


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=50))
async def test_any_text_at_all_is_kept_as_it_is_once_it_is_clean(store: SqlStore, typed: str):
    assert await stored(store, typed) == dict.fromkeys(COLUMNS, clean(typed))
    assert clean(clean(typed)) == clean(typed)
    clean(typed).encode()


async def test_a_time_comes_back_to_the_millisecond_from_whatever_zone(store: SqlStore, clock: Clock):
    east = timezone(timedelta(hours=5, minutes=30))
    times = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, 0, 123000, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        datetime(2026, 1, 1, 12, tzinfo=east),
    ]

    def kept(work: UnitOfWork) -> list[datetime]:
        desk = desk_in(work).id
        made = [ticket_in(work, desk, opened_at=time).id for time in times]
        return [found.opened_at for id in made if (found := work.tickets.get(id))]

    found = await store.write(kept)
    assert found == times
    assert {time.tzinfo for time in found} == {UTC}


async def test_a_time_without_a_zone_is_a_bug(store: SqlStore):
    with pytest.raises((StatementError, ValueError), match="naive"):
        await store.write(lambda work: ticket_in(work, desk_in(work).id, opened_at=datetime(2026, 1, 1)))  # noqa: DTZ001
