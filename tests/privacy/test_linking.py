"""One person, several accounts: linked by both of them, undone without a trace, and of no use to a thief."""

import json
from zipfile import ZipFile

import pytest
from sqlalchemy import delete

from bot.inbound import Actor, ButtonPressed
from bot.message import UserRef
from bot.ports import Say
from bot.privacy.model import Asked, Held, Stage
from storage.files import DiskFiles
from storage.rows import LinkRow
from tests.desk import ANA, BEN, SAM, Desk, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine

ANA2 = Actor(UserRef("fake", "elsewhere", "ana2"), "Ana at home")


def code_in(told: str) -> str:
    line = next(line for line in told.splitlines() if line.startswith("/mydata link "))
    return line.removeprefix("/mydata link ")


async def meet(desk: Desk, one: Actor, other: Actor) -> None:
    """`other` writes the code of `one`; both are asked now."""
    code = code_in(await desk.type(one, "/mydata link", private(one)))
    await desk.type(other, f"/mydata link {code}", private(other))
    await settle(desk)


def meeting_of(desk: Desk) -> str:
    assert isinstance(desk.reply, Say)
    return desk.reply.message.buttons[0].arg


async def link(desk: Desk, one: Actor = ANA, other: Actor = ANA2) -> None:
    await meet(desk, one, other)
    meeting = meeting_of(desk)
    await desk.press(other, "mydata.link-yes", meeting, private(other))
    assert "are linked" in await desk.press(one, "mydata.link-yes", meeting, private(one))
    await settle(desk)


async def linked(desk: Desk, who: Actor) -> list[str]:
    return [str(other) for other in await desk.store.read(lambda work: work.links.of(who.ref))]


async def held(desk: Desk, who: Actor) -> list[Held]:
    """But for where our posts to them are: they were told of the link."""
    view = await desk.store.read(lambda work: work.privacy.view(who.ref))
    return [one for one in view if one.what != "places of our posts about you"]


@pytest.fixture
async def both(office: Desk) -> Desk:
    """Ana wrote from two accounts, and linked them a day ago."""
    await office.say(ANA, "my printer is on fire")
    await office.say(ANA2, "and so is my house")
    await link(office)
    office.later(days=1)
    return office


# Both say so


async def test_both_accounts_are_shown_the_other_one_and_both_say_yes(office: Desk) -> None:
    told = await office.type(ANA, "/mydata link", private(ANA))
    assert "Give this code to nobody" in told
    asked = await office.type(ANA2, f"/mydata link {code_in(told)}", private(ANA2))
    meeting = meeting_of(office)
    assert asked.startswith("Is that account yours, too?\nAna (fake/w/ana) and this account are about to be linked.")
    await settle(office)
    assert "Ana at home (fake/elsewhere/ana2) and this account are about to be linked." in office.private(ANA)[-1]
    await office.click(ANA, "Yes, both are mine", "@ana")
    assert await linked(office, ANA) == []
    await office.press(ANA2, "mydata.link-yes", meeting)
    assert await linked(office, ANA) == ["fake/elsewhere/ana2"]
    assert await linked(office, ANA2) == ["fake/w/ana"]
    await settle(office)
    assert "This account and Ana at home (fake/elsewhere/ana2) are linked." in office.private(ANA)[-1]


async def test_T26_paste_this_code_for_me_gets_a_thief_nothing(office: Desk) -> None:
    """Ben has Ana paste his code: she is shown who he is, and nothing happens unless she says that he is she."""
    await office.say(ANA, "my printer is on fire")
    code = code_in(await office.type(BEN, "/mydata link", private(BEN)))
    asked = await office.type(ANA, f"/mydata link {code}", private(ANA))
    meeting = meeting_of(office)
    assert "Ben (fake/w/ben) and this account are about to be linked" in asked
    assert "Did somebody else ask you to do this, or give you a code? Then say no" in asked
    assert "As soon as your other account says yes" in await office.press(BEN, "mydata.link-yes", meeting)
    assert "As soon as your other account says yes" in await office.press(BEN, "mydata.link-yes", meeting)
    assert await linked(office, BEN) == []
    assert "tell an agent" in await office.press(ANA, "mydata.link-no", meeting)
    assert "not valid any more" in await office.press(BEN, "mydata.link-yes", meeting)
    assert await linked(office, BEN) == []
    office.later(days=2)
    assert "tickets" not in await office.type(BEN, "/mydata", private(BEN))


