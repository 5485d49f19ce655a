"""Which tombstones this database has done, and whom a restored one knows that should be gone."""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, insert, select, update

from bot.message import UserRef
from storage.datamap import sheets
from storage.rows import MarkRow

marks = MarkRow.__table__
PAGE = 5000  # accounts read at a time


class Marks:
    connection: Connection

    def mark(self) -> tuple[str, int] | None:
        """The store of tombstones that this database belongs to, and the newest that is done; None if none ever was."""
        row = self.connection.execute(select(marks)).first()
        return None if row is None else (row.store, row.seq)

    def set_mark(self, store: str, seq: int) -> None:
        """The number only grows, as long as the store is the same."""
        same = marks.c.store == store
        if self.connection.execute(update(marks).where(same, marks.c.seq < seq).values(seq=seq)).rowcount:
            return
        if self.connection.execute(select(marks.c.seq).where(same)).first() is None:
            self.connection.execute(delete(marks))
            self.connection.execute(insert(marks).values(store=store, seq=seq))

    def forget_mark(self) -> None:
        self.connection.execute(delete(marks))

    def everybody(self) -> Iterator[UserRef]:
        """Every account that is linked anywhere, some of them more than once."""
        for sheet in sheets():
            for link in sheet.links:
                query, last = select(link).where(link.is_not(None)).distinct().order_by(link).limit(PAGE), None
                while True:
                    beyond = query if last is None else query.where(link > last)
                    found = self.connection.scalars(beyond).all()
                    yield from found
                    if len(found) < PAGE:
                        break
                    last = found[-1]
