"""Who gets what of people's data, and why: declared beside the code that gives it, as are the hosts it goes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.privacy.model import Topic

# What is said on a platform: to customers, to agents, and to officers.
SPOKEN = (
    "attachments", "choices", "disputes", "holds", "participants", "people", "requests", "tags", "tickets", "timeline",
)  # fmt: skip
EVERYTHING = "*"  # all tables


@dataclass(frozen=True, slots=True)
class Recipient:
    """`called` and `why` are words to be translated, `gets` names tables; none where it gets nothing about people.
    `where` says in which country it is run, if we know. `hosts` are where we connect to."""

    id: str
    called: str
    why: str
    gets: tuple[str, ...]
    hosts: tuple[str, ...]
    where: str = ""


def given(recipient: Recipient, topics: Iterable[Topic]) -> Sequence[Topic]:
    return [topic for topic in topics if recipient.gets == (EVERYTHING,) or topic.table in recipient.gets]


def activities(topics: Iterable[Topic]) -> Mapping[str, Sequence[Topic]]:
    """What is held, by what it is held for."""
    found: dict[str, list[Topic]] = {}
    for topic in sorted(topics, key=lambda topic: topic.table):
        found.setdefault(topic.why, []).append(topic)
    return found
