"""The whole story of a desk, through real slack-bolt, in both modes."""

from tests.slack.world import World


async def test_from_a_private_message_to_a_closed_ticket(both: World):
    await both.say(both.anna, "my printer is on fire")
    assert any("Your ticket #1 is open." in line.text for line in both.private(both.anna))
    assert "Status: open, unclaimed" in both.card().text
    (first,) = both.agents_room()
    assert (first.author, first.text) == ("anna (via the bot)", "my printer is on fire")

    await both.press(both.sam, "Claim", on=both.card().ts)
    assert "Status: claimed by sam" in both.card().text
    assert any("Ticket #1 is yours." in text for text in both.sees(both.sam))
    await both.press(both.kim, "Release", on=both.card().ts)
    assert "unclaimed" in both.card().text

    note = await both.say(both.sam, "bad fuser, I guess", both.desk, thread_ts=both.card().ts)
    assert not any("fuser" in text for text in both.sees(both.anna))
    assert [line.reactions for line in both.agents_room() if line.ts == note.ts] == [("lock",)]

    reply = await both.say(both.sam, "!r have you tried water?", both.desk, thread_ts=both.card().ts)
    heard = both.private(both.anna)[-1]
    assert (heard.author, heard.text) == ("sam (#1) (via the bot)", "have you tried water?")
    assert [line.reactions for line in both.agents_room() if line.ts == reply.ts] == [("incoming_envelope",)]

    await both.say(both.anna, "it is blue now")
    assert both.agents_room()[-1].text == "it is blue now"
    await both.press(both.anna, "Close")
    assert "Status: closed" in both.card().text
    assert any("Ticket #1 is closed." in line.text for line in both.private(both.anna))


async def test_a_message_in_an_intake_channel_opens_a_ticket_in_its_thread(both: World):
    said = await both.say(both.anna, "anyone here?", both.help)
    (greeting,) = both.slack.replies(said)
    assert "Your ticket #1 is open." in greeting.text

    await both.say(both.anna, "it is urgent", both.help, thread_ts=said.ts)
    assert [line.text for line in both.agents_room()] == ["anyone here?", "it is urgent"]
    await both.press(both.sam, "Reply", on=both.card().ts)
    await both.submit(both.sam, text="We are on it.")
    assert (both.slack.replies(said)[-1].author, both.slack.replies(said)[-1].text) == (
        "sam (via the bot)",
        "We are on it.",
    )
    assert "delivered to the customer" in both.agents_room()[-1].text
    assert "on its way" in both.slack.seen_by(both.sam.id).modal


async def test_commands_work_typed_and_addressed_to_the_bot_in_a_thread(both: World):
    await both.say(both.anna, "my printer is on fire")
    await both.command(both.sam, "/ticket claim 1", both.desk)
    assert "claimed by sam" in both.card().text
    await both.say(both.kim, f"<@{both.slack.bot}> claim", both.desk, thread_ts=both.card().ts)
    assert any("sam already has ticket #1" in text for text in both.sees(both.kim))
    assert not any("sam already has ticket #1" in text for text in both.sees(both.sam))

    await both.say(both.sam, f"<@{both.slack.bot}> assign <@{both.kim.id}|kim>", both.desk, thread_ts=both.card().ts)
    assert "claimed by kim" in both.card().text
    await both.command(both.anna, "/ticket list")
    listed = both.private(both.anna)[-1].text
    assert "my printer is on fire" in listed
    assert "claimed by kim" in listed
    await both.command(both.sam, "/ticket tag 1 +fire &lt;b&gt;", both.desk)
    assert any("“<b>” cannot be a tag" in text for text in both.sees(both.sam))


async def test_edits_and_deletions_follow_into_the_other_room(both: World):
    said = await both.say(both.anna, "it is blue")
    await both.slack.edit(said, "it is &lt;green&gt;")
    await both.settle()
    assert both.agents_room()[-1].text == "it is <green> (edited)"
    await both.slack.delete(said)
    await both.settle()
    assert both.agents_room() == []


