"""What happened, as records for the board and its journal: nothing in them can be read as anybody's."""

import re
from collections.abc import Iterable

from adapters.console.journal import Journal, Record
from adapters.console.shown import plain
from bot.message import Message, UserRef
from bot.ports import Spot

NUMBER = re.compile(r"#([0-9]{1,9})\b")
MOST_NUMBERS = 20  # tickets that one message can be about; a list shows no more


class Records:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def room(self, spot: Spot, people: Iterable[UserRef] = (), *, agents: bool) -> Record:
        members = [[*self._in(spot), self.seal(f"@{who.id}")] for who in people]
        return {"room": [*self._in(spot), int(agents)], "in": members}

    def admitted(self, spot: Spot, who: UserRef, *, out: bool) -> Record:
        return {"out" if out else "in": [[*self._in(spot), self.seal(f"@{who.id}")]]}

    def post(self, spot: Spot, message: Message, *, to: str = "", card: bool = False, again: bool = False) -> Record:
        """A message with its buttons; `again` if it may have had others before. `to` sees it alone."""
        about = sorted(self._numbers(message))
        record: Record = {}
        if about and spot.conversation.startswith("@"):
            record["told"] = [self.seal(spot.conversation), about]
        if message.buttons or again:
            buttons = [[self.seal_label(b.label), b.action, b.arg] for b in message.buttons]
            where = [*self._in(spot), self.seal(f"@{to}") if to else "", int(card)]
            record |= {"post": spot.message, "at": where, "about": about, "buttons": buttons}
        return record

    def seal(self, conversation: str) -> str:
        """How a conversation is written down: private ones sealed, channels as they are."""
        return "@" + self.journal.seal(conversation) if conversation.startswith("@") else conversation

    def seal_label(self, label: str) -> str:
        return self.journal.seal(" ".join(label.split()).casefold())

    def seal_number(self, number: str) -> str:
        return self.journal.seal(f"#{number}")

    def _in(self, spot: Spot) -> tuple[str, str]:
        return self.seal(spot.conversation), spot.thread

    def _numbers(self, message: Message) -> set[str]:
        """The tickets that the bot itself names; what it carries over from people may say anything."""
        text = message.speaker or f"{message.title} {plain(message.text)}"
        return {self.seal_number(number) for number in NUMBER.findall(text)[:MOST_NUMBERS]}
