"""Requests about data, and what the desk promised."""

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    ANY_KEY,
    Blob,
    Code,
    Data,
    Flag,
    Id,
    Number,
    Owner,
    Secret,
    Staff,
    Unsaid,
    UnsaidFlag,
    UnsaidStaff,
    When,
    Words,
    keys,
)
from storage.rows.base import ANSWER, NEVER_AGAIN, OF_DISPUTES, OF_RIGHTS, WORK, Base, means

FACTS = dict.fromkeys(("holds", "periods", "purposes", "recipients"), "facts")


class DisputeRow(Base):
    """What somebody says is wrong in a ticket, until it is decided."""

    __tablename__ = "disputes"
    __table_args__ = means(Phrase("what you say is wrong"), ANSWER, "delete", keep="deciding", uses=OF_DISPUTES)

    request: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[Owner] = mapped_column(index=True)
    text: Mapped[Words]


class HoldRow(Base):
    """A reason in law to keep somebody's data for now, all of it or one `ticket` (its id). `awaits` is what a second
    officer has to confirm, and `asked_by` who asked for it."""

    __tablename__ = "holds"
    __table_args__ = (
        means(Phrase("legal holds on your data"), Phrase("to meet legal obligations"), keep="holds", uses=OF_RIGHTS)
        | NEVER_AGAIN
    )

    number: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    code: Mapped[Code]
    placed_at: Mapped[When]
    placed_by: Mapped[Staff | None] = mapped_column(index=True)
    review_at: Mapped[When]
    released_at: Mapped[When | None]
    ticket: Mapped[Number | None]
    undisclosed: Mapped[UnsaidFlag] = mapped_column(server_default=false())
    awaits: Mapped[Unsaid] = mapped_column(server_default="")
    asked_by: Mapped[UnsaidStaff | None] = mapped_column(index=True)


class NoticeRow(Base):
    """A version of the privacy notice: what it says, as data, so that two can be compared."""

    __tablename__ = "notices"
    __table_args__ = (
        means(Phrase("versions of the privacy notice"), Phrase("to say what changed, and when")) | NEVER_AGAIN
    )

    number: Mapped[Id]
    facts: Mapped[Data] = mapped_column(info=keys(**FACTS))
    published_at: Mapped[When]
    effective_at: Mapped[When]
    material: Mapped[Flag]


class PeriodRow(Base):
    """How many days a rule of retention keeps, where the operator chose; from `since` on, and `before` until then."""

    __tablename__ = "periods"
    __table_args__ = means("periods of retention", WORK)

    rule: Mapped[Code] = mapped_column(primary_key=True)
    days: Mapped[Number]
    before: Mapped[Number]
    since: Mapped[When]


class RequestRow(Base):
    """What people asked of their own data, and that it was done. `ghost` takes an erased person's place."""

    __tablename__ = "requests"
    __table_args__ = (
        means(
            Phrase("requests about your data"),
            Phrase("to prove that they were answered"),
            keep="requests",
            uses=OF_RIGHTS,
            until="receipt",
            known_by=("number",),  # it has no file when it is new
        )
        | NEVER_AGAIN
    )

    number: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    asked: Mapped[Code]
    at: Mapped[When]
    stage: Mapped[Code] = mapped_column(index=True)
    done_at: Mapped[When | None]
    counts: Mapped[Data] = mapped_column(info=keys(**{ANY_KEY: "facts"}))
    sha: Mapped[Blob]
    size: Mapped[Number]
    expires_at: Mapped[When | None]
    ghost: Mapped[Code]
    received_at: Mapped[When]
    step: Mapped[Code]
    extended: Mapped[Code]
    refused: Mapped[Code]
    source: Mapped[Code]
    key: Mapped[
        Secret | None
    ]  # officers' code reads it with the row, which is written back as a whole; shows it nobody


class EncryptionRow(Base):
    """There is one where people's words are encrypted: with the keys of which store, whether all of them are, and since
    when."""

    __tablename__ = "encryption"
    __table_args__ = means("whether words are encrypted", WORK)

    id: Mapped[Id]
    store: Mapped[Code]
    state: Mapped[Code]
    since: Mapped[When | None]
