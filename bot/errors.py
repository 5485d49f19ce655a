"""What can go wrong, as the core says it.

Problem            something the person who acted can be told; nothing of their event is kept
├── NotFound       what they named is not there, or not theirs to see (the two look alike on purpose)
├── NotAllowed     they may see it, but not do this
└── Conflict       somebody else was first
    └── Stale      what was read has changed meanwhile: looking again will tell
Answered           the reply is made, and nothing of their event is kept
Busy               more waits than we can promise to store soon: the platform should deliver again
"""

from bot.language import known


class Problem(Exception):
    """Something the person can be told. The text is what they read: what happened, what was kept, what to do.

    `denied` is a code where somebody asked for what is not theirs: the audit log keeps it. `language` is the one the
    text is in, if that was looked up; a `Phrase` can still be said in another.
    """

    def __init__(self, text: str, denied: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.denied = denied
        self.language = known()


class NotFound(Problem):
    """There is no such thing, as far as this person may know."""


class NotAllowed(Problem):
    """They may not do that."""


class Conflict(Problem):
    """Somebody else changed it first."""


class Stale(Conflict):
    """The ticket was changed between reading and writing it; nothing of this job was kept."""


class Busy(Exception):
    """Too much is waiting to be stored; nothing of this event was kept."""


class Answered(Exception):
    """There is a reply, and nothing of the event is kept, not even that it came."""

    def __init__(self, reply: object) -> None:
        super().__init__("answered, and nothing is kept")
        self.reply = reply
