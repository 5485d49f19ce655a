"""Privacy officers: every request has a due date, an answer and a reason; what a hold held up begins when it ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.inbound import CommandInvoked, FormSubmitted
from bot.privacy.model import Asked, Stage
from bot.privacy.retaining.purging import purge_everything
from bot.router import Command
from bot.routes import all_routes
from tests.desk import AGENTS, ANA, BEN, KIM, LEA, SAM, Desk, private
from tests.privacy.conftest import OLE, PIA, one, release, settle

FOR_AGENTS = ("privacy minor",)
OFFICIAL = [command for command in all_routes().commands.values() if command.name.startswith("privacy ")]
COMMANDS = [command for command in OFFICIAL if command.name not in FOR_AGENTS]


async def logged(desk: Desk, kind: str, received: str = "") -> str:
    return await desk.type(OLE, f"/privacy log {kind} @ana email {received}".strip(), private(OLE))


def until(desk: Desk, days: int) -> str:
    return (desk.now() + timedelta(days=days)).strftime("%Y-%m-%d")


# Who may


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.action)
async def test_nobody_but_an_officer_does_any_of_it(bureau: Desk, command: Command) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    reasons = [option.choices[0] for option in command.options if option.name == "reason"]
    given = {"number": "1", "kind": "export", "person": str(ANA.ref), "source": "email", "review": until(bureau, 9)}
    what = [option.choices[0] for option in command.options if option.name == "what"]
    given |= {"code": "x", "to": "court", "what": what[0] if what else ""}
    given |= {"who": "right", "rule": "content", "days": "9", "reason": reasons[0] if reasons else ""}
    for who in (ANA, BEN, SAM, KIM, LEA):
        told = await bureau.handle(CommandInvoked(bureau._id(), who, AGENTS, command.name, given))
        assert told.startswith("That is for privacy officers. Nothing was changed."), who
        told = await bureau.handle(FormSubmitted(bureau._id(), who, AGENTS, command.action, "", given))
        assert told.startswith("That is for privacy officers. Nothing was changed."), who
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.ASKED
    assert await bureau.store.read(lambda work: work.privacy.holds(9)) == []


def test_there_are_commands_to_look_at(database_url: str) -> None:
    assert len(COMMANDS) == 24


async def test_an_officer_by_group_is_one_as_well(bureau: Desk) -> None:
    assert await bureau.type(PIA, "/privacy queue", private(PIA)) == "No requests are open."


async def test_nobody_has_their_own_request_in_hand(bureau: Desk) -> None:
    await bureau.type(OLE, "/mydata delete", private(OLE))
    assert await bureau.type(OLE, "/privacy queue", private(OLE)) == "No requests are open."
    assert "no request of that number" in await bureau.type(OLE, "/privacy refuse 1 excessive", private(OLE))
    assert "that is you" in await bureau.type(OLE, f"/privacy hold @ole claims {until(bureau, 9)}", named=(OLE,))
    assert (await one(bureau, Asked.ERASURE, OLE)).stage is Stage.ASKED
    assert "1: the deletion of their data" in await bureau.type(PIA, "/privacy queue", private(PIA))


# Requests that came another way


async def test_a_logged_request_counts_from_the_day_it_came_and_begins_when_its_owner_says_yes(bureau: Desk) -> None:
    told = await logged(bureau, "export", "2026-01-02")
    assert told.startswith("Request 1 is logged, to be answered by 2026-02-02.")
    assert "by email, answer by 2026-02-02 (27 days): waits for them" in await bureau.type(OLE, "/privacy queue")
    await settle(bureau)
    assert bureau.private(ANA)[-1].startswith(
        "Was that you?\nA request about your data reached us another way: an export"
    )
    assert "not valid any more" in await bureau.press(BEN, "mydata.mine", "1")
    await bureau.click(ANA, "It is mine", "@ana")
    await settle(bureau)
    assert (await one(bureau, Asked.EXPORT)).stage is Stage.DONE
    assert bureau.private(ANA)[-1].startswith("Your data")


async def test_a_logged_deletion_is_previewed_and_confirmed_by_its_owner(bureau: Desk) -> None:
    await logged(bureau, "deletion")
    await settle(bureau)
    bureau.later(days=2)
    await bureau.tick()
    assert (await bureau.click(ANA, "It is mine", "@ana")).startswith("Delete what we hold about you?")
    await bureau.click(ANA, "Delete all of it")
    await settle(bureau)
    assert await bureau.store.read(lambda work: work.privacy.view(ANA.ref)) == []


async def test_a_logged_restriction_holds_from_the_yes_on(bureau: Desk) -> None:
    await logged(bureau, "restriction")
    await settle(bureau)
    assert not (await bureau.ticket(1)).restricted
    await bureau.click(ANA, "It is mine", "@ana")
    assert (await bureau.ticket(1)).restricted


async def test_a_logged_request_that_nobody_owns_up_to_ends_with_its_month(bureau: Desk) -> None:
    await logged(bureau, "deletion")
    bureau.later(days=30)
    await bureau.tick()
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.ASKED
    bureau.later(days=2)
    await bureau.tick()
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.EXPIRED
    assert (await bureau.ticket(1)).customer == ANA.ref


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("export @ana email 2026-02-01", "that day is yet to come"),
        ("export @ana email yesterday", "a day like 2026-01-31"),
        ("export @ana email 2026-02-30", "a day like 2026-01-31"),
    ],
)
async def test_a_request_is_logged_in_codes_and_days_only(bureau: Desk, line: str, told: str) -> None:
    assert told in await bureau.type(OLE, f"/privacy log {line}", private(OLE))
    assert await bureau.store.read(lambda work: work.privacy.open_requests(9)) == []


# Deadlines


async def test_a_request_is_extended_once_with_a_reason_that_its_owner_reads(bureau: Desk) -> None:
    await logged(bureau, "deletion")
    await settle(bureau)
    assert "by 2026-04-05 now" in await bureau.type(OLE, "/privacy extend 1 complex", private(OLE))
    await settle(bureau)
    assert "takes us longer, because it is complex. You have an answer by 2026-04-05." in bureau.private(ANA)[-1]
    assert "cannot be extended" in await bureau.type(OLE, "/privacy extend 1 many", private(OLE))


async def test_after_its_first_month_it_is_too_late_to_extend(bureau: Desk) -> None:
    await logged(bureau, "deletion")
    bureau.later(days=32)
    assert "cannot be extended" in await bureau.type(OLE, "/privacy extend 1 complex", private(OLE))


async def test_officers_are_reminded_when_it_gets_near_and_each_time_once(bureau: Desk) -> None:
    await logged(bureau, "deletion")
    for days in (16, 1, 1, 7, 4, 1.5):
        bureau.later(days=days)
        for _ in range(3):
            await bureau.tick()
        await settle(bureau)
    reminders = [text for text in bureau.private(OLE) if text.startswith("Request 1 has to be answered")]
    assert [text.partition("(")[2].partition(")")[0] for text in reminders] == ["14 days", "6 days", "2 days", "today"]


async def test_a_refusal_says_why_and_where_to_complain(bureau: Desk) -> None:
    await bureau.type(ANA, "/mydata delete", private(ANA))
    assert "is refused (claims)" in await bureau.type(OLE, "/privacy refuse 1 claims", private(OLE))
    await settle(bureau)
    assert (
        "because it is needed for legal claims (GDPR Art. 17(3)(e)). You can complain to a data protection"
        in (bureau.private(ANA)[-1])
    )
    assert "refused" in await bureau.type(ANA, "/mydata status", private(ANA))
    assert "not valid any more" in await bureau.press(ANA, "mydata.confirm", "1")
    assert "cannot be refused" in await bureau.type(OLE, "/privacy refuse 1 claims", private(OLE))


# Legal holds


async def test_a_deletion_waits_for_the_hold_and_begins_by_itself(bureau: Desk) -> None:
    assert "Hold 1 stands: nothing of Ana is deleted" in await bureau.type(
        OLE, f"/privacy hold @ana claims {until(bureau, 60)}", private(OLE)
    )
    await bureau.type(ANA, "/mydata delete", private(ANA))
    told = await bureau.click(ANA, "Delete all of it")
    assert "The law has us keep it for now" in told
    await settle(bureau)
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.HELD
    assert (await bureau.ticket(1)).customer == ANA.ref
    assert (await bureau.ticket(1)).restricted
    bureau.later(days=59)
    await bureau.tick()
    await settle(bureau)
    assert (await bureau.ticket(1)).customer == ANA.ref
    assert "The deletion that waited for it begins now." in await release(bureau, OLE, 1)
    await settle(bureau)
    assert await bureau.store.read(lambda work: work.privacy.view(ANA.ref)) == []


async def test_a_hold_in_the_time_to_think_stops_what_was_confirmed(bureau: Desk) -> None:
    clerk = bureau.chats.pop("clerk")
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    await bureau.type(OLE, f"/privacy hold @ana obligation {until(bureau, 9)}", private(OLE))
    bureau.chats["clerk"] = clerk
    await settle(bureau)
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.HELD
    assert "my printer is on fire" in (await bureau.ticket(1)).subject


async def test_of_two_holds_the_last_one_counts(bureau: Desk) -> None:
    for code in ("claims", "obligation"):
        await bureau.type(OLE, f"/privacy hold @ana {code} {until(bureau, 9)}", private(OLE))
    await bureau.type(ANA, "/mydata delete", private(ANA))
    await bureau.click(ANA, "Delete all of it")
    assert await release(bureau, OLE, 1) == "Hold 1 is released."
    await settle(bureau)
    assert (await one(bureau, Asked.ERASURE)).stage is Stage.HELD
    assert "begins now" in await release(bureau, OLE, 2)


async def test_what_is_held_outlives_its_period(bureau: Desk) -> None:
    await bureau.type(SAM, "/ticket close 1")
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 90)}", private(OLE))
    bureau.later(days=400)
    await purge_everything(bureau.store)
    assert (await bureau.ticket(1)).subject != ""
    await release(bureau, OLE, 1)
    await purge_everything(bureau.store)
    assert (await bureau.ticket(1)).subject == ""


async def test_a_hold_has_to_be_looked_at_again_and_officers_are_told(bureau: Desk) -> None:
    told = await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 91)}", private(OLE))
    assert "within 90 days" in told
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 10)}", private(OLE))
    bureau.later(days=11)
    for _ in range(3):
        await bureau.tick()
    await settle(bureau)
    assert [text for text in bureau.private(OLE) if "Legal hold 1 has to be looked at again" in text] == [
        (
            "Legal hold 1 has to be looked at again: /privacy show 1 hold says whose it is, then /privacy renew or "
            "/privacy release."
        )
    ]
    assert "hold 1: claims, since 2026-01-05, review it now" in await bureau.type(OLE, "/privacy queue")
    assert "goes on" in await bureau.type(OLE, f"/privacy renew 1 {until(bureau, 30)}", private(OLE))
    assert f"review by {until(bureau, 30)}" in await bureau.type(OLE, "/privacy queue")


async def test_they_see_in_their_export_and_view_that_there_is_a_hold(bureau: Desk) -> None:
    await bureau.type(OLE, f"/privacy hold @ana claims {until(bureau, 60)}", private(OLE))
    assert "legal holds on your data: 1" in await bureau.type(ANA, "/mydata", private(ANA))


# Retention


async def test_an_officer_sees_what_is_due_and_shortens_with_a_day_of_grace(bureau: Desk) -> None:
    await bureau.type(SAM, "/ticket close 1")
    bureau.later(days=30)
    shown = await bureau.type(OLE, "/privacy retention", private(OLE))
    assert "content: 180 days, the words of tickets, after these are closed. Due now: 0" in shown
    told = await bureau.type(OLE, "/privacy retention content 14", private(OLE))
    assert told.startswith("content is kept for 14 days from 2026-02-05 09:00 UTC on. As things are, 1 would be")
    await purge_everything(bureau.store)
    assert (await bureau.ticket(1)).subject != ""
    bureau.later(days=1)
    await purge_everything(bureau.store)
    assert (await bureau.ticket(1)).subject == ""


# On the command line


def test_the_command_line_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def said(*line: str) -> str:
        ran = runner.invoke(app, ["privacy", *line])
        return f"{ran.output}{ran.exception or ''}".strip()

    assert said("log", "deletion", "fake/w/ana", "letter").startswith("Request 1 is logged")
    assert "1: the deletion of their data" in said("queue")
    assert "Of somebody (fake/w/ana)" in said("show", "1")
    assert "is to be answered by" in said("extend", "1", "complex")
    day = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")
    assert said("hold", "fake/w/ana", "claims", day).startswith("Hold 1 stands")
    assert "goes on" in said("renew", "1", day)
    assert "another privacy officer has to agree" in said("release", "1")
    assert "you began that yourself" in said("confirm", "1", "hold")
    assert said("clear", "1", "hold") == "Hold 1 stands as it did."
    assert said("refuse", "1", "whim").startswith("Nothing was changed: the reason is one of")
    assert "refused (no-data)" in said("refuse", "1", "no-data")
    assert said("queue").startswith("No requests are open.\n\nLegal holds\nhold 1: claims")
