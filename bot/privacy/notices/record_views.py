"""The record of processing (GDPR Art. 30) and the list of recipients, in words."""

from collections.abc import Sequence

from bot.language import Phrase, _
from bot.message import Bold, Message, Text
from bot.privacy.model import Role, Topic
from bot.privacy.notices import notice_views
from bot.privacy.notices.notice import Changes, Facts
from bot.privacy.promises import Promises
from bot.privacy.recipients import Recipient, activities, given

DOCUMENT = Phrase(
    """\
# Record of processing

As GDPR Art. 30(1) asks for it. Generated from what the tables hold and what the settings say.

## Controller

{operator}{contact}

## What is processed, and for what

{activities}

## Whose data it is

- customers: whoever writes to the desk, or is added to a ticket
- agents, leads and privacy officers, in what they do for the desk
- people whom either of them names

## Who gets it

{recipients}

Nobody else. When something is corrected or deleted, the bot itself rewrites or removes what it had posted on the
platforms; there is no other recipient that would have to be told (Art. 19).

## Third countries

{countries}

## How long

{periods}

## Technical and organisational measures (Art. 32(1))

- connections to the platforms use TLS, and lead to declared hosts only
- rights follow roles, and are checked for every id in a command, a button or a form
- deleted rows are overwritten; what was deleted is searched for before a deletion counts as done
- no word and no name of a person is in the program's log
- what is done with people's data is in a chained log, without names
- disk encryption, backups and access to the machine are the operator's: {own}
"""
)
NONE = Phrase("nothing about people")


def document(facts: Facts, topics: Sequence[Topic], recipients: Sequence[Recipient], promises: Promises) -> str:
    """The record as Markdown."""
    return _(
        DOCUMENT,
        operator=promises.operator or _("(name and address of whoever runs the desk)"),
        contact=", " + promises.contact if promises.contact else "",
        activities="\n\n".join(_activity(why, held) for why, held in activities(topics).items()),
        recipients=_bullets(_lines(recipients, topics)) or _("- nobody: no platform is set up"),
        countries="\n".join(f"- {_(one.called)}: {_(one.where)}" for one in recipients if one.where)
        or _("- none that the settings tell of"),
        periods="\n".join(f"- {_(topic.what)}: {notice_views.kept(topic.keep, facts)}" for topic in topics),
        own=_("(say here what you do)"),
    )


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _activity(why: str, held: Sequence[Topic]) -> str:
    lines = "\n".join(f"- {_(topic.what)} ({_whose(topic)})" for topic in held)
    return f"### {_(why)}\n\n{lines}"


def _whose(topic: Topic) -> str:
    if not topic.roles:
        return _("under a code")
    if topic.keep == "working":
        return _("agents")
    both = [_("agents")] if Role.AGENT in topic.roles else []
    return ", ".join([_("customers"), *both])


def _lines(recipients: Sequence[Recipient], topics: Sequence[Topic]) -> Sequence[str]:
    return [_("{who}, {why}: {what}", who=_(one.called), why=_(one.why), what=_what(one, topics)) for one in recipients]


def _what(recipient: Recipient, topics: Sequence[Topic]) -> str:
    return "; ".join(_(topic.what) for topic in given(recipient, topics)) or _(NONE)


def listed(recipients: Sequence[Recipient], topics: Sequence[Topic]) -> Message:
    """Who gets what, why, and where we connect to for it."""
    text: list[str | Bold] = []
    for one in recipients:
        text += [Bold(_(one.called)), f"\n{_(one.why)}\n{_what(one, topics)}\n"]
        text += [_("Hosts: {hosts}", hosts=", ".join(one.hosts)) + "\n"] if one.hosts else []
        text.append("\n")
    after = _(
        "When something is corrected or deleted, I rewrite or remove what I had posted there. There is nobody else to "
        "tell."
    )
    return Message(title=_("Who gets people's data"), text=(*text, after))


def short(facts: Facts, topics: Sequence[Topic], promises: Promises) -> Message:
    """The record, as far as a message holds it."""
    text: list[str | Bold] = []
    for why, held in activities(topics).items():
        text += [Bold(_(why)), "\n" + "; ".join(_(topic.what) for topic in held) + "\n"]
    rest: Text = ("\n" + _("All of it, to file: helpthread privacy record. Who gets it: /privacy recipients."),)
    return Message(title=_("Record of processing (GDPR Art. 30)"), text=(*text, *rest))


def no_release(known: Sequence[str]) -> str:
    return _("The map of that release is not known. There are: {known}.", known=", ".join(known))


def differs(version: str, made: Changes, columns: Sequence[str]) -> str:
    """What changed since a release; `columns` are those that are new or hold something else."""
    kind = _("Material: people are told.") if made.material else _("Nothing that people have to be told of.")
    lines = [_("Since version {version}:", version=version), *notice_views.changed(made), *columns, kind]
    return "\n".join(lines)
