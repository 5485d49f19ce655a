"""Desks, their channels and who works there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, union_all, update

from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.naming import is_group
from bot.desks.panel import Panel
from bot.errors import Problem
from bot.inbound import Place
from bot.language import _
from bot.message import UserRef
from storage.hot import Hot
from storage.rows import ChannelRow, DeskRow, GroupRow, MemberRow

desks = DeskRow.__table__
channels = ChannelRow.__table__
members = MemberRow.__table__
groups = GroupRow.__table__

WITH_CHANNEL = (
    select(desks, channels.c.platform, channels.c.workspace, channels.c.conversation)
    .select_from(desks.outerjoin(channels, and_(channels.c.desk == desks.c.id, channels.c.agents)))
    .order_by(desks.c.id)
)
GET = Hot(WITH_CHANNEL.where(desks.c.id == bindparam("id")))
AT = select(channels.c.desk, channels.c.agents).where(
    channels.c.platform == bindparam("platform"),
    channels.c.workspace == bindparam("workspace"),
    channels.c.conversation == bindparam("conversation"),
)
MEMBERS = select(members.c.desk, members.c.rank, members.c.officer).where(
    members.c.who.in_(bindparam("people", expanding=True))
)
GROUPS = select(groups.c.desk, groups.c.rank, groups.c.officer).where(
    groups.c.principal.in_(bindparam("groups", expanding=True))
)
RANKS = union_all(MEMBERS, GROUPS)


class SqlDesks:
    """`known` are desks as they are now, where one process alone can change them: every message asks for its desk."""

    def __init__(self, connection: Connection, known: dict[int, Desk] | None = None) -> None:
        self.connection = connection
        self.known = known

    def get(self, id: int) -> Desk | None:
        if self.known is not None and id in self.known:
            return self.known[id]
        row = GET.first(self.connection, {"id": id})
        desk = None if row is None else _desk(row)
        if self.known is not None and desk is not None:
            self.known[id] = desk
        return desk

    def all(self) -> Sequence[Desk]:
        return [_desk(row) for row in self.connection.execute(WITH_CHANNEL).all()]

    def at(self, place: Place) -> tuple[Desk, bool] | None:
        where = {"platform": place.platform, "workspace": place.workspace, "conversation": place.conversation}
        row = self.connection.execute(AT, where).first()
        desk = self.get(row.desk) if row else None
        return None if row is None or desk is None else (desk, row.agents)

    def near(self, platform: str, workspace: str) -> Sequence[Desk]:
        here = select(channels.c.desk).where(channels.c.platform == platform, ~channels.c.agents)
        if workspace:
            here = here.where(channels.c.workspace == workspace)
        return [_desk(row) for row in self.connection.execute(WITH_CHANNEL.where(desks.c.id.in_(here))).all()]

    def rank(self, desk: int, principals: Sequence[str]) -> tuple[Rank, bool]:
        rows = [row for row in self._ranks(principals) if row.desk == desk]
        highest = max((row.rank for row in rows), default=Rank.CUSTOMER)
        return Rank(highest), any(row.officer for row in rows)

    def ranked(self, principals: Sequence[str], least: Rank) -> Sequence[int]:
        return sorted({row.desk for row in self._ranks(principals) if row.rank >= least})

    def hold(self, id: int) -> Desk:
        self.connection.execute(select(desks.c.id).where(desks.c.id == id).with_for_update())
        desk = self.get(id)
        assert desk is not None
        return desk

    def members(self, desk: int) -> Sequence[Member]:
        people = self.connection.execute(select(members).where(members.c.desk == desk).order_by(members.c.id)).all()
        roles = self.connection.execute(select(groups).where(groups.c.desk == desk).order_by(groups.c.id)).all()
        return [Member(str(p.who), Rank(p.rank), p.officer) for p in people] + [
            Member(g.principal, Rank(g.rank), g.officer) for g in roles
        ]

    def intake(self, desk: int) -> Sequence[Place]:
        query = select(channels).where(channels.c.desk == desk, ~channels.c.agents).order_by(channels.c.id)
        return [_place(row) for row in self.connection.execute(query)]

    def save(self, desk: Desk, intake: Sequence[Place], people: Sequence[Member]) -> Desk:
        self._changes()
        id = self.connection.scalar(select(desks.c.id).where(desks.c.name == desk.name))
        settings = desk.settings.model_dump(exclude_defaults=True)
        said = {"settings": settings, "panel": _shown(desk.panel)}
        if id is None:
            new = insert(desks).values(name=desk.name, next_number=1, **said).returning(desks.c.id)
            id = self.connection.execute(new).scalar_one()
        else:
            self.connection.execute(update(desks).where(desks.c.id == id).values(said))
        self._replace_channels(id, desk, intake)
        self._replace_members(id, people)
        return replace(desk, id=id)

    def set_rank(self, desk: int, principal: str, rank: Rank) -> None:
        """Give a person or group this rank, or with CUSTOMER take theirs away."""
        table, column, value = _principal(principal)
        here = (table.c.desk == desk) & (table.c[column] == value)
        officer = self.connection.scalar(select(table.c.officer).where(here)) or False
        self.connection.execute(delete(table).where(here))
        if rank > Rank.CUSTOMER or officer:
            new = {"desk": desk, column: value, "rank": int(rank), "officer": officer}
            self.connection.execute(insert(table), new)

    def set(self, desk: int, settings: Settings) -> None:
        self._changes()
        kept = settings.model_dump(exclude_defaults=True)
        self.connection.execute(update(desks).where(desks.c.id == desk).values(settings=kept))

    def set_panel(self, desk: int, panel: Panel) -> None:
        self._changes()
        self.connection.execute(update(desks).where(desks.c.id == desk).values(panel=_shown(panel)))

    def _changes(self) -> None:
        """What is read from now on in this transaction may be undone with it, so it is not remembered."""
        if self.known is not None:
            self.known.clear()
        self.known = None

    def _replace_channels(self, id: int, desk: Desk, intake: Sequence[Place]) -> None:
        self.connection.execute(delete(channels).where(channels.c.desk == id))
        wanted = [(place, False) for place in intake] + ([(desk.agents, True)] if desk.agents else [])
        for place, agents in wanted:
            if other := self.at(place):
                where = f"{place.platform}:{place.workspace}/{place.conversation}"
                if other[0].id == id:
                    raise Problem(_("The channel {channel} is named twice. Nothing was changed.", channel=where))
                raise Problem(
                    _(
                        "The channel {channel} is already used by the desk {desk}. Nothing was changed.",
                        channel=where, desk=other[0].name,
                    )
                )  # fmt: skip
            new = {"platform": place.platform, "workspace": place.workspace, "conversation": place.conversation}
            self.connection.execute(insert(channels), new | {"desk": id, "agents": agents})

    def _replace_members(self, id: int, people: Sequence[Member]) -> None:
        self.connection.execute(delete(members).where(members.c.desk == id))
        self.connection.execute(delete(groups).where(groups.c.desk == id))
        for member in people:
            table, column, value = _principal(member.principal)
            new = {"desk": id, column: value, "rank": int(member.rank), "officer": member.officer}
            self.connection.execute(insert(table), new)

    def _ranks(self, principals: Sequence[str]) -> Sequence[Row[Any]]:
        """All ranks of these, at every desk: few rows, and one statement for everybody."""
        people = [UserRef.parse(p) for p in principals if not is_group(p)]
        roles = [p for p in principals if is_group(p)]
        return self.connection.execute(RANKS, {"people": people, "groups": roles}).all()


def _desk(row: Row[Any]) -> Desk:
    agents = _place(row) if row.platform is not None else None
    return Desk(row.id, row.name, agents, Settings.model_validate(row.settings), Panel.model_validate(row.panel))


def _shown(panel: Panel) -> dict[str, Any]:
    return panel.model_dump(mode="json", exclude_defaults=True)


def _principal(principal: str) -> tuple[Any, str, Any]:
    if is_group(principal):
        return groups, "principal", principal
    return members, "who", UserRef.parse(principal)


def _place(row: Row[Any]) -> Place:
    return Place(row.platform, row.workspace, row.conversation)
