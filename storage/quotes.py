"""Which messages quote anybody, what somebody could be quoted with, and what an officer has to look at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, text

from bot.message import UserRef
from bot.privacy.model import Request
from bot.tickets.timeline import ticket_of
from storage.datamap import sheets
from storage.deferred import Reach
from storage.rows import EntryRow, QuoteRow

timeline = EntryRow.__table__
doubts = QuoteRow.__table__
QUOTES = text("quotes")  # in the words of the index, or it is not used


class Quotes:
    connection: Connection
    now: datetime

    def reach(self, request: Request) -> Reach:
        raise NotImplementedError

    def sayings(self, request: Request, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
        [sheet] = [sheet for sheet in sheets() if sheet.table is timeline]
        theirs = (timeline.c.author == request.who, self.reach(request).of(sheet), timeline.c.id > after)
        query = select(timeline.c.id, timeline.c.text).where(*theirs).order_by(timeline.c.id).limit(limit)
        return [(row.id, ticket_of(row.id), row.text) for row in self.connection.execute(query)]

    def quoting(self, but: UserRef, after: int, limit: int) -> Sequence[int]:
        others = (timeline.c.author.is_distinct_from(but), timeline.c.deleted_at.is_(None), timeline.c.id > after)
        query = select(timeline.c.id).where(QUOTES, *others).order_by(timeline.c.id).limit(limit)
        return self.connection.scalars(query).all()

    def doubt(self, entry: int) -> bool:
        if self.connection.scalar(select(exists().where(doubts.c.entry == entry))):
            return False
        self.connection.execute(insert(doubts).values(entry=entry, at=self.now))
        return True

    def doubted(self, limit: int) -> Sequence[tuple[int, int]]:
        query = select(doubts.c.number, doubts.c.entry).order_by(doubts.c.number).limit(limit)
        return [(row.number, row.entry) for row in self.connection.execute(query)]

    def settle_doubt(self, entry: int) -> None:
        self.connection.execute(delete(doubts).where(doubts.c.entry == entry))
