"""For privacy officers: requests, holds, what is kept and why."""

import sys
from typing import Annotated

import typer

from bot.commands.common import HOW, configured, office

privacy = typer.Typer(help="For the privacy officer.", **HOW)

Number = Annotated[str, typer.Argument(help="Its number in helpthread privacy queue.")]
Account = Annotated[str, typer.Argument(help="Whose data it is about: PLATFORM/WORKSPACE/ID, PLATFORM//ID on Discord.")]
Day = Annotated[str, typer.Argument(help="A day such as 2026-01-31.")]
Of = Annotated[str, typer.Argument(help="hold, if the number is one of a legal hold.")]
Source = Annotated[str, typer.Argument(help="How it came: email, letter, phone, person or authority.")]
Why = Annotated[str, typer.Argument(help="A code; a wrong one shows those there are.")]
Language = Annotated[str, typer.Option(help="As a code such as de.")]


@privacy.command()
def queue() -> None:
    """Show open requests about data and legal holds, with their due dates."""
    office("queue")


@privacy.command()
def show(number: Number, of: Of = "") -> None:
    """Show a request, or a legal hold."""
    office("show.hold" if of == "hold" else "show", number)


@privacy.command()
def log(
    kind: Annotated[str, typer.Argument(help="export, deletion or restriction.")],
    person: Account,
    source: Source,
    received: Annotated[str, typer.Argument(help="The day it came, if not today.")] = "",
) -> None:
    """Write down a request that came another way. Their account is asked whether it is theirs."""
    office("log", kind, person, source, received)


@privacy.command()
def extend(number: Number, reason: Why) -> None:
    """Take two months more for a request, once."""
    office("extend", number, reason)


@privacy.command()
def refuse(number: Number, reason: Why) -> None:
    """Refuse a request."""
    office("refuse", number, reason)


@privacy.command()
def decide(number: Number, who: Annotated[str, typer.Argument(help="Whether they are right or wrong.")]) -> None:
    """Decide who is right about what somebody says is wrong."""
    office("decide", number, who)


@privacy.command()
def hold(
    person: Account,
    reason: Why,
    review: Day,
    ticket: Annotated[
        str, typer.Argument(help="The number of a ticket of theirs, or DESK#NUMBER, to keep that one only.")
    ] = "",
    nondisclosure: Annotated[
        bool, typer.Option("--nondisclosure", help="Tell them nothing of it, once an officer in chat confirms that.")
    ] = False,
) -> None:
    """Have somebody's data, or one ticket, kept for a reason in law, to be looked at again within 90 days."""
    office("hold", person, reason, review, ticket, "nondisclosure" if nondisclosure else "")


@privacy.command()
def renew(number: Number, review: Day) -> None:
    """Say that a legal hold was looked at and goes on."""
    office("renew", number, review)


@privacy.command()
def release(number: Number) -> None:
    """End a legal hold; what waited for it begins. Before its day, an officer in chat has to confirm it."""
    office("release", number)


@privacy.command()
def reconcile(
    tombstones_lost: Annotated[
        bool, typer.Option("--tombstones-lost", help="Go on without them: those who were erased may be in here.")
    ] = False,
) -> None:
    """Erase again whoever a restored backup brought back. Every start does that by itself, too."""
    from bot.operating import database, office

    settings = configured()
    print(database.in_loop(lambda: office.reconcile(settings, lost=tombstones_lost)))


@privacy.command("prove-erased")
def prove_erased(
    person: Annotated[
        str, typer.Argument(help="Their account, PLATFORM/WORKSPACE/ID, or the number of their request.")
    ],
    word: Annotated[
        list[str] | None, typer.Option(help="What else they are known by; may be said several times.")
    ] = None,
    also: Annotated[list[str] | None, typer.Option(help="A file or folder elsewhere, such as logs.")] = None,
) -> None:
    """Look for somebody in the database, in DATA_DIR and in packed files. Fails if anything is left."""
    from pathlib import Path

    from bot.operating import database, office, proving

    settings = configured()
    asked = database.in_loop(lambda: office.asked_by(settings, person))
    proof = proving.prove(settings, proving.whose(person, asked), word or [], [Path(each) for each in also or []])
    print("\n".join(proof.lines))
    if not proof.clean:
        raise typer.Exit(1)


