"""The words of the privacy notice: as a document, in a message, and as what changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.language import Phrase, _, several
from bot.message import Bold, Button, Message, Text
from bot.privacy.notices.notice import ENDLESS, Changes, Facts, Notice
from bot.privacy.promises import Promises
from bot.privacy.purposes import Purpose
from bot.privacy.rights_views import what_for
from bot.wording import day

CHOICES = frozenset(purpose.value for purpose in Purpose)

DOCUMENT = Phrase(
    """\
# Privacy notice

In effect since {since}. Version {number}.

## Who is responsible

{operator} runs this support desk with Helpthread and is responsible for your data.{contact}

## What we hold about you, why, and how long

| What | Why | How long |
|---|---|---|
{holds}

{removed}

{source}

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
| `/mydata link`, `unlink` | has all of this done for several accounts of yours at once, and ends that |
| `/mydata status`, `cancel` | shows what you asked for, and takes it back |
| `/mydata policy` | shows this notice, and what changed in it |

You can ask in any other way, too{reach}. {complaint}

## Children

{children}

## Safety

Traffic to the platforms and to the database server is encrypted; access follows roles; deleted words are overwritten.
No such measure is perfect.{signed}

## Changes

A new version is kept here with the day it takes effect. If something new is held, for a new purpose, given to somebody
new, or kept longer, everybody is told at their next contact, and it takes effect at least 30 days later.
"""
)


RIGHTS = ("export", "correct", "delete", "restrict", "object", "consent")
CHILDREN = Phrase(
    "This desk is not for children. When we learn that somebody wrote here who is under the age the law asks for, we "
    "delete what they wrote, promptly."
)
ASKED = Phrase(
    "Everybody is asked first whether they are {age} or older; of whoever says no nothing is kept, not even that."
)


def document(facts: Facts, promises: Promises, number: int, since: datetime | None, why: Mapping[str, str]) -> str:
    """The notice as Markdown, ready to publish. `why` is by table."""
    return _(
        DOCUMENT,
        since=day(since) if since else _("(the day you publish it)"),
        number=number,
        operator=promises.operator or nobody_responsible(),
        contact=" " + _("Contact: {contact}.", contact=promises.contact) if promises.contact else "",
        holds="\n".join(
            f"| {_(what)} | {_(why.get(table, ''))} | {kept(rule, facts)} |"
            for table, (what, rule) in facts.holds.items()
        ),
        besides="\n".join(f"- {_purpose(purpose)}" for purpose in facts.purposes if purpose in CHOICES),
        removed=_removed(facts),
        source=source(),
        complaint=complaint(),
        recipients="\n".join(f"- {name}" for name in recipients(facts)),
        children=" ".join([_(CHILDREN), *([_(ASKED, age=promises.age)] if promises.age else [])]),
        reach=f" ({promises.contact})" if promises.contact else "",
        signed=f"\n{signature(promises)}" if promises.signed_by else "",
    )


def nobody_responsible() -> str:
    """What stands where the operator has to be named."""
    return _("(name and address of whoever runs the desk)")


def sections() -> Sequence[str]:
    """What the parts of the document are called; the first says who is responsible."""
    return [line.removeprefix("## ") for line in _(DOCUMENT).splitlines() if line.startswith("## ")]


def signature(promises: Promises) -> str:
    return _(
        "What /mydata export sends you is signed (Ed25519) with the key that belongs to {key}", key=promises.signed_by
    )


def source() -> str:
    return _(
        "It comes from you (what you write and send, and your name as the platform shows it), from what you do here "
        "(opening, closing, choosing), and from the agents who answer you (their replies, and notes about you)."
    )


def _removed(facts: Facts) -> str:
    if "removed" not in facts.periods:  # a version of before there was that period
        return ""
    return several(
        "Where the bot is removed from a workspace or server, the tickets from there are deleted {number} day later, "
        "if that comes first and it is not back by then.",
        "Where the bot is removed from a workspace or server, the tickets from there are deleted {number} days later, "
        "if that comes first and it is not back by then.",
        facts.periods["removed"],
    )


def recipients(facts: Facts) -> Sequence[str]:
    return [_recipient(name) for name in facts.recipients] or [
        _("the chat platform you write on, and the agents who answer you")
    ]


def complaint() -> str:
    return _("You can complain to a data protection authority.")


def kept(rule: str, facts: Facts) -> str:
    days = facts.periods.get(rule, 0)
    match rule:
        case "content":
            return several(
                "{number} day after the ticket is closed; then the words are deleted, "
                "and number, times and states stay",
                "{number} days after the ticket is closed; then the words are deleted, "
                "and number, times and states stay",
                days,
            )
        case "files":
            return several(
                "{number} day after the ticket is closed; then they are deleted",
                "{number} days after the ticket is closed; then they are deleted",
                days,
            )
        case "profile":
            return several(
                "{number} day after you were last seen and nothing else of yours is kept; "
                "then name and language are deleted",
                "{number} days after you were last seen and nothing else of yours is kept; "
                "then name and language are deleted",
                days,
            )
        case "undelivered":
            return several(
                "until they are delivered, or {number} day after we gave up on that",
                "until they are delivered, or {number} days after we gave up on that",
                days,
            )
        case "requests":
            return several(
                "{number} day after they are answered, to prove it",
                "{number} days after they are answered, to prove it",
                days,
            )
        case "audit":
            return several(
                "{number} day after the year it was written in; then nobody can tell any more whom it is about",
                "{number} days after the year it was written in; then nobody can tell any more whom it is about",
                days,
            )
        case "choices" | "holds":
            return several(
                "{number} day after they end, to prove them", "{number} days after they end, to prove them", days
            )
    return kept_until(rule)


def kept_until(rule: str) -> str:
    """Where no number of days says it."""
    return {
        "deciding": _("until a privacy officer has decided"),
        "working": _("as long as you work at a desk"),
        "choosing": _("until you have chosen, or ten minutes"),
        "closing": _("until the ticket is closed"),
        "posted": _("as long as what we posted is there"),
        "reading": _("as long as there is a conversation"),
        "linked": _("until you unlink them"),
        "linking": _("ten minutes at most"),
    }[rule]


def _purpose(purpose: str) -> str:
    if purpose not in CHOICES:
        return _(purpose)
    words = what_for(Purpose(purpose))
    if purpose == Purpose.EXAMPLES:
        return _("{purpose} (only with your consent)", purpose=words)
    return _("{purpose} (unless you object)", purpose=words)


def _recipient(name: str) -> str:
    return _("{platform}, the chat platform on which you or the agents write", platform=name.capitalize())


def policy(notice: Notice, promises: Promises, why: Mapping[str, str]) -> Message:
    """Short enough for a message: the document says it all."""
    facts = notice.facts
    held = "\n".join(_held(facts, why))
    besides = "\n".join(f"• {_purpose(purpose)}" for purpose in facts.purposes if purpose in CHOICES)
    who = "\n".join(f"• {name}" for name in recipients(facts))
    text: Text = (
        f"{_responsible(promises)}\n\n",
        Bold(_("What we hold, why, and how long")), f"\n{held}\n\n",
        Bold(_("Besides")), f"\n{besides}\n\n",
        Bold(_("Who gets it")), f"\n{who}\n\n",
        _("Your rights: /mydata view, {rights}.", rights=", ".join(RIGHTS)) + " " + complaint(),
        f"\n\n{signature(promises)}" if promises.signed_by else "",
    )  # fmt: skip
    buttons = (Button(_("What changed"), "mydata.policy-diff"), Button(_("My data"), "mydata"))
    title = _("Privacy notice, version {number}, in effect {since}", number=notice.number, since=_since(notice))
    return Message(title=title, text=text, buttons=buttons)


def _held(facts: Facts, why: Mapping[str, str]) -> Sequence[str]:
    """What is kept as long and for the same purpose stands in one line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for table, (what, rule) in facts.holds.items():
        lines.setdefault((why.get(table, ""), rule), []).append(_(what))
    return [
        f"• {', '.join(filter(None, ('; '.join(whats), _(for_))))}: {kept(rule, facts)}"
        for (for_, rule), whats in lines.items()
    ]


