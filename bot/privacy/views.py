"""Every word a person reads about their own data, but for the pages inside an export (see `page` and `templates`)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.language import Phrase, _, several
from bot.message import Bold, Button, File, Message, Style, Text, say, told
from bot.privacy.linking import link_views
from bot.privacy.model import FAILED, QUOTED, UNSURE, WHY, Held, Request, Role
from bot.privacy.notices import notice_views
from bot.privacy.notices.notice import Facts
from bot.wording import moment


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


def overview(held: Sequence[Held], facts: Facts, others: Sequence[link_views.Called] = ()) -> Message:
    """What there is, why and how long; where it comes from, and who gets it. `others` are accounts counted as well."""
    if not held:
        return say(nothing())
    who = "\n".join(f"• {name}" for name in notice_views.recipients(facts))
    text = (*_by_role(held, facts), "\n", Bold(_("Who gets it")), f"\n{who}\n\n{notice_views.source()}")
    buttons = (
        Button(_("Export"), "mydata.export"),
        Button(_("Correct…"), "mydata.correct"),
        Button(_("Requests"), "mydata.status"),
        Button(_("Privacy notice"), "mydata.policy"),
        Button(_("Delete…"), "mydata.delete", style=Style.DANGER),
    )
    if others:
        text = (*text, f"\n\n{link_views.covering(others)}")
    return Message(title=_("What we hold about you"), text=text, buttons=buttons)


def _by_role(held: Sequence[Held], facts: Facts | None = None) -> Text:
    """A heading for each role, and under it a line for each category; with `facts`, how long it is kept as well."""
    spans: list[str | Bold] = []
    for role in Role:
        lines = [_line(one, facts) for one in held if one.role is role]
        if lines:
            spans += ["\n" if spans else "", Bold(heading(role)), "\n" + "\n".join(lines)]
    return tuple(span for span in spans if span)


def _line(one: Held, facts: Facts | None) -> str:
    line = _("• {what}: {count}, kept {why}", what=_(one.what), count=one.count, why=_(one.why))
    return f"{line} ({notice_views.kept(one.keep, facts)})" if facts and one.keep else line


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


def preview(
    held: Sequence[Held], request: Request, others: Sequence[link_views.Called] = (), *, under_hold: bool = False
) -> Message:
    """`others` are accounts that can be asked to do the same. `under_hold`: a hold that they may know of keeps some."""
    ask = _(
        "All of this is deleted at once and cannot be brought back. Open tickets of yours are closed. "
        "Ticket numbers, times and states stay, without you. "
        "What agents wrote to you stays, without your name. You may want an export first."
    )
    if under_hold:
        ask += " " + _("What a legal hold keeps is only put aside, and deleted by itself as soon as the hold ends.")
    buttons: tuple[Button, ...] = (
        Button(_("Export first"), "mydata.export"),
        Button(_("Delete all of it"), "mydata.confirm", str(request.number), Style.DANGER),
    )
    if others:
        ask = link_views.this_one_and_others(others) + " " + ask
        here = Button(_("Only this account"), "mydata.confirm-here", str(request.number), Style.DANGER)
        buttons = (*buttons, here)
    title = _("Delete what we hold about you?")
    return Message(title=title, text=(*_by_role(held), f"\n\n{ask}"), buttons=buttons)


def asked_to_delete(held: Sequence[Held], request: Request) -> Message:
    """The same question, put to another account of theirs."""
    asked = preview(held, request)
    return replace(asked, text=(link_views.delete_here_too() + "\n\n", *asked.text))


def with_more(message: Message, more: str) -> Message:
    return replace(message, text=(*message.text, f"\n\n{more}"))


def erasing() -> Message:
    return say(_("Your data is being deleted now. You get a last private message that says what was deleted."))


def being_erased() -> str:
    return _("Your data is being deleted right now. You get a private message when it is done.")


def stale_confirmation() -> str:
    return _("That button is not valid any more. Nothing was deleted. Please write /mydata delete again.")


def not_taken_in() -> Message:
    return Message(
        (
            _(
                "Your data is being deleted just now, so this was not taken in and not kept. "
                "You will get a receipt in private; write again after it, and you begin anew."
            ),
        )
    )


def last_lead(desks: Sequence[str]) -> str:
    return _(
        "You are the last lead of {desks}; without one, nobody could run it. Nothing was deleted. "
        "Please make somebody else a lead first, then write /mydata delete again.",
        desks=", ".join(desks),
    )


NOT_REACHABLE = Phrase("the requester had their data erased")  # after "Not delivered:" or the like


def requester_erased(number: int) -> Message:
    return Message(told("Ticket {ticket} is closed: the requester had their data erased.", ticket=Bold(f"#{number}")))


def blank_card(number: int) -> Message:
    return Message(title=f"#{number}", text=(_("Closed. The requester had their data erased."),))


def released(number: int) -> Message:
    return Message(
        told("Ticket {ticket} is unclaimed again: its agent had their data erased.", ticket=Bold(f"#{number}"))
    )


def receipt(request: Request, held: Sequence[int] = ()) -> Message:
    """What was erased, what was kept and why, what remains where. `held`: tickets kept for now by a legal hold."""
    gone = dict(request.counts)
    gone.pop("ticket", None)  # what was deleted later, of which one
    reasons = [what.removeprefix(WHY) for what in gone if what.startswith(WHY)]
    gone = {what: number for what, number in gone.items() if not what.startswith(WHY)}
    failed, quoted, unsure = (gone.pop(what, 0) for what in (FAILED, QUOTED, UNSURE))
    lines = [f"• {_(what)}: {number}" for what, number in gone.items()]
    lines += [_quoted(quoted)] if quoted else []
    spans: list[str | Bold] = [Bold(_("Deleted")), "\n" + "\n".join(lines), "\n\n"] if lines else []
    spans += [Bold(_("Kept, without you")), "\n", "\n".join(_kept())]
    if held:
        spans += ["\n\n", Bold(_("Not deleted yet")), "\n", _put_aside(held)]
    spans += ["\n\n", Bold(_("Not ours to delete")), "\n", "\n".join([*_elsewhere(failed, reasons), *_unsure(unsure)])]
    return Message(title=_("Your data is deleted"), text=tuple(spans))


def _quoted(messages: int) -> str:
    return several(
        "• your words where others quoted them: {number} message",
        "• your words where others quoted them: {number} messages",
        messages,
    )


def _unsure(messages: int) -> list[str]:
    if not messages:
        return []
    line = several(
        "• {number} message of somebody else in which you may be quoted: a privacy officer looks at it",
        "• {number} messages of others in which you may be quoted: a privacy officer looks at them",
        messages,
    )
    return [line]


def _put_aside(tickets: Sequence[int]) -> str:
    return several(
        "• ticket {tickets} and your name: the law has us keep it for now. It is put aside and used for nothing, and "
        "deleted by itself as soon as that ends",
        "• tickets {tickets} and your name: the law has us keep them for now. They are put aside and used for nothing, "
        "and deleted by themselves as soon as that ends",
        len(tickets),
        tickets=", ".join(f"#{number}" for number in tickets),
    )


def _kept() -> list[str]:
    return [
        _("• ticket numbers, times and states: the desk counts its work by them"),
        _("• what agents wrote to you, without your name: it is their work, too"),
        _("• what you wrote to customers as an agent, if you were one, without your name: it is their correspondence"),
        _("• that a deletion was asked for and done, in no one's name: to prove it"),
    ]


def _elsewhere(failed: int, reasons: Sequence[str]) -> list[str]:
    there = [
        _("• your own messages on the platform: only you can delete those"),
        _("• what the bot passed on for you as an agent, in the customers' conversations"),
        _(
            "• backups and a database server's log, until they are replaced: what is restored from one is deleted "
            "again before the desk starts"
        ),
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
        there += [f"  – {_(reason)}" for reason in reasons if reason]
    return there


# Inside an export

README = Phrase(
    """\
