"""People as last seen, and messages that wait for their choice."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    Code,
    Flag,
    Id,
    Name,
    Number,
    Owner,
    Trace,
    When,
    Words,
)
from storage.rows.base import ANSWER, NEVER_AGAIN, OF_DESKS, Base, means, whose


class PersonRow(Base):
    __tablename__ = "people"
    __table_args__ = means(
        Phrase("profiles (name as last seen, language)"),
        Phrase("to know who writes"),
        "delete",
        keep="profile",
        uses=OF_DESKS,
        until="names",
    )

    id: Mapped[Id]
    who: Mapped[Owner] = mapped_column(unique=True, info=whose())
    name: Mapped[Name] = mapped_column(info=whose())
    language: Mapped[Code]
    last_seen: Mapped[When] = mapped_column(index=True)
    blocked_until: Mapped[When | None]
    block_reason: Mapped[Words]
    talking_about: Mapped[Number | None]
    talking_until: Mapped[When | None]
    own_name: Mapped[Flag]
    own_language: Mapped[Flag]
    restricted_at: Mapped[When | None]
    notice_at: Mapped[When]
    of_age_at: Mapped[When | None]
    home: Mapped[Code]


class DraftRow(Base):
    __tablename__ = "drafts"
    __table_args__ = (
        means(
            Phrase("messages that wait for you to choose a ticket"),
            ANSWER,
            "delete",
            keep="choosing",
            uses=OF_DESKS,
            known_by=("platform", "conversation", "message"),
        )
        | NEVER_AGAIN
    )

    id: Mapped[Id]
    author: Mapped[Owner] = mapped_column(index=True)
    text: Mapped[Words]
    platform: Mapped[Code]
    workspace: Mapped[Trace]
    conversation: Mapped[Trace]
    thread: Mapped[Trace]
    message: Mapped[Trace]
    at: Mapped[When] = mapped_column(index=True)


class ChoiceRow(Base):
    """An objection, or a consent, from when until when: which words they saw (their hash), where they chose."""

    __tablename__ = "choices"
    __table_args__ = (
        means(Phrase("objections and consents"), Phrase("to respect and to prove them"), keep="choices", uses=OF_DESKS)
        | NEVER_AGAIN
    )

    id: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    purpose: Mapped[Code]
    allowed: Mapped[Flag]
    at: Mapped[When]
    until: Mapped[When | None]
    text_hash: Mapped[Code]
    method: Mapped[Code]
