"""/mydata as people meet it: what it shows, what it sends, what it refuses."""

from pathlib import Path

import pytest

from bot.effects import CLERK, Direct, Effect, Work
from bot.inbound import Actor
from bot.ports import Refused, Say, Spot
from bot.privacy import views
from bot.privacy.model import Asked, Request, Stage
from storage.files import DiskFiles
from tests.desk import ANA, BEN, LEA, SAM, Desk, agents_thread, person, private
from tests.privacy.conftest import settle


def buttons(desk: Desk) -> dict[str, tuple[str, str]]:
    """Label → action and argument, of the last answer."""
    assert isinstance(desk.reply, Say)
    return {button.label: (button.action, button.arg) for button in desk.reply.message.buttons}


async def requests_of(desk: Desk, who: Actor, asked: Asked) -> list[Request]:
    return list(await desk.store.read(lambda work: work.privacy.requests_of(who.ref, asked)))


def exports(desk: Desk, who: Actor) -> list[str]:
    seen = desk.chat.rooms.get(f"@{who.ref.id}", [])
    return [file.sha for post in seen for file in post.message.files]


# Looking


async def test_the_view_says_what_there_is_and_why(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(SAM, "/ticket claim 1")
    shown = await office.type(ANA, "/mydata", private(ANA))
    period = "(180 days after the ticket is closed; then the words are deleted, and number, times and states stay)"
    assert (
        f"Yours\n• messages and events in tickets: 2, kept to answer you {period}\n"
        f"• tickets: 1, kept to answer you {period}"
    ) in shown
    assert f"About you, written by others\n• messages and events in tickets: 1, kept to answer you {period}" in shown
    assert "Who gets it\n• the chat platform you write on, and the agents who answer you\n\nIt comes from you" in shown
    assert buttons(office) == {
        "Export": ("mydata.export", ""),
        "Correct…": ("mydata.correct", ""),
        "Requests": ("mydata.status", ""),
        "Privacy notice": ("mydata.policy", ""),
        "Delete…": ("mydata.delete", ""),
    }
    assert await office.type(ANA, "/mydata view", private(ANA)) == shown


async def test_who_was_never_seen_has_no_more_than_a_profile(office: Desk) -> None:
    shown = await office.type(person("zoe"), "/mydata", private(person("zoe")))
    assert shown.splitlines()[:3] == [
        "What we hold about you",
        "Yours",
        (
            "• profiles (name as last seen, language): 1, kept to know who writes (30 days after you were last seen "
            "and nothing else of yours is kept; then name and language are deleted)"
        ),
    ]
    assert shown.count("•") == 2  # the other is who gets it


async def test_an_agent_sees_what_they_did_and_not_what_customers_said(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.say(BEN, "mine as well")
    await office.type(SAM, "/ticket claim 1")
    shown = await office.type(SAM, "/mydata")
    assert "As an agent\n• messages and events in tickets: 1, kept to answer you (180 days" in shown
    assert "• tickets: 1, kept" in shown
    assert "About you" not in shown


# Exports


async def test_an_export_comes_in_private_and_only_there(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata export")
    await settle(office)
    [sha] = exports(office, ANA)
    assert [file.sha for room in office.chat.rooms.values() for post in room for file in post.message.files] == [sha]
    [request] = await requests_of(office, ANA, Asked.EXPORT)
    assert request.stage is Stage.DONE
    assert request.file is not None
    assert files.path(request.file).stat().st_size == request.file.size


async def test_an_export_asked_for_twice_is_made_once(office: Desk) -> None:
    office.chats.pop(CLERK)
    first = await office.type(ANA, "/mydata export")
    assert await office.type(ANA, "/mydata export") != first
    assert len(await requests_of(office, ANA, Asked.EXPORT)) == 1


async def test_a_second_export_can_be_had_after_an_hour(office: Desk) -> None:
    await office.type(ANA, "/mydata export")
    await settle(office)
    office.later(minutes=20)
    assert "new one in 40 minutes" in await office.type(ANA, "/mydata export")
    await settle(office)
    assert len(exports(office, ANA)) == 1
    office.later(minutes=41)
    await office.type(ANA, "/mydata export")
    await settle(office)
    assert len(exports(office, ANA)) == 2


async def test_an_export_that_could_not_be_delivered_is_sent_again(office: Desk) -> None:
    office.chat.refuse = lambda effect: Refused("DMs are closed") if isinstance(effect, Direct) else None
    await office.type(ANA, "/mydata export")
    await settle(office)
    office.chat.refuse = lambda effect: None
    assert (
        await office.type(ANA, "/mydata export")
        == "Your last export is fresh, so you get it once more, in a private message."
    )
    await settle(office)
    assert len(exports(office, ANA)) == 1
    assert len(await requests_of(office, ANA, Asked.EXPORT)) == 1


async def test_an_export_goes_when_its_time_is_over(office: Desk, files: DiskFiles) -> None:
    await office.type(ANA, "/mydata export")
    await settle(office)
    [request] = await requests_of(office, ANA, Asked.EXPORT)
    assert request.file is not None
    office.later(hours=71)
    await office.tick()
    assert files.path(request.file).exists()
    office.later(hours=2)
    await office.tick()
    await settle(office)
    assert not files.path(request.file).exists()
    assert exports(office, ANA) == []
    [request] = await requests_of(office, ANA, Asked.EXPORT)
    assert (request.stage, request.file) == (Stage.EXPIRED, None)


async def test_a_crash_leaves_no_half_made_export_behind(office: Desk, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "1.zip").write_text("half of what there is of Ana")
    await office.type(ANA, "/mydata export")
    await settle(office)
    assert list((tmp_path / "exports").iterdir()) == []


async def test_work_that_got_lost_is_given_out_again(office: Desk) -> None:
    clerk = office.chats.pop(CLERK)
    await office.type(ANA, "/mydata export")
    await office.store.write(lambda work: work.outbox.done(work.outbox.due(work.now, 1, (CLERK,))[0], None))
    office.chats[CLERK] = clerk
    await settle(office)
    assert exports(office, ANA) == []
    await office.tick()
    await settle(office)
    assert len(exports(office, ANA)) == 1


async def test_work_is_not_given_up_whatever_goes_wrong(office: Desk) -> None:
    clerk = office.chats[CLERK]

    class Broken:
        platform = CLERK
        tries = 0

        async def run(self, handle: object) -> None: ...

        async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
            self.tries += 1
            if self.tries > 10:
                return await clerk.deliver(effect, at, token)
            raise RuntimeError("a bug")

    office.chats[CLERK] = Broken()
    await office.type(ANA, "/mydata export")
    await settle(office)
    assert len(exports(office, ANA)) == 1
    assert await office.store.read(lambda work: work.outbox.dead(10)) == []


# Deletion


async def test_a_deletion_is_previewed_and_an_export_offered_first(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    shown = await office.type(ANA, "/mydata delete", private(ANA))
    assert "• tickets: 1, kept to answer you" in shown
    assert "cannot be brought back" in shown
    assert buttons(office) == {"Export first": ("mydata.export", ""), "Delete all of it": ("mydata.confirm", "1")}
    await settle(office)
    assert "my printer is on fire" in "".join(office.agents_room(1))


async def test_nobody_else_can_confirm(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata delete", private(ANA))
    for arg in ("1", "2", "x", "", "9" * 30):
        assert await office.press(BEN, "mydata.confirm", arg) == views.stale_confirmation()
    [request] = await requests_of(office, ANA, Asked.ERASURE)
    assert request.stage is Stage.ASKED


async def test_an_old_confirmation_is_not_taken(office: Desk) -> None:
    await office.type(ANA, "/mydata delete", private(ANA))
    office.later(minutes=61)
    assert await office.press(ANA, "mydata.confirm", "1") == views.stale_confirmation()
    await office.tick()
    assert await office.press(ANA, "mydata.confirm", "1") == views.stale_confirmation()


async def test_asking_again_makes_the_old_button_good_again(office: Desk) -> None:
    await office.type(ANA, "/mydata delete", private(ANA))
    office.later(minutes=50)
    await office.type(ANA, "/mydata delete", private(ANA))
    assert buttons(office)["Delete all of it"] == ("mydata.confirm", "1")
    office.later(minutes=50)
    assert "being deleted now" in await office.press(ANA, "mydata.confirm", "1")


async def test_pressed_twice_it_is_done_once(office: Desk) -> None:
    clerk = office.chats.pop(CLERK)
    await office.type(ANA, "/mydata delete", private(ANA))
    assert "being deleted now" in await office.press(ANA, "mydata.confirm", "1")
    assert await office.press(ANA, "mydata.confirm", "1") == views.being_erased()
    for line in ("/mydata delete", "/mydata export"):
        assert await office.type(ANA, line, private(ANA)) == views.being_erased()
    office.chats[CLERK] = clerk
    await settle(office)
    assert [post.message.title for post in office.chat.rooms["@ana"]] == ["Your data is deleted"]
    assert await office.press(ANA, "mydata.confirm", "1") == views.stale_confirmation()


async def test_an_export_under_way_is_called_off_by_a_deletion(office: Desk, files: DiskFiles) -> None:
    clerk = office.chats.pop(CLERK)
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata export", private(ANA))
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.press(ANA, "mydata.confirm", "2")
    office.chats[CLERK] = clerk
    await settle(office)
    assert exports(office, ANA) == []
    assert list(files.folder.glob("??/??/*")) == []


async def test_an_export_that_lies_ready_goes_with_the_rest(office: Desk, files: DiskFiles) -> None:
    await office.type(ANA, "/mydata export", private(ANA))
    await settle(office)
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.press(ANA, "mydata.confirm", "2")
    await settle(office)
    assert exports(office, ANA) == []
    assert list(files.folder.glob("??/??/*")) == []


async def test_the_last_lead_is_kindly_refused(office: Desk) -> None:
    said = await office.type(LEA, "/mydata delete")
    assert said.startswith("You are the last lead of support; without one, nobody could run it.")
    assert await requests_of(office, LEA, Asked.ERASURE) == []


async def test_a_lead_who_became_the_last_one_meanwhile_is_refused_too(office: Desk) -> None:
    await office.store.write(lambda work: work.desks.set_rank(1, str(SAM.ref), 2))  # type: ignore[arg-type]
    await office.type(LEA, "/mydata delete")
    await office.store.write(lambda work: work.desks.set_rank(1, str(SAM.ref), 1))  # type: ignore[arg-type]
    assert (await office.press(LEA, "mydata.confirm", "1")).startswith("You are the last lead")


async def test_agents_hear_that_a_ticket_closed_but_not_whose(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.say(SAM, "a note about Ana", agents_thread(1))
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.press(ANA, "mydata.confirm", "1")
    await settle(office)
    assert office.agents_room(1) == ["Ticket #1 is closed: the requester had their data erased."]
    assert office.room("agents") == ["#1\nClosed. The requester had their data erased."]


async def test_the_clerk_does_nothing_but_its_work(office: Desk) -> None:
    clerk = office.chats[CLERK]
    assert await clerk.deliver(Work("k", CLERK, "r", "export", 99), None, "t") is None
    await office.type(ANA, "/mydata export")
    for effect in (Work("k", CLERK, "r", "dance", 1), Direct("k", CLERK, "r", ANA.ref, views.export_begun())):
        with pytest.raises(Refused):
            await clerk.deliver(effect, None, "t")