@privacy.command()
def challenge(number: Number) -> None:
    """Send a code to the account that a logged request is about, to be quoted the way the request came."""
    office("challenge", number)


@privacy.command()
def quoted(number: Number, code: Annotated[str, typer.Argument(help="As they quoted it.")]) -> None:
    """Say what code came back. If it is the right one, the request begins."""
    office("quoted", number, code)


@privacy.command()
def quotes(
    number: Annotated[str, typer.Argument(help="Which; none lists them.")] = "",
    what: Annotated[str, typer.Argument(help="erase or keep; none shows what is quoted.")] = "",
) -> None:
    """Show messages that may quote somebody who was deleted, and say whether the quotes go."""
    office("quotes", number, what)


@privacy.command()
def minor(person: Account) -> None:
    """Say that somebody may be too young. It is restricted at once; an officer in chat has to confirm it."""
    office("minor", person)


@privacy.command()
def delete_for(person: Account, source: Source) -> None:
    """Have somebody's data deleted who asked another way. An officer in chat has to confirm it."""
    office("delete-for", person, source)


@privacy.command()
def platform_deleted(person: Account) -> None:
    """Say that the platform deleted somebody's account. An officer in chat has to confirm it."""
    office("delete-for", person, "platform")


@privacy.command()
def confirm(number: Number, of: Of = "") -> None:
    """Confirm what an officer or an agent began in chat."""
    office("confirm.hold" if of == "hold" else "confirm", number)


@privacy.command()
def clear(number: Number, of: Of = "") -> None:
    """Say that nothing comes of what waits for a second officer."""
    office("clear.hold" if of == "hold" else "clear", number)


@privacy.command()
def retention(
    rule: Annotated[str, typer.Argument(help="One of the rules; none shows all.")] = "",
    days: Annotated[int, typer.Argument(help="Keep for so many days; none shows what would go.")] = 0,
) -> None:
    """Show how long things are kept and what is due, or change it. A shorter period begins a day later."""
    if rule:
        office("retention", rule, str(days))
    else:
        office("retention-due")


@privacy.command()
def notice(language: Annotated[str, typer.Option(help="As a code such as de.")] = "en") -> None:
    """Print the privacy notice, as Markdown, from what the tables hold and what the settings say."""
    from bot.operating import documents

    sys.stdout.write(documents.notice(configured(), language))


@privacy.command()
def lint(
    file: Annotated[str, typer.Argument(help="The notice as you publish it, as Markdown.")], language: Language = "en"
) -> None:
    """Look whether a privacy notice has its sections and no others, a date, and who is responsible."""
    from pathlib import Path

    from bot.operating import documents

    faults = documents.lint(Path(file).read_text(encoding="utf-8"), language)
    print("\n".join(faults) or "it has all that it should have, and nothing else")
    if faults:
        raise typer.Exit(1)


@privacy.command()
def record(language: Language = "en") -> None:
    """Print the record of processing (GDPR Art. 30), as Markdown."""
    from bot.operating import documents

    sys.stdout.write(documents.record(configured(), language))


@privacy.command()
def recipients() -> None:
    """Show who gets people's data, what of it, why, and which hosts we connect to for it."""
    from bot.operating import documents

    print(documents.recipients(configured()))


@privacy.command("datamap")
def datamap(
    what: Annotated[str, typer.Argument(help="diff")],
    release: Annotated[str, typer.Argument(help="Such as 0.1.0; none takes the last one.")] = "",
) -> None:
    """Show what changed in what is held about people since a release, and whether that is material."""
    from bot.operating import documents

    if what != "diff":
        raise typer.BadParameter("the only thing to ask for is diff")
    print(documents.datamap_diff(configured(), release))
