"""The canned answers of desks."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from bot.macros.model import Macro
from storage.rows import MacroRow

macros = MacroRow.__table__


class SqlMacros:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self, desk: int) -> Sequence[Macro]:
        rows = self.connection.execute(select(macros).where(macros.c.desk == desk).order_by(macros.c.name)).all()
        return [Macro(name=row.name, text=row.body["text"]) for row in rows]

    def find(self, desk: int, name: str) -> Macro | None:
        here = (macros.c.desk == desk) & (macros.c.name == name)
        body = self.connection.scalar(select(macros.c.body).where(here))
        return Macro(name=name, text=body["text"]) if body else None

    def save(self, desk: int, macro: Macro) -> None:
        self.remove(desk, macro.name)
        self.connection.execute(insert(macros), {"desk": desk, "name": macro.name, "body": {"text": macro.text}})

    def remove(self, desk: int, name: str) -> None:
        self.connection.execute(delete(macros).where((macros.c.desk == desk) & (macros.c.name == name)))

    def replace(self, desk: int, every: Sequence[Macro]) -> None:
        self.connection.execute(delete(macros).where(macros.c.desk == desk))
        for macro in every:
            self.save(desk, macro)
