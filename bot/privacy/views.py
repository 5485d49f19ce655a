"""Every word a person reads about their own data, but for the pages inside an export (see `page` and `templates`)."""

from collections.abc import Sequence
from datetime import timedelta

from bot.language import Phrase, _, here, several
from bot.message import Bold, Button, File, Form, Input, Message, Style, Text, say, told
from bot.privacy.model import FAILED, STEPS, Asked, Held, Request, Role, Stage
from bot.wording import day, moment, shortened


def heading(role: Role) -> str:
    match role:
        case Role.YOURS:
            return _("Yours")
        case Role.ABOUT:
            return _("About you, written by others")
        case Role.AGENT:
            return _("As an agent")
        case Role.NAMED:
            return _("Where you are named")


def nothing() -> str:
    return _("We hold nothing about you.")


def overview(held: Sequence[Held]) -> Message:
    if not held:
        return say(nothing())
    buttons = (Button(_("Export"), "mydata.export"), Button(_("Delete…"), "mydata.delete", style=Style.DANGER))
    return Message(title=_("What we hold about you"), text=_by_role(held), buttons=buttons)


def _by_role(held: Sequence[Held]) -> Text:
    """A heading for each role, and under it a line for each category."""
    spans: list[str | Bold] = []
    for role in Role:
        lines = [
            _("• {what}: {count}, kept {why}", what=_(one.what), count=one.count, why=_(one.why))
            for one in held
            if one.role is role
        ]
        if lines:
            spans += ["\n" if spans else "", Bold(heading(role)), "\n" + "\n".join(lines)]
    return tuple(span for span in spans if span)


# Exports


def export_begun() -> Message:
    return say(_("Your export is being made. You get it in a private message as soon as it is ready."))


def export_running() -> Message:
    return say(_("Your export is being made already. You get it in a private message as soon as it is ready."))


def export_sent_again() -> Message:
    return say(_("Your last export is fresh, so you get it once more, in a private message."))


