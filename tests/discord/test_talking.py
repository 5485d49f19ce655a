"""Words, files, edits, deletions, commands: what arrives on the other side."""

import re
from datetime import UTC, datetime

import pytest

from adapters.discord import uploads
from bot.message import UserRef
from tests.discord.shop import Shop
from tests.fakes.discord import posting
from tests.fakes.discord.model import Message

HOSTILE = (
    "@everyone @here <@&1> <@1> <#1> [bank](https://x.test) **b** __u__ ||s|| `c` # no\n# title\n- a\n1. b\n> q <t:1>"
)


async def test_what_customers_type_pings_nobody_and_formats_nothing(shop: Shop) -> None:
    fake = shop.fake
    fake.set_bot_permissions(fake.shop, 8)
    await shop.asks(fake.ann, HOSTILE)
    (text,) = [t for t in shop.texts(shop.agents_room()) if "bank" in t]
    assert [ping for ping in fake.pings if ping.why != "thread"] == []
    for meant in ("@everyone", "<@&1>", "[bank](", "**b**", "__u__", "||s||", "\n# title", "\n- a", "\n1. b", "\n> q"):
        assert not re.search(rf"(?<!\\){re.escape(meant)}", text.removeprefix("**Ann:**")), meant
    plain = text.replace("\\", "").replace("\u200b", "")
    assert plain.removeprefix("**Ann:** ") == HOSTILE


@pytest.mark.parametrize("length", [1990, 2000])
async def test_long_words_arrive_whole(shop: Shop, length: int) -> None:
    fake = shop.fake
    await shop.asks(fake.ann, "*" * length)
    said = next(m for m in fake.messages(shop.agents_room()) if "Ann" in m.text)
    assert said.text.count("*") >= length or said.attachments[0].data == b"*" * length


async def test_files_are_copied_at_once_and_shown_on_the_other_side(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "see", files=[("trace.txt", b"boom"), ("virus.exe", b"bad")])
    await shop.settled()
    (copy,) = [m for m in fake.messages(shop.agents_room()) if m.attachments]
    assert [(a.filename, a.data) for a in copy.attachments] == [("trace.txt", b"boom")]
    assert any("virus.exe" in text and "not taken" in text for text in shop.texts(fake.ann))


async def test_edits_and_deletions_follow_the_copies(shop: Shop) -> None:
    fake = shop.fake
    said = await fake.dm(fake.ann, "my pin is 1234")
    await shop.settled()
    await fake.edit(fake.ann, said, "my pin is secret")
    await shop.settled()
    assert "**Ann:** my pin is secret (edited)" in shop.texts(shop.agents_room())
    await fake.delete(fake.ann, said)
    await shop.settled()
    assert not any("my pin" in text for text in shop.texts(shop.agents_room()))


async def test_answers_forwards_and_stickers_are_told_in_words(shop: Shop) -> None:
    fake = shop.fake
    fake.add_sticker(fake.shop, "wave")
    room = shop.thread(await shop.asks(fake.ann, "first"))
    second = await fake.say(fake.ann, room, "second")
    await fake.say(fake.ann, room, "about that", reply_to=second)
    await fake.forward(fake.ann, second, room)
    await fake.say(fake.ann, room, stickers=["wave"])
    await shop.settled()
    texts = shop.texts(shop.agents_room())
    assert "**Ann:** > second\nabout that" in texts
    assert "**Ann:** ↪ second" in texts
    assert "**Ann:** \\[sticker: wave\\]" in texts


