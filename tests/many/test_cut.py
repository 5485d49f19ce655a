"""Connections to PostgreSQL that are all dead when they are wanted."""

import asyncio

import psycopg

from benchmarks.scene import Scene, customers, now, set_up
from bot.ports import UnitOfWork
from storage.opening import open_store
from tests.many.test_processes import cut

PEOPLE = 16  # twice as many as there are connections
CUTS = 3


async def test_nobody_notices_that_connections_died_while_they_were_idle(empty_postgres: str):
    store = open_store(empty_postgres, now)
    await set_up(store)
    scene, people = Scene(store), customers(PEOPLE)
    for _ in range(1 + CUTS):
        await scene.open_tickets(people)
        await asyncio.to_thread(cut, empty_postgres)
    await store.close()
    with psycopg.connect(empty_postgres) as connection:
        said = connection.execute("SELECT count(*) FROM timeline WHERE kind = 'said'").fetchone()
    assert said == (PEOPLE * (1 + CUTS),)


async def test_a_job_runs_again_if_its_connection_dies_under_it_and_is_kept_once(empty_postgres: str):
    store = open_store(empty_postgres, now)
    tries = []

    def job(work: UnitOfWork) -> bool:
        seen = work.seen("once")
        tries.append(seen)
        if len(tries) == 1:
            cut(empty_postgres)
        return work.seen("after")

    assert await store.write(job) is False
    assert tries == [False, False]  # what the first try remembered went with its connection
    assert await store.write(lambda work: work.seen("once")) is True
    await store.close()
