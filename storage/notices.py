"""Versions of the privacy notice."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, insert, select

from bot.privacy.notices.notice import Facts, Notice
from storage.rows import NoticeRow

notices = NoticeRow.__table__


class Notices:
    connection: Connection

    def notices(self, limit: int) -> Sequence[Notice]:
        newest = select(notices).order_by(notices.c.number.desc()).limit(limit)
        return [
            Notice(row.number, Facts.read(row.facts), row.published_at, row.effective_at, row.material)
            for row in self.connection.execute(newest)
        ]

    def publish(self, notice: Notice) -> Notice:
        values = {
            "facts": asdict(notice.facts),
            "published_at": notice.published_at,
            "effective_at": notice.effective_at,
            "material": notice.material,
        }
        number = self.connection.execute(insert(notices).values(values).returning(notices.c.number)).scalar_one()
        return replace(notice, number=number)