async def test_a_deleted_first_message_that_others_answered_is_gone_for_agents_too(both: World):
    said = await both.say(both.anna, "my secret number is 4711", both.help)
    await both.slack.delete(said)  # leaves a tombstone, because the bot has answered
    await both.settle()
    assert both.agents_room() == []


async def test_files_go_both_ways_complete(both: World):
    photo = bytes(range(256)) * 200
    await both.say(both.anna, "look", files=[("photo.png", photo)])
    room = both.agents_room()
    assert [line.files for line in room if line.files] == [("photo.png",)]
    copies = [f for f in both.slack.work.files.values() if f.user == both.slack.bot]
    assert [(f.name, f.content) for f in copies] == [("photo.png", photo)]

    await both.say(both.sam, "!r the manual", both.desk, thread_ts=both.card().ts, files=[("manual.txt", b"read me")])
    assert [line.files for line in both.private(both.anna) if line.files][-1] == ("manual.txt",)


async def test_reactions_are_verbs_where_a_ticket_is(both: World):
    said = await both.say(both.anna, "my printer is on fire", both.help)
    await both.slack.react(both.sam.id, both.card().ts, "eyes", both.desk)
    await both.settle()
    assert "claimed by sam" in both.card().text
    await both.slack.react(both.kim.id, said, "eyes")
    await both.settle()
    assert any("sam already has ticket #1" in text for text in both.sees(both.kim))
    elsewhere = await both.say(both.sam, "lunch?", both.help)
    before = both.sees(both.kim)
    await both.slack.react(both.kim.id, elsewhere, "eyes")
    await both.settle()
    assert both.sees(both.kim) == before
    await both.slack.react(both.sam.id, said, "white_check_mark")
    await both.settle()
    assert "Status: closed" in both.card().text


async def test_my_data_is_shown_in_a_modal_and_exported_and_deleted(both: World):
    await both.say(both.anna, "my printer is on fire")
    await both.command(both.anna, "/mydata")
    assert "What we hold about you" in both.slack.seen_by(both.anna.id).modal
    await both.press(both.anna, "Export")
    assert "Your export is being made" in both.slack.seen_by(both.anna.id).modal
    await both.running.courier.finish(10)
    await both.settle()
    assert next(line.files[0] for line in both.private(both.anna) if line.files).endswith(".zip")

    await both.slack.close_modal(both.anna.id, everything=True)
    await both.say(both.anna, "My data")
    assert "What we hold about you" in both.private(both.anna)[-1].text
    await both.press(both.anna, "Delete…")
    assert "Delete what we hold about you?" in both.slack.seen_by(both.anna.id).modal
    await both.press(both.anna, "Delete all of it")
    await both.running.courier.finish(20)
    await both.settle()
    assert not any("printer" in line.text for line in both.agents_room())
    assert "printer" not in both.card().text


async def test_an_answer_to_a_post_with_a_file_goes_to_that_posts_ticket(both: World):
    """Such a post is several messages in the ledger, so none of them was known by its id."""
    await both.say(both.anna, "my printer is on fire")
    await both.command(both.anna, "/ticket open my screen is dark")
    file = [("manual.txt", b"read me")]
    await both.say(both.sam, "!r the manual", both.desk, thread_ts=both.card(1).ts, files=file)
    given = next(line for line in both.private(both.anna) if "the manual" in line.text)
    await both.say(both.anna, "thanks", thread_ts=given.ts)
    assert both.agents_room(1)[-1].text == "thanks"


async def test_an_answer_in_a_thread_of_the_private_conversation_goes_to_that_threads_ticket(both: World):
    await both.say(both.anna, "my printer is on fire")
    greeting = both.private(both.anna)[-1]
    await both.command(both.anna, "/ticket open my screen is dark")
    await both.say(both.anna, "it is blue now", thread_ts=greeting.ts)
    assert [line.text for line in both.agents_room(1)] == ["my printer is on fire", "it is blue now"]
    await both.say(both.anna, "which one is this?")
    assert "You have several open tickets." in both.private(both.anna)[-1].text
    await both.press(both.anna, "#2 my screen is dark")
    assert both.agents_room(2)[-1].text == "which one is this?"
