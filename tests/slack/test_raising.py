"""A message anywhere becomes a ticket: by shortcut, by emoji, by calling the bot."""

from tests.slack.world import World


async def test_a_shortcut_takes_the_whole_thread_along(both: World):
    lobby = both.slack.channel("lobby", [both.anna, both.ben, both.sam])
    root = await both.say(both.anna, "my printer is on fire", lobby)
    await both.say(both.ben, "mine, too", lobby, thread_ts=root.ts)
    await both.slack.shortcut(both.sam.id, "ticket.open", on=root)
    await both.settle()
    assert any("Ticket #1 is open." in text for text in both.sees(both.sam))
    assert [(line.author, line.text) for line in both.agents_room()] == [
        ("anna (via the bot)", "my printer is on fire"),
        ("ben (via the bot)", "mine, too"),
    ]
    await both.slack.shortcut(both.sam.id, "ticket.open", on=root)
    await both.settle()
    assert any("That message is in ticket #1 already" in text for text in both.sees(both.sam))

    await both.say(both.anna, "it is blue now", lobby, thread_ts=root.ts)
    assert both.agents_room()[-1].text == "it is blue now"
    await both.slack.edit(root, "my printer was on fire")
    await both.settle()
    assert both.agents_room()[0].text == "my printer was on fire (edited)"


async def test_a_shortcut_where_the_bot_is_not_says_what_to_do(desk: World):
    lobby = desk.slack.channel("lobby", [desk.anna], bot=False)
    root = await desk.say(desk.anna, "my printer is on fire", lobby)
    await desk.slack.shortcut(desk.anna.id, "ticket.open", on=root)
    await desk.settle()
    assert any("No ticket was opened: " in text and "invite the bot" in text for text in desk.sees(desk.anna))


async def test_the_ticket_emoji_opens_one(desk: World):
    lobby = desk.slack.channel("lobby", [desk.anna, desk.sam])
    root = await desk.say(desk.anna, "my printer is on fire", lobby)
    await desk.slack.react(desk.sam.id, root, "ticket")
    await desk.settle()
    assert [line.text for line in desk.agents_room()] == ["my printer is on fire"]
    assert "Your ticket #1 is open." in desk.slack.replies(root)[0].text


async def test_calling_the_bot_opens_one_where_no_desk_listens(desk: World):
    lobby = desk.slack.channel("lobby", [desk.anna])
    await desk.say(desk.anna, "nothing for the bot", lobby)
    said = await desk.say(desk.anna, f"<@{desk.slack.bot}> my printer is on fire", lobby)
    assert "Your ticket #1 is open." in desk.slack.replies(said)[0].text
    (first,) = desk.agents_room()
    assert "my printer is on fire" in first.text


async def test_the_global_shortcut_and_a_command_without_words_ask_with_a_form(desk: World):
    await desk.slack.shortcut(desk.anna.id, "ticket.open")
    await desk.settle()
    await desk.submit(desk.anna, subject="printer", text="It burns & stinks")
    assert "Your ticket #1 is open." in desk.slack.seen_by(desk.anna.id).modal
    await desk.slack.close_modal(desk.anna.id)
    assert [line.text for line in desk.agents_room()] == ["It burns & stinks"]
    await desk.command(desk.anna, "/ticket open")
    assert desk.slack.seen_by(desk.anna.id).modal.startswith("Open a ticket")
