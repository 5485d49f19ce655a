"""That somebody types is seen on the other side, and kept nowhere."""

from pathlib import Path

from tests.discord.shop import Shop


def shown(shop: Shop) -> list[int]:
    """Where the bot is seen typing."""
    return [channel.id for who, channel in shop.fake.typing if who is shop.fake.bot]


async def test_agents_see_that_a_customer_types_in_their_thread_or_in_private(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann))
    await fake.dm(fake.ben, "hello")
    await shop.settled()
    await fake.type(fake.ann, room)
    await shop.until(lambda: shop.agents_room(1).id in shown(shop))
    await fake.type(fake.ben, fake.world.dm(fake.ben))
    await shop.until(lambda: shop.agents_room(2).id in shown(shop))


async def test_customers_see_that_the_agent_who_has_their_ticket_types_and_no_other(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann))
    await shop.does(fake.press(fake.sam, shop.card(), "Claim"))
    await fake.type(fake.kim, shop.agents_room())
    await fake.type(fake.sam, shop.agents_room())
    await shop.until(lambda: shown(shop))
    await fake.dm(fake.ben, "hello")
    await shop.settled()
    await shop.does(fake.press(fake.sam, shop.card(2), "Claim"))
    await fake.type(fake.sam, shop.agents_room(2))
    await shop.until(lambda: fake.world.dm(fake.ben).id in shown(shop))
    assert shown(shop) == [room.id, fake.world.dm(fake.ben).id]


async def test_it_is_shown_every_few_seconds_only_and_not_for_what_is_closed_or_no_ticket(shop: Shop) -> None:
    fake = shop.fake
    first, second = shop.thread(await shop.asks(fake.ann)), shop.thread(await shop.asks(fake.ann, "another"))
    await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket close", {"ticket": "2"}))
    fake.archive_thread(second, archived=False)
    await fake.type(fake.ann, second)
    await fake.type(fake.ann, fake.help)
    for _ in range(5):
        await fake.type(fake.ann, first)
    await shop.until(lambda: shown(shop))
    await shop.settled()
    assert shown(shop) == [shop.agents_room(1).id]


async def test_nothing_is_stored_of_it(shop: Shop, tmp_path: Path) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann))
    before = await shop.store.read(lambda work: (work.outbox.newest(), work.tickets.numbered(1, 1)))
    await fake.type(fake.ann, room)
    await shop.until(lambda: shown(shop))
    assert await shop.store.read(lambda work: (work.outbox.newest(), work.tickets.numbered(1, 1))) == before
