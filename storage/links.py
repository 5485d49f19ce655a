"""Which accounts are one person's, as they confirmed on each of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.message import UserRef
from bot.privacy.linking.link import Pairing
from storage.rows import LinkRow, PairingRow

links = LinkRow.__table__
others = links.alias("others")
pairings = PairingRow.__table__


class SqlLinks:
    """Implements `bot.ports.Links`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def of(self, who: UserRef, before: datetime | None = None) -> Sequence[UserRef]:
        """Link by link, as far as they lead."""
        found, new = {who: None}, [who]
        while new:
            new = [other for other in self._next(new, before) if other not in found]
            found.update(dict.fromkeys(new))
        return list(found)[1:]

    def since(self, who: UserRef) -> Mapping[UserRef, datetime]:
        rows = self.connection.execute(self._ends([who]).with_only_columns(others.c.who, others.c.since))
        return {row.who: row.since for row in rows}

    def join(self, one: UserRef, other: UserRef) -> None:
        row = {"link": 0, "who": one, "since": self.now}
        number = self.connection.execute(insert(links).values(row).returning(links.c.id)).scalar_one()
        self.connection.execute(update(links).where(links.c.id == number).values(link=number))
        self.connection.execute(insert(links).values(link=number, who=other, since=self.now))

    def leave(self, who: UserRef) -> None:
        mine = select(links.c.link).where(links.c.who == who)
        self.connection.execute(delete(links).where(links.c.link.in_(mine)))
        self.connection.execute(delete(pairings).where(pairings.c.who == who))

    def pairing(self, who: UserRef) -> Pairing | None:
        return self._pairing(pairings.c.who == who)

    def coded(self, code_hash: str) -> Pairing | None:
        return self._pairing(pairings.c.code_hash == code_hash, pairings.c.other.is_(None))

    def keep(self, pairing: Pairing) -> None:
        values = {
            "who": pairing.who,
            "code_hash": pairing.code_hash,
            "wrong": pairing.wrong,
            "other": pairing.other,
            "agreed": pairing.agreed,
            "until": pairing.until,
        }
        self.drop(pairing.who)
        self.connection.execute(insert(pairings).values(values))

    def drop(self, who: UserRef) -> None:
        self.connection.execute(delete(pairings).where(pairings.c.who == who))

    def forget(self) -> None:
        """An end whose other end went with an erasure links nothing."""
        single = select(links.c.link).group_by(links.c.link).having(func.count() < 2)
        self.connection.execute(delete(links).where(links.c.link.in_(single)))
        self.connection.execute(delete(pairings).where(pairings.c.until <= self.now))

    def _pairing(self, *which: Any) -> Pairing | None:
        row = self.connection.execute(select(pairings).where(*which, pairings.c.until > self.now)).first()
        if row is None:
            return None
        return Pairing(row.who, row.code_hash, row.until, row.wrong, row.other, row.agreed)

    def _next(self, who: Sequence[UserRef], before: datetime | None) -> Sequence[UserRef]:
        ends = self._ends(who).with_only_columns(others.c.who)
        if before is not None:
            ends = ends.where(others.c.since <= before)
        return list(self.connection.scalars(ends))

    @staticmethod
    def _ends(who: Sequence[UserRef]) -> Any:
        """The other ends of their links, the oldest first."""
        joined = select(links, others).join(others, (others.c.link == links.c.link) & (others.c.who != links.c.who))
        return joined.where(links.c.who.in_(who)).order_by(others.c.id)
