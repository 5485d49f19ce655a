"""The words of the privacy notice: as a document, in a message, and as what changed."""

from collections.abc import Sequence
from datetime import datetime

from bot.message import Bold, Button, Message, Text
from bot.privacy.notice import ENDLESS, Changes, Facts, Notice
from bot.privacy.promises import Promises
from bot.privacy.purposes import Purpose
from bot.privacy.rights_views import what_for
from bot.wording import day

CHOICES = frozenset(purpose.value for purpose in Purpose)
NOBODY_NAMED = "whoever runs this desk"
RULES = {
    "content": "{} after the ticket is closed; then the words are deleted, and number, times and states stay",
    "files": "{} after the ticket is closed; then they are deleted",
    "profile": "{} after you were last seen and nothing else of yours is kept; then name and language are deleted",
    "undelivered": "until they are delivered, or {} after we gave up on that",
    "requests": "{} after they are answered, to prove it",
    "choices": "{} after they end, to prove them",
    "holds": "{} after they end, to prove them",
    "working": "as long as you work at a desk",
    "choosing": "until you have chosen, or ten minutes",
    "posted": "as long as what we posted is there",
    "reading": "as long as there is a conversation",
}

DOCUMENT = """\
# Privacy notice

In effect since {since}. Version {number}.

## Who is responsible

{operator} runs this support desk with Helpthread and is responsible for your data.{contact}

## What we hold about you, why, and how long

| What | How long |
|---|---|
{holds}

It comes from you (what you write and send, and your name as the platform shows it), from what you do here (opening,
closing, choosing), and from the agents who answer you (their replies, and notes about you). We need it:

{purposes}

Besides, your data may be used for:

{besides}

The legal basis is the contract with you or our legitimate interest in answering you (GDPR Art. 6(1)(b) and (f)); your
consent for what is marked so (Art. 6(1)(a)); and a legal obligation for proofs (Art. 6(1)(c)). We do not store your IP
address, your browser or any cookie, and nothing decides about you automatically.

## Who gets it

{recipients}

We give it to others only if the law has us do so, or for your or others' safety.

## Your rights

Write these commands to the bot, in private if you like. They cost nothing, and an answer comes within one month.

| Command | Does |
|---|---|
| `/mydata view` | shows what we hold about you |
| `/mydata export` | sends you all of it as a file, machine-readable as well |
| `/mydata correct` | corrects your name, your language, and words you wrote |
| `/mydata delete` | deletes it |
| `/mydata restrict` | has it kept and used for nothing else |
| `/mydata object` | stops what we do besides answering you |
| `/mydata consent` | gives or withdraws consent |
| `/mydata status`, `cancel` | shows what you asked for, and takes it back |
| `/mydata policy` | shows this notice, and what changed in it |

You can ask in any other way, too{reach}, and complain to a data protection authority.

## Children

This desk is not for children. When we learn that somebody wrote here who is under the age the law asks for, we delete
what they wrote, promptly.

## Safety

Traffic to the platforms and to the database server is encrypted; access follows roles; deleted words are overwritten.
No such measure is perfect.

## Changes

A new version is kept here with the day it takes effect. If something new is held, for a new purpose, given to somebody
new, or kept longer, everybody is told at their next contact, and it takes effect at least 30 days later.
"""


def document(facts: Facts, promises: Promises, number: int, since: datetime | None) -> str:
    """The notice as Markdown, ready to publish."""
    contact = f" Contact: {promises.contact}." if promises.contact else ""
    return DOCUMENT.format(
        since=day(since) if since else "(the day you publish it)",
        number=number,
        operator=promises.operator or "(name and address of whoever runs the desk)",
        contact=contact,
        holds="\n".join(f"| {what} | {kept(rule, facts)} |" for what, rule in facts.holds.values()),
        purposes="\n".join(f"- {purpose}" for purpose in facts.purposes if purpose not in CHOICES),
        besides="\n".join(f"- {_purpose(purpose)}" for purpose in facts.purposes if purpose in CHOICES),
        recipients="\n".join(f"- {_recipient(name)}" for name in facts.recipients)
        or "- the chat platform you write on, and the agents who answer you",
        reach=f" ({promises.contact})" if promises.contact else "",
    )


def kept(rule: str, facts: Facts) -> str:
    words = RULES[rule]
    return words.format(count(facts.periods[rule], "day")) if "{}" in words else words


def _purpose(purpose: str) -> str:
    if purpose not in CHOICES:
        return purpose
    words = what_for(Purpose(purpose))
    return f"{words} (only with your consent)" if purpose == "examples" else f"{words} (unless you object)"


def _recipient(name: str) -> str:
    return f"{name.capitalize()}, the chat platform on which you or the agents write"


RIGHTS = (
    "Your rights: /mydata view, export, correct, delete, restrict, object, consent. You can complain to a data "
    "protection authority"
)


def policy(notice: Notice, promises: Promises) -> Message:
    """Short enough for a message: the document says it all."""
    facts = notice.facts
    held = "\n".join(f"• {what}: {kept(rule, facts)}" for what, rule in facts.holds.values())
    why = "\n".join(f"• {_purpose(purpose)}" for purpose in facts.purposes)
    who = "\n".join(f"• {_recipient(name)}" for name in facts.recipients) or "• the chat platform, and the agents"
    contact = f", {promises.contact}" if promises.contact else ""
    text: Text = (
        f"{promises.operator or NOBODY_NAMED} is responsible for your data{contact}.\n\n",
        Bold("What we hold, and how long"), f"\n{held}\n\n",
        Bold("Why"), f"\n{why}\n\n",
        Bold("Who gets it"), f"\n{who}\n\n",
        f"{RIGHTS}.",
    )  # fmt: skip
    buttons = (Button("What changed", "mydata.policy-diff"), Button("My data", "mydata"))
    title = f"Privacy notice, version {notice.number}, in effect {_since(notice)}"
    return Message(title=title, text=text, buttons=buttons)


def _since(notice: Notice) -> str:
    when = day(notice.effective_at)
    return f"since {when}" if notice.effective_at <= notice.published_at else f"from {when} on"


def first(notice: Notice) -> Message:
    return Message(text=(f"This is the first version, of {day(notice.published_at)}. Nothing changed yet.",))


def diff(new: Notice, made: Changes) -> Message:
    title = f"What changes with version {new.number}, in effect {_since(new)}"
    return Message(title=title, text=("\n".join(changed(made)) or "Nothing that concerns you.",))


def changed(made: Changes) -> Sequence[str]:
    """A line for each change."""
    return [
        *(f"• newly held: {what}" for what in made.held),
        *(f"• new purpose: {_purpose(purpose)}" for purpose in made.purposes),
        *(f"• newly given to: {_recipient(name)}" for name in made.recipients),
        *(f"• kept longer: {what}, {_days(now)} instead of {_days(before)}" for what, before, now in made.longer),
        *(f"• kept shorter: {what}, {_days(now)} instead of {_days(before)}" for what, before, now in made.shorter),
        *(f"• no more: {what}" for what in made.gone),
    ]


def _days(days: int) -> str:
    return count(days, "day") if days < ENDLESS else "as long as it is needed"


def announcement(new: Notice, made: Changes) -> str:
    lines = "\n".join(changed(made))
    return (
        f"Our privacy notice changes, in effect {_since(new)}:\n{lines}\n/mydata policy shows all of it. If you do not "
        "want that, /mydata object and /mydata delete are there for you."
    )


def count(many: int, thing: str) -> str:
    return f"{many} {thing}" if many == 1 else f"{many} {thing}s"
