"""Answers that come late, forms that come too late, and what is completed while somebody types."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from adapters.discord import acting
from bot.inbound import Event
from bot.ports import Reply
from tests.discord.shop import Shop
from tests.fakes.discord import Invocation


def slowly(shop: Shop, before: Callable[[], Awaitable[object]]) -> None:
    """From now on the desk does `before` ahead of all that people do."""
    handle = shop.chat.messages.handle

    async def handled(event: Event) -> Reply:
        await before()
        return await handle(event)

    shop.chat.messages.handle = handled


async def test_an_answer_after_three_seconds_comes_in_private_messages(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    fake.gateway.hold()
    pressed = await fake.press(fake.sam, shop.card(), "Claim")
    fake.advance(4)
    fake.gateway.release()
    await shop.until(lambda: shop.texts(fake.sam))
    assert shop.texts(fake.sam) == ["Ticket **#1** is yours."]
    assert (await shop.ticket()).assignee is not None
    assert fake.failed(pressed)


async def test_a_form_after_three_seconds_is_offered_with_a_button_in_private_messages(shop: Shop) -> None:
    fake = shop.fake
    fake.gateway.hold()
    await fake.command(fake.ann, fake.help, "ticket open")
    fake.advance(4)
    fake.gateway.release()
    (told,) = await shop.until(lambda: fake.messages(fake.ann))
    form = await (await fake.press(fake.ann, told, "Open the form")).finished()
    await shop.does(fake.submit_modal(fake.ann, form, {"subject": "Refund", "text": "Where is my money?"}))
    assert "Refund" in shop.card().text


async def test_an_answer_after_fifteen_minutes_comes_in_private_messages(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    pressed: list[Invocation] = []

    async def quarter_of_an_hour() -> None:
        await shop.until(lambda: pressed and pressed[0].deferred)
        fake.advance(901)

    slowly(shop, quarter_of_an_hour)
    pressed.append(await fake.press(fake.sam, shop.card(), "Claim"))
    await shop.until(lambda: shop.texts(fake.sam))
    assert shop.texts(fake.sam) == ["Ticket **#1** is yours."]


async def test_what_takes_a_while_says_so_at_once_and_answers_in_the_same_place(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    go = asyncio.Event()
    slowly(shop, go.wait)
    pressed = await (await fake.press(fake.sam, shop.card(), "Claim")).answered()
    assert pressed.deferred
    go.set()
    await pressed.finished()
    assert [m.text for m in pressed.messages] == ["Ticket **#1** is yours."]
    assert [m.seen_only_by for m in pressed.messages] == [fake.sam.id]


async def test_where_many_ask_at_once_the_later_ones_are_told_at_once_that_it_is_being_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "ANSWER_PATIENCE", 60.0)
    fake = shop.fake
    go = asyncio.Event()
    slowly(shop, go.wait)
    asked = [await fake.command(fake.ann, fake.help, "ticket list") for _ in range(acting.FEW + 6)]
    await shop.until(lambda: sum(each.deferred for each in asked) == 6)
    assert [each.deferred for each in asked] == [False] * acting.FEW + [True] * 6
    go.set()
    for each in asked:
        await each.finished()
    assert {m.text for each in asked for m in each.messages} == {asked[0].messages[0].text}


async def test_a_form_that_took_too_long_is_offered_with_a_button(shop: Shop) -> None:
    fake = shop.fake
    go = asyncio.Event()
    slowly(shop, go.wait)
    asked = await (await fake.command(fake.ann, fake.help, "ticket open")).answered()
    assert asked.deferred, "after two seconds"
    go.set()
    await asked.finished()
    form = await (await fake.press(fake.ann, asked.messages[0], "Open the form")).finished()
    assert form.modal


async def test_the_last_of_several_tags_is_completed(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    tagged = {"ticket": "1", "tags": "+hardware +happy"}
    await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket tag", tagged))

    async def offered(typed: str) -> list[str]:
        choices = await fake.autocomplete(fake.sam, fake.desk_channel, "ticket tag", "tags", typed)
        return [choice["value"] for choice in choices]

    assert await offered("") == ["+happy", "+hardware"]
    assert await offered("-ha") == ["-happy", "-hardware"]
    assert await offered("+new -hard") == ["+new -hardware"]
    chosen = {"ticket": "1", "tags": "+new -hardware"}
    assert "happy, new" in await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket tag", chosen))
    assert [c["value"] for c in await fake.autocomplete(fake.ann, fake.help, "ticket tag", "tags", "ha")] == []


async def test_macros_are_completed_for_agents_and_offered_in_a_form(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    saving = await (await fake.command(fake.sam, fake.desk_channel, "desk macro-save", {"name": "rice"})).finished()
    text = "Hello {name},\nhave you tried rice on {number}?"
    told = await shop.does(fake.submit_modal(fake.sam, saving, {"name": "rice", "text": text}))
    assert told.endswith("In a ticket it reads like this:\nHello Robin,\nhave you tried rice on 7?")
    for command in ("ticket macro", "desk macros", "desk macro-remove", "desk macro-save"):
        choices = await fake.autocomplete(fake.sam, fake.desk_channel, command, "name", "ri")
        assert [(c["name"], c["value"]) for c in choices] == [
            ("rice: Hello {name}, have you tried rice on {number}?", "rice")
        ]
    assert await fake.autocomplete(fake.ann, fake.help, "ticket macro", "name", "ri") == []
    asked = await (await fake.command(fake.sam, shop.agents_room(), "ticket macro")).finished()
    await shop.does(fake.submit_modal(fake.sam, asked, {"name": "rice"}))
    (room,) = [c for c in fake.world.channels.values() if c.is_thread and c.parent_id == fake.help.id]
    assert shop.texts(room)[-1] == "**Sam:** Hello Ann,\nhave you tried rice on 1?"