def export_recent(left: timedelta) -> Message:
    return say(
        several(
            "You got an export a short while ago, in a private message. "
            "You can have a new one in {number} minute, as often as you like.",
            "You got an export a short while ago, in a private message. "
            "You can have a new one in {number} minutes, as often as you like.",
            max(1, -(-int(left.total_seconds()) // 60)),
        )
    )


def export_ready(file: File, hours: int) -> Message:
    text = several(
        "Here is everything we hold about you. Open html/index.html in it to read, README.txt says what is where. "
        "We delete this file after {number} hour, here as well; save it if you want to keep it.",
        "Here is everything we hold about you. Open html/index.html in it to read, README.txt says what is where. "
        "We delete this file after {number} hours, here as well; save it if you want to keep it.",
        hours,
    )
    return Message(title=_("Your data"), text=(text,), files=(file,))


# Deletion


def preview(held: Sequence[Held], request: Request) -> Message:
    ask = _(
        "All of this is deleted at once and cannot be brought back. Open tickets of yours are closed. "
        "Ticket numbers, times and states stay, without you. "
        "What agents wrote to you stays, without your name. You may want an export first."
    )
    buttons = (
        Button(_("Export first"), "mydata.export"),
        Button(_("Delete all of it"), "mydata.confirm", str(request.number), Style.DANGER),
    )
    title = _("Delete what we hold about you?")
    return Message(title=title, text=(*_by_role(held), f"\n\n{ask}"), buttons=buttons)


def erasing() -> Message:
    return say(_("Your data is being deleted now. You get a last private message that says what was deleted."))


def being_erased() -> str:
    return _("Your data is being deleted right now. You get a private message when it is done.")


def stale_confirmation() -> str:
    return _("That button is not valid any more. Nothing was deleted. Please write /mydata delete again.")


def last_lead(desks: Sequence[str]) -> str:
    return _(
        "You are the last lead of {desks}; without one, nobody could run it. Nothing was deleted. "
        "Please make somebody else a lead first, then write /mydata delete again.",
        desks=", ".join(desks),
    )


# Corrections

NAME_FORM = Form(
    action="",
    title=Phrase("Correct your name"),
    inputs=(Input("text", Phrase("What you want to be called"), max_length=80),),
)
LANGUAGE_FORM = Form(
    action="",
    title=Phrase("Correct your language"),
    inputs=(Input("text", Phrase("A code such as en or de"), max_length=10),),
)
WORDS_FORM = Form(
    action="",
    title=Phrase("Correct what you wrote"),
    inputs=(
        Input("wrong", Phrase("The words as they are now"), long=True, max_length=500),
        Input("right", Phrase("The words that are right"), long=True, max_length=500),
    ),
)


def what_is_wrong() -> Message:
    text = _(
        "We replace it everywhere, and keep nowhere what it was. A ticket's history says that something was corrected. "
        "What you wrote yourself on the platform, only you can edit there."
    )
    buttons = (
        Button(_("My name"), "mydata.correct-name"),
        Button(_("My language"), "mydata.correct-language"),
        Button(_("Words I wrote"), "mydata.correct-words"),
    )
    return Message(title=_("What is wrong?"), text=(text,), buttons=buttons)


def name_corrected(name: str, request: Request) -> Message:
    return say(
        _(
            "From now on you are called {name} here, whatever the platform says. What was posted under the other name "
            "is changed, too; that may take a little. /mydata status shows it as request {request}.",
            name=name,
            request=request.number,
        )
    )


def name_wrong(longest: int) -> str:
    return _("Nothing was changed: a name has from 1 to {longest} characters.", longest=longest)


def language_corrected(language: str) -> Message:
    return say(_("Your language is {language} from now on, whatever the platform says.", language=language))


def language_wrong() -> str:
    return _("Nothing was changed: a language is a code such as en, de or pt-BR.")


def words_corrected(messages: int, more: bool, request: Request) -> Message:
    sentences = [
        several(
            "Corrected in {number} message, and in every copy of ours.",
            "Corrected in {number} messages, and in every copy of ours.",
            messages,
        )
    ]
    if more:
        sentences.append(_("There are more: please do the same once more."))
    sentences.append(
        _(
            "What it was is being wiped; /mydata status shows it as request {request}. "
            "Your own message on the platform is yours to edit.",
            request=request.number,
        )
    )
    return say(" ".join(sentences))


def not_found_in_yours(wrong: str) -> str:
    return _(
        "Nothing was changed: “{words}” is in nothing that you wrote in a ticket. Please take the words "
        "exactly as they are there. /mydata export gives you all of it.",
        words=shortened(wrong),
    )


def too_few_words(fewest: int) -> str:
    return _(
        "Nothing was changed: please give at least {fewest} characters, so that nothing else is changed with them.",
        fewest=fewest,
    )


def still_wrong() -> str:
    return _("Nothing was changed: the right words would have the wrong ones in them. Please take more words around.")


def too_long_then(most: int) -> str:
    return _("Nothing was changed: a message would then be longer than {most} characters.", most=most)


# Requests

KINDS = {
    Asked.CORRECTION: Phrase("a correction"),
    Asked.EXPORT: Phrase("an export"),
    Asked.ERASURE: Phrase("the deletion of your data"),
}
STAGES = {
    Stage.ASKED: Phrase("waits for you to confirm it"),
    Stage.COOLING: Phrase("is confirmed and has not begun"),
    Stage.REVIEW: Phrase("waits for the privacy officer"),
    Stage.HELD: Phrase("waits, because the law has us keep it for now"),
    Stage.DUE: Phrase("is being done"),
    Stage.CLEANING: Phrase("is being done"),
    Stage.TOLD: Phrase("is done; its receipt is on its way"),
    Stage.DONE: Phrase("done"),
    Stage.EXPIRED: Phrase("over"),
    Stage.CANCELLED: Phrase("cancelled by you"),
    Stage.REFUSED: Phrase("refused"),
}


def status(requests: Sequence[Request]) -> Message:
    if not requests:
        return say(_("You asked for nothing yet. /mydata shows what you can ask for."))
    lines = [_standing(request) for request in requests]
    buttons = tuple(
        Button(_("Cancel {request}", request=request.number), "mydata.cancel", str(request.number))
        for request in requests
        if request.cancellable
    )
    return Message(title=_("What you asked of your data"), text=("\n".join(lines),), buttons=buttons)


def _standing(request: Request) -> str:
    line = _(
        "• {number}: {kind}, asked {day}: {stage}",
        number=request.number, kind=here(KINDS[request.asked]), day=day(request.received),
        stage=here(STAGES[request.stage]),
    )  # fmt: skip
    if request.stage is Stage.COOLING and request.expires_at:
        line += _("; it begins {when}", when=moment(request.expires_at))
    if request.running and request.step in STEPS:
        line += _(" (step {step} of {steps})", step=STEPS.index(request.step) + 1, steps=len(STEPS))
    if request.done_at:
        line += f", {moment(request.done_at)}"
    if request.open:
        line += _(". You have an answer by {day}", day=day(request.answer_by))
    return line


def cooling(request: Request) -> Message:
    text = _(
        "Your data is deleted from {when} on. Until then nothing is deleted and you can cancel it, here or with "
        "{command}. You may want an export first.",
        when=moment(request.expires_at) if request.expires_at else "…",
        command=f"/mydata cancel {request.number}",
    )
    buttons = (Button(_("Export"), "mydata.export"), Button(_("Cancel"), "mydata.cancel", str(request.number)))
    return Message(title=_("Your deletion is confirmed"), text=(text,), buttons=buttons)


def held(request: Request) -> Message:
    return say(
        _(
            "You asked for the deletion of your data on {day}. The law has us keep it for now, so it is "
            "put aside and used for nothing else; it is deleted by itself as soon as that ends. "
            "Nothing more is to be done.",
            day=day(request.received),
        )
    )


def cancelled(request: Request) -> Message:
    return say(
        _(
            "Request {number}, {kind}, is cancelled. Nothing was deleted or changed.",
            number=request.number, kind=here(KINDS[request.asked]),
        )
    )  # fmt: skip


def not_cancellable(request: Request) -> str:
    kind = here(KINDS[request.asked])
    if request.open:
        return _(
            "Request {number}, {kind}, has begun, so it cannot be cancelled any more.", number=request.number, kind=kind
        )
    return _("Request {number}, {kind}, is over. Nothing was changed.", number=request.number, kind=kind)


def no_request() -> str:
    return _("You have no request of that number. /mydata status shows those you have.")


def nothing_to_cancel() -> str:
    return _("You asked for nothing that could be cancelled. /mydata status shows what you asked for.")


def which_request(requests: Sequence[Request]) -> str:
    numbers = ", ".join(str(request.number) for request in requests)
    return _("Which one? Please write /mydata cancel with one of: {numbers}.", numbers=numbers)


NOT_REACHABLE = Phrase("the requester had their data erased")  # after "Not delivered:" or the like


def requester_erased(number: int) -> Message:
    return Message(told("Ticket {ticket} is closed: the requester had their data erased.", ticket=Bold(f"#{number}")))


def blank_card(number: int) -> Message:
    return Message(title=f"#{number}", text=(_("Closed. The requester had their data erased."),))


def released(number: int) -> Message:
    return Message(
        told("Ticket {ticket} is unclaimed again: its agent had their data erased.", ticket=Bold(f"#{number}"))
    )


def receipt(request: Request) -> Message:
    """What was erased, what was kept and why, what remains where."""
    gone = dict(request.counts)
    failed = gone.pop(FAILED, 0)
    lines = [f"• {_(what)}: {number}" for what, number in gone.items()] or [_("• nothing; there was nothing")]
    spans: list[str | Bold] = [Bold(_("Deleted")), "\n" + "\n".join(lines), "\n\n", Bold(_("Kept, without you")), "\n"]
    spans.append("\n".join(_kept()))
    spans += ["\n\n", Bold(_("Not ours to delete")), "\n", "\n".join(_elsewhere(failed))]
    return Message(title=_("Your data is deleted"), text=tuple(spans))


def _kept() -> list[str]:
    return [
        _("• ticket numbers, times and states: the desk counts its work by them"),
        _("• what agents wrote to you, without your name: it is their work, too"),
        _("• what you wrote to customers as an agent, if you were one, without your name: it is their correspondence"),
        _("• that a deletion was asked for and done, in no one's name: to prove it"),
    ]


def _elsewhere(failed: int) -> list[str]:
    there = [
        _("• your own messages on the platform: only you can delete those"),
        _("• what the bot passed on for you as an agent, in the customers' conversations"),
        _("• backups, until they are replaced: ask whoever runs this desk how long that takes"),
        _("• this message: delete it when you have read it"),
    ]
    if failed:
        there.append(
            several(
                "• {number} post of ours that the platform did not let us take back",
                "• {number} posts of ours that the platform did not let us take back",
                failed,
            )
        )
    return there


# Inside an export

README = Phrase(
    """\
What we hold about you
======================

Account:  {account}
Made on:  {when}
Request:  {number}

html/index.html   your conversations, to read in any browser
data/             the same and everything else as JSON, one row on each line:
  yours/            what is yours
  about-you/        what others wrote about you, notes included
  as-agent/         what you did as an agent, if you are one
  naming-you/       rows of others in which you are named
schema/           what the rows in data/ look like (JSON Schema)
attachments/      files, by number of the ticket
manifest.json     every file in here, with its size and SHA-256
SHA256SUMS        the same for `sha256sum -c SHA256SUMS`

How much there is of what, and why we keep it:

{held}

Other people are called "Agent 1", "Customer 1" and so on, with other numbers in every export. Their names and ids
are replaced in texts where we know them. A name that nobody could recognise as one may still be there.
{left_out}
To have all of this deleted, write /mydata delete.
"""
)


def readme(request: Request, held: Sequence[Held], counted: Sequence[str], missing: int) -> str:
    lines = "\n".join(
        _(
            "  {count} × {what} ({role}), kept {why}",
            count=f"{one.count:>7}", what=_(one.what), role=heading(one.role), why=_(one.why),
        )
        for one in held
    )  # fmt: skip
    left_out = "\n" + _(
        "Of these there is only the number here, since they hold nothing new: {what}.", what=", ".join(map(_, counted))
    )
    if missing:
        left_out += "\n" + several(
            "{number} file could not be added, because our copy was gone already.",
            "{number} files could not be added, because our copy was gone already.",
            missing,
        )
    return _(
        README,
        account=request.who,
        when=moment(request.at),
        number=request.number,
        held=lines or f"  {nothing()}",
        left_out=left_out + "\n",
    )
