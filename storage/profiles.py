"""People as last seen, and messages that wait for their author's choice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, String, bindparam, delete, insert, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Place
from bot.message import UserRef
from bot.people.model import OTHERS, Person
from bot.ports import Audit
from bot.privacy.auditing.audit import Deed
from bot.privacy.model import Draft
from storage.hot import Hot
from storage.rows import AttachmentRow, DraftRow, PersonRow
from storage.timeline import attachment, file

people = PersonRow.__table__
drafts = DraftRow.__table__
attachments = AttachmentRow.__table__
FRESH = timedelta(hours=1)  # within this, being seen again is not written down

GET = Hot(select(people).where(people.c.who == bindparam("who")))
NAMED = Hot(select(people.c.who, people.c.name).where(people.c.who == bindparam("who")))
FEW = 4  # people who are looked up one by one, which costs less than a statement for all of them
LANGUAGE = Hot(select(people.c.language).where(people.c.who == bindparam("who")))


def _meet(dialect: Any) -> Any:
    new = dialect.insert(people).values(block_reason="", own_name=False, own_language=False, home="")
    seen = {"name": new.excluded.name, "language": new.excluded.language, "last_seen": new.excluded.last_seen}
    return new.on_conflict_do_update(index_elements=["who"], set_=seen)


MEET = {"sqlite": _meet(sqlite), "postgresql": _meet(postgresql)}


class SqlPeople:
    def __init__(self, connection: Connection, now: datetime, audit: Audit) -> None:
        self.connection = connection
        self.now = now
        self.audit = audit
        self.seen_now: dict[UserRef, Person] = {}
        self.new_now: set[UserRef] = set()

    def meet(self, who: UserRef, name: str, language: str) -> Person:
        known = self.get(who)
        name = known.name if known and known.own_name else name[:200]
        if known and (known.own_language or not language):
            language = known.language
        if known and (known.name, known.language) == (name, language) and self.now - known.last_seen < FRESH:
            return self._met(known)
        seen = {"who": who, "name": name, "language": language, "last_seen": self.now}
        self.connection.execute(MEET[self.connection.dialect.name], seen | {"notice_at": self.now})
        new = Person(who, name, self.now, notice_at=self.now)
        if known is None:
            self.new_now.add(who)
        return self._met(replace(known or new, name=name, language=language, last_seen=self.now))

    def recall(self, who: UserRef) -> Person | None:
        known = self.get(who)
        return None if known is None else self._met(known)

    def met(self, who: UserRef) -> Person | None:
        return self.seen_now.get(who)

    def told_of_notice(self, who: UserRef) -> None:
        self._set(who, notice_at=self.now)

    def met_now(self) -> Sequence[Person]:
        return list(self.seen_now.values())

    def newcomer(self, who: UserRef) -> bool:
        return who in self.new_now

    def of_age(self, who: UserRef) -> None:
        self._set(who, of_age_at=self.now)

    def _met(self, person: Person) -> Person:
        self.seen_now[person.who] = person
        return person

    def correct(self, who: UserRef, *, name: str = "", language: str = "") -> None:
        """What they are called, or speak, whatever the platform says from now on."""
        if name:
            self._set(who, name=name, own_name=True)
        if language:
            self._set(who, language=language, own_language=True)

    def saw_home(self, who: UserRef, home: str) -> None:
        self._set(who, home=home)

    def who_see_others(self, limit: int) -> Sequence[UserRef]:
        query = select(people.c.who).where(people.c.home == OTHERS).order_by(people.c.last_seen.desc()).limit(limit)
        return self.connection.scalars(query).all()

    def restrict(self, who: UserRef, at: datetime | None) -> None:
        self._set(who, restricted_at=at)
        self.audit.note(Deed.LIFTED if at is None else Deed.RESTRICTED, about=who)

    def get(self, who: UserRef) -> Person | None:
        row = GET.first(self.connection, {"who": who})
        return None if row is None else _person(row)

    def language(self, who: UserRef) -> str | None:
        row = LANGUAGE.first(self.connection, {"who": who})
        return None if row is None else str(row.language)

    def lately(self, platform: str, since: datetime, limit: int) -> Sequence[UserRef]:
        theirs = type_coerce(people.c.who, String).like(f"{platform}/%")
        query = select(people.c.who).where(people.c.last_seen >= since, theirs)
        return self.connection.scalars(query.order_by(people.c.last_seen.desc()).limit(limit)).all()

    def names(self, who: Sequence[UserRef]) -> Mapping[UserRef, str]:
        if len(who) <= FEW:
            found = [NAMED.first(self.connection, {"who": one}) for one in dict.fromkeys(who)]
            return {row.who: row.name for row in found if row is not None}
        rows = self.connection.execute(select(people.c.who, people.c.name).where(people.c.who.in_(who)))
        return {row.who: row.name for row in rows}

    def block(self, who: UserRef, until: datetime, reason: str) -> None:
        self._set(who, blocked_until=until, block_reason=reason)

    def unblock(self, who: UserRef) -> bool:
        blocked = select(people.c.id).where(people.c.who == who, people.c.blocked_until > self.now)
        was = self.connection.execute(blocked).first() is not None
        self._set(who, blocked_until=None, block_reason="")
        return was

    def blocked(self, limit: int) -> Sequence[Person]:
        still = select(people).where(people.c.blocked_until > self.now).order_by(people.c.blocked_until).limit(limit)
        return [_person(row) for row in self.connection.execute(still)]

    def talk_about(self, who: UserRef, ticket: int | None, until: datetime | None) -> None:
        self._set(who, talking_about=ticket, talking_until=until)

    def _set(self, who: UserRef, **values: Any) -> None:
        if self.get(who) is None:
            self.meet(who, "", "")
        self.connection.execute(update(people).where(people.c.who == who).values(values))


class SqlDrafts:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def keep(self, draft: Draft) -> None:
        place = draft.place
        values = {
            "author": draft.author,
            "text": draft.text,
            "platform": place.platform,
            "workspace": place.workspace,
            "conversation": place.conversation,
            "thread": place.thread,
            "message": place.message,
            "at": draft.at,
        }
        id = self.connection.execute(insert(drafts).returning(drafts.c.id), values).scalar_one()
        for each in draft.files:
            row = attachment(each, draft=id, author=draft.author, about=draft.author)
            self.connection.execute(insert(attachments), row)

    def of(self, author: UserRef) -> Sequence[Draft]:
        return self._all(select(drafts).where(drafts.c.author == author).order_by(drafts.c.id))

    def older_than(self, when: datetime, limit: int) -> Sequence[Draft]:
        return self._all(select(drafts).where(drafts.c.at < when).order_by(drafts.c.at, drafts.c.id).limit(limit))

    def at(self, place: Place) -> Draft | None:
        if not place.message:
            return None
        here = (drafts.c.message == place.message, drafts.c.conversation == place.conversation)
        row = self.connection.execute(select(drafts).where(*here, drafts.c.platform == place.platform)).first()
        return None if row is None else self._draft(row)

    def rewrite(self, id: int, text: str) -> None:
        self.connection.execute(update(drafts).where(drafts.c.id == id).values(text=text))

    def drop(self, id: int) -> None:
        self.connection.execute(delete(attachments).where(attachments.c.draft == id))
        self.connection.execute(delete(drafts).where(drafts.c.id == id))

    def _all(self, query: Any) -> Sequence[Draft]:
        return [self._draft(row) for row in self.connection.execute(query).all()]

    def _draft(self, row: Row[Any]) -> Draft:
        place = Place(row.platform, row.workspace, row.conversation, row.thread, row.message, direct=True)
        files = self.connection.execute(select(attachments).where(attachments.c.draft == row.id)).all()
        return Draft(row.id, row.author, row.text, place, row.at, tuple(file(f) for f in files))


def _person(row: Row[Any]) -> Person:
    return Person(
        who=row.who,
        name=row.name,
        last_seen=row.last_seen,
        language=row.language,
        blocked_until=row.blocked_until,
        block_reason=row.block_reason,
        talking_about=row.talking_about,
        talking_until=row.talking_until,
        own_name=row.own_name,
        own_language=row.own_language,
        restricted_at=row.restricted_at,
        notice_at=row.notice_at,
        of_age_at=row.of_age_at,
        home=row.home,
    )
