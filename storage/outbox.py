"""The outbox and the ledger of what was posted.

`head` marks the oldest waiting row of each room. It is kept as rows come and go, so finding what is due
is one walk over one small index, however long the queue of a stuck room grows.

Where several processes deliver, each takes the heads it will deliver: `holder` says who has one in hand, which counts
as long as that process lives (`storage.peers`), and `fence` grows with each taking, so that whoever was taken for dead
and was not can write down nothing any more.
"""

import logging
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Row,
    String,
    all_,
    any_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from bot.effects import CLERK, Effect, OpenRoom, PostCard, Remove, Seek, codec
from bot.inbound import Place
from bot.message import Message, UserRef
from bot.ports import Backlog, Pending, Spot
from storage.columns import BIG
from storage.hot import Hot
from storage.rows import LeaseRow, OutboxRow, SpotRow, TicketRow
from storage.seeking import is_sought, may_be_there, sought

log = logging.getLogger(__name__)
outbox = OutboxRow.__table__
spots = SpotRow.__table__
tickets = TicketRow.__table__
words = TypeAdapter(Message)
MOST_OPENING = 500  # rooms looked through for one that is being opened
DUE, DEAD = "due", "dead"
MOST_KNOWN = 1000  # posts in a room that what is looked for is not
LEAP = 1_000_000  # more ids than any backup is behind

IS_DUE = outbox.c.state == literal_column("'due'")  # in the words of the index, or it is not used
earlier = outbox.alias("earlier")
WAITS = earlier.c.state == literal_column("'due'")
HEAD_ROOM = exists().where(earlier.c.room == bindparam("room"), WAITS)
OLDEST = select(func.min(earlier.c.id)).where(earlier.c.room == bindparam("of_room"), WAITS)
POST = Hot(
    insert(outbox).values(
        {c.name: bindparam(c.name) for c in outbox.c if c.name not in {"id", "head", "holder", "fence", "unsure"}}
        | {"head": ~HEAD_ROOM}
    )
)
PROMOTE = Hot(update(outbox).where(outbox.c.id == OLDEST.scalar_subquery()).values(head=True))
FORGET = Hot(delete(outbox).where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("sent_fence")))
SPOT = Hot(select(spots).where(spots.c.key == bindparam("of_key")))
IN_HAND = outbox.c.head & IS_DUE & (outbox.c.not_before <= bindparam("now"))
DOUBT = Hot(update(outbox).where(IN_HAND).values(unsure=true()))
UNDER = Hot(select(outbox).where(outbox.c.key == bindparam("of_key")))
IS_THERE = exists().where(spots.c.key == bindparam("of_key"))
IS_ON_ITS_WAY = exists().where(outbox.c.key == bindparam("of_key"), IS_DUE)
POSTED = Hot(select((IS_THERE | IS_ON_ITS_WAY).label("there")))
FEW = 4  # keys that are looked up one by one, which costs less than a statement for all of them
POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        not_before=bindparam("until"),
        error=bindparam("why"),
        attempts=outbox.c.attempts + 1,
        unsure=outbox.c.unsure | bindparam("is_unsure"),
        holder=None,
    )
)
leases = LeaseRow.__table__
DATABASE_CLOCK: Any = literal_column("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")


def _alive(process: Any) -> Any:
    return exists().where(leases.c.name == process, leases.c.until > DATABASE_CLOCK)


FREE = (
    select(outbox.c.id, outbox.c.holder)
    .where(
        outbox.c.head,
        outbox.c.not_before <= bindparam("at"),
        outbox.c.platform == any_(bindparam("platforms", type_=ARRAY(String))),
        outbox.c.id != all_(bindparam("busy", type_=ARRAY(BIG))),
        outbox.c.holder.is_(None) | (outbox.c.holder == bindparam("me")) | ~_alive(outbox.c.holder),
        _alive(bindparam("me")),
    )
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
    .cte("free")
)
TAKE = Hot(
    update(outbox)
    .where(outbox.c.id == FREE.c.id)
    .values(holder=bindparam("me"), fence=outbox.c.fence + 1)
    .returning(outbox, FREE.c.holder.label("before"))
)


@lru_cache
def due_heads(platforms: tuple[str, ...]) -> Hot:
    """Built once: it is looked at far more often than something is found."""
    return Hot(
        select(outbox)
        .where(outbox.c.head, outbox.c.not_before <= bindparam("at"))
        .where(or_(false(), *(outbox.c.platform == platform for platform in platforms)))
        .order_by(outbox.c.not_before, outbox.c.id)
        .limit(bindparam("most"))
    )


