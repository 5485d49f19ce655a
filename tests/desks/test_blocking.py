"""Blocking people, for leads."""

import pytest

from tests.desks.conftest import Office, person


async def test_a_lead_blocks_someone_for_some_days(office: Office):
    told = await office.types("lea", "/desk block carla 7 sells watches")
    assert told.startswith("Carla is blocked at every desk until 2026-01-08 00:00 UTC")
    carla = await office.do(lambda work: work.people.get(person("carla")))
    assert carla is not None
    assert carla.blocked(office.now)
    assert carla.block_reason == "sells watches"


async def test_the_list_says_who_until_when_and_why(office: Office):
    assert await office.types("lea", "/desk blocked") == "Nobody is blocked."
    await office.types("lea", "/desk block dora 9")
    await office.types("lea", "/desk block carla 7 sells watches")
    assert await office.types("lea", "/desk blocked") == (
        "BlockedCarla until 2026-01-08 00:00 UTC: sells watches\nDora until 2026-01-10 00:00 UTC"
    )


async def test_a_block_ends_by_itself_and_leaves_the_list(office: Office):
    await office.types("lea", "/desk block carla 7")
    office.later(days=7)
    assert await office.types("lea", "/desk blocked") == "Nobody is blocked."
    assert await office.types("lea", "/desk unblock carla") == "Carla was not blocked."


async def test_a_lead_unblocks(office: Office):
    await office.types("lea", "/desk block carla 7")
    assert await office.types("lea", "/desk unblock carla") == "Carla may write again."
    carla = await office.do(lambda work: work.people.get(person("carla")))
    assert carla is not None
    assert not carla.blocked(office.now)


@pytest.mark.parametrize("days", ["0", "-1", "3651", "forever", "1.5", "99999999999999999999"])
async def test_a_block_has_a_sensible_end(office: Office, days: str):
    told = await office.types("lea", f"/desk block carla {days}")
    assert told == "Nobody was blocked: days has to be a whole number from 1 to 3650."
    assert await office.types("lea", "/desk blocked") == "Nobody is blocked."


async def test_nobody_blocks_those_they_work_with_or_themselves(office: Office):
    assert (await office.types("lea", "/desk block ann 7")).startswith("Nobody was blocked: Ann works at a desk.")
    office.groups["gus"] = ("chat:w/@agents",)
    assert "Gus works at a desk" in await office.types("lea", "/desk block gus 7")
    assert await office.types("lea", "/desk block lea 7") == "Nobody was blocked: that is you."
    assert await office.types("lea", "/desk blocked") == "Nobody is blocked."


async def test_a_long_list_is_cut(office: Office):
    for number in range(52):
        await office.types("lea", f"/desk block c{number} 7")
    lines = (await office.types("lea", "/desk blocked")).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "… and more, whose blocks end later."
