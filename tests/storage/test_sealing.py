"""Encryption between the repositories and the database: what a thief of the database sees, and what everyone else."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, select, text, update

from bot.effects import Post
from bot.errors import Problem
from bot.message import File, say
from bot.ports import UnitOfWork
from bot.privacy.exporting.disguise import ERASED
from bot.privacy.model import Draft
from bot.tickets.timeline import Kind
from storage import plans
from storage.converting import decrypt, encrypt, rotate
from storage.datamap import sheets
from storage.errors import CannotOpen, DatabaseInUse
from storage.hot import Hot
from storage.opening import open_store
from storage.rows import Base, EntryRow, OutboxRow, PersonRow
from storage.settling import has_index
from storage.store import SqlStore, SqlUnitOfWork
from storage.vault import DAMAGED, MARK
from tests.privacy.canaries import Canaries, everything
from tests.storage.build import ANA, BEN, SAM, T0, TOM, desk_in, entry, ticket_in
from tests.storage.conftest import Clock
from tests.storage.sealed import OTHER, encryption, execute, plainly, stored
from tests.storage.test_people import HERE
from tests.storage.test_search import found, noted, put

WORD, NOTE, NAME = "Zwetschgenknoedel", "Pastinakensuppe", "quittenbrot.pdf"


@pytest.fixture
async def store(database_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = open_store(database_url, clock, encryption(tmp_path), "memory")
    yield store
    await store.close()


def fill(work: UnitOfWork) -> None:
    """Words in every kind of place."""
    ticket = ticket_in(work, desk_in(work).id, subject=f"about {WORD}")
    file = File("ab" * 32, NAME, 7, "application/pdf")
    ticket, said = work.timeline.add(ticket, entry(author=ANA, about=ANA, text=f"my {WORD}", files=(file,)))
    work.timeline.add(ticket, entry(Kind.NOTED, staff=SAM, about=ANA, remark=f"says {NOTE}"))
    work.people.meet(ANA, f"Ana {WORD}", "en")
    work.people.block(ANA, T0, f"wrote {WORD}")
    work.drafts.keep(Draft(0, ANA, f"draft of {WORD}", HERE, T0))
    work.outbox.post(Post(f"message:{said.id}:agents", "chat", "ticket:1:agents", say(f"she said {WORD}")), about=ANA)


async def test_a_thief_of_the_database_reads_no_word(store: SqlStore, database_url: str, tmp_path: Path):
    await store.write(fill)
    there = [value for value in map(str, stored(database_url)) if value]
    assert len(there) == 8
    assert all(MARK in value for value in there)
    on_disk = words_in(database_url, tmp_path)
    for secret in (WORD, NOTE, NAME):
        assert secret not in str(there)
        assert secret.encode() not in on_disk


async def test_everyone_else_reads_all_of_it(store: SqlStore):
    await store.write(fill)
    work = store.read
    [due] = await work(lambda work: work.outbox.due(T0.replace(year=2100), 9, ["chat"]))
    assert due.effect.message.text == (f"she said {WORD}",)  # type: ignore[union-attr]
    [draft] = await work(lambda work: work.drafts.of(ANA))
    person = await work(lambda work: work.people.get(ANA))
    assert person is not None
    [ticket] = await work(lambda work: work.tickets.open_of(ANA))
    entries = await work(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9))
    assert (draft.text, person.name, person.block_reason) == (f"draft of {WORD}", f"Ana {WORD}", f"wrote {WORD}")
    assert (ticket.subject, entries[0].text, entries[1].remark) == (f"about {WORD}", f"my {WORD}", f"says {NOTE}")
    assert entries[0].files[0].name == NAME


async def test_a_note_has_the_key_of_whom_it_is_about(store: SqlStore):
    await store.write(fill)
    assert store.sealing is not None
    store.sealing.vault.doom(ANA)
    await store.bury()
    [ticket] = await store.read(lambda work: work.tickets.open_of(ANA))
    entries = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9))
    assert {ticket.subject, entries[0].text, entries[1].remark} == {ERASED}


async def test_T40_words_that_were_put_into_another_row_are_shown_as_damaged(
    store: SqlStore, database_url: str, caplog: pytest.LogCaptureFixture
):
    ticket = await put(store, entry(text="first"), entry(text="second"), entry(text="third"))
    first, second = (ticket.id << 20 | n for n in (1, 2))
    execute(
        database_url,
        "UPDATE timeline SET text = (SELECT t.text FROM timeline t WHERE t.id = :other) WHERE id = :one",
        one=first,
        other=second,
    )
    entries = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9))
    assert [one.text for one in entries] == [DAMAGED, "second", "third"]
    assert caplog.record_tuples == [("storage.vault", logging.ERROR, "something stored does not open")]


async def test_a_damaged_message_in_the_outbox_stops_nobody(store: SqlStore, database_url: str):
    await store.write(fill)
    execute(database_url, "UPDATE outbox SET room = 'ticket:2:agents'")
    [due] = await store.read(lambda work: work.outbox.due(T0.replace(year=2100), 9, ["chat"]))
    assert due.effect.message.text == (DAMAGED,)  # type: ignore[union-attr]


async def test_what_changes_hands_changes_its_key(store: SqlStore):
    """Whoever it was before may be erased: the words stay readable for whose they are now."""
    await store.write(fill)
    assert store.sealing is not None
    await store.write(lambda work: work.connection.execute(update(OutboxRow).values(about=BEN)))  # type: ignore[attr-defined]
    store.sealing.vault.doom(ANA)
    await store.bury()
    [due] = await store.read(lambda work: work.outbox.due(T0.replace(year=2100), 9, ["chat"]))
    assert due.effect.message.text == (f"she said {WORD}",)  # type: ignore[union-attr]


async def test_an_edit_of_one_row_leaves_the_others(store: SqlStore, database_url: str):
    ticket = await put(store, entry(text="one"), entry(text="two"))
    before = stored(database_url)
    entries = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9))
    await store.write(lambda work: work.timeline.rewrite(replace(entries[0], text="changed")))
    after = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 9))
    assert [one.text for one in after] == ["changed", "two"]
    assert len(set(stored(database_url)) - set(before)) == 1


async def test_what_would_get_past_the_encryption_fails_loudly(store: SqlStore):
    timeline, people = EntryRow.__table__, PersonRow.__table__
    by_expression = update(timeline).values(text=func.upper(timeline.c.text))
    elsewhere = select(select(timeline.c.text).subquery().c.text)
    for statement in (by_expression, elsewhere):
        with pytest.raises(NotImplementedError, match="timeline"):
            await store.write(lambda work, statement=statement: work.connection.execute(statement))  # type: ignore[misc]
    hot = Hot(update(people).where(people.c.who == bindparam("old")).values(who=bindparam("who")))
    with pytest.raises(NotImplementedError, match="no matter for Hot"):
        await store.write(lambda work: hot.run(work.connection, {"old": ANA, "who": BEN}))  # type: ignore[attr-defined]


def test_every_table_with_words_says_what_its_rows_are_known_by():
    assert plans.unbound(Base.metadata.sorted_tables) == []
    of_people = {column for sheet in sheets() for column in sheet.holding("words", "remark")}
    sealed = {column for plan in plans.plans().values() for column in plan.columns}
    assert {f"{c.table.name}.{c.name}" for c in of_people - sealed} == {"tags.tag"}  # by which tickets are found


# Search


async def test_without_an_index_words_are_found_all_the_same(store: SqlStore, database_url: str):
    desk = (await put(store, entry(text="The Printer is on FIRE"), noted("a printer again"), entry(text="fire!"))).desk
    assert await found(store, "fire printer", [desk]) == ["The Printer is on FIRE"]
    assert await found(store, "PRINT", [desk]) == ["a printer again", "The Printer is on FIRE"]
    assert await found(store, "rinter", [desk]) == await found(store, "printer", []) == []
    assert await found(store, "printer fire", [], ANA) == ["The Printer is on FIRE"]
    engine = plainly(database_url)
    with engine.connect() as connection:
        assert not has_index(connection)
    engine.dispose()


async def test_search_reads_on_until_it_has_enough(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.search.SOME", 2)
    desk = (await put(store, entry(text="needle"), *(entry(text=f"hay {n}") for n in range(9)))).desk
    assert await found(store, "needle", [desk]) == ["needle"]
    assert len(await found(store, "hay", [desk])) == 9


async def test_where_search_is_off_it_says_so(database_url: str, clock: Clock, tmp_path: Path):
    store = open_store(database_url, clock, search="off")
    ticket = await put(store, entry(text="printer"))
    with pytest.raises(Problem, match="turned off"):
        await store.read(lambda work: work.timeline.search("printer", [ticket.desk], None, 9))
    assert await store.scrub()
    await store.close()
    again = open_store(database_url, clock)  # the index is made anew, with what was said meanwhile
    assert await found(again, "printer", [ticket.desk]) == ["printer"]
    await again.close()


def test_T40_encrypted_words_in_an_index_on_disk_are_refused(database_url: str, clock: Clock, tmp_path: Path):
    with pytest.raises(CannotOpen, match="SEARCH=memory or SEARCH=off"):
        open_store(database_url, clock, encryption(tmp_path), "disk")


# Opening


async def test_the_key_must_be_there_and_the_right_one(database_url: str, clock: Clock, tmp_path: Path):
    await open_store(database_url, clock, encryption(tmp_path), "memory").close()
    with pytest.raises(CannotOpen, match="is encrypted, and CONTENT_KEY is not set"):
        open_store(database_url, clock, search="memory")
    with pytest.raises(CannotOpen, match="CONTENT_KEY does not open the key store"):
        open_store(database_url, clock, encryption(tmp_path, OTHER), "memory")
    keys = tmp_path / "desk.keys"
    keys.rename(tmp_path / "away")
    with pytest.raises(CannotOpen, match="is missing, and without it nothing that people wrote can be read"):
        open_store(database_url, clock, encryption(tmp_path), "memory")
    assert not keys.exists()
    (tmp_path / "away").rename(keys)
    await open_store(database_url, clock, encryption(tmp_path), "memory").close()


async def test_the_key_store_of_another_desk_is_refused(database_url: str, clock: Clock, tmp_path: Path):
    await open_store(database_url, clock, encryption(tmp_path), "memory").close()
    (tmp_path / "other").mkdir()
    other = open_store(f"sqlite:///{tmp_path}/other/desk.db", clock, encryption(tmp_path / "other"), "memory")
    await other.close()
    (tmp_path / "other" / "desk.keys").replace(tmp_path / "desk.keys")
    with pytest.raises(CannotOpen, match="belongs to another database"):
        open_store(database_url, clock, encryption(tmp_path), "memory")


# A database in clear


def written_in_clear(database_url: str, clock: Clock) -> tuple[Canaries, dict[tuple[str, str], str]]:
    store, canaries = open_store(database_url, clock), Canaries()
    with store.engine.begin() as connection:
        desk_in(SqlUnitOfWork(connection, T0))
        canaries.fill(connection, [ANA, BEN], [SAM, TOM])
    before = everything(store.engine)
    store.abandon()
    return canaries, before


def words_in(database_url: str, folder: Path) -> bytes:
    engine = plainly(database_url)
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            found += [str(row).encode() for table in Base.metadata.tables for row in _rows(connection, table)]
            found += [str(row).encode() for row in _rows(connection, "pg_stats")]
    engine.dispose()
    return b"".join(found)


def _rows(connection, table):
    return connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608


async def test_a_database_in_clear_is_encrypted_and_the_way_back(database_url: str, clock: Clock, tmp_path: Path):
    canaries, before = written_in_clear(database_url, clock)
    sealed = {column for plan in plans.plans().values() for column in plan.columns}
    secrets = [
        word for word, (table, name, _) in canaries.made.items() if Base.metadata.tables[table].c[name] in sealed
    ]
    assert len(secrets) > 30
    there = words_in(database_url, tmp_path)
    assert all(word.encode() in there for word in secrets)
    with pytest.raises(CannotOpen, match="helpthread privacy keys encrypt"):
        open_store(database_url, clock, encryption(tmp_path), "memory")

    assert encrypt(database_url, clock, encryption(tmp_path)) > 20
    left = words_in(database_url, tmp_path)
    assert [word for word in secrets if word.encode() in left] == []
    store = open_store(database_url, clock, encryption(tmp_path), "memory")
    shown = everything(store.engine)
    assert {key: row for key, row in shown.items() if key[0] != "encryption"} == before
    await store.close()

    assert decrypt(database_url, clock, encryption(tmp_path)) > 20
    clear = open_store(database_url, clock)
    assert everything(clear.engine) == before
    await clear.close()


def test_whoever_was_interrupted_goes_on(
    database_url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written_in_clear(database_url, clock)
    with monkeypatch.context() as patch:
        patch.setattr("storage.converting._wipe", _fails)
        with pytest.raises(RuntimeError):
            encrypt(database_url, clock, encryption(tmp_path))
    with pytest.raises(CannotOpen, match="only partly encrypted; finish it: helpthread privacy keys encrypt"):
        open_store(database_url, clock, encryption(tmp_path), "memory")
    with pytest.raises(CannotOpen, match="keys encrypt"):
        decrypt(database_url, clock, encryption(tmp_path))
    assert encrypt(database_url, clock, encryption(tmp_path)) == 0  # all of it was done but for the wiping
    with pytest.raises(CannotOpen, match="is encrypted already"):
        encrypt(database_url, clock, encryption(tmp_path))
    open_store(database_url, clock, encryption(tmp_path), "memory").abandon()


def _fails(engine: object) -> None:
    raise RuntimeError("out of luck")


async def test_a_desk_that_runs_is_not_rewritten_under_its_feet(database_url: str, clock: Clock, tmp_path: Path):
    store = open_store(database_url, clock)
    await store.write(fill)
    for work in (encrypt, decrypt):
        with pytest.raises(DatabaseInUse):
            work(database_url, clock, encryption(tmp_path))
    with pytest.raises(DatabaseInUse):
        rotate(database_url, encryption(tmp_path, OTHER, bytes(32)))
    await store.close()


async def test_a_new_key_opens_what_the_old_one_did(database_url: str, clock: Clock, tmp_path: Path):
    store = open_store(database_url, clock, encryption(tmp_path), "memory")
    await store.write(fill)
    await store.close()
    old = encryption(tmp_path).key
    for wrong in (encryption(tmp_path, OTHER), encryption(tmp_path, old, old)):
        with pytest.raises(CannotOpen, match="CONTENT_KEY_OLD"):
            rotate(database_url, wrong)
    assert rotate(database_url, encryption(tmp_path, OTHER, old)) == 1
    again = open_store(database_url, clock, encryption(tmp_path, OTHER), "memory")
    [draft] = await again.read(lambda work: work.drafts.of(ANA))
    assert draft.text == f"draft of {WORD}"
    await again.close()
