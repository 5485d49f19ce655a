"""Deleting what its period is over for, a few rows at a time.

A ticket's words go once it was closed for that long: who was in it, what was said and noted, its subject and tags.
Number, times and states stay, about nobody. Tickets whose customer has a request open, or had their data restricted,
wait.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.message import UserRef
from bot.ports import Audit
from bot.privacy.auditing.audit import Deed
from bot.privacy.model import GONE, Asked
from bot.privacy.retaining.retention import (
    AUDIT,
    CHOICES,
    CONTENT,
    FILES,
    HOLDS,
    PROFILE,
    REMOVED,
    REQUESTS,
    UNDELIVERED,
    defaults,
)
from bot.privacy.stages import OPEN
from bot.tickets.timeline import SEQUENCE_BITS
from storage.departures import theirs
from storage.hot import dialect_of
from storage.outbox import DEAD, SqlOutbox
from storage.rows import (
    AttachmentRow,
    AuditKeyRow,
    ChoiceRow,
    DraftRow,
    EntryRow,
    HoldRow,
    MemberRow,
    OutboxRow,
    ParticipantRow,
    PeriodRow,
    PersonRow,
    RequestRow,
    TagRow,
    TicketRow,
)
from storage.sealing import doom_those_without_words

periods = PeriodRow.__table__
tickets = TicketRow.__table__
timeline = EntryRow.__table__
attachments = AttachmentRow.__table__
people = PersonRow.__table__
requests = RequestRow.__table__
choices = ChoiceRow.__table__
outbox = OutboxRow.__table__
audit_keys = AuditKeyRow.__table__
tags, participants = TagRow.__table__, ParticipantRow.__table__
drafts, members, holds = DraftRow.__table__, MemberRow.__table__, HoldRow.__table__
# In the words of the indexes, or they are not used.
CLOSED: ColumnElement[bool] = literal_column("closed_at IS NOT NULL")
NO_OPEN_REQUEST = ~exists().where(
    requests.c.who == tickets.c.customer,
    requests.c.asked != Asked.REST.value,  # its ticket is under a hold, or about to go
    requests.c.stage.in_([s.value for s in OPEN]),
)


NO_HOLD = and_(
    ~exists().where(holds.c.who == tickets.c.customer, holds.c.ticket.is_(None), holds.c.released_at.is_(None)),
    ~exists().where(holds.c.ticket == tickets.c.id, holds.c.released_at.is_(None)),
)


WORDS = frozenset((CONTENT.id, REMOVED.id))  # rules by which the words of tickets go
FEW = 10  # tickets looked at to find one whose words may go
WHOSE: Mapping[str, tuple[Any, Any, Any]] = {  # rules of which others may take something out while they are kept
    CONTENT.id: (tickets, tickets.c.id, tickets.c.customer),
    FILES.id: (tickets, tickets.c.id, tickets.c.customer),
    REMOVED.id: (tickets, tickets.c.id, tickets.c.customer),
    PROFILE.id: (people, people.c.id, people.c.who),
}


class Retention:
    connection: Connection
    now: datetime
    audit: Audit

    def alone_now(self, who: UserRef) -> bool:
        raise NotImplementedError

    def periods(self) -> Mapping[str, int]:
        """How many days each rule keeps now."""
        chosen = {
            row.rule: row.days if row.since <= self.now else row.before
            for row in self.connection.execute(select(periods))
        }
        return {**defaults(), **{rule: days for rule, days in chosen.items() if rule in defaults()}}

    def keep_for(self, rule: str, days: int, since: datetime) -> None:
        """From `since` on; until then what is so now."""
        new = (
            dialect_of(self.connection)
            .insert(periods)
            .values(rule=rule, days=days, before=self.periods()[rule], since=since)
        )
        changed = {name: new.excluded[name] for name in ("days", "before", "since")}
        self.connection.execute(new.on_conflict_do_update(index_elements=["rule"], set_=changed))
        self.audit.note(Deed.PERIOD, store=rule, count=days)

    def expired(self, rule: str, days: int) -> int:
        """How many tickets, people or rows would go now, if the rule kept for so many days."""
        query = COUNTED.get(rule, EXPIRED[rule])(self.now - timedelta(days=days)).order_by(None).subquery()
        return int(self.connection.execute(select(func.count()).select_from(query)).scalar_one())

    def purge(self, rule: str, limit: int, among: Sequence[int] | None = None) -> int:
        """Delete up to `limit` rows, of these tickets if they are named; returns how many there were, 0 when nothing is
        left to do."""
        expired = self._expired(rule, self.periods()[rule])
        if among is not None:
            expired = expired.where(tickets.c.id.in_(among))
        some = min(limit, FEW) if rule in WORDS else limit
        keys = self._free(rule, self.connection.scalars(expired.limit(some)).all(), expired)
        if not keys:
            return 0
        gone = self._purge(rule, keys, limit)
        self.audit.note(Deed.PURGED, store=rule, count=gone)
        return gone

    def _free(self, rule: str, keys: Sequence[int], expired: Select[Any]) -> Sequence[int]:
        """Those that nobody else has in hand, looked at again once nobody can: a hold, a request or a reopening that
        came meanwhile wins, and one that is on its way is waited for, by the next run. SQLite has one writer anyway."""
        if rule not in WHOSE or self.connection.dialect.name == "sqlite" or not keys:
            return keys
        table, key, whose = WHOSE[rule]
        locked = select(key, whose).where(key.in_(keys)).with_for_update(skip_locked=True, of=table)
        free = [row[0] for row in self.connection.execute(locked) if self.alone_now(row[1])]
        return self.connection.scalars(expired.where(key.in_(free))).all()

    def _purge(self, rule: str, keys: Sequence[int], limit: int) -> int:
        match rule:
            case CONTENT.id | REMOVED.id:
                return self._purge_words(keys[0], limit)
            case FILES.id:
                return sum(self._purge_files(key) for key in keys)
            case AUDIT.id:
                return sum(self.audit.destroy_key(epoch) for epoch in keys)
            case UNDELIVERED.id:
                return self._purge_given_up(keys)
        theirs = select(people.c.who).where(people.c.id.in_(keys))
        gone = self.connection.scalars(theirs).all() if rule == PROFILE.id else ()
        table, column = PLAIN[rule]
        self.connection.execute(delete(table).where(column.in_(keys)))
        doom_those_without_words(self.connection, gone)
        return len(keys)

    def _purge_given_up(self, keys: Sequence[int]) -> int:
        """What may be on its platform all the same is looked for first."""
        for row in self.connection.execute(select(outbox).where(outbox.c.id.in_(keys))).all():
            SqlOutbox(self.connection, self.now).forget_given_up(row)
        return len(keys)

    def _expired(self, rule: str, days: int) -> Select[Any]:
        return EXPIRED[rule](self.now - timedelta(days=days))

    def _purge_words(self, ticket: int, limit: int) -> int:
        """A page of it; the ticket itself with the last one."""
        ghost = UserRef(GONE, "", f"ticket-{ticket}")
        words = or_(timeline.c.about != ghost, timeline.c.text != "", timeline.c.remark != "")
        left = select(timeline.c.id).where(_within(timeline.c.id, ticket), words)
        ids = self.connection.scalars(left.limit(limit)).all()
        if ids:
            self.connection.execute(update(timeline).where(timeline.c.id.in_(ids)).values(_without_words(ghost)))
        if len(ids) < limit:
            self._purge_files(ticket)
            for table in (tags, participants):
                self.connection.execute(delete(table).where(table.c.ticket == ticket))
            rest = {"subject": "", "customer": ghost, "words_purged_at": self.now, "version": tickets.c.version + 1}
            self.connection.execute(update(tickets).where(tickets.c.id == ticket).values(rest))
        return len(ids) + 1

    def _purge_files(self, ticket: int) -> int:
        """Their rows: whatever no row refers to any more is swept from the disk."""
        gone = self.connection.execute(delete(attachments).where(_within(attachments.c.entry, ticket))).rowcount
        with_files = _within(timeline.c.id, ticket), timeline.c.files > 0
        self.connection.execute(update(timeline).where(*with_files).values(files=0))
        self.connection.execute(update(tickets).where(tickets.c.id == ticket).values(files_purged_at=self.now))
        return gone + 1


def _within(column: Column[Any], ticket: int) -> Any:
    return column.between(ticket << SEQUENCE_BITS, ((ticket + 1) << SEQUENCE_BITS) - 1)


def _without_words(ghost: UserRef) -> dict[str, Any]:
    nobody = {name: case((timeline.c[name].is_not(None), str(ghost))) for name in ("author", "person")}
    traces = dict.fromkeys(("source_conversation", "source_thread", "source_message"), "")
    return {"text": "", "remark": "", "about": ghost} | traces | nobody


def _closed_before(marker: str) -> Callable[[datetime], Select[Any]]:
    unmarked: ColumnElement[bool] = literal_column(f"{marker} IS NULL")

    def query(before: datetime) -> Select[Any]:
        closed = select(tickets.c.id).where(CLOSED, unmarked, tickets.c.closed_at < before)
        return closed.where(~tickets.c.restricted, NO_OPEN_REQUEST, NO_HOLD).order_by(tickets.c.closed_at)

    return query


def _departed(before: datetime) -> Select[Any]:
    """Of workspaces that removed the bot."""
    return _closed_or_not(before).where(CLOSED)


def _closed_or_not(before: datetime) -> Select[Any]:
    """What is open is closed first."""
    return theirs(before).where(tickets.c.words_purged_at.is_(None), ~tickets.c.restricted, NO_OPEN_REQUEST, NO_HOLD)


def _unseen_since(before: datetime) -> Select[Any]:
    """People of whom nothing is left but their profile. A block and a restriction are kept as long as they last."""
    left = [
        exists().where(column == people.c.who)
        for column in (tickets.c.customer, timeline.c.author, members.c.who, drafts.c.author, participants.c.who)
    ]
    left.append(exists().where(holds.c.who == people.c.who, holds.c.released_at.is_(None)))
    ended = or_(people.c.blocked_until.is_(None), people.c.blocked_until < before)
    return select(people.c.id).where(
        people.c.last_seen < before, people.c.restricted_at.is_(None), ended, *(~there for there in left)
    )


def _given_up(before: datetime) -> Select[Any]:
    return select(outbox.c.id).where(outbox.c.state == DEAD, outbox.c.not_before < before)


def _answered(before: datetime) -> Select[Any]:
    over = requests.c.stage.not_in([stage.value for stage in OPEN])
    return select(requests.c.number).where(over, requests.c.sha == "", requests.c.at < before)


def _ended(before: datetime) -> Select[Any]:
    return select(choices.c.id).where(and_(choices.c.until.is_not(None), choices.c.until < before))


def _released(before: datetime) -> Select[Any]:
    return select(holds.c.number).where(holds.c.released_at < before)


def _served(before: datetime) -> Select[Any]:
    return select(audit_keys.c.epoch).where(audit_keys.c.key != "", audit_keys.c.ends_at < before)


EXPIRED: Mapping[str, Callable[[datetime], Select[Any]]] = {
    CONTENT.id: _closed_before("words_purged_at"),
    FILES.id: _closed_before("files_purged_at"),
    REMOVED.id: _departed,
    PROFILE.id: _unseen_since,
    UNDELIVERED.id: _given_up,
    REQUESTS.id: _answered,
    CHOICES.id: _ended,
    HOLDS.id: _released,
    AUDIT.id: _served,
}
COUNTED: Mapping[str, Callable[[datetime], Select[Any]]] = {REMOVED.id: _closed_or_not}
PLAIN: Mapping[str, Sequence[Any]] = {
    PROFILE.id: (people, people.c.id),
    UNDELIVERED.id: (outbox, outbox.c.id),
    REQUESTS.id: (requests, requests.c.number),
    CHOICES.id: (choices, choices.c.id),
    HOLDS.id: (holds, holds.c.number),
}
