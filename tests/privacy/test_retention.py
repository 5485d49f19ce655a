"""What is past its period is hidden at once and deleted by the hour; proven with a clock that is moved."""

from pathlib import Path

import pytest

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import Refused
from bot.privacy.retaining import purging
from bot.privacy.retaining.purging import purge_everything, set_period
from bot.privacy.retaining.retention import RULES, TIMED, defaults
from bot.privacy.retaining.retention_views import WHAT
from storage.datamap import sheets
from storage.files import DiskFiles
from tests.desk import ANA, BEN, HELP, SAM, Desk, agents_thread, person, private
from tests.privacy.canaries import everything, traces
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine, keep

WORD, NOTE, TAG = "Mirabellenkompott", "Pastinakensuppe", "quitten"


@pytest.fixture
async def closed(office: Desk, files: DiskFiles) -> Desk:
    """Ana's ticket, with a file, a note, a tag and somebody else in it, is closed; Ben's is open."""
    file = await keep(files, b"a picture of the fire")
    await office.say(ANA, f"my {WORD} is on fire", files=(file,))
    await office.say(BEN, f"my {WORD} as well", HELP)
    await office.say(SAM, f"{NOTE} for Ana", agents_thread(1))
    await office.type(SAM, f"/ticket tag 1 +{TAG}")
    await office.type(SAM, "/ticket add 1 @ben")
    await office.type(SAM, "/ticket close 1")
    await settle(office)
    return office


async def purge(desk: Desk) -> int:
    return await purge_everything(desk.store)


def rows(desk: Desk, *tables: str) -> str:
    return "\n".join(row for (table, _), row in everything(engine(desk)).items() if table in tables)


# The rules


def test_every_table_with_people_in_it_is_kept_under_a_rule() -> None:
    assert {sheet.says("keep") for sheet in sheets()} <= set(RULES)
    assert {rule.id for rule in TIMED} == set(WHAT) == set(defaults())


# The clock


async def test_a_day_before_its_time_all_is_there(closed: Desk) -> None:
    closed.later(days=89, hours=23)
    assert await purge(closed) == 0
    assert WORD in await closed.type(SAM, "/ticket history 1")


async def test_files_go_after_ninety_days_and_words_stay(closed: Desk, files: DiskFiles) -> None:
    closed.later(days=90, minutes=1)
    assert await purge(closed) > 0
    assert rows(closed, "attachments") == ""
    assert WORD in await closed.type(SAM, "/ticket history 1")
    assert await purge(closed) == 0


async def test_words_go_after_half_a_year_and_what_the_desk_counts_by_stays(closed: Desk, tmp_path: Path) -> None:
    before = await closed.ticket(1)
    closed.later(days=180, minutes=1)
    await purge(closed)
    after = await closed.ticket(1)
    assert (after.number, after.state, after.opened_at, after.closed_at, after.entries) == (
        before.number, before.state, before.opened_at, before.closed_at, before.entries,
    )  # fmt: skip
    assert (after.subject, after.customer) == ("", UserRef("gone", "", f"ticket-{after.id}"))
    left = rows(closed, "tickets", "timeline", "tags", "participants", "attachments")
    assert NOTE not in left
    assert TAG not in left
    assert left.count(str(ANA.ref)) == 0
    assert "Sam claimed" not in left
    assert str(SAM.ref) in left
    assert WORD in left, "Ben's ticket is open"


async def test_purged_words_are_on_the_disk_no_more(closed: Desk, tmp_path: Path) -> None:
    await closed.type(SAM, "/ticket close 2")
    await settle(closed)
    assert NOTE.encode()[4:] in traces(engine(closed), tmp_path)
    closed.later(days=181)
    await purge(closed)
    assert NOTE.encode()[4:] not in traces(engine(closed), tmp_path)


async def test_what_is_past_its_time_is_hidden_before_it_is_deleted(closed: Desk) -> None:
    closed.later(days=181)
    assert await closed.type(SAM, f"/ticket search {NOTE}") == f"Nothing found for “{NOTE}”."
    assert WORD not in await closed.type(SAM, "/ticket list closed")
    assert WORD not in await closed.type(SAM, "/ticket show 1")
    history = await closed.type(SAM, "/ticket history 1")
    assert WORD not in history
    assert NOTE not in history
    assert WORD in rows(closed, "timeline")


async def test_open_tickets_are_kept_however_old(closed: Desk) -> None:
    closed.later(days=2000)
    await purge(closed)
    assert WORD in await closed.type(SAM, "/ticket history 2")


async def test_reopening_gives_a_ticket_its_time_again(closed: Desk) -> None:
    closed.later(days=100)
    await closed.type(SAM, "/ticket reopen 1")
    await closed.type(SAM, "/ticket close 1")
    closed.later(days=100)
    await purge(closed)
    assert WORD in await closed.type(SAM, "/ticket history 1")


async def test_what_is_said_after_a_purge_is_purged_in_its_turn(closed: Desk) -> None:
    closed.later(days=181)
    await purge(closed)
    await closed.type(SAM, "/ticket reopen 1")
    await closed.type(SAM, "/ticket note 1 Schwarzwurzeln")
    await closed.type(SAM, "/ticket close 1")
    closed.later(days=170)
    await purge(closed)
    assert "Schwarzwurzeln" in rows(closed, "timeline")
    closed.later(days=11)
    await purge(closed)
    assert "Schwarzwurzeln" not in rows(closed, "timeline")


