"""What people asked of their own data."""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from bot.message import File, UserRef
from bot.ports import Audit
from bot.privacy.auditing.audit import Deed
from bot.privacy.model import (
    FAILED,
    GONE,
    QUOTED,
    RUNNING,
    UNSURE,
    WHY,
    Asked,
    Hold,
    Request,
    Stage,
    Tally,
    added,
    export_called,
)
from bot.privacy.stages import EXTENDED_MONTHS, MONTHS, OPEN, months_after
from storage.datamap import topics
from storage.hot import Hot
from storage.rows import DisputeRow, RequestRow

requests = RequestRow.__table__
ONE = Hot(select(requests).where(requests.c.number == bindparam("of")))


def _in_stage(*stages: Stage) -> ColumnElement[bool]:
    return or_(*(requests.c.stage == literal_column(f"'{stage.value}'") for stage in stages))


NOW_RUNNING = Hot(select(requests).where(_in_stage(*RUNNING)).limit(bindparam("most")))
EXPORTED = and_(_in_stage(Stage.DONE), requests.c.sha != literal_column("''"))
WAITS = _in_stage(Stage.ASKED, Stage.COOLING)
OUTDATED = Hot(
    select(requests).where(or_(EXPORTED, WAITS), requests.c.expires_at <= bindparam("now")).limit(bindparam("most"))
)
COUNTED = Hot(select(requests.c.counts).where(requests.c.number == bindparam("of")))
COUNT = Hot(update(requests).where(requests.c.number == bindparam("of")).values(counts=bindparam("counts")))
disputes = DisputeRow.__table__
ALONE = text("SELECT pg_advisory_xact_lock(20260103, CAST(:who AS integer))").bindparams(bindparam("who"))
ALONE_NOW = text("SELECT pg_try_advisory_xact_lock(20260103, CAST(:who AS integer))").bindparams(bindparam("who"))


