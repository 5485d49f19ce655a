"""/privacy report, breach, disclosures, given, export-for, sealed: what officers report on, and what they hand on."""

from bot.access import Call, person_named
from bot.ports import UnitOfWork
from bot.privacy.exporting import sealed_export
from bot.privacy.officers import breach, office, reporting
from bot.privacy.officers.officer import NUMBER, PERSON, officers_only
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes

router = Router(Use.OFFICE)
DAYS = Option("due", "Only what is due within so many days", Takes.NUMBER, required=False)
WHOSE = Option("person", "Only what was given of theirs", Takes.PERSON, required=False)


@router.command("privacy report", "What became of requests about data, or what is due", DAYS)
@officers_only
def report(call: Call, work: UnitOfWork) -> str:
    days = call.options.get("due", "").strip()
    return reporting.due(days, call.actor.ref, work) if days else reporting.report(work)


ABOUT_ONE = {
    "show": breach.show,
    "drafts": breach.drafts,
    "reported": breach.reported,
    "tell": breach.tell,
    "close": breach.close,
}


@router.command(
    "privacy breach", "When others may have had access to people's data",
    Option("what", "What to do", Takes.CHOICE, choices=("list", "open", *ABOUT_ONE)),
    Option("number", "Its number, unless it is a new one", Takes.NUMBER, required=False),
    Option("aware", "When we knew, in UTC, such as 2026-01-31T14:30", required=False, named=True),
    Option("from", "Since when it was possible", required=False, named=True),
    Option("until", "Until when it was possible", required=False, named=True),
    Option("stores", "database, files, or tables, with a comma between", required=False, named=True),
    Option("keys", "Whether CONTENT_KEY was within reach, too", Takes.CHOICE, False, ("yes", "no"), named=True),
    Option("drill", "Whether it is an exercise", Takes.CHOICE, False, ("yes", "no"), named=True),
)  # fmt: skip
@officers_only
def of_breach(call: Call, work: UnitOfWork) -> str:
    given, what = call.options, call.options["what"]
    if what == "list":
        return breach.register(work)
    if what != "open":
        return ABOUT_ONE[what](given.get("number", ""), work)
    times = [given.get(name, "") for name in ("aware", "from", "until")]
    stores = given.get("stores", breach.DATABASE).split(",")
    keys, drill = (given.get(name) == "yes" for name in ("keys", "drill"))
    return breach.open_breach(times, stores, work, drill=drill, keys=keys)


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