async def test_a_verb_in_words_works_in_the_agents_room(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    await fake.say(fake.sam, shop.agents_room(), f"<@{fake.bot.id}> claim")
    await shop.settled()
    assert "claimed by Sam" in shop.card().text
    assert shop.texts(fake.sam) == ["Ticket **#1** is yours."]


async def test_tickets_and_tags_are_completed_for_agents_and_ones_own_for_customers(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann, "printer on fire")
    await shop.asks(fake.ben, "late order")
    await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket tag", {"ticket": "1", "tags": "hardware"}))

    async def offered(who: object, command: str, option: str, typed: str) -> list[str]:
        place = fake.help if who in (fake.ann, fake.ben) else fake.desk_channel
        return [c["name"] for c in await fake.autocomplete(who, place, command, option, typed)]  # type: ignore[arg-type]

    assert await offered(fake.sam, "ticket claim", "ticket", "") == ["#1 printer on fire", "#2 late order"]
    assert await offered(fake.sam, "ticket claim", "ticket", "late") == ["#2 late order"]
    assert await offered(fake.ben, "ticket close", "ticket", "") == ["#2 late order"]
    assert await offered(fake.sam, "ticket list", "tag", "hard") == ["hardware"]
    assert await offered(fake.ann, "ticket list", "tag", "hard") == []


async def test_a_person_is_named_with_their_roles(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    told = await shop.does(
        fake.command(fake.sam, fake.desk_channel, "ticket assign", {"ticket": "1", "person": fake.kim})
    )
    assert told == "Ticket **#1** is assigned to Kim."
    told = await shop.does(
        fake.command(fake.sam, fake.desk_channel, "ticket assign", {"ticket": "1", "person": fake.ben})
    )
    assert told.startswith("Ben is not an agent")
    assert [p.user.name for p in fake.pings if p.why == "user"] == ["kim"]


async def test_open_a_ticket_from_a_form_a_message_or_for_a_member(shop: Shop) -> None:
    fake = shop.fake
    form = await fake.command(fake.ann, fake.help, "ticket open")
    await form.finished()
    await shop.does(fake.submit_modal(fake.ann, form, {"subject": "Refund", "text": "Where is my money?"}))
    assert "Refund" in shop.card(1).text
    assert "**Ann:** Where is my money?" in shop.texts(shop.agents_room(1))

    form = await (await fake.context_menu(fake.sam, fake.help, "Open a ticket", fake.ben)).finished()
    told = await shop.does(fake.submit_modal(fake.sam, form, {"subject": "Call back", "text": "You called us."}))
    assert "is open for Ben" in told
    assert (await shop.ticket(2)).customer.id == str(fake.ben.id)


@pytest.mark.parametrize(("rooms", "threads"), [("open", 1), ("private", 1), ("direct", 0)])
async def test_a_message_becomes_a_ticket_with_its_files_and_its_author_is_answered(
    shop: Shop, rooms: str, threads: int
) -> None:
    fake = shop.fake
    await shop.set_up(rooms=rooms)
    general = fake.add_channel(fake.shop, "general")
    said = await fake.say(fake.ben, general, "my order is broken", files=[("photo.png", b"png")])
    await shop.settled()
    told = await shop.does(fake.context_menu(fake.sam, general, "Open a ticket", said))
    assert "Ticket **#1** is open" in told
    assert (await shop.ticket()).customer.id == str(fake.ben.id)
    (copy,) = [m for m in fake.messages(shop.agents_room()) if "my order is broken" in m.text]
    assert [a.data for a in copy.attachments] == [b"png"]
    found = fake.world.children(general if rooms == "open" else fake.help)
    assert len(found) == threads
    assert any("is open" in text for text in shop.texts(found[0] if found else fake.ben))

    await fake.edit(fake.ben, said, "my order is lost")
    await shop.settled()
    assert any("my order is lost (edited)" in text for text in shop.texts(shop.agents_room()))
    again = await shop.does(fake.context_menu(fake.kim, general, "Open a ticket", said))
    assert "is in ticket" in again
    assert "#1" in again


async def test_customers_make_tickets_of_their_own_messages_only_and_nobody_of_a_bots(shop: Shop) -> None:
    fake = shop.fake
    general = fake.add_channel(fake.shop, "general")
    said = await fake.say(fake.ben, general, "my order is broken")
    await shop.settled()
    assert "Only agents" in await shop.does(fake.context_menu(fake.ann, general, "Open a ticket", said))
    assert "is open" in await shop.does(fake.context_menu(fake.ben, general, "Open a ticket", said))
    greeting = await fake.say(fake.bot, general, "beep")
    assert "That is a bot" in await shop.does(fake.context_menu(fake.sam, general, "Open a ticket", greeting))
    assert "That is a bot" in await shop.does(fake.context_menu(fake.sam, general, "Open a ticket", fake.bot))


async def given(shop: Shop, files: list[tuple[str, bytes]]) -> Message:
    """Sam gives them to Ann, in her ticket. Returns what he said."""
    await shop.fake.dm(shop.fake.ann, "hello")
    await shop.settled()
    said = await shop.fake.say(shop.fake.sam, shop.agents_room(), "!r look", files=files)
    await shop.settled()
    return said


async def test_a_file_that_is_too_large_for_the_place_comes_in_parts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = shop.fake
    monkeypatch.setattr(uploads, "SMALLEST_LIMIT", 1000)
    await given(shop, [("manual.pdf", bytes(2500))])
    (got,) = [m for m in fake.messages(fake.ann) if m.attachments]
    assert 'cat "manual.pdf".* > "manual.pdf"' in got.text
    names = [(a.filename, len(a.data)) for a in got.attachments]
    assert names == [("manual.pdf.001", 1000), ("manual.pdf.002", 1000), ("manual.pdf.003", 500)]


async def test_files_that_one_request_does_not_hold_come_in_messages_after_it_and_go_with_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = shop.fake
    monkeypatch.setattr(uploads, "SMALLEST_LIMIT", 1000)
    monkeypatch.setattr(uploads, "REQUEST", 2400)
    monkeypatch.setattr(posting, "REQUEST", 2450)
    fake.world.attachment_size_limit = 1000
    files = [(name, name.encode() * 900) for name in "abc"]
    said = await given(shop, files)
    got = [[(a.filename, a.data) for a in m.attachments] for m in fake.messages(fake.ann) if m.attachments]
    assert got == [files[:2], files[2:]]
    await fake.delete(fake.sam, said)
    await shop.settled()
    assert not [m for m in fake.messages(fake.ann) if m.attachments]


async def test_an_answer_to_a_file_belongs_to_the_ticket_in_which_it_was_given(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = shop.fake
    monkeypatch.setattr(uploads, "SMALLEST_LIMIT", 2)
    monkeypatch.setattr(uploads, "REQUEST", 2)
    await fake.dm(fake.ann, "one")
    await shop.settled()
    await fake.say(fake.sam, shop.agents_room(1), "!r look", files=[("a", b"aa"), ("b", b"bb")])
    form = await fake.command(fake.ann, fake.world.dm(fake.ann), "ticket open")
    await form.finished()
    await shop.does(fake.submit_modal(fake.ann, form, {"subject": "Two", "text": "two"}))
    for number, file in enumerate([m for m in fake.messages(fake.ann) if m.attachments], 1):
        await fake.say(fake.ann, fake.world.dm(fake.ann), f"thanks {number}", reply_to=file)
    await shop.settled()
    heard = [text.rpartition("thanks ")[2] for text in shop.texts(shop.agents_room(1)) if "thanks" in text]
    assert heard == ["1", "2"]


async def test_mydata_is_reached_by_people_who_left_the_server(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    await fake.leave(fake.ann, fake.shop)
    told = await shop.does(fake.command(fake.ann, fake.world.dm(fake.ann), "mydata view"))
    assert "messages" in told
    assert all(m.seen_only_by == fake.ann.id for m in fake.seen_by(fake.ann) if "mydata" in m.text)


async def test_two_private_tickets_are_asked_about_and_the_choice_is_kept(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "one")
    await shop.settled()
    form = await fake.command(fake.ann, fake.world.dm(fake.ann), "ticket open")
    await form.finished()
    await shop.does(fake.submit_modal(fake.ann, form, {"subject": "Two", "text": "two"}))
    await fake.dm(fake.ann, "which one is this?")
    await shop.settled()
    asked = next(m for m in fake.messages(fake.ann) if "Which one" in m.text and m.components)
    assert "Passed on in #2" in await shop.does(fake.press(fake.ann, asked, "#2 Two"))
    assert "**Ann:** which one is this?" in shop.texts(shop.agents_room(2))


async def test_nothing_is_kept_of_those_who_talk_where_no_desk_is(shop: Shop) -> None:
    fake = shop.fake
    general = fake.add_channel(fake.shop, "general")
    await fake.say(fake.ben, general, "nothing to do with support")
    await shop.settled()
    who = UserRef("discord", "", str(fake.ben.id))
    assert await shop.store.read(lambda work: work.people.get(who)) is None
    await shop.chat.marks.flush()
    watched = await shop.store.read(lambda work: work.watermarks.watched("discord", datetime(2020, 1, 1, tzinfo=UTC)))
    assert str(general.id) not in {each.place.conversation for each in watched}


async def test_an_answer_in_private_belongs_to_the_ticket_of_what_it_answers(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "one")
    await shop.settled()
    form = await fake.command(fake.ann, fake.world.dm(fake.ann), "ticket open")
    await form.finished()
    await shop.does(fake.submit_modal(fake.ann, form, {"subject": "Two", "text": "two"}))
    greeting = next(m for m in fake.messages(fake.ann) if "#1" in m.text and m.author is fake.bot)
    await fake.say(fake.ann, fake.world.dm(fake.ann), "about the first", reply_to=greeting)
    await shop.settled()
    assert any("about the first" in text for text in shop.texts(shop.agents_room(1)))