class Requests:
    connection: Connection
    audit: Audit

    def alone(self, who: UserRef) -> None:
        """One transaction at a time for each person; SQLite has one writer anyway."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(ALONE, {"who": _number(who)})

    def alone_now(self, who: UserRef) -> bool:
        """The same without waiting: false while another transaction is at them."""
        if self.connection.dialect.name != "postgresql":
            return True
        return bool(self.connection.scalar(ALONE_NOW, {"who": _number(who)}))

    def open_request(self, request: Request) -> Request:
        """Keep a new one; returns it with its number."""
        self.alone(request.who)
        new = insert(requests).values(_columns(request)).returning(requests.c.number)
        number = self.connection.execute(new).scalar_one()
        self._noted(Deed.OPENED, request.who, number, request, request.stage)
        return replace(request, number=number)

    def request(self, number: int) -> Request | None:
        row = ONE.first(self.connection, {"of": number})
        return None if row is None else _request(row)

    def requests_of(self, who: UserRef, asked: Asked | None = None, limit: int = 100) -> Sequence[Request]:
        """Newest first."""
        theirs = select(requests).where(requests.c.who == who)
        if asked is not None:
            theirs = theirs.where(requests.c.asked == asked.value)
        return self._all(theirs.order_by(requests.c.number.desc()).limit(limit))

    def save(self, request: Request) -> None:
        """What it came to is in the audit log, whoever wrote it and why."""
        before = self.request(request.number)
        if before is not None:
            self._moved(before, request)
        self.connection.execute(update(requests).where(requests.c.number == request.number).values(_columns(request)))

    def count(self, number: int, more: Mapping[str, int]) -> None:
        """Add to what it counts, and change nothing else of it."""
        [row] = COUNTED.all(self.connection, {"of": number})
        COUNT.run(self.connection, {"of": number, "counts": added(row.counts, more)})

    def _moved(self, before: Request, now: Request) -> None:
        """`before` knows whose it was; after the end of an erasure only the number tells."""
        who = before.who
        if now.extended != before.extended:
            self._noted(Deed.EXTENDED, who, now.number, now, now.extended)
        if now.step != before.step:
            self._noted(Deed.STEPPED, who, now.number, now, now.step)
        if now.stage is Stage.REFUSED is not before.stage:
            self._noted(Deed.REFUSED, who, now.number, now, now.refused)
        elif now.stage is not before.stage:
            self._noted(Deed.MOVED, who, now.number, now, now.stage)
        if now.erases and now.stage is Stage.TOLD is not before.stage:
            for what, count in now.counts:
                if what != "ticket" and not what.startswith(WHY):
                    self.audit.note(Deed.ERASED, about=who, number=now.number, count=count, store=_table(what))

    def _noted(self, deed: Deed, who: UserRef, number: int, request: Request, reason: str) -> None:
        self.audit.note(
            deed, about=None if who.platform == GONE else who, number=number, store=request.asked.value, reason=reason
        )

    def running(self, limit: int) -> Sequence[Request]:
        """Those that somebody must be working on."""
        return [_request(row) for row in NOW_RUNNING.all(self.connection, {"most": limit})]

    def dispute(self, request: Request, text: str) -> None:
        """Keep what they say is wrong until it is decided."""
        self.connection.execute(insert(disputes).values(request=request.number, who=request.who, text=text))

    def disputed(self, request: Request) -> str:
        found = self.connection.scalar(select(disputes.c.text).where(disputes.c.request == request.number))
        return found or ""

    def settle(self, request: Request) -> None:
        """It is decided, or taken back: nobody needs their words for it any more."""
        self.connection.execute(delete(disputes).where(disputes.c.request == request.number))

    def open_requests(self, limit: int) -> Sequence[Request]:
        """Of everybody, that which has to be answered first at the front."""
        standing = select(requests).where(requests.c.stage.in_([stage.value for stage in OPEN]))
        return self._all(standing.order_by(requests.c.received_at, requests.c.number).limit(limit))

    def tally(self, since: datetime, now: datetime) -> Sequence[Tally]:
        """What became of the requests that came since then."""
        columns = requests.c.asked, requests.c.stage, requests.c.received_at, requests.c.done_at, requests.c.extended
        stages: dict[Asked, Counter[Stage]] = {}
        late: Counter[Asked] = Counter()
        for row in self.connection.execute(select(*columns).where(requests.c.received_at >= since)):
            asked, stage = Asked(row.asked), Stage(row.stage)
            stages.setdefault(asked, Counter())[stage] += 1
            answered = row.done_at or (now if stage in OPEN else row.received_at)
            late[asked] += answered > months_after(row.received_at, EXTENDED_MONTHS if row.extended else MONTHS)
        return [Tally(asked, sorted(stages[asked].items()), late[asked]) for asked in sorted(stages)]

    def waiting_for_hold(self, hold: Hold) -> Sequence[Request]:
        waiting = select(requests).where(requests.c.stage == Stage.HELD.value).order_by(requests.c.number)
        if hold.ticket is None:
            return self._all(waiting.where(requests.c.who == hold.who))
        rests = self._all(waiting.where(requests.c.asked == Asked.REST.value))
        return [request for request in rests if request.ticket == hold.ticket]

    def outdated(self, now: datetime, limit: int) -> Sequence[Request]:
        """Exports nobody may fetch any more, deletions nobody confirmed, and those whose time to think is over."""
        return [_request(row) for row in OUTDATED.all(self.connection, {"now": now, "most": limit})]

    def _all(self, query: Any) -> Sequence[Request]:
        return [_request(row) for row in self.connection.execute(query).all()]


def _number(who: UserRef) -> int:
    return zlib.crc32(str(who).encode()) - 2**31


def _table(what: str) -> str:
    """In the audit log stands the table, not what its rows are called."""
    named = {topic.what: topic.table for topic in topics()}
    named |= {FAILED: "posts-left", QUOTED: "quotes", UNSURE: "quotes-unsure"}
    return named.get(what, "other")


def _columns(request: Request) -> dict[str, Any]:
    return {
        "who": request.who,
        "asked": request.asked.value,
        "at": request.at,
        "stage": request.stage.value,
        "done_at": request.done_at,
        "counts": dict(request.counts),
        "sha": request.file.sha if request.file else "",
        "size": request.file.size if request.file else 0,
        "key": request.file.key if request.file else "",
        "expires_at": request.expires_at,
        "ghost": request.ghost,
        "received_at": request.received,
        "step": request.step,
        "extended": request.extended,
        "refused": request.refused,
        "source": request.source,
    }


def _request(row: Row[Any]) -> Request:
    name, type = export_called(row.number, row.step)
    file = File(row.sha, name, row.size, type, row.key or "") if row.sha else None
    return Request(
        number=row.number,
        who=row.who,
        asked=Asked(row.asked),
        at=row.at,
        stage=Stage(row.stage),
        done_at=row.done_at,
        counts=tuple(sorted(row.counts.items())),
        file=file,
        expires_at=row.expires_at,
        ghost=row.ghost,
        received_at=row.received_at,
        step=row.step,
        extended=row.extended,
        refused=row.refused,
        source=row.source,
    )
