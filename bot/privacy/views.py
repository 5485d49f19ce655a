"""Every word a person reads about their own data, but for the pages inside an export (see `templates`)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.message import Bold, Button, File, Message, Style, Text, say
from bot.privacy.model import Held, Request, Role

EXPORT = Button("Export", "mydata.export")
DELETE = Button("Delete…", "mydata.delete", style=Style.DANGER)
ROLES = {
    Role.YOURS: "Yours",
    Role.ABOUT: "About you, written by others",
    Role.AGENT: "As an agent",
    Role.NAMED: "Where you are named",
}
NOTHING = "We hold nothing about you."


def overview(held: Sequence[Held]) -> Message:
    if not held:
        return say(NOTHING)
    return Message(title="What we hold about you", text=_by_role(held), buttons=(EXPORT, DELETE))


def _by_role(held: Sequence[Held]) -> Text:
    """A heading for each role, and under it a line for each category."""
    spans: list[str | Bold] = []
    for role, heading in ROLES.items():
        lines = [f"• {one.what}: {one.count}, kept {one.why}" for one in held if one.role is role]
        if lines:
            spans += ["\n" if spans else "", Bold(heading), "\n" + "\n".join(lines)]
    return tuple(span for span in spans if span)


# Exports


def export_begun() -> Message:
    return say("Your export is being made. You get it in a private message as soon as it is ready.")


def export_running() -> Message:
    return say("Your export is being made already. You get it in a private message as soon as it is ready.")


def export_sent_again() -> Message:
    return say("Your last export is fresh, so you get it once more, in a private message.")


def export_recent(left: timedelta) -> Message:
    return say(
        "You got an export a short while ago, in a private message. "
        f"You can have a new one in {minutes(left)}, as often as you like."
    )


def export_ready(file: File, hours: int) -> Message:
    text = (
        "Here is everything we hold about you. Open html/index.html in it to read, README.txt says what is where. "
        f"We delete this file after {count(hours, 'hour')}, here as well; save it if you want to keep it."
    )
    return Message(title="Your data", text=(text,), files=(file,))


# Deletion


def preview(held: Sequence[Held], request: Request) -> Message:
    ask = (
        "\n\nAll of this is deleted at once and cannot be brought back. Open tickets of yours are closed. "
        "Ticket numbers, times and states stay, without you. "
        "What agents wrote to you stays, without your name. You may want an export first."
    )
    buttons = (
        Button("Export first", "mydata.export"),
        Button("Delete all of it", "mydata.confirm", str(request.number), Style.DANGER),
    )
    return Message(title="Delete what we hold about you?", text=(*_by_role(held), ask), buttons=buttons)


def erasing() -> Message:
    return say("Your data is being deleted now. You get a last private message that says what was deleted.")


def being_erased() -> str:
    return "Your data is being deleted right now. You get a private message when it is done."


def stale_confirmation() -> str:
    return "That button is not valid any more. Nothing was deleted. Please write /mydata delete again."


def last_lead(desks: Sequence[str]) -> str:
    return (
        f"You are the last lead of {', '.join(desks)}; without one, nobody could run it. Nothing was deleted. "
        "Please make somebody else a lead first, then write /mydata delete again."
    )


NOT_REACHABLE = "the requester had their data erased"  # after "Not delivered:" or the like


def requester_erased(number: int) -> Message:
    return say("Ticket ", Bold(f"#{number}"), " is closed: the requester had their data erased.")


def blank_card(number: int) -> Message:
    return Message(title=f"#{number}", text=("Closed. The requester had their data erased.",))


def released(number: int) -> Message:
    return say("Ticket ", Bold(f"#{number}"), " is unclaimed again: its agent had their data erased.")


FAILED = "posts we could not take back"


def receipt(request: Request) -> Message:
    """What was erased, what was kept and why, what remains where."""
    gone = dict(request.counts)
    failed = gone.pop(FAILED, 0)
    lines = [f"• {what}: {number}" for what, number in gone.items()] or ["• nothing; there was nothing"]
    spans: list[str | Bold] = [Bold("Deleted"), "\n" + "\n".join(lines), "\n\n", Bold("Kept, without you"), "\n"]
    spans.append("\n".join(KEPT))
    spans += ["\n\n", Bold("Not ours to delete"), "\n", "\n".join(_elsewhere(failed))]
    return Message(title="Your data is deleted", text=tuple(spans))


KEPT = (
    "• ticket numbers, times and states: the desk counts its work by them",
    "• what agents wrote to you, without your name: it is their work, too",
    "• what you wrote to customers as an agent, if you were one, without your name: it is their correspondence",
    "• that a deletion was asked for and done, in no one's name: to prove it",
)


def _elsewhere(failed: int) -> list[str]:
    there = [
        "• your own messages on the platform: only you can delete those",
        "• what the bot passed on for you as an agent, in the customers' conversations",
        "• backups, until they are replaced: ask whoever runs this desk how long that takes",
        "• this message: delete it when you have read it",
    ]
    if failed:
        there.append(f"• {count(failed, 'post')} of ours that the platform did not let us take back")
    return there


# Inside an export

AS_AGENT = "What you did as an agent"

README = """\
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


def readme(request: Request, held: Sequence[Held], counted: Sequence[str], missing: int) -> str:
    lines = "\n".join(f"  {one.count:>7} × {one.what} ({one.role}), kept {one.why}" for one in held)
    left_out = [f"\nOf these there is only the number here, since they hold nothing new: {', '.join(counted)}."]
    if missing:
        left_out.append(f"{count(missing, 'file')} could not be added, because our copy was gone already.")
    return README.format(
        account=request.who,
        when=moment(request.at),
        number=request.number,
        held=lines or f"  {NOTHING}",
        left_out="\n".join(left_out) + "\n",
    )


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def day(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d")


def minutes(left: timedelta) -> str:
    return count(max(1, -(-int(left.total_seconds()) // 60)), "minute")


def count(many: int, thing: str) -> str:
    return f"{many} {thing}" if many == 1 else f"{many} {thing}s"
