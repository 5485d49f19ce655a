"""A column that does not say what it holds about people fails here, and so does a table that nobody could erase."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
    select,
    text,
    update,
)

from bot.desks.model import Settings
from bot.effects import Effect
from bot.ports import UnitOfWork
from bot.privacy.uses import Use
from storage.columns import Clean, User, holds, keys
from storage.datamap import gaps, sheets, strange_keys, topics, unknown_keys, unmapped
from storage.errors import CannotOpen
from storage.migrate import migrate
from storage.opening import open_store, postgresql_url
from storage.rows import Base
from storage.search import DERIVED
from storage.store import SqlUnitOfWork
from tests.desk import Desk


def test_every_table_says_what_it_holds_about_people() -> None:
    assert gaps(Base.metadata) == []


def test_the_database_has_no_table_that_the_map_does_not_know(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/desk.db")
    migrate(engine)
    there = set(inspect(engine).get_table_names())
    engine.dispose()
    assert there - DERIVED - {"alembic_version"} == set(Base.metadata.tables)


def test_the_database_has_no_column_that_the_map_does_not_know(database_url: str) -> None:
    engine = create_engine(postgresql_url(database_url) if "postgresql" in database_url else database_url)
    with engine.connect() as connection:
        assert unmapped(connection, DERIVED) == []
        connection.execute(text("ALTER TABLE tickets ADD COLUMN phone VARCHAR"))
        connection.execute(text("CREATE TABLE surveys (id INTEGER)"))
        assert unmapped(connection, DERIVED) == ["surveys", "tickets.phone"]
        connection.rollback()
    engine.dispose()


async def test_a_key_that_nobody_classified_is_found_in_the_rows_of_every_test(desk: Desk) -> None:
    """The fixture `bare` looks for them at the end of each."""

    def look(work: UnitOfWork) -> list[str]:
        assert isinstance(work, SqlUnitOfWork)
        return strange_keys(work.connection)

    def forge(work: UnitOfWork) -> None:
        assert isinstance(work, SqlUnitOfWork)
        settings = Base.metadata.tables["desks"].c.settings
        before = work.connection.scalar(select(settings))
        assert before is not None
        work.connection.execute(update(settings.table).values(settings=before | {"boss": "fake/w/ana"}))
        assert strange_keys(work.connection) == ["desks.settings: boss"]
        work.connection.execute(update(settings.table).values(settings=before))

    assert await desk.store.read(look) == []
    await desk.store.write(forge)


def test_a_program_with_a_table_that_does_not_say_what_it_holds_does_not_start(tmp_path: Path) -> None:
    """As an extension could bring one along."""
    extra = Table("surveys", Base.metadata, Column("id", Integer, primary_key=True), Column("answer", String))
    try:
        with pytest.raises(CannotOpen, match=r"surveys\.id: does not say what it holds about people"):
            open_store(f"sqlite:///{tmp_path}/desk.db", lambda: datetime.now(UTC))
    finally:
        Base.metadata.remove(extra)


def test_every_effect_is_known_key_by_key() -> None:
    effect = Base.metadata.tables["outbox"].c.effect
    known = set(effect.info["keys"])
    kinds = get_args(get_args(Effect)[0])
    assert len(kinds) >= 9
    for kind in kinds:
        assert {field.name for field in fields(kind)} <= known, kind.__name__


def test_every_setting_is_known_key_by_key() -> None:
    settings = Base.metadata.tables["desks"].c.settings
    assert unknown_keys(settings, Settings(language="de").model_dump()) == set()
    assert set(settings.info["keys"]) == set(Settings.model_fields)


def test_a_key_that_nobody_classified_is_found() -> None:
    settings = Base.metadata.tables["desks"].c.settings
    assert unknown_keys(settings, {"language": "en", "boss": "fake/w/ana"}) == {"boss"}


def test_names_are_erased_after_the_texts_they_are_looked_for_in() -> None:
    order = [sheet.says("until") for sheet in sheets()]
    assert order == sorted(order, key=["", "posts", "names", "receipt"].index)
    assert [sheet.table.name for sheet in sheets()][-2:] == ["people", "requests"]


def test_every_schema_of_an_export_is_valid() -> None:
    for topic in topics():
        jsonschema.Draft202012Validator.check_schema(topic.schema)


# What an author of a new table might forget. Each is made in a copy of the tables.


def column(name: str, *more: object, table: str = "tickets", **options: object) -> Callable[[MetaData], None]:
    def add(tables: MetaData) -> None:
        tables.tables[table].append_column(Column(name, *more, **options))  # type: ignore[arg-type]

    return add


def table(name: str, *columns: Column[object], **info: object) -> Callable[[MetaData], None]:
    def add(tables: MetaData) -> None:
        Table(name, tables, Column("id", Integer, primary_key=True, info=holds("facts")), *columns, info=info)

    return add


def reference(tables: MetaData) -> None:
    tables.tables["desks"].append_column(
        Column("first_file", Integer, ForeignKey("attachments.id"), info=holds("facts"))
    )


def unindexed(tables: MetaData) -> None:
    there = tables.tables["timeline"]
    there.indexes = {index for index in there.indexes if "person" not in {column.name for column in index.columns}}


SAID = {
    "uses": tuple(Use),
    "keep": "content",
    "what": "things",
    "why": "to see",
    "erase": "delete",
    "export": "rows",
    "until": "",
}
WHO = Column("who", User, primary_key=False, info=holds("owner"), unique=True)
MUTATIONS = {
    "says nothing": (column("phone", String), "tickets.phone: does not say what it holds about people"),
    "an unknown kind": (column("phone", String, info=holds("number")), "tickets.phone: does not say"),
    "text as facts": (column("story", Clean, info=holds("facts")), "tickets.story: free text is never facts"),
    "a profile as facts": (
        column("boss", Integer, ForeignKey("people.id"), info=holds("facts")),
        "people: its rows are deleted, but others refer to them",
    ),
    "an account as facts": (column("boss", User, info=holds("facts")), "tickets.boss: an account is linked"),
    "a link that is no account": (column("boss", String, info=holds("staff")), "tickets.boss: an account is linked"),
    "JSON without keys": (column("raw", JSON, info=holds("facts")), "tickets.raw: does not say what each of its keys"),
    "JSON facts with words": (
        column("raw", JSON, info=holds("facts") | keys(text="words")), "tickets.raw: is facts, but a key of it is not",
    ),
    "a key of an unknown kind": (
        column("raw", JSON, info=holds("facts") | keys(text="secret")), "tickets.raw: does not say what each",
    ),
    "a payload that stays": (
        column("raw", JSON, info=holds("payload") | keys(text="words")), "tickets: raw is nobody's",
    ),
    "a remark about nobody": (column("gossip", Clean, info=holds("remark")), "tickets: gossip is nobody's"),
    "words of nobody": (column("motto", Clean, info=holds("words"), table="desks"), "desks: motto is nobody's"),
    "a second owner": (column("payer", User, info=holds("owner"), unique=True), "tickets: has two columns for owner"),
    "a link without an index": (column("seller", User, info=holds("staff")), "tickets: seller has no index"),
    "a lost index": (unindexed, "timeline: person has no index that begins with it"),
    "a new table that says nothing": (table("surveys"), "surveys: does not say what its rows are"),
    "a column that is there for nothing": (
        table("surveys", WHO._copy(), **{**SAID, "uses": ()}), "surveys: does not say for what who may be read",
    ),
    "a table without erasure": (
        table("surveys", WHO._copy(), **{**SAID, "erase": ""}), "surveys: does not say what erasing",
    ),
    "a table without end": (table("surveys", **{**SAID, "until": "ever"}), "surveys: does not say until when"),
    "a table without a period": (
        table("surveys", WHO._copy(), **{**SAID, "keep": "ever"}), "surveys: does not say how long",
    ),
    "names erased too early": (
        table("nicknames", WHO._copy(), Column("nick", Clean, info=holds("words", names=True)), **SAID),
        "nicknames: holds names",
    ),
    "somebody refers to what is deleted": (reference, "attachments: its rows are deleted, but others refer to them"),
    "words in a key": (
        table("words", WHO._copy(), Column("word", Clean, primary_key=True, info=holds("words")), **SAID),
        "words.word: is part of the key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("forgotten", MUTATIONS)
def test_what_an_author_may_forget_is_found(forgotten: str) -> None:
    mutate, gap = MUTATIONS[forgotten]
    tables = MetaData()
    for one in Base.metadata.sorted_tables:
        one.to_metadata(tables)
    assert gaps(tables) == []
    mutate(tables)
    found = gaps(tables)
    assert found, "nobody noticed"
    assert found[0].startswith(gap)
    assert len({line.partition(":")[0] for line in found}) == 1, found


def test_an_index_on_the_new_link_is_enough() -> None:
    tables = MetaData()
    for one in Base.metadata.sorted_tables:
        one.to_metadata(tables)
    column("seller", User, info=holds("staff"))(tables)
    Index("ix_seller", tables.tables["tickets"].c.seller)
    assert gaps(tables) == []