What we hold about you
======================

Account:  {account}
Made on:  {when}
Request:  {number}

README.html       where to begin: what there is, to read in any browser
html/index.html   your conversations, to read in any browser; a page for each ticket is in html/tickets/
data/             the same and everything else as JSON, one row on each line:
  yours/            what is yours; access_log says who had your data in hand, when and for what
  about-you/        what others wrote about you, notes included
  as-agent/         what you did as an agent, if you are one
  naming-you/       rows of others in which you are named
schema/           what the rows in data/ look like (JSON Schema)
attachments/      files, by number of the ticket
portability/      what you gave us, to take elsewhere: tables as CSV (an apostrophe before a text only says that it
                  is one), your messages as ActivityStreams 2.0
processing.html   why, for how long, from whom, to whom, and your rights; processing.json is the same for programs
privacy-notice.md the same to read
manifest.json     every file in here, with its size and SHA-256
SHA256SUMS        the same for `sha256sum -c SHA256SUMS`
SHA256SUMS.sig    our signature of that (Ed25519); the key to check it with is in /mydata policy

How much there is of what, why we keep it, and for how long:

{held}

Other people are called "Agent 1", "Customer 1" and so on, with other numbers in every export. Their names and ids
are replaced in texts where we know them. A name that nobody could recognise as one may still be there.
{left_out}
To have something corrected, write /mydata correct; to have all of this deleted, /mydata delete. {complaint}
"""
)


def readme(
    request: Request,
    held: Sequence[Held],
    facts: Facts,
    counted: Sequence[str],
    missing: int,
    others: Mapping[str, str],
) -> str:
    """`others` are further accounts of theirs that are in it, by their folders."""
    lines = "\n".join(
        _(
            "  {count} × {what} ({role}), kept {why}: {period}",
            count=f"{one.count:>7}", what=_(one.what), role=heading(one.role), why=_(one.why),
            period=notice_views.kept(one.keep, facts),
        )
        for one in held
    )  # fmt: skip
    left_out = "\n" + _(
        "Of these there is only the number here, since they hold nothing new: {what}.", what=", ".join(map(_, counted))
    )
    if others:
        left_out += (
            "\n"
            + _(
                "What the accounts have that you linked with this one is in folders of their own:\n\n{list}",
                list="\n".join(f"  {folder}  {account}" for folder, account in others.items()),
            )
            + "\n"
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
        complaint=notice_views.complaint(),
    )