class SqlOutbox:
    """`me` is this process among several, None where it is the only one. `posted_to` are the platforms of what was
    posted."""

    def __init__(self, connection: Connection, now: datetime, me: str | None = None) -> None:
        self.connection = connection
        self.now = now
        self.me = me
        self.posted_to: set[str] = set()
        self.news = False

    def post(self, effect: Effect, *, about: UserRef) -> None:
        self.posted_to.add(effect.platform)
        self.news = True
        self._hold(effect.room)
        values = {
            "platform": effect.platform,
            "room": effect.room,
            "key": effect.key,
            "about": about,
            "effect": codec.dump_python(effect, mode="json"),
            "state": DUE,
            "not_before": self.now,
            "attempts": 0,
            "error": "",
            "posted_at": self.now,
        }
        POST.run(self.connection, values)

    def due(self, now: datetime, limit: int, platforms: Sequence[str], busy: Sequence[int] = ()) -> Sequence[Pending]:
        if self.me is not None:
            return self._taken(self.me, now, limit, platforms, busy)
        heads = due_heads(tuple(platforms)).all(self.connection, {"at": now, "most": limit + len(busy)})
        found = _understood([row for row in heads if row.id not in busy][:limit])
        places = self._spots([effect.anchor for _, effect in found])
        return [_pending(row, effect, places.get(effect.anchor)) for row, effect in found]

    def _taken(
        self, me: str, now: datetime, limit: int, platforms: Sequence[str], busy: Sequence[int]
    ) -> Sequence[Pending]:
        """What nobody else has in hand, and now we have. Of what somebody had the outcome is unknown."""
        asked = {"me": me, "at": now, "most": limit, "platforms": list(platforms), "busy": list(busy)}
        rows = sorted(TAKE.all(self.connection, asked), key=lambda row: (row.not_before, row.id))
        found = _understood(rows)
        places = self._spots([effect.anchor for _, effect in found])
        return [
            replace(_pending(row, effect, places.get(effect.anchor)), holder=me, doubtful=row.before is not None)
            for row, effect in found
        ]

    def next_due(self, platforms: Sequence[str]) -> datetime | None:
        query = select(func.min(outbox.c.not_before)).where(outbox.c.head, outbox.c.platform.in_(platforms))
        return self.connection.execute(query).scalar()

    def done(self, sent: Pending, spot: Spot | None) -> bool:
        effect = sent.effect
        self._hold(effect.room)
        if not FORGET.run(self.connection, {"row_id": sent.id, "sent_fence": sent.fence}) and not self.ours(sent):
            return False
        if PROMOTE.run(self.connection, {"of_room": effect.room}):
            self.news = True
        if isinstance(effect, Remove):
            self.connection.execute(delete(spots).where(spots.c.key == effect.key))
        elif spot is not None:
            self._remember(effect, sent.about, spot)
        return True

    def ours(self, sent: Pending) -> bool:
        if self.me is None:
            return True
        fence = self.connection.scalar(select(outbox.c.fence).where(outbox.c.id == sent.id).with_for_update())
        if fence is None:  # an erasure took it out, or somebody else delivered it
            return self.spot(sent.effect.key) is None
        return bool(fence == sent.fence)

    def postpone(self, id: int, until: datetime, error: str, *, unsure: bool = False) -> None:
        self.connection.execute(POSTPONE, {"row_id": id, "until": until, "why": error[:200], "is_unsure": unsure})

    def bury(self, id: int, error: str, *, unsure: bool = False) -> None:
        room = self.connection.scalar(select(outbox.c.room).where(outbox.c.id == id))
        if room is None:
            return
        self._hold(room)
        dead = {"state": DEAD, "head": False, "error": error[:200], "holder": None, "unsure": outbox.c.unsure | unsure}
        self.connection.execute(update(outbox).where(outbox.c.id == id).values(dead))
        PROMOTE.run(self.connection, {"of_room": room})

    def dead(self, limit: int) -> Sequence[tuple[Pending, str]]:
        rows = self.connection.execute(select(outbox).where(outbox.c.state == DEAD).order_by(outbox.c.id).limit(limit))
        return [(_pending(row, effect, None), row.error) for row, effect in _understood(rows.all())]

    def retry(self, id: int) -> bool:
        room = self.connection.scalar(select(outbox.c.room).where(outbox.c.id == id, outbox.c.state == DEAD))
        if room is None:
            return False
        self._again(id, room)
        return True

    def _again(self, id: int, room: str, **new: Any) -> None:
        self._hold(room)
        values = {"state": DUE, "attempts": 0, "error": "", "not_before": self.now, "holder": None, **new}
        self.connection.execute(update(outbox).where(outbox.c.id == id).values(values))
        self.connection.execute(update(outbox).where(outbox.c.room == room, outbox.c.head).values(head=False))
        PROMOTE.run(self.connection, {"of_room": room})
        self.news = True

    def discard(self, id: int) -> bool:
        row = self.connection.execute(select(outbox).where(outbox.c.id == id, outbox.c.state == DEAD)).first()
        if row is not None:
            self.forget_given_up(row)
        return row is not None

    def forget_given_up(self, row: Row[Any]) -> None:
        """If it may be on its platform all the same, once it is known where."""
        if may_be_there(row):
            self.seek(row)
        else:
            self.connection.execute(delete(outbox).where(outbox.c.id == row.id))

    def seek(self, row: Row[Any], **new: Any) -> None:
        """Look for what was given up, under the same id, which is its token."""
        theirs = select(spots.c.message).where(spots.c.room == row.room, spots.c.about == row.about).limit(MOST_KNOWN)
        effect = sought(row, tuple(self.connection.scalars(theirs)))
        self._again(row.id, row.room, effect=effect, **new)

    def room_of(self, id: int) -> str | None:
        return self.connection.scalar(select(outbox.c.room).where(outbox.c.id == id))

    def effect(self, id: int) -> Effect | None:
        found = self.connection.scalar(select(outbox.c.effect).where(outbox.c.id == id))
        return None if found is None else codec.validate_python(found)

    def cancel(self, key: str) -> None:
        waits = (outbox.c.key == key, IS_DUE, ~outbox.c.head)
        for room in self.connection.scalars(select(outbox.c.room).where(*waits).distinct()).all():
            self._hold(room)  # or what is deleted here may be made head there, and the room waits for ever
        self.connection.execute(delete(outbox).where(*waits))

    def cancel_given_up(self, key: str) -> None:
        for row in UNDER.all(self.connection, {"of_key": key}):
            if row.state == DEAD:
                self.forget_given_up(row)

    def revise(self, key: str, message: Message) -> bool:
        said, sure = words.dump_python(message, mode="json"), False
        for row in self._under(key):
            if "message" not in row.effect or is_sought(row):
                continue
            sure = sure or (row.state == DUE and not row.head)
            if row.effect["message"] != said:
                new = update(outbox).where(outbox.c.id == row.id).values(effect=row.effect | {"message": said})
                self.connection.execute(new)
        return sure

    def spot(self, key: str) -> Spot | None:
        return self._spots([key]).get(key)

    def posted(self, key: str) -> bool:
        found = POSTED.first(self.connection, {"of_key": key})
        return found is not None and bool(found.there)

    def opening(self, place: Place) -> bool:
        opening = (outbox.c.key == outbox.c.room, outbox.c.head, IS_DUE, outbox.c.platform == place.platform)
        rows = self.connection.execute(select(outbox).where(*opening).limit(MOST_OPENING)).all()
        return any(_opens_in(effect, place) for _, effect in _understood(rows))

    def newest(self) -> int:
        return self.connection.scalar(select(func.max(outbox.c.id))) or 0

    def waiting_in(self, room: str) -> Sequence[Pending]:
        rows = self.connection.execute(select(outbox).where(outbox.c.room == room, IS_DUE).order_by(outbox.c.id)).all()
        return [_pending(row, effect, None) for row, effect in _understood(rows)]

    def readdress(self, id: int, effect: Effect) -> None:
        changed = {"effect": codec.dump_python(effect, mode="json"), "platform": effect.platform}
        self.connection.execute(update(outbox).where(outbox.c.id == id).values(changed))

    def hold_back(self, why: str) -> int:
        goes_on = (outbox.c.platform == CLERK) | outbox.c.effect["kind"].as_string().in_(("remove", "seek"))
        held = update(outbox).where(IS_DUE, ~goes_on).values(state=DEAD, head=False, error=why, not_before=self.now)
        many = self.connection.execute(held).rowcount
        for table in (outbox, tickets):
            leap(self.connection, table.name)
        oldest = select(func.min(earlier.c.id)).where(WAITS).group_by(earlier.c.room)
        self.connection.execute(update(outbox).where(IS_DUE).values(head=outbox.c.id.in_(oldest)))
        return many

    def doubt(self) -> None:
        DOUBT.run(self.connection, {"now": self.now})

    def hurry(self) -> None:
        self.connection.execute(
            update(outbox).where(IS_DUE, outbox.c.not_before > self.now).values(not_before=self.now)
        )

    def backlog(self) -> Sequence[Backlog]:
        waits = outbox.c.state == DUE
        oldest = func.min(func.coalesce(outbox.c.posted_at, outbox.c.not_before)).filter(waits)
        counts = func.count().filter(waits), func.count().filter(~waits)
        found = self.connection.execute(select(outbox.c.platform, oldest, *counts).group_by(outbox.c.platform))
        return [
            Backlog(platform, waiting, max(0.0, (self.now - since).total_seconds()) if since else 0.0, buried)
            for platform, since, waiting, buried in found
        ]

    def waiting(self, room: str) -> int:
        query = select(func.count()).where(outbox.c.room.startswith(room, autoescape=True), IS_DUE)
        return self.connection.execute(query).scalar_one()

    def _under(self, key: str) -> Sequence[Row[Any]]:
        """What waits or was given up under a key, none of which becomes a head before this transaction ends."""
        if self.connection.dialect.name == "postgresql":
            waits = (outbox.c.key == key, IS_DUE)
            for room in sorted(self.connection.scalars(select(outbox.c.room).where(*waits).distinct())):
                self._hold(room)
        return UNDER.all(self.connection, {"of_key": key})

    def _spots(self, keys: Sequence[str]) -> dict[str, Spot]:
        if len(keys) <= FEW:
            rows = [row for key in keys if (row := SPOT.first(self.connection, {"of_key": key}))]
        else:
            rows = list(self.connection.execute(select(spots).where(spots.c.key.in_(set(keys)))))
        return {row.key: Spot(row.conversation, row.thread, row.message) for row in rows}

    def _remember(self, effect: Effect, about: UserRef, spot: Spot) -> None:
        card = isinstance(effect, PostCard) or (isinstance(effect, Seek) and effect.name != "")
        is_room = card or isinstance(effect, OpenRoom)
        values: dict[str, Any] = {
            "key": effect.key,
            "about": about,
            "room": effect.room,
            "platform": effect.platform,
            "conversation": spot.conversation,
            "thread": spot.thread,
            "message": spot.message,
            "ticket": int(effect.key.split(":")[1]) if is_room else None,
            "agents": card,
        }
        REMEMBER[self.connection.dialect.name].run(self.connection, values)

    def _hold(self, room: str) -> None:
        """One transaction at a time keeps a room's head; SQLite has one writer anyway."""
        if self.connection.dialect.name == "postgresql":
            HOLD.run(self.connection, {"room": zlib.crc32(room.encode()) - 2**31})


