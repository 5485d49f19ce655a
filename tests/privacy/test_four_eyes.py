"""What nobody does alone: minors, deletions on somebody's behalf, accounts that the platform deleted."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.inbound import Actor, Place
from bot.privacy.model import Asked, Stage
from tests.desk import AGENTS, ANA, BEN, SAM, Desk, person, private
from tests.privacy.conftest import OLE, PIA, one, settle


def number_in(told: str) -> str:
    return str(re.findall(r"[Rr]equest (\d+)", told)[0])


async def begun(desk: Desk, who: Actor, line: str, place: Place = AGENTS) -> str:
    """The number of the request."""
    return number_in(await desk.type(who, line, place))


async def gone(desk: Desk, who: Actor = ANA) -> bool:
    return not await desk.store.read(lambda work: work.privacy.view(who.ref))


async def two_days(desk: Desk) -> None:
    desk.later(hours=48)
    await desk.tick()
    await settle(desk)


# Minors


async def test_T32_a_minor_is_restricted_at_once_and_deleted_when_two_people_say_so(bureau: Desk) -> None:
    told = await bureau.type(SAM, "/privacy minor @ana")
    number = number_in(told)
    assert f"Their data is restricted, and they are asked, as request {number}." in told
    assert (await bureau.ticket(1)).restricted
    await settle(bureau)
    assert "thinks that you may be too young for this desk" in bureau.private(ANA)[-1]
    assert f"/privacy confirm {number}" in bureau.private(OLE)[-1]
    assert "is deleted on 2026-01-07 09:00" in await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    bureau.later(hours=47)
    await bureau.tick()
    await settle(bureau)
    assert (await bureau.ticket(1)).customer == ANA.ref
    await two_days(bureau)
    assert await gone(bureau)


async def test_T32_a_flag_without_a_second_officer_has_no_lasting_effect(bureau: Desk) -> None:
    await bureau.type(SAM, "/privacy minor @ana")
    await two_days(bureau)
    assert not (await bureau.ticket(1)).restricted
    assert (await one(bureau, Asked.MINOR)).stage is Stage.EXPIRED
    assert "my printer is on fire" in (await bureau.ticket(1)).subject
    assert "Your data is used again as before" in bureau.private(ANA)[-1]


async def test_T32_whoever_says_so_does_not_confirm_it_as_well(bureau: Desk) -> None:
    number = await begun(bureau, OLE, "/privacy minor @ana", private(OLE))
    assert "Somebody else has to confirm it" in await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    assert "for privacy officers" in await bureau.type(SAM, f"/privacy confirm {number}")
    await two_days(bureau)
    assert (await bureau.ticket(1)).customer == ANA.ref


async def test_T32_customers_flag_nobody(bureau: Desk) -> None:
    assert "for agents and privacy officers" in await bureau.type(BEN, "/privacy minor @ana", private(BEN))
    assert not (await bureau.ticket(1)).restricted


async def test_T32_who_says_that_they_are_of_age_is_looked_at_again(bureau: Desk) -> None:
    number = await begun(bureau, SAM, "/privacy minor @ana")
    await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    await settle(bureau)
    assert "within two days" in await bureau.click(ANA, "I am of age", "@ana")
    await settle(bureau)
    assert f"They say that they are of age, in request {number}." in bureau.private(OLE)[-1]
    await two_days(bureau)
    assert (await bureau.ticket(1)).customer == ANA.ref
    assert not (await bureau.ticket(1)).restricted


async def test_T32_who_lies_about_it_is_deleted_when_it_is_confirmed_again(bureau: Desk) -> None:
    number = await begun(bureau, SAM, "/privacy minor @ana")
    await settle(bureau)
    await bureau.click(ANA, "I am of age", "@ana")
    told = await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    assert "they said that they are of age, and can say so only once" in told
    await settle(bureau)

    assert any("still takes you to be too young for this desk" in said for said in bureau.private(ANA))
    await bureau.click(ANA, "I am of age", "@ana")
    await two_days(bureau)
    assert await gone(bureau)


async def test_T32_a_flag_is_not_lifted_by_the_person_it_is_on(bureau: Desk) -> None:
    number = await begun(bureau, SAM, "/privacy minor @ana")
    assert "first a privacy officer has to settle" in await bureau.type(ANA, "/mydata lift", private(ANA))
    assert (await bureau.ticket(1)).restricted
    assert "within two days" in await bureau.type(ANA, f"/mydata cancel {number}", private(ANA))
    assert (await one(bureau, Asked.MINOR)).step == "contested"


async def test_what_they_had_restricted_themselves_stays_so(bureau: Desk) -> None:
    await bureau.press(ANA, "mydata.restrict-now", place=private(ANA))
    await bureau.type(SAM, "/privacy minor @ana")
    await two_days(bureau)
    assert (await bureau.ticket(1)).restricted


async def test_an_officer_can_take_a_flag_back_at_once(bureau: Desk) -> None:
    number = await begun(bureau, SAM, "/privacy minor @ana")
    assert f"Nothing comes of request {number}" in await bureau.type(PIA, f"/privacy clear {number}", private(PIA))
    await settle(bureau)
    assert not (await bureau.ticket(1)).restricted
    assert "does not wait for a second officer" in await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))


async def test_nobody_who_works_here_is_flagged_and_nobody_themselves(bureau: Desk) -> None:
    assert "they work at a desk" in await bureau.type(OLE, "/privacy minor @sam", private(OLE))
    assert "that is you" in await bureau.type(OLE, "/privacy minor @ole", private(OLE), named=(OLE,))
    assert "we hold nothing about them" in await bureau.type(
        OLE, "/privacy minor @zoe", private(OLE), named=(person("zoe"),)
    )
    await bureau.type(OLE, "/privacy minor @ana", private(OLE))
    assert "have a request of that kind open" in await bureau.type(PIA, "/privacy minor @ana", private(PIA))


async def test_a_legal_hold_waits_for_no_age(bureau: Desk) -> None:
    await bureau.type(OLE, "/privacy hold @ana claims 2026-03-01", private(OLE))
    number = await begun(bureau, SAM, "/privacy minor @ana")
    await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    await two_days(bureau)
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.HELD
    assert (await bureau.ticket(1)).restricted


# On somebody's behalf


async def test_T26_an_officer_alone_deletes_nothing_and_the_account_hears_of_it(bureau: Desk) -> None:
    told = await bureau.type(OLE, "/privacy delete-for @ana letter", private(OLE))
    number = number_in(told)
    assert "waits for another privacy officer" in told
    await settle(bureau)
    assert "in your name, to delete what we hold about you" in bureau.private(ANA)[-1]
    assert "Somebody else has to confirm it" in await bureau.type(OLE, f"/privacy confirm {number}", private(OLE))
    bureau.later(days=20)
    await bureau.tick()
    assert (await bureau.ticket(1)).customer == ANA.ref
    assert "Nothing was deleted" in await bureau.click(ANA, "Stop it", "@ana")
    assert "does not wait" in await bureau.type(PIA, f"/privacy confirm {number}", private(PIA))
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.CANCELLED


async def test_a_deletion_that_two_officers_agree_on_begins_the_same_day(bureau: Desk) -> None:
    number = await begun(bureau, OLE, "/privacy delete-for @ana authority", private(OLE))
    assert "the deletion begins now" in await bureau.type(PIA, f"/privacy confirm {number}", private(PIA))
    await settle(bureau)
    assert await gone(bureau)
    assert (await bureau.store.read(lambda work: work.privacy.request(int(number)))).stage is Stage.DONE  # type: ignore[union-attr]


async def test_an_account_that_the_platform_deleted_is_erased_with_four_eyes(bureau: Desk) -> None:
    number = await begun(bureau, OLE, "/privacy delete-for @ana platform", private(OLE))
    await settle(bureau)
    assert "to be deleted" not in bureau.private(ANA)[-1]
    assert "by platform" in await bureau.type(PIA, f"/privacy show {number}", private(PIA))
    await bureau.type(PIA, f"/privacy confirm {number}", private(PIA))
    await settle(bureau)
    assert await gone(bureau)


async def test_T26_nobody_sees_to_their_own_from_the_officers_side(bureau: Desk) -> None:
    number = number_in(await bureau.type(PIA, "/privacy delete-for @ole letter", private(PIA), named=(OLE,)))
    for command in ("show", "confirm", "clear"):
        assert "no request of that number" in await bureau.type(OLE, f"/privacy {command} {number}", private(OLE))
    assert "that is you" in await bureau.type(OLE, "/privacy delete-for @ole letter", private(OLE), named=(OLE,))
    assert "that is you" in await bureau.type(OLE, "/privacy delete-for @ole platform", private(OLE), named=(OLE,))


async def test_what_they_began_themselves_is_not_stopped_by_it(bureau: Desk) -> None:
    await bureau.type(OLE, "/privacy delete-for @ana letter", private(OLE))
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    assert await gone(bureau)


# Codes for requests that came another way


def code_in(desk: Desk) -> str:
    return str(re.findall(r": ([A-Z2-9]{10})\.", "\n".join(desk.private(ANA)))[-1])


async def challenged(desk: Desk, kind: str) -> str:
    number = await begun(desk, OLE, f"/privacy log {kind} @ana email", private(OLE))
    told = await desk.type(OLE, f"/privacy challenge {number}", private(OLE))
    assert "A code was sent to their account." in told
    await settle(desk)
    return number


async def test_whoever_quotes_the_code_has_their_request_done(bureau: Desk) -> None:
    number = await challenged(bureau, "deletion")
    code = code_in(bureau)
    assert "is theirs, and begins" in await bureau.type(OLE, f"/privacy quoted {number} {code.lower()}", private(OLE))
    await settle(bureau)
    assert await gone(bureau)


@pytest.mark.parametrize(("kind", "asked"), [("export", Asked.EXPORT), ("restriction", Asked.RESTRICTION)])
async def test_the_same_for_an_export_and_a_restriction(bureau: Desk, kind: str, asked: Asked) -> None:
    number = await challenged(bureau, kind)
    await bureau.type(OLE, f"/privacy quoted {number} {code_in(bureau)}", private(OLE))
    await settle(bureau)
    assert (await one(bureau, asked)).stage is Stage.DONE
    assert (await bureau.ticket(1)).restricted == (kind == "restriction")


async def test_T26_who_does_not_have_the_account_does_not_have_the_code(bureau: Desk) -> None:
    number = await challenged(bureau, "deletion")
    code = code_in(bureau)
    told = [await bureau.type(OLE, f"/privacy quoted {number} WRONG{n}", private(OLE)) for n in range(5)]
    assert "4 more tries" in told[0]
    assert "This code counts no more" in told[4]
    assert "there is no code that counts" in await bureau.type(OLE, f"/privacy quoted {number} {code}", private(OLE))
    assert code not in await bureau.type(OLE, f"/privacy show {number}", private(OLE))
    assert (await bureau.ticket(1)).customer == ANA.ref


async def test_a_code_counts_for_a_week_and_for_one_request(bureau: Desk) -> None:
    number = await challenged(bureau, "deletion")
    code = code_in(bureau)
    other = await begun(bureau, OLE, "/privacy log export @ana email", private(OLE))
    assert "no code that counts" in await bureau.type(OLE, f"/privacy quoted {other} {code}", private(OLE))
    bureau.later(days=7)
    await bureau.tick()
    assert "no code that counts" in await bureau.type(OLE, f"/privacy quoted {number} {code}", private(OLE))
    assert (await bureau.ticket(1)).customer == ANA.ref


# On the command line


def test_the_command_line_is_one_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def said(*line: str) -> str:
        ran = CliRunner().invoke(app, ["privacy", *line])
        return f"{ran.output}{ran.exception or ''}".strip()

    assert "waits for another privacy officer" in said("delete-for", "fake/w/ana", "letter")
    assert "Somebody else has to confirm it" in said("confirm", "1")
    assert "Nothing comes of request 1" in said("clear", "1")
    assert "we hold nothing" in said("minor", "fake/w/ana")
    assert "waits for another" in said("platform-deleted", "fake/w/ana")
