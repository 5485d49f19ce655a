"""/privacy report, disclosures, given, export-for, sealed: what officers report on, and what they hand on."""

from bot.access import Call, person_named
from bot.ports import UnitOfWork
from bot.privacy import office, reporting, sealed_export
from bot.privacy.officer import NUMBER, PERSON, officers_only
from bot.router import Option, Router, Takes

router = Router()
DAYS = Option("due", "Only what is due within so many days", Takes.NUMBER, required=False)
WHOSE = Option("person", "Only what was given of theirs", Takes.PERSON, required=False)


@router.command("privacy report", "What became of requests about data, or what is due", DAYS)
@officers_only
def report(call: Call, work: UnitOfWork) -> str:
    days = call.options.get("due", "").strip()
    return reporting.due(days, call.actor.ref, work) if days else reporting.report(work)


@router.command("privacy disclosures", "What was given to whom and when, in codes", WHOSE)
@officers_only
def disclosures(call: Call, work: UnitOfWork) -> str:
    named = call.options.get("person", "")
    return reporting.disclosures(person_named(named) if named else None, work)


@router.command(
    "privacy given", "Write down that somebody outside got a person's data",
    PERSON, Option("to", "Who got it", Takes.CHOICE, choices=reporting.TO),
    Option("reason", "Why", Takes.CHOICE, choices=reporting.WHY),
)  # fmt: skip
@officers_only
def given(call: Call, work: UnitOfWork) -> str:
    named = call.options
    return reporting.give(person_named(named["person"]), named["to"], named["reason"], call.actor.ref, work)


@router.command(
    "privacy export-for", "Have an export made for somebody who cannot fetch it here; only they can open it",
    PERSON, Option("source", "How they asked", Takes.CHOICE, choices=office.SOURCES),
)  # fmt: skip
@officers_only
def export_for(call: Call, work: UnitOfWork) -> str:
    named = call.options
    return sealed_export.order(person_named(named["person"]), named["source"], call.actor.ref, work)


@router.command("privacy sealed", "Get a sealed export, to hand it on", NUMBER)
@officers_only
def sealed(call: Call, work: UnitOfWork) -> str:
    return sealed_export.hand_out(call.options["number"], call.actor.ref, work)
