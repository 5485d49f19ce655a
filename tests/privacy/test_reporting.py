"""What is due, what became of requests, and who got what: in numbers and codes."""

import pytest

from bot.errors import Problem
from bot.privacy.officers.reporting import give
from tests.desk import ANA, BEN, Desk, private
from tests.privacy.conftest import OLE, PIA, settle

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def officer(bureau: Desk, line: str) -> str:
    return await bureau.type(OLE, line, private(OLE), (OLE, PIA))


async def test_what_is_due_soon_is_shown_and_nothing_else(bureau: Desk) -> None:
    assert await officer(bureau, "/privacy report 30") == "Nothing is due within 30 days."
    await officer(bureau, "/privacy log export @ana email")
    await officer(bureau, "/privacy hold @ben claims 2026-03-20")
    assert await officer(bureau, "/privacy report 30") == "Nothing is due within 30 days."
    due = await officer(bureau, "/privacy report 31")
    assert due.startswith("1: ")
    assert "answer by 2026-02-05" in due
    assert "hold" not in due
    assert "hold 1: claims" in await officer(bureau, "/privacy report 80")
    bureau.later(days=40)
    assert "overdue" in await officer(bureau, "/privacy report 0")


async def test_an_officer_does_not_see_what_is_due_of_their_own(bureau: Desk) -> None:
    await bureau.type(PIA, "/privacy log export @ole email", private(PIA), (OLE,))
    assert await officer(bureau, "/privacy report 60") == "Nothing is due within 60 days."
    assert (await bureau.type(PIA, "/privacy report 60", private(PIA))).startswith("1: ")


async def test_the_report_counts_what_became_of_requests_and_what_was_late(bureau: Desk) -> None:
    assert (await officer(bureau, "/privacy report")).endswith("None.")
    await bureau.type(ANA, "/mydata export", private(ANA))
    await settle(bureau)
    await officer(bureau, "/privacy log deletion @ben email")
    await officer(bureau, "/privacy log export @sam email")
    bureau.later(days=40)
    await officer(bureau, "/privacy refuse 2 no-data")
    head, *lines = (await officer(bureau, "/privacy report")).splitlines()
    assert head == "Requests about data, from 2025-02-14 to 2026-02-14"
    assert sorted(line.partition(" (")[0] for line in lines) == ["an export: 2", "the deletion of your data: 1"]
    assert any(line.endswith("1 of them late") for line in lines)
    bureau.later(days=400)
    assert (await officer(bureau, "/privacy report")).endswith("None.")


async def test_what_was_given_to_whom_stands_in_the_log_in_codes(bureau: Desk) -> None:
    assert await officer(bureau, "/privacy disclosures") == "Nothing was given to anybody yet."
    await officer(bureau, "/privacy given @ana court obligation")
    await bureau.type(BEN, "/mydata export", private(BEN))
    await settle(bureau)
    lines = (await officer(bureau, "/privacy disclosures")).splitlines()
    assert [line.split()[2] for line in lines] == ["given", "export.delivered"]
    assert "store=court reason=obligation" in lines[0]
    assert "ana" not in "".join(lines)
    assert len((await officer(bureau, "/privacy disclosures @ana")).splitlines()) == 1
    assert (await bureau.type(ANA, "/privacy disclosures", private(ANA))).startswith("That is for privacy officers")


@pytest.mark.parametrize(("to", "why"), [("uncle", "obligation"), ("court", "because")])
async def test_only_codes_are_written_down(bureau: Desk, to: str, why: str) -> None:
    with pytest.raises(Problem, match="Nothing was written down"):
        await bureau.store.write(lambda work: give(ANA.ref, to, why, OLE.ref, work))
    with pytest.raises(Problem, match="that is you"):
        await bureau.store.write(lambda work: give(OLE.ref, "court", "claims", OLE.ref, work))
