"""What agents and customers do with tickets, on every surface."""

import asyncio

import pytest

from bot.errors import Problem
from bot.inbound import ButtonPressed
from bot.ports import Say
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, SAM, Desk, agents_thread, person, private, words


async def test_claiming_shows_on_the_card(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.click(SAM, "Claim") == "Ticket #1 is yours."
    assert "Status: claimed by Sam" in desk.card(1)
    assert [b.label for b in desk.chat.rooms["agents"][0].message.buttons] == ["Release", "Reply", "Close"]


async def test_a_ticket_cannot_be_claimed_twice(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket claim 1")
    assert await desk.type(KIM, "/ticket claim 1") == "Sam already has ticket #1. Nothing was changed."
    assert await desk.type(SAM, "/ticket claim 1") == "Ticket #1 is already yours."


async def test_of_fifty_agents_who_claim_at_once_exactly_one_gets_it(desk: Desk) -> None:
    await desk.say(ANA, "help")
    ticket = await desk.ticket(1)
    agents = [person(f"a{n}", groups=("fake:w/@all",)) for n in range(50)]
    await desk.enlist("fake:w/@all")
    presses = [ButtonPressed(f"p{n}", who, AGENTS, "ticket.claim", str(ticket.id)) for n, who in enumerate(agents)]
    replies = await asyncio.gather(*(desk.app.handle(press) for press in presses))
    told = [words(reply.message) for reply in replies if isinstance(reply, Say)]
    winners = [text for text in told if text == "Ticket #1 is yours."]
    assert len(winners) == 1
    owner = (await desk.ticket(1)).assignee
    assert owner is not None
    assert sorted(set(told) - set(winners)) == [f"{owner.id.capitalize()} already has ticket #1. Nothing was changed."]


async def test_of_many_who_close_at_once_one_closes_and_the_customer_is_told_once(desk: Desk) -> None:
    await desk.say(ANA, "help")
    ticket = await desk.ticket(1)
    presses = [ButtonPressed(f"p{n}", SAM, AGENTS, "ticket.close", str(ticket.id)) for n in range(10)]
    replies = await asyncio.gather(*(desk.app.handle(press) for press in presses))
    told = sorted(words(reply.message) for reply in replies if isinstance(reply, Say))
    assert told == ["Ticket #1 is already closed."] * 9 + ["Ticket #1 is closed."]
    await desk.deliver()
    assert len(desk.private(ANA)) == 2


async def test_a_released_ticket_waits_for_the_next(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket claim 1")
    assert await desk.type(SAM, "/ticket release 1") == "Ticket #1 waits for somebody to claim it."
    assert await desk.type(KIM, "/ticket claim 1") == "Ticket #1 is yours."


async def test_the_number_is_not_needed_in_the_tickets_room(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.type(SAM, "/ticket claim", agents_thread(1)) == "Ticket #1 is yours."
    assert (
        await desk.type(SAM, "/ticket claim", AGENTS)
        == "Which ticket? Please write it like this: /ticket claim [ticket]"
    )


async def test_assigning_tells_the_agent(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.type(SAM, "/ticket assign 1 kim") == "Ticket #1 is assigned to Kim."
    assert desk.agents_room(1)[-1] == "@kim Sam assigned ticket #1 to you."
    assert "is not an agent of this desk" in await desk.type(SAM, "/ticket assign 1 ben")
    assert "claimed by Kim" in desk.card(1)


async def test_priority_tags_and_subject_are_on_the_card(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket priority 1 urgent")
    await desk.type(SAM, "/ticket tag 1 +printer +fire")
    assert await desk.type(SAM, "/ticket tag 1 -fire") == "Ticket #1 is tagged printer."
    await desk.type(SAM, "/ticket rename 1 Printer on fire")
    assert desk.card(1) == "#1 Printer on fire\nFrom: Ana\nStatus: open, unclaimed\nPriority: urgent\nTags: printer"


async def test_a_wrong_choice_says_what_is_allowed(desk: Desk) -> None:
    await desk.say(ANA, "help")
    with pytest.raises(Problem, match="choose one of: low, normal, high, urgent"):
        await desk.type(SAM, "/ticket priority 1 huge")


async def test_customers_close_and_reopen_their_own(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.click(ANA, "Close", "@ana") == "Ticket #1 is closed."
    assert desk.agents_room(1)[-1] == "#1: closed by Ana"
    assert await desk.click(ANA, "Reopen", "@ana") == "Ticket #1 is open again."
    assert desk.agents_room(1)[-1] == "#1: opened again by Ana"


async def test_customers_do_nothing_else_and_nothing_to_others_tickets(desk: Desk) -> None:
    await desk.say(ANA, "help")
    for verb in ("claim", "release", "priority 1 high", "tag 1 +x", "note 1 x", "history", "add 1 ben", "rename 1 x"):
        line = f"/ticket {verb}" if "1" in verb else f"/ticket {verb} 1"
        assert await desk.type(ANA, line) == "That is for agents of the desk. Nothing was changed.", verb
        assert await desk.type(BEN, line) == "There is no ticket #1 that you can see.", verb
    for verb in ("show", "close", "reopen"):
        assert await desk.type(BEN, f"/ticket {verb} 1") == "There is no ticket #1 that you can see."
    assert await desk.type(SAM, "/ticket show 99") == "There is no ticket #99 that you can see."


async def test_a_forged_button_is_answered_like_a_ticket_that_is_not_there(desk: Desk) -> None:
    await desk.say(ANA, "help")
    ticket = await desk.ticket(1)
    for arg in (str(ticket.id), "9" * 30, "-1", "1 OR 1=1", "", "²"):
        assert await desk.press(BEN, "ticket.close", arg) != "Ticket #1 is closed."
    assert (await desk.ticket(1)).open


async def test_an_agent_of_another_desk_sees_nothing(bare: Desk) -> None:
    await bare.set_up()
    other = person("olga")
    await bare.set_up_other("billing", other)
    await bare.say(ANA, "help", HELP)
    assert await bare.type(other, "/ticket show support#1", private(other)) == "There is no ticket #1 that you can see."
    assert "help" not in await bare.type(other, "/ticket list", private(other))
    assert "Nothing found" in await bare.type(other, "/ticket search help", private(other))


async def test_the_limit_on_open_tickets_is_told_politely(bare: Desk) -> None:
    await bare.set_up(max_open_per_customer=1)
    await bare.submit(ANA, "ticket.open", subject="One", text="first")
    told = await bare.submit(ANA, "ticket.open", subject="Two", text="second")
    assert told.startswith("You already have 1 ticket open (#1 One), which is as many as this desk allows.")
    await bare.type(SAM, "/ticket close 1")
    assert "#2" in await bare.submit(ANA, "ticket.open", subject="Two", text="second")


async def test_many_forms_sent_at_once_do_not_pass_the_limit(bare: Desk) -> None:
    await bare.set_up(max_open_per_customer=2)
    forms = [bare.form(ANA, "ticket.open", subject=f"S{n}", text="x") for n in range(10)]
    await asyncio.gather(*(bare.app.handle(form) for form in forms))
    assert len(await bare.store.read(lambda work: work.tickets.open_of(ANA.ref))) == 2


async def test_the_cooldown_gives_the_text_back(bare: Desk) -> None:
    await bare.set_up(cooldown_seconds=60)
    await bare.submit(ANA, "ticket.open", subject="One", text="first")
    bare.later(seconds=20)
    told = await bare.submit(ANA, "ticket.open", subject="Two", text="all I typed")
    assert "wait 41 seconds" in told
    assert "all I typed" in told
    bare.later(seconds=41)
    assert "#2" in await bare.submit(ANA, "ticket.open", subject="Two", text="all I typed")


async def test_agents_open_tickets_for_customers(desk: Desk) -> None:
    assert await desk.type(SAM, "/ticket open for:ana her phone rang") == "Ticket #1 is open for Ana."
    assert desk.private(ANA) == [
        "Sam opened ticket #1 for you: her phone rang. We answer here.",
        "Sam (#1): her phone rang",
    ]
    assert (
        await desk.type(BEN, "/ticket open for:ana surprise") == "That is for agents of the desk. Nothing was changed."
    )


async def test_open_asks_for_subject_and_text(desk: Desk) -> None:
    assert await desk.type(ANA, "/ticket open", private(ANA)) == "form: Open a ticket"
    told = await desk.fill(ANA, subject="Printer", text="on fire")
    assert told == "Your ticket #1 is open. We answer in your private messages with the bot."
    assert desk.card(1).startswith("#1 Printer\n")
    assert desk.agents_room(1) == ["Ana: on fire"]


async def test_numbers_have_no_gaps_and_no_doubles(desk: Desk) -> None:
    people = [person(f"c{n}") for n in range(100)]
    forms = [desk.form(who, "ticket.open", subject="S", text="x") for who in people]
    await asyncio.gather(*(desk.app.handle(form) for form in forms))
    tickets = await desk.store.read(lambda work: [t for who in people for t in work.tickets.open_of(who.ref)])
    assert sorted(ticket.number for ticket in tickets) == list(range(1, 101))


async def test_the_list_is_sorted_by_urgency_and_age_and_pages(desk: Desk) -> None:
    for n in range(25):
        await desk.say(person(f"c{n}"), f"problem {n}")
        desk.later(minutes=1)
    await desk.type(SAM, "/ticket priority 13 urgent")
    first = (await desk.type(SAM, "/ticket list")).splitlines()
    assert [line.split()[0] for line in first] == ["Open", "#13", *(f"#{n}" for n in range(1, 21) if n != 13)]
    second = (await desk.click(SAM, "More")).splitlines()
    assert [line.split()[0] for line in second] == ["Open", *(f"#{n}" for n in range(21, 26))]


async def test_the_list_filters(desk: Desk) -> None:
    for who in (ANA, BEN):
        await desk.say(who, f"I am {who.name}")
    await desk.type(SAM, "/ticket claim 1")
    await desk.type(SAM, "/ticket tag 2 +printer")
    mine = await desk.type(SAM, "/ticket list mine")
    assert ("#1" in mine, "#2" in mine) == (True, False)
    free = await desk.type(SAM, "/ticket list unclaimed")
    assert ("#2" in free, "#1" in free) == (True, False)
    tagged = await desk.type(SAM, "/ticket list tag:printer")
    assert ("#2" in tagged, "#1" in tagged) == (True, False)
    anas = await desk.type(SAM, "/ticket list customer:ana")
    assert ("#1" in anas, "#2" in anas) == (True, False)
    assert await desk.type(SAM, "/ticket list high") == "Open tickets, priority high\nNo tickets."
    await desk.type(SAM, "/ticket close 2")
    closed = await desk.type(SAM, "/ticket list closed")
    assert ("#2" in closed, "#1" in closed) == (True, False)


async def test_customers_list_and_search_their_own_only(desk: Desk) -> None:
    await desk.say(ANA, "my printer burns")
    await desk.say(BEN, "my printer leaks")
    await desk.say(SAM, "customer lies about the printer", agents_thread(1))
    own = await desk.type(ANA, "/ticket list", private(ANA))
    assert "#1 my printer burns" in own
    assert "#2" not in own
    found = await desk.type(ANA, "/ticket search printer", private(ANA))
    assert "burns" in found
    assert "leaks" not in found
    assert "lies" not in found
    assert "lies" in await desk.type(SAM, "/ticket search printer")


async def test_history_tells_everything_in_order(desk: Desk) -> None:
    await desk.say(ANA, "my printer burns")
    await desk.type(SAM, "/ticket claim 1")
    await desk.say(SAM, "fuser?", agents_thread(1))
    await desk.type(SAM, "/ticket close 1 replaced")
    lines = (await desk.type(SAM, "/ticket history 1")).splitlines()
    assert [line.split("UTC ")[-1] for line in lines] == [
        "History of #1",
        "Ana opened the ticket",
        "Ana said: my printer burns",
        "Sam claimed the ticket",
        "Sam noted: fuser?",
        "Sam closed the ticket: replaced",
    ]


async def test_a_blocked_person_is_told_until_when_and_nothing_is_stored(desk: Desk) -> None:
    await desk.store.write(lambda work: work.people.block(ANA.ref, work.now.replace(day=9), "spam"))
    await desk.say(ANA, "buy this")
    assert desk.private(ANA)[-1] == (
        "You cannot write to this desk until 2026-01-09 09:00 UTC (spam). Your message was not passed on."
    )
    assert "until 2026-01-09" in await desk.submit(ANA, "ticket.open", subject="Buy", text="this")
    desk.later(days=5)
    await desk.say(ANA, "sorry")
    assert desk.card(1).startswith("#1 sorry")


async def test_a_form_remembers_whom_the_ticket_is_for(desk: Desk) -> None:
    assert await desk.type(SAM, "/ticket open for:ana") == "form: Open a ticket"
    told = await desk.fill(SAM, subject="Her phone", text="it rang")
    assert told == "Ticket #1 is open for Ana."
    assert (await desk.ticket(1)).customer == ANA.ref
    assert desk.card(1).startswith("#1 Her phone\nFrom: Ana")


async def test_whoever_is_no_agent_opens_no_ticket_for_others_with_a_forged_form(desk: Desk) -> None:
    told = await desk.submit(BEN, "ticket.open", "for=fake%2Fw%2Fana", subject="x", text="y")
    assert told == "That is for agents of the desk. Nothing was changed."
