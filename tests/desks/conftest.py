"""A desk at a made-up platform, and people who type commands at it."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.desks import handlers as desks
from bot.desks.model import Desk, Member, Rank, Settings
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, Place
from bot.message import Message, UserRef
from bot.parse import find, options
from bot.people import handlers as people
from bot.ports import Job, Say, T
from bot.privacy.uses import Use
from bot.router import Router
from storage.opening import open_store
from storage.sqlite import SqliteStore
from storage.store import SqlStore
from tests.migrated import put_database

INTAKE = Place("chat", "w", "help")
OFFICE = Place("chat", "w", "office")


def person(name: str) -> UserRef:
    return UserRef("chat", "w", name)


@dataclass
class Office:
    """`await office.types("lea", "/desk show")` is what she reads."""

    store: SqlStore
    router: Router
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    ids: Iterator[int] = field(default_factory=itertools.count)

    async def types(self, who: str, line: str, place: Place = OFFICE, groups: tuple[str, ...] = ()) -> str:
        try:
            reply = await self.answer(who, line, place, groups)
        except Problem as problem:  # the adapter's own answer to what it cannot parse
            return str(problem)
        return reply.title + "\n".join(str(span) for span in reply.text)

    async def answer(self, who: str, line: str, place: Place = OFFICE, groups: tuple[str, ...] = ()) -> Message:
        found = find(self.router, line.removeprefix("/"))
        assert found is not None, f"no such command: {line}"
        command, rest = found
        named: list[Actor] = []

        def mentioned(word: str) -> str:
            named.append(Actor(person(word), word.capitalize(), self.groups.get(word, ())))
            return str(person(word))

        given = options(command, rest, person=mentioned)
        actor = Actor(person(who), who.capitalize(), groups)
        event = CommandInvoked(f"event {next(self.ids)}", actor, place, command.name, given, tuple(named))
        reply = await App(self.router, self.store, lambda: None).handle(event)
        assert isinstance(reply, Say)
        assert not reply.public
        return reply.message

    async def settings(self) -> Settings:
        return (await self.do(lambda work: work.desks.all()))[0].settings

    async def ranks(self) -> dict[str, Rank]:
        return {member.principal: member.rank for member in await self.do(lambda work: work.desks.members(1))}

    async def do(self, job: Job[T]) -> T:
        return await self.store.write(job)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


ROUTES = Router(Use.SUPPORT)
ROUTES.include(desks.router)
ROUTES.include(people.router)
MEMBERS = [
    Member("chat/w/lea", Rank.LEAD),
    Member("chat/w/ada", Rank.ADMIN),
    Member("chat/w/ann", Rank.AGENT),
    Member("chat:w/@agents", Rank.AGENT),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    put_database(tmp_path / "desk.db")
    return tmp_path / "desk.db"


@pytest.fixture
async def office(database: Path) -> AsyncIterator[Office]:
    """The desk "support" with the lead lea, the admin ada and the agents ann and the group @agents."""
    store = SqliteStore(database, lambda: here.now)
    here = Office(store, ROUTES)
    await here.do(lambda work: work.desks.save(Desk(0, "support", OFFICE, Settings()), [INTAKE], MEMBERS))
    yield here
    await store.close()


@pytest.fixture
async def busy_office(database_url: str) -> AsyncIterator[Office]:
    """A desk with two leads, lea and ben, and no admin, on SQLite and on PostgreSQL."""
    store = open_store(database_url, lambda: here.now)
    here = Office(store, ROUTES)
    leads = [Member("chat/w/lea", Rank.LEAD), Member("chat/w/ben", Rank.LEAD)]
    await here.do(lambda work: work.desks.save(Desk(0, "support", OFFICE, Settings()), [INTAKE], leads))
    yield here
    await store.close()
