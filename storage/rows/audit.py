"""The audit log, its keys, and where its chain ends."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import Alias, Code, Digest, Id, Number, When
from storage.rows.base import OF_RIGHTS, Base, means


class AuditRow(Base):
    """A line. Nothing in it leads to a person but for those who have the key of its year (`epoch`)."""

    __tablename__ = "audit_log"
    __table_args__ = means(
        Phrase("proof of what was done with your data, under a code instead of your name"),
        Phrase("to prove that requests were answered"),
        keep="audit",
        uses=OF_RIGHTS,
        export="count",
    )

    number: Mapped[Id] = mapped_column(autoincrement=False)
    at: Mapped[When]
    epoch: Mapped[Number]
    deed: Mapped[Code]
    request: Mapped[Number]
    count: Mapped[Number]
    store: Mapped[Code]
    reason: Mapped[Code]
    subject: Mapped[Alias]
    actor: Mapped[Alias]
    hash: Mapped[Digest]


class AuditHeadRow(Base):
    """The one row that whoever writes a line locks first, so that there is one chain."""

    __tablename__ = "audit_head"
    __table_args__ = means("ends of the audit log", "to find what was changed in it")

    id: Mapped[Id] = mapped_column(autoincrement=False)
    number: Mapped[Number]
    hash: Mapped[Digest]


class AuditKeyRow(Base):
    """The key of a year; empty once it is destroyed."""

    __tablename__ = "audit_keys"
    __table_args__ = means("keys of the audit log", "to know whom a line is about, as long as that is needed")

    epoch: Mapped[Id] = mapped_column(autoincrement=False)
    key: Mapped[Digest]
    ends_at: Mapped[When]