async def test_a_restricted_ticket_waits(closed: Desk) -> None:
    await closed.press(ANA, "mydata.restrict-now")
    await settle(closed)
    closed.later(days=400)
    await purge(closed)
    assert (await closed.ticket(1)).subject.startswith(f"my {WORD}")
    await closed.type(ANA, "/mydata lift", private(ANA))
    await settle(closed)
    await purge(closed)
    assert (await closed.ticket(1)).subject == ""


async def test_an_open_request_comes_first(closed: Desk) -> None:
    closed.later(days=181)
    await closed.type(ANA, "/mydata delete", private(ANA))
    await purge(closed)
    assert (await closed.ticket(1)).customer == ANA.ref
    await closed.type(ANA, "/mydata cancel", private(ANA))
    await purge(closed)
    assert (await closed.ticket(1)).customer != ANA.ref


async def test_profiles_go_when_nothing_else_is_left(closed: Desk) -> None:
    await closed.say(person("zoe", "Zoe Gone"), "hello", agents_thread(2))
    closed.later(days=29)
    await purge(closed)
    assert "Zoe Gone" in rows(closed, "people")
    closed.later(days=2)
    await purge(closed)
    left = rows(closed, "people")
    assert "Zoe Gone" not in left
    assert str(ANA.ref) in left, "her ticket is still kept"
    closed.later(days=181)
    await purge(closed)
    left = rows(closed, "people")
    assert str(ANA.ref) not in left
    assert str(BEN.ref) in left
    assert str(SAM.ref) in left, "he works here"


async def test_what_could_not_be_delivered_goes_after_a_fortnight(closed: Desk) -> None:
    closed.chat.refuse = lambda effect: Refused("no")
    await closed.type(SAM, "/ticket reply 2 Topinambur")
    await settle(closed)
    assert "Topinambur" in rows(closed, "outbox")
    closed.later(days=13)
    await purge(closed)
    assert "Topinambur" in rows(closed, "outbox")
    closed.later(days=2)
    await purge(closed)
    assert "Topinambur" not in rows(closed, "outbox")


async def test_requests_and_choices_are_proof_for_three_years(closed: Desk) -> None:
    await closed.type(ANA, "/mydata delete", private(ANA))
    await closed.type(ANA, "/mydata cancel", private(ANA))
    await closed.type(ANA, "/mydata consent examples", private(ANA))
    await closed.press(ANA, "mydata.forbid", "examples")
    closed.later(days=1094)
    await purge(closed)
    assert "erasure" in rows(closed, "requests")
    assert '"allowed": true' in rows(closed, "choices")
    closed.later(days=2)
    await purge(closed)
    assert rows(closed, "requests") == ""
    assert '"allowed": true' not in rows(closed, "choices")
    assert '"allowed": false' in rows(closed, "choices"), "this one has not ended"


async def test_a_long_ticket_is_purged_a_page_at_a_time(closed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await closed.type(SAM, "/ticket reopen 1")
    for n in range(12):
        await closed.say(SAM, f"note {n}", agents_thread(1))
    await closed.type(SAM, "/ticket close 1")
    closed.later(days=181)
    monkeypatch.setattr(purging, "CHUNK", 4)
    await purge(closed)
    assert "note " not in rows(closed, "timeline")
    assert await purge(closed) == 0


# Changing a period


async def test_a_shorter_period_begins_a_day_later_and_can_be_undone(closed: Desk) -> None:
    closed.later(days=60)
    preview, since = await closed.store.write(lambda work: set_period("content", 30, work))
    assert (preview.now, since) == (1, closed.now().replace(day=since.day, month=since.month))
    closed.later(hours=23)
    await purge(closed)
    assert (await closed.ticket(1)).subject != ""
    await closed.store.write(lambda work: set_period("content", 180, work))
    closed.later(hours=23)
    await purge(closed)
    assert (await closed.ticket(1)).subject != ""
    await closed.store.write(lambda work: set_period("content", 30, work))
    closed.later(hours=24)
    await purge(closed)
    assert (await closed.ticket(1)).subject == ""


async def test_a_longer_period_holds_at_once(closed: Desk) -> None:
    await closed.store.write(lambda work: set_period("content", 365, work))
    closed.later(days=300)
    await purge(closed)
    assert (await closed.ticket(1)).subject != ""


WRONG = [("content", 6), ("content", 3651), ("requests", 30), ("posted", 3), ("x", 3)]


@pytest.mark.parametrize(("rule", "days"), WRONG)
async def test_periods_keep_to_their_bounds(closed: Desk, rule: str, days: int) -> None:
    with pytest.raises(Problem, match="Nothing was changed"):
        await closed.store.write(lambda work: set_period(rule, days, work))
    assert await closed.store.read(lambda work: work.privacy.periods()) == defaults()


async def test_the_preview_counts_what_is_due(closed: Desk) -> None:
    closed.later(days=181)
    due = {p.rule: p.now for p in await closed.store.read(purging.previews)}
    assert due == {"content": 1, "files": 1} | dict.fromkeys(
        ("removed", "profile", "undelivered", "requests", "choices", "holds", "audit"), 0
    )
