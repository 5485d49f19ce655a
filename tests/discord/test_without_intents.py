"""DISCORD_MESSAGE_CONTENT=false: a desk that needs no privileged intent, from the first question to the last answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord.shop import Shop, World, running
from tests.fakes.discord import Intent


@pytest.fixture
async def modest(fake: World, tmp_path: Path) -> AsyncIterator[Shop]:
    fake.disallow_intents(Intent.MESSAGE_CONTENT | Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES)
    async with running(fake, tmp_path, message_content=False) as bot:
        await bot.set_up(rooms="direct")
        yield bot


async def test_forms_buttons_and_private_messages_do_all_a_desk_needs(modest: Shop) -> None:
    fake = modest.fake
    form = await (await fake.command(fake.ann, fake.help, "ticket open")).finished()
    await modest.does(fake.submit_modal(fake.ann, form, {"subject": "Refund", "text": "Where is my money?"}))
    assert "**Ann:** Where is my money?" in modest.texts(modest.agents_room())

    assert "is yours" in await modest.does(fake.press(fake.sam, modest.card(), "Claim"))
    answer = {"text": "On its way."}
    assert "on its way" in await modest.does(fake.command(fake.sam, modest.agents_room(), "ticket reply", answer))
    assert "**Sam (#1):** On its way." in modest.texts(fake.ann)

    await fake.dm(fake.ann, "thank you, got it", files=[("proof.txt", b"paid")])
    await modest.settled()
    (copy,) = [m for m in fake.messages(modest.agents_room()) if "got it" in m.text]
    assert [a.data for a in copy.attachments] == [b"paid"]

    assert "is closed" in await modest.does(fake.press(fake.sam, modest.card(), "Close"))
    assert any("is closed" in text for text in modest.texts(fake.ann))


async def test_edits_and_deletions_in_private_follow(modest: Shop) -> None:
    fake = modest.fake
    said = await fake.dm(fake.ann, "it is blue")
    await modest.settled()
    await fake.edit(fake.ann, said, "it is green")
    await modest.settled()
    assert "**Ann:** it is green (edited)" in modest.texts(modest.agents_room())
    await fake.delete(fake.ann, said)
    await modest.settled()
    assert not any("green" in text for text in modest.texts(modest.agents_room()))


async def test_verbs_in_words_work_because_the_bot_is_mentioned(modest: Shop) -> None:
    fake = modest.fake
    await fake.dm(fake.ann, "hello")
    await modest.settled()
    await fake.say(fake.sam, modest.agents_room(), f"<@{fake.bot.id}> claim")
    await modest.settled()
    assert "claimed by Sam" in modest.card().text


async def test_what_people_merely_write_is_left_alone_and_not_taken_for_empty_words(modest: Shop) -> None:
    """This is what is lost, as the docs say."""
    fake = modest.fake
    said = await fake.say(fake.ann, fake.help, "my order is late")
    await fake.dm(fake.ben, "hello")
    await modest.settled()
    note = await fake.say(fake.sam, modest.agents_room(), "!r hello")
    await fake.edit(fake.sam, note, "!r hello Ben")
    await modest.settled()
    assert said.thread_id is None
    assert note.reactions == {}
    assert [text for text in modest.texts(fake.ben) if "hello" in text.lower()] == ["hello"]
    assert "**Ben:** hello" in modest.texts(modest.agents_room())


async def test_a_bot_that_wants_what_discord_refuses_says_what_to_do(fake: World, tmp_path: Path) -> None:
    fake.disallow_intents(Intent.MESSAGE_CONTENT)
    with pytest.raises(Exception, match="DISCORD_MESSAGE_CONTENT=false"):
        async with running(fake, tmp_path):
            pass
