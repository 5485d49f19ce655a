"""What was edited, deleted, or who left and who came, while the bot was stopped: it is looked for when it is back."""

from pathlib import Path

import pytest

from adapters.discord import changes, newcomers
from bot.tickets.timeline import Source
from tests.discord.shop import Shop, World, running
from tests.fakes.discord.model import Channel


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "PAUSE", 0.0)


def room_of(shop: Shop) -> Channel:
    """The customer's thread."""
    (room,) = shop.fake.world.children(shop.fake.help)
    return room


async def looked(shop: Shop) -> None:
    """All that happened while the bot was away is handled."""
    await shop.settled()
    if (looking := shop.chat.newcomers.looking) is not None:
        await looking
    await shop.settled()


async def test_edits_and_deletions_during_a_stop_are_carried_to_the_other_side(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        edited, gone = await fake.dm(fake.ann, "it is blue"), await fake.dm(fake.ann, "a secret")
        await shop.settled()
        answer = await fake.say(fake.sam, shop.agents_room(), "!r try whater")
        note = await fake.say(fake.sam, shop.agents_room(), "she is angry")
        await shop.settled()
        before = shop.texts(shop.agents_room())
        assert "**Ann:** a secret" in before
    await fake.edit(fake.ann, edited, "it is green")
    await fake.delete(fake.ann, gone)
    await fake.edit(fake.sam, answer, "!r try water")
    await fake.delete(fake.sam, note)
    async with running(fake, tmp_path) as shop:
        await looked(shop)
        after = shop.texts(shop.agents_room())
        assert "**Ann:** it is green (edited)" in after
        assert "**Ann:** a secret" not in after
        assert "**Sam (#1):** try water (edited)" in shop.texts(fake.ann)
        there = Source("discord", str(fake.desk_channel.id), str(shop.agents_room().id), str(note.id))
        kept = await shop.store.read(lambda work: work.timeline.at(there))
        assert kept is None or (kept.remark, bool(kept.deleted_at)) == ("", True)


async def test_what_did_not_change_stays_as_it_is(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        said = await shop.asks(fake.ben, "in a thread")
        await fake.edit(fake.ben, said, "in a thread of mine")
        await fake.say(fake.ben, shop.thread(said), "and more")
        await shop.settled()
        before = shop.texts(shop.agents_room())
    for _ in range(2):
        async with running(fake, tmp_path) as shop:
            await looked(shop)
            assert shop.texts(shop.agents_room()) == before


async def test_an_edit_heard_live_is_not_overwritten_by_an_older_one(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        said = await fake.dm(fake.ann, "one")
        await shop.settled()
    await fake.edit(fake.ann, said, "two")
    fake.faults.slow("GET /channels/{channel_id}/messages", 0.3)
    async with running(fake, tmp_path) as shop:
        await fake.edit(fake.ann, said, "three")
        await shop.until(lambda: "**Ann:** three (edited)" in shop.texts(shop.agents_room()), within=20)
        await looked(shop)
        assert "**Ann:** three (edited)" in shop.texts(shop.agents_room())


async def test_of_a_long_conversation_only_the_newest_pages_are_compared(
    fake: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_READ", 3)
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        said = [await fake.dm(fake.ann, f"number {n}") for n in range(5)]
        await shop.settled()
    await fake.delete(fake.ann, said[0])
    await fake.edit(fake.ann, said[-1], "the last")
    async with running(fake, tmp_path) as shop:
        await looked(shop)
        after = shop.texts(shop.agents_room())
        assert "**Ann:** the last (edited)" in after
        assert "**Ann:** number 0" in after


async def test_what_cannot_be_read_is_not_taken_for_an_edit(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        said = await shop.asks(fake.ben, "in a thread")
    await fake.edit(fake.ben, said, "changed")
    async with running(fake, tmp_path, message_content=False) as shop:
        await looked(shop)
        assert "**Ben:** in a thread" in shop.texts(shop.agents_room())


async def test_a_thread_deleted_during_a_stop_is_told_of(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up(rooms="private")
        await shop.asks(fake.ben, "help")
        await fake.say(fake.ben, room_of(shop), "anybody?")
        await shop.settled()
    fake.delete_channel(room_of(shop))
    async with running(fake, tmp_path) as shop:
        await looked(shop)
        assert any("The customer's thread was deleted" in text for text in shop.texts(shop.agents_room()))


async def test_who_left_during_a_stop_is_told_of_once_without_any_privileged_intent(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up(rooms="private")
        await shop.asks(fake.ann, "it burns")
        await shop.asks(fake.ben, "mine, too")
    await fake.leave(fake.ann, fake.shop)
    for _ in range(2):
        async with running(fake, tmp_path) as shop:
            await looked(shop)
            told = [text for text in shop.texts(shop.agents_room(1)) if "Ann left the server" in text]
            assert len(told) == 1
            assert not any("left the server" in text for text in shop.texts(shop.agents_room(2)))


async def test_somebody_known_from_a_ticket_who_writes_in_private_for_the_first_time_is_heard_at_once(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up(rooms="private")
        await shop.asks(fake.ann, "it burns")
    await fake.dm(fake.ann, "and now it smells")
    async with running(fake, tmp_path) as shop:
        await looked(shop)
        assert shop.texts(shop.agents_room(2)) == ["**Ann:** and now it smells"]
        assert not shop.texts(fake.ben), "nobody is written to who did not write"


async def test_a_stranger_who_wrote_meanwhile_is_heard_when_an_agent_opens_a_ticket_for_them(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
    await fake.dm(fake.ben, "is anybody there?")
    async with running(fake, tmp_path) as shop:
        await looked(shop)
        assert fake.messages(fake.desk_channel) == [], "nobody can know"
        form = await (await fake.context_menu(fake.sam, fake.help, "Open a ticket", fake.ben)).finished()
        await shop.does(fake.submit_modal(fake.sam, form, {"subject": "Ben", "text": "He says he wrote"}))
        await shop.until(lambda: "**Ben:** is anybody there?" in shop.texts(shop.agents_room()), within=20)
