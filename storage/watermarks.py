"""How far conversations are handled. Channels and private ones are written down; a ticket's rooms know by themselves,
because what is handled in one conversation is handled in its order: the newest message of it in the timeline."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Place
from bot.ports import Watched
from storage.rows import ChannelRow, EntryRow, SpotRow, TicketRow, WatermarkRow

marks = WatermarkRow.__table__
channels = ChannelRow.__table__
spots = SpotRow.__table__
tickets = TicketRow.__table__
timeline = EntryRow.__table__
SEQUENCE = 1 << 20  # entries of a ticket, as their ids are packed


def _move(dialect: Any) -> Any:
    new = dialect.insert(marks)
    moved = {name: new.excluded[name] for name in ("message", "who", "at")}
    return new.on_conflict_do_update(index_elements=["platform", "conversation"], set_=moved)


MOVE = {"sqlite": _move(sqlite), "postgresql": _move(postgresql)}
BEGIN: dict[str, Any] = {
    "sqlite": sqlite.insert(marks).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(marks).on_conflict_do_nothing(),
}
INTAKE = select(channels.c.workspace, channels.c.conversation, marks.c.message).select_from(
    channels.outerjoin(
        marks, and_(marks.c.platform == channels.c.platform, marks.c.conversation == channels.c.conversation)
    )
)


class SqlWatermarks:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def watched(self, platform: str, since: datetime) -> Sequence[Watched]:
        return [*self._intake(platform), *self._rooms(platform, since), *self._private(platform, since)]

    def move(self, moved: Sequence[Watched]) -> None:
        if rows := [self._row(each) for each in moved]:
            self.connection.execute(MOVE[self.connection.dialect.name], rows)

    def begin(self, mark: Watched) -> None:
        self.connection.execute(BEGIN[self.connection.dialect.name], self._row(mark))

    def _row(self, mark: Watched) -> dict[str, Any]:
        return {
            "platform": mark.place.platform,
            "conversation": mark.place.conversation,
            "message": mark.after,
            "who": mark.who,
            "at": self.now,
        }

    def _intake(self, platform: str) -> Iterator[Watched]:
        here = INTAKE.where(channels.c.platform == platform, ~channels.c.agents)
        for row in self.connection.execute(here).all():
            yield Watched(Place(platform, row.workspace, row.conversation), row.message or "")

    def _private(self, platform: str, since: datetime) -> Iterator[Watched]:
        """Whatever was written down and is no channel of a desk."""
        ours = select(channels.c.conversation).where(channels.c.platform == platform)
        lately = select(marks).where(marks.c.platform == platform, marks.c.at >= since)
        lately = lately.where(marks.c.conversation.not_in(ours))
        for row in self.connection.execute(lately.order_by(marks.c.at.desc())).all():
            yield Watched(Place(platform, "", row.conversation, direct=True), row.message, row.who)

    def _rooms(self, platform: str, since: datetime) -> Iterator[Watched]:
        newest = (
            select(timeline.c.source_message)
            .where(
                timeline.c.id.between(spots.c.ticket * SEQUENCE, (spots.c.ticket + 1) * SEQUENCE - 1),
                timeline.c.source_conversation == spots.c.conversation,
                timeline.c.source_thread == spots.c.thread,
            )
            .order_by(timeline.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(spots.c.conversation, spots.c.thread, func.coalesce(newest, spots.c.message).label("after"))
            .join(tickets, tickets.c.id == spots.c.ticket)
            .where(spots.c.platform == platform, spots.c.ticket.is_not(None), spots.c.thread != "")
            .where(or_(tickets.c.state == "open", tickets.c.last_at >= since))
        )
        for row in self.connection.execute(query).all():
            yield self._room(platform, row)

    @staticmethod
    def _room(platform: str, row: Any) -> Watched:
        return Watched(Place(platform, "", row.conversation, row.thread), row.after)