def _responsible(promises: Promises) -> str:
    operator = promises.operator or _("Whoever runs this desk")
    if promises.contact:
        return _("{operator} is responsible for your data, {contact}.", operator=operator, contact=promises.contact)
    return _("{operator} is responsible for your data.", operator=operator)


def _since(notice: Notice) -> str:
    when = day(notice.effective_at)
    return _("since {day}", day=when) if notice.effective_at <= notice.published_at else _("from {day} on", day=when)


def first(notice: Notice) -> Message:
    text = _("This is the first version, of {day}. Nothing changed yet.", day=day(notice.published_at))
    return Message(text=(text,))


def diff(new: Notice, made: Changes) -> Message:
    title = _("What changes with version {number}, in effect {since}", number=new.number, since=_since(new))
    return Message(title=title, text=("\n".join(changed(made)) or _("Nothing that concerns you."),))


def changed(made: Changes) -> Sequence[str]:
    """A line for each change."""
    return [
        *(_("• newly held: {what}", what=_(what)) for what in made.held),
        *(_("• new purpose: {what}", what=_purpose(purpose)) for purpose in made.purposes),
        *(_("• newly given to: {who}", who=_recipient(name)) for name in made.recipients),
        *(_("• kept longer: {what}, {now} instead of {before}", **_periods(*change)) for change in made.longer),
        *(_("• kept shorter: {what}, {now} instead of {before}", **_periods(*change)) for change in made.shorter),
        *(_("• no more: {what}", what=_(what)) for what in made.gone),
    ]


def _periods(what: str, before: int, now: int) -> dict[str, str]:
    return {"what": _(what), "before": _days(before), "now": _days(now)}


def _days(days: int) -> str:
    return several("{number} day", "{number} days", days) if days < ENDLESS else _("as long as it is needed")


def announcement(new: Notice, made: Changes) -> str:
    return "\n".join(
        (
            _("Our privacy notice changes, in effect {since}:", since=_since(new)),
            *changed(made),
            _(
                "/mydata policy shows all of it. If you do not want that, /mydata object and /mydata delete are there "
                "for you."
            ),
        )
    )
