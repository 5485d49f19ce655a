"""Objections and consents. What was chosen before is kept with its end: the proof that it was respected."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.message import UserRef
from bot.privacy.purposes import Choice, Purpose
from storage.rows import ChoiceRow

choices = ChoiceRow.__table__


class Choices:
    connection: Connection
    now: datetime

    def choices(self, who: UserRef) -> Sequence[Choice]:
        theirs = select(choices).where(choices.c.who == who, choices.c.until.is_(None)).order_by(choices.c.id)
        return [
            Choice(Purpose(row.purpose), row.allowed, row.at, row.text_hash, row.method)
            for row in self.connection.execute(theirs)
        ]

    def choose(self, who: UserRef, choice: Choice) -> None:
        self.end_choice(who, choice.purpose)
        values = {
            "who": who,
            "purpose": choice.purpose.value,
            "allowed": choice.allowed,
            "at": choice.at,
            "text_hash": choice.text_hash,
            "method": choice.method,
        }
        self.connection.execute(insert(choices), values)

    def end_choice(self, who: UserRef, purpose: Purpose) -> bool:
        """Whether there was one to end."""
        theirs = (choices.c.who == who, choices.c.purpose == purpose.value, choices.c.until.is_(None))
        return self.connection.execute(update(choices).where(*theirs).values(until=self.now)).rowcount > 0