async def test_T26_a_code_that_was_overheard_gets_a_thief_nothing(office: Desk) -> None:
    """Ben writes Ana's code before she does: she is shown who he is."""
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    await office.type(BEN, f"/mydata link {code}", private(BEN))
    meeting = meeting_of(office)
    await office.press(BEN, "mydata.link-yes", meeting)
    await settle(office)
    assert "Ben (fake/w/ben) and this account" in office.private(ANA)[-1]
    assert "That is no code" in await office.type(ANA2, f"/mydata link {code}", private(ANA2))
    await office.click(ANA, "No, that is not me", "@ana")
    assert await linked(office, BEN) == []


async def test_T26_nobody_answers_for_another_account(office: Desk) -> None:
    await meet(office, ANA, ANA2)
    meeting = meeting_of(office)
    for thief in (BEN, SAM):
        assert "not valid any more" in await office.press(thief, "mydata.link-yes", meeting)
    await office.press(ANA, "mydata.link-yes", meeting)
    assert "not valid any more" in await office.press(ANA2, "mydata.link-yes", "0" * 16)
    assert await linked(office, ANA) == []


async def test_T26_a_yes_to_one_account_is_none_to_another_that_came_later(office: Desk) -> None:
    await meet(office, ANA, ANA2)
    first = meeting_of(office)
    await meet(office, ANA, BEN)
    second = meeting_of(office)
    assert "not valid any more" in await office.press(ANA, "mydata.link-yes", first)
    await office.press(BEN, "mydata.link-yes", second)
    assert "not valid any more" in await office.press(ANA2, "mydata.link-yes", first)
    assert await linked(office, ANA) == []


async def test_a_press_that_comes_twice_links_once(office: Desk) -> None:
    await meet(office, ANA, ANA2)
    meeting = meeting_of(office)
    await office.press(ANA, "mydata.link-yes", meeting)
    event = ButtonPressed("once", ANA2, private(ANA2), "mydata.link-yes", meeting)
    await office.handle(event)
    assert await office.handle(event) == ""
    assert await linked(office, ANA) == ["fake/elsewhere/ana2"]


# Codes


async def test_a_code_is_for_ten_minutes_and_for_once(office: Desk) -> None:
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    assert len(code) == 10
    office.later(minutes=10)
    assert "That is no code" in await office.type(ANA2, f"/mydata link {code}", private(ANA2))
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    assert "yours, too?" in await office.type(ANA2, f"/mydata link {code.lower()}", private(ANA2))
    assert "That is no code" in await office.type(BEN, f"/mydata link {code}", private(BEN))


async def test_a_code_is_kept_as_a_hash_only(office: Desk) -> None:
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    pairing = await office.store.read(lambda work: work.links.pairing(ANA.ref))
    assert pairing is not None
    assert code not in repr(pairing)
    assert len(pairing.code_hash) == 64


async def test_after_five_wrong_codes_even_the_right_one_has_to_wait(office: Desk) -> None:
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    told = [await office.type(BEN, f"/mydata link NONE{at}", private(BEN)) for at in range(5)]
    assert "4 more times" in told[0]
    assert "wait ten minutes" in told[4]
    await office.type(BEN, "/mydata link", private(BEN))
    assert "wait ten minutes" in await office.type(BEN, f"/mydata link {code}", private(BEN))
    office.later(minutes=10)
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    assert "yours, too?" in await office.type(BEN, f"/mydata link {code}", private(BEN))