HOLD = Hot(text("SELECT pg_advisory_xact_lock(20260101, CAST(:room AS integer))"))
WHERE = ("about", "room", "platform", "conversation", "thread", "message")


def _remember(dialect: Any) -> Any:
    new = dialect.insert(spots)
    return new.on_conflict_do_update(index_elements=["key"], set_={name: new.excluded[name] for name in WHERE})


REMEMBER = {"sqlite": Hot(_remember(sqlite)), "postgresql": Hot(_remember(postgresql))}


def _opens_in(effect: Effect, place: Place) -> bool:
    """A thread on a message that somebody else wrote needs no such care: the ticket knows its first message."""
    match effect:
        case PostCard(channel=channel):
            return channel.conversation == place.conversation
        case OpenRoom(place=parent, private=True):
            return parent.conversation == place.conversation
    return False


def leap(connection: Connection, table: str) -> None:
    """Ids that the table gives from now on were never given before, whatever happened since it was as it is."""
    name = {"name": table, "far": LEAP}
    if connection.dialect.name == "postgresql":
        sequence = "pg_get_serial_sequence(:name, 'id')"
        connection.execute(text(f"SELECT setval({sequence}, nextval({sequence}) + :far)"), name)
    elif not connection.execute(text("UPDATE sqlite_sequence SET seq = seq + :far WHERE name = :name"), name).rowcount:
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :far)"), name)


def _understood(rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], Effect]]:
    """One that an older or newer version left, and this one cannot read, stops its room and no other."""
    found = []
    for row in rows:
        try:
            found.append((row, codec.validate_python(row.effect)))
        except ValueError:  # pydantic's
            log.error("an effect in the outbox cannot be read by this version", extra={"effect": row.id})
    return found


def _pending(row: Row[Any], effect: Effect, at: Spot | None) -> Pending:
    return Pending(row.id, effect, row.about, row.attempts, at, row.fence)
