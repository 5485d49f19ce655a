"""What officers read about a breach, and drafts of what others are to read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.language import Phrase, _, several
from bot.message import Message, say
from bot.privacy.model import Topic
from bot.privacy.officers.breaches import Breach
from bot.privacy.promises import Promises
from bot.wording import moment

HOURS = timedelta(hours=72)
DRAFTS = Phrase(
    """\
These are drafts. What is in brackets only you know.

# To the data protection authority (GDPR Art. 33(3))

{operator} reports a personal data breach. We became aware of it on {aware}; it was possible between {begin} and {end}.
(a) Nature: [what happened]. Categories of data: {categories}. About {people} people, {records} records. {ciphertext}
(b) Contact: {contact}.
(c) Likely consequences: [what could come of it for these people].
(d) Measures: [what was done, and what is proposed, also against its effects].

# To the people it concerns (Art. 34(2))

{owed}

{letter}

# To the platforms

To each platform on which the app is used: the app [name, id] had a security incident, possible between {begin} and
{end}, of which we became aware on {aware}. It concerns about {people} people and these data: {categories}.
[Whether tokens were within reach, and when they were replaced.] Contact: {contact}.
"""
)
NOT_OWED = Phrase(
    "Nobody could read what people wrote or sent, so they need not be told of that (Art. 34(3)(a)). Whether what was "
    "in clear is a high risk to them by itself, you decide."
)
OWED = Phrase(
    "They have to be told if it is likely to be a high risk to them. What was ciphertext only is none by itself."
)
LETTER = Phrase(
    "Somebody could have had access to data of yours that we hold: {categories}. That was possible between {begin} and "
    "{end}. {encrypted}It could be used to learn what you wrote to us, or to pretend to be us: be careful with "
    "messages that refer to it. /mydata view shows what we hold about you. Contact: {contact}."
)


def shown(breach: Breach, topics: Sequence[Topic], now: datetime) -> str:
    lines = [_counted(breach, topic) for topic in topics if breach.records.get(topic.table)]
    lines = lines or [_("• nothing was there by then")]
    return "\n".join([_line(breach, now), *lines, ciphertext(breach), *_not_owed(breach)])


def _counted(breach: Breach, topic: Topic) -> str:
    line = _("• {what}: about {number}", what=_(topic.what), number=breach.records[topic.table])
    if not any(breach.sealed.values()) or not breach.words.get(topic.table):
        return line
    return line + _(
        ", {words} of them with words or files, {sealed} of these as ciphertext only",
        words=breach.words[topic.table], sealed=breach.sealed.get(topic.table, 0),
    )  # fmt: skip


def ciphertext(breach: Breach) -> str:
    """What could not be read by whoever had it, as far as that can be counted."""
    words, sealed = sum(breach.words.values()), sum(breach.sealed.values())
    if breach.keys:
        return _("The keys were within reach, too: whatever was encrypted counts as readable.")
    if not sealed:
        return _("Nothing of it was ciphertext during all of that time.")
    return _(
        "As ciphertext only (AES-256-GCM, a key for each person, the keys not within reach): the words, names and "
        "files of {sealed} of {words} records. In clear: accounts, times, tags and priorities, and all of the other "
        "{rest}.",
        sealed=sealed, words=words, rest=words - sealed,
    )  # fmt: skip


def _not_owed(breach: Breach) -> Sequence[str]:
    return [_(NOT_OWED)] if breach.unreadable else []


def register(breaches: Sequence[Breach], now: datetime) -> str:
    return "\n".join(_line(breach, now) for breach in breaches) or _("No breach is in the register.")


def _line(breach: Breach, now: datetime) -> str:
    parts = [
        _("{number}: known since {aware}, possible {begin} to {end}, about {people} people", number=breach.number,
          aware=moment(breach.aware_at), begin=moment(breach.from_at), end=moment(breach.to_at), people=breach.people),
    ]  # fmt: skip
    parts += [_("a drill")] if breach.drill else []
    parts += [_("all words as ciphertext only")] if breach.unreadable else []
    parts.append(_("reported {at}", at=moment(breach.reported_at)) if breach.reported_at else _left(breach, now))
    parts += [_("{number} people told", number=breach.told)] if breach.told or breach.telling else []
    parts += [_("closed {at}", at=moment(breach.closed_at))] if breach.closed_at else []
    return "; ".join(parts)


def _left(breach: Breach, now: datetime) -> str:
    left = breach.aware_at + HOURS - now
    if left < timedelta():
        return _("to be reported by {by}: overdue, say why in the report", by=moment(breach.aware_at + HOURS))
    hours = left // timedelta(hours=1)
    return several(
        "to be reported by {by}, {number} hour left", "to be reported by {by}, {number} hours left", hours,
        by=moment(breach.aware_at + HOURS),
    )  # fmt: skip


def _said(breach: Breach, topics: Sequence[Topic], promises: Promises) -> dict[str, object]:
    return {
        "categories": "; ".join(_(topic.what) for topic in topics if breach.records.get(topic.table)),
        "begin": moment(breach.from_at),
        "end": moment(breach.to_at),
        "encrypted": _encrypted(breach),
        "contact": promises.contact or _("(where to reach you)"),
    }


def _encrypted(breach: Breach) -> str:
    if breach.unreadable:
        return _("What was written or sent was encrypted, and the keys were not within reach. ")
    if any(breach.sealed.values()):
        return _("Part of what was written or sent was encrypted, and the keys were not within reach. ")
    return ""


def drafts(breach: Breach, topics: Sequence[Topic], promises: Promises) -> str:
    says = _said(breach, topics, promises)
    return _(
        DRAFTS,
        operator=promises.operator or _("(name and address of whoever runs the desk)"),
        aware=moment(breach.aware_at), people=breach.people, records=sum(breach.records.values()),
        ciphertext=ciphertext(breach), owed=f"[{_(NOT_OWED if breach.unreadable else OWED)}]",
        letter=_(LETTER, **says), **says,
    )  # fmt: skip


def letter(breach: Breach, topics: Sequence[Topic], promises: Promises) -> Message:
    title = _("This is a drill: nothing happened") if breach.drill else _("Your data may have been seen by others")
    return Message(title=title, text=(_(LETTER, **_said(breach, topics, promises)),))


def due(breach: Breach, now: datetime) -> Message:
    return say(_("Breach {number} is {left}.", number=breach.number, left=_left(breach, now)))


def reported(breach: Breach, *, late: bool) -> str:
    words = _("It is written down that breach {number} is reported.", number=breach.number)
    return words + " " + _("72 hours were over: the report has to say why (Art. 33(1)).") if late else words


def telling(breach: Breach, many: int) -> str:
    words = _(
        "The people whom breach {number} concerns are told from the next minute on, {many} a minute. The desk has to "
        "run for it; stopped, it goes on where it was.",
        number=breach.number, many=many,
    )  # fmt: skip
    return " ".join([words, *_not_owed(breach)])


def closed(breach: Breach) -> str:
    return _("Breach {number} is closed. It stays in the register.", number=breach.number)


def told_already(breach: Breach) -> str:
    return _("Nobody is told again: that of breach {number} is done.", number=breach.number)


def still_telling(breach: Breach) -> str:
    return _("Breach {number} is not closed: people are still being told.", number=breach.number)


def no_breach() -> str:
    return _("There is no breach of that number. helpthread privacy breach list shows them.")


def no_such_store(known: Sequence[str]) -> str:
    return _("Nothing was opened: a store is one of {known}.", known=", ".join(known))


def no_moment() -> str:
    return _("Nothing was opened: please write a moment like 2026-01-31T14:30 (in UTC).")


def wrong_order() -> str:
    return _("Nothing was opened: it begins before it ends, and neither that nor knowing of it is yet to come.")