async def test_an_account_is_not_linked_with_itself(office: Desk) -> None:
    code = code_in(await office.type(ANA, "/mydata link", private(ANA)))
    assert "this very account" in await office.type(ANA, f"/mydata link {code}", private(ANA))


async def test_what_was_not_finished_is_forgotten(office: Desk) -> None:
    await meet(office, ANA, ANA2)
    office.later(minutes=11)
    await office.tick()
    shown = await office.type(ANA, "/mydata", private(ANA))
    assert "links that you are about to make" not in shown


# What a link changes


async def test_for_a_day_a_link_changes_nothing(office: Desk) -> None:
    await office.say(ANA2, "my house is on fire")
    await link(office)
    assert "• tickets:" not in await office.type(ANA, "/mydata", private(ANA))
    office.later(hours=23)
    assert "• tickets:" not in await office.type(ANA, "/mydata", private(ANA))
    office.later(hours=1)
    shown = await office.type(ANA, "/mydata", private(ANA))
    assert "• tickets: 1" in shown
    assert "Counted with this account: Ana at home (fake/elsewhere/ana2)." in shown


async def test_the_view_counts_all_accounts(both: Desk) -> None:
    assert "• tickets: 2, kept to answer you" in await both.type(ANA2, "/mydata", private(ANA2))


