"""The audit log in the tables: written at the end of the transaction that it tells of, and read a page at a time."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from bot.message import UserRef
from bot.privacy.auditing.audit import FIRST, Deed, Line, Link, Note, alias, end_of, epoch_of
from storage.hot import dialect_of
from storage.rows import AuditHeadRow, AuditKeyRow, AuditRow

log = AuditRow.__table__
heads = AuditHeadRow.__table__
keys = AuditKeyRow.__table__


class SqlAudit:
    """Implements `bot.ports.Audit`. What is noted costs nothing before the end of the transaction; then it waits for
    others that write to the log, and for nobody else."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.actor: UserRef | None = None
        self.noted: list[Note] = []

    def note(
        self,
        deed: Deed,
        *,
        about: UserRef | None = None,
        number: int = 0,
        count: int = 0,
        store: str = "",
        reason: str = "",
    ) -> None:
        self.noted.append(Note(deed, about, number, count, store, reason))

    def write(self) -> None:
        """All that was noted, in its order. To be called when nothing else of the transaction is to come."""
        if not self.noted:
            return
        last, epoch = self._locked(), epoch_of(self.now)
        key, lines = self._key(epoch), []
        for note in self.noted:
            last, line = self._line(note, last, epoch, key)
            lines.append(asdict(line))
        self.noted.clear()
        self.connection.execute(insert(log), lines)
        self.connection.execute(update(heads).values(number=last.number, hash=last.hash))

    def _line(self, note: Note, last: Link, epoch: int, key: str) -> tuple[Link, Line]:
        codes = (note.deed.value, note.number, note.count, note.store, note.reason)
        people = (alias(key, note.about), alias(key, self.actor))
        line = Line(last.number + 1, self.now, epoch, *codes, *people).after(last.hash)
        return Link(line.number, line.hash), line

    def _locked(self) -> Link:
        """Where the chain ends. Until this transaction ends, nobody else adds to it."""
        there = select(heads).with_for_update()
        if (row := self.connection.execute(there).first()) is None:
            new = dialect_of(self.connection).insert(heads).values(id=1, number=0, hash=FIRST)
            self.connection.execute(new.on_conflict_do_nothing())
            row = self.connection.execute(there).one()
        return Link(row.number, row.hash)

    def _key(self, epoch: int) -> str:
        """This year's. If it was destroyed already, what is still written is nobody's from the beginning."""
        key = self.connection.scalar(select(keys.c.key).where(keys.c.epoch == epoch))
        if key is None:
            key = secrets.token_hex(32)
            self.connection.execute(insert(keys).values(epoch=epoch, key=key, ends_at=end_of(epoch)))
        return str(key)

    def head(self) -> Link | None:
        row = self.connection.execute(select(heads.c.number, heads.c.hash).where(heads.c.number > 0)).first()
        return None if row is None else Link(*row)

    def lines(self, after: int, limit: int) -> Sequence[Line]:
        """In their order, after this number."""
        page = select(log).where(log.c.number > after).order_by(log.c.number).limit(limit)
        return [Line(*row) for row in self.connection.execute(page)]

    def latest(self, limit: int) -> Sequence[Line]:
        """The newest first."""
        return [Line(*row) for row in self.connection.execute(select(log).order_by(log.c.number.desc()).limit(limit))]

    def latest_of(self, who: UserRef, limit: int) -> Sequence[Line]:
        """Of whatever is about them or was done by them, under the keys there still are, the newest first."""
        names = [alias(key, who) for key in self._keys().values()]
        theirs = select(log).where(or_(log.c.subject.in_(names), log.c.actor.in_(names)))
        return [Line(*row) for row in self.connection.execute(theirs.order_by(log.c.number.desc()).limit(limit))]

    def latest_deeds(self, deeds: Sequence[str], limit: int, who: UserRef | None = None) -> Sequence[Line]:
        """Of these deeds, and about `who` if somebody is named, the newest first."""
        wanted = select(log).where(log.c.deed.in_(deeds))
        if who is not None:
            wanted = wanted.where(log.c.subject.in_(list(self.aliases(who).values())))
        return [Line(*row) for row in self.connection.execute(wanted.order_by(log.c.number.desc()).limit(limit))]

    def aliases(self, who: UserRef) -> Mapping[int, str]:
        """What they are called in each year whose key there still is."""
        return {epoch: alias(key, who) for epoch, key in self._keys().items()}

    def destroy_key(self, epoch: int) -> bool:
        """From now on nobody can tell whom the lines of that year are about. False if there is no such key."""
        gone = update(keys).where(keys.c.epoch == epoch, keys.c.key != "").values(key="")
        if not self.connection.execute(gone).rowcount:
            return False
        self.note(Deed.KEY_GONE, number=epoch)
        return True

    def _keys(self) -> Mapping[int, str]:
        return {row.epoch: row.key for row in self.connection.execute(select(keys).where(keys.c.key != ""))}
