"""Two bots that share Discord's servers out among them: shards move when one is killed, and when one comes."""

from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.slack.world import eventually
from tests.torture.several import Several
from tests.torture.sides import OnDiscord

SHARDS = {f"discord:shard:{number}/3" for number in range(3)}
PATIENCE = 240.0  # seconds, on a machine under load


@pytest.mark.timeout(900)
async def test_shards_move_when_a_process_is_killed_and_when_one_comes(tmp_path: Path, empty_postgres: str):
    async with AsyncExitStack() as stack:
        side = OnDiscord(shards=3)
        run = Several(tmp_path, [side], Random(1), customers=8, rate=4.0, url=empty_postgres, processes=2)
        await run.set_up(stack)
        side.fake.gateway.identify_every = 4.9  # Discord's five, but for what a timer is early
        await run.move_in()
        async with run.all_of_them():
            await eventually(lambda: connected(run, side, 2), PATIENCE)
            async with run.traffic():
                await eventually(lambda: len(run.read_by_now()) > 30, PATIENCE)
                await run.ends[0].aclose()
                await eventually(lambda: connected(run, side, 1), PATIENCE)
                await eventually(lambda: len(run.read_by_now()) > 100, PATIENCE)
                await run.start(0)
                await eventually(lambda: connected(run, side, 2), PATIENCE)
                await eventually(lambda: len(run.read_by_now()) > 150, PATIENCE)
            await run.settle()
        wrong, told = run.verdict()
    assert wrong == []
    assert " 0 lost, 0 twice" in told
    assert side.fake.gateway.too_soon == 0  # Discord's turns are kept by all processes together


def connected(run: Several, side: OnDiscord, processes: int) -> bool:
    """Whether all shards are, by so many processes."""
    shared = run.holders("discord:shard:")
    return shared.keys() == SHARDS and len(set(shared.values())) == processes and len(side.connected) == 3
