"""The story of a desk, through real discord.py and a Discord that refuses what Discord refuses."""

from tests.discord.shop import Shop


async def test_a_message_in_the_intake_channel_becomes_a_ticket_that_is_answered_and_closed(shop: Shop) -> None:
    fake = shop.fake
    said = await shop.asks(fake.ann, "my order is late")
    room = shop.thread(said)
    assert room.name == "#1"
    assert any("is open" in text for text in shop.texts(room))
    assert "**Ann:** my order is late" in shop.texts(shop.agents_room())

    assert await shop.does(fake.press(fake.sam, shop.card(), "Claim")) == "Ticket **#1** is yours."
    assert "claimed by Sam" in shop.card().text

    answer = await fake.say(fake.sam, shop.agents_room(), "!r It leaves today.")
    await shop.settled()
    assert "**Sam:** It leaves today." in shop.texts(room)
    assert answer.reactions == {"✅": [fake.bot.id]}

    note = await fake.say(fake.sam, shop.agents_room(), "nice customer")
    await shop.settled()
    assert not any("nice customer" in text for text in shop.texts(room))
    assert note.reactions == {"🔒": [fake.bot.id]}

    await fake.say(fake.ann, room, "thank you, but where is it?")
    await shop.settled()
    assert any("where is it?" in text for text in shop.texts(shop.agents_room()))

    assert await shop.does(fake.command(fake.sam, shop.agents_room(), "ticket close", {"reason": "sent"})) == (
        "Ticket **#1** is closed."
    )
    assert any("is closed: sent" in text for text in shop.texts(room))
    assert room.thread
    assert room.thread.archived
    assert "closed" in shop.card().text


async def test_a_private_message_opens_a_ticket_and_the_answer_comes_there(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello?")
    await shop.settled()
    assert any("is open" in text for text in shop.texts(fake.ann))

    assert await shop.does(fake.press(fake.sam, shop.card(), "Reply")) == "Reply to the customer"
    invocation = await fake.press(fake.sam, shop.card(), "Reply")
    await invocation.finished()
    told = await shop.does(fake.submit_modal(fake.sam, invocation, {"text": "hello!"}))
    assert "on its way" in told
    assert any("Sam" in text and "hello!" in text for text in shop.texts(fake.ann))
