"""Workspaces that have removed the bot, and what is theirs: the tickets of desks whose agents were there, and those of
customers whose accounts are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, cast, delete, exists, literal, or_, select
from sqlalchemy import Text as SqlText

from bot.desks.model import Departure
from storage.hot import dialect_of
from storage.rows import ChannelRow, DepartureRow, TicketRow

departures, channels, tickets = DepartureRow.__table__, ChannelRow.__table__, TicketRow.__table__


class SqlDepartures:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now

    def all(self) -> Sequence[Departure]:
        rows = self.connection.execute(select(departures).order_by(departures.c.since)).all()
        return [Departure(row.platform, row.workspace, row.since) for row in rows]

    def begin(self, platform: str, workspace: str) -> bool:
        new = dialect_of(self.connection).insert(departures)
        new = new.values(platform=platform, workspace=workspace, since=self.now)
        new = new.on_conflict_do_nothing().returning(departures.c.since)
        return self.connection.execute(new).first() is not None

    def end(self, departure: Departure) -> None:
        where = (departures.c.platform == departure.platform, departures.c.workspace == departure.workspace)
        self.connection.execute(delete(departures).where(*where))

    def tickets(self, before: datetime, after: int, limit: int) -> Sequence[int]:
        theirs_now = theirs(before).where(tickets.c.words_purged_at.is_(None), tickets.c.id > after)
        return self.connection.scalars(theirs_now.order_by(tickets.c.id).limit(limit)).all()


def theirs(before: datetime) -> Select[Any]:
    """Ids of the tickets of workspaces that left before then."""
    over = departures.c.since < before
    there = and_(channels.c.platform == departures.c.platform, channels.c.workspace == departures.c.workspace, over)
    desks = select(channels.c.desk).join(departures, there).where(channels.c.agents)
    accounts = departures.c.platform.concat(literal("/")).concat(departures.c.workspace).concat(literal("/%"))
    customers = exists().where(over, cast(tickets.c.customer, SqlText).like(accounts))
    return select(tickets.c.id).where(exists().where(over), or_(tickets.c.desk.in_(desks), customers))