async def test_an_export_has_all_accounts_and_each_is_told(both: Desk, files: DiskFiles) -> None:
    await both.type(ANA, "/mydata export", private(ANA))
    await settle(both)
    file = next(f for seen in reversed(both.chat.rooms["@ana"]) for f in seen.message.files)
    with ZipFile(files.path(file)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        mine = archive.read("data/yours/timeline.jsonl").decode()
        other = archive.read("linked/1-fake/data/yours/timeline.jsonl").decode()
        page = archive.read("linked/1-fake/html/tickets/2.html").decode()
        assert "linked/1-fake/  fake/elsewhere/ana2" in archive.read("README.txt").decode()
    assert manifest["linked"] == {"linked/1-fake/": "fake/elsewhere/ana2"}
    assert "printer" in mine
    assert "house" not in mine
    assert "house" in other
    assert "house" in page
    assert "asked for by Ana (fake/w/ana), which is linked with it" in both.private(ANA2)[-1]


async def test_a_restriction_is_for_all_accounts_and_so_is_its_end(both: Desk) -> None:
    await both.type(ANA, "/mydata restrict", private(ANA))
    await both.click(ANA, "Restrict it")
    await settle(both)
    assert [(await both.ticket(number)).restricted for number in (1, 2)] == [True, True]
    assert "had your data restricted, here too" in both.private(ANA2)[-1]
    await both.type(ANA2, "/mydata lift", private(ANA2))
    await settle(both)
    assert [(await both.ticket(number)).restricted for number in (1, 2)] == [False, False]


async def test_a_deletion_takes_the_other_account_only_when_that_one_says_so(both: Desk) -> None:
    preview = await both.type(ANA, "/mydata delete", private(ANA))
    assert "Your other accounts, Ana at home (fake/elsewhere/ana2), are asked" in preview
    told = await both.click(ANA, "Delete all of it")
    assert "is deleted when you say so there" in told
    await settle(both)
    assert await both.store.read(lambda work: work.privacy.view(ANA.ref)) == []
    assert (await both.ticket(2)).customer == ANA2.ref
    assert "It happens only if you say so here" in "\n".join(both.private(ANA2))
    both.reply = None
    await both.click(ANA2, "Delete all of it", "@ana2")
    await settle(both)
    assert await both.store.read(lambda work: work.privacy.view(ANA2.ref)) == []


async def test_nobody_can_confirm_for_the_other_account(both: Desk) -> None:
    await both.type(ANA, "/mydata delete", private(ANA))
    await both.click(ANA, "Delete all of it")
    await settle(both)
    request = await both.store.read(lambda work: work.privacy.requests_of(ANA2.ref, Asked.ERASURE, 1))
    assert "not valid any more" in await both.press(ANA, "mydata.confirm", str(request[0].number), private(ANA))
    assert "not valid any more" in await both.press(BEN, "mydata.confirm", str(request[0].number), private(BEN))
    both.later(days=1)
    await both.tick()
    found = await both.store.read(lambda work: work.privacy.requests_of(ANA2.ref, Asked.ERASURE, 1))
    assert found[0].stage is Stage.EXPIRED
    assert (await both.ticket(2)).customer == ANA2.ref


async def test_one_account_alone_can_be_deleted(both: Desk) -> None:
    await both.type(ANA, "/mydata delete", private(ANA))
    await both.click(ANA, "Only this account")
    await settle(both)
    assert await both.store.read(lambda work: work.privacy.view(ANA.ref)) == []
    assert await both.store.read(lambda work: work.privacy.requests_of(ANA2.ref)) == []
    assert await linked(both, ANA2) == []
    assert "An account that was linked with this one is not any more." in both.private(ANA2)[-1]


async def test_links_lead_on_to_all_accounts_of_a_person(both: Desk) -> None:
    third = person("ana3")
    await link(both, ANA2, third)
    assert await linked(both, third) == ["fake/elsewhere/ana2", "fake/w/ana"]
    assert "This account and Ana3 (fake/w/ana3) are linked." in both.private(ANA)[-1]
    assert "• tickets:" not in await both.type(third, "/mydata", private(third))
    both.later(days=1)
    assert "• tickets: 2" in await both.type(third, "/mydata", private(third))


async def test_an_end_that_leads_nowhere_is_forgotten(both: Desk) -> None:
    """As when a restored backup had its other end, and that account is erased again."""
    with engine(both).begin() as connection:
        connection.execute(delete(LinkRow).where(LinkRow.who == ANA2.ref))
    assert await linked(both, ANA) == []
    await both.tick()
    assert "accounts of yours that you linked" not in await both.type(ANA, "/mydata", private(ANA))


# Parting


async def test_unlinking_leaves_both_as_they_were(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.say(ANA2, "and so is my house")
    await office.type(ANA, "/mydata", private(ANA))
    before = [await held(office, who) for who in (ANA, ANA2)]
    await link(office)
    office.later(days=2)
    assert "stands for itself again" in await office.type(ANA2, "/mydata unlink", private(ANA2))
    await settle(office)
    assert await linked(office, ANA) == []
    assert "Ana at home (fake/elsewhere/ana2) is not linked with this account any more." in office.private(ANA)[-1]
    assert [await held(office, who) for who in (ANA, ANA2)] == before
    assert "linked with no other" in await office.type(ANA, "/mydata unlink", private(ANA))


async def test_what_was_put_together_is_put_away_when_they_part(both: Desk, files: DiskFiles) -> None:
    await both.type(ANA, "/mydata export", private(ANA))
    await settle(both)
    file = next(f for seen in reversed(both.chat.rooms["@ana"]) for f in seen.message.files)
    assert files.path(file).exists()
    await both.type(ANA2, "/mydata unlink", private(ANA2))
    await settle(both)
    assert not files.path(file).exists()
    assert not [f for seen in both.chat.rooms["@ana"] for f in seen.message.files]


async def test_T8_an_export_of_several_accounts_goes_when_one_of_them_is_erased(both: Desk, files: DiskFiles) -> None:
    await both.type(ANA, "/mydata export", private(ANA))
    await settle(both)
    file = next(f for seen in reversed(both.chat.rooms["@ana"]) for f in seen.message.files)
    await both.type(ANA2, "/mydata delete", private(ANA2))
    await both.click(ANA2, "Only this account")
    await settle(both)
    assert not files.path(file).exists()
    assert await both.store.read(lambda work: work.privacy.view(ANA2.ref)) == []
    assert (await both.ticket(1)).customer == ANA.ref
