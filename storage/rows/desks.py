"""Desks, where they are, who works at them."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    Code,
    Data,
    Flag,
    Id,
    Number,
    Owner,
    When,
    keys,
)
from storage.rows.base import OF_ALL, WORK, Base, means

SETTINGS = dict.fromkeys(
    (
        "language", "reply_prefix", "max_open_per_customer", "cooldown_seconds", "reopen_days", "greeting", "farewell",
        "rooms", "leavers", "close_request_hours", "quiet_days",
    ),
    "facts",
)  # fmt: skip


PANEL = dict.fromkeys(("title", "text", "menu", "categories"), "facts")


class DeskRow(Base):
    __tablename__ = "desks"
    __table_args__ = means("desks", WORK)

    id: Mapped[Id]
    name: Mapped[Code] = mapped_column(unique=True)
    settings: Mapped[Data] = mapped_column(info=keys(**SETTINGS))
    panel: Mapped[Data] = mapped_column(info=keys(**PANEL))
    next_number: Mapped[Number]


class DepartureRow(Base):
    """A workspace that has removed the bot, until it is back or all that was said there is deleted."""

    __tablename__ = "departures"
    __table_args__ = means("workspaces that removed the bot", WORK)

    platform: Mapped[Code] = mapped_column(primary_key=True)
    workspace: Mapped[Code] = mapped_column(primary_key=True)
    since: Mapped[When]


class MacroRow(Base):
    """A desk's canned answer: the desk's own words, whoever typed them."""

    __tablename__ = "macros"
    __table_args__ = (UniqueConstraint("desk", "name"), means("macros", WORK))

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    name: Mapped[Code]
    body: Mapped[Data] = mapped_column(info=keys(text="facts"))


class ChannelRow(Base):
    """A channel of a desk: where it takes in, or its agents'."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint("platform", "workspace", "conversation"),
        means("channels", WORK),
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    platform: Mapped[Code]
    workspace: Mapped[Code]
    conversation: Mapped[Code]
    agents: Mapped[Flag]


class MemberRow(Base):
    """A person who works at a desk."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("desk", "who"),
        means(Phrase("memberships of desks"), Phrase("to know who may do what"), "delete", keep="working", uses=OF_ALL),
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    who: Mapped[Owner] = mapped_column(index=True)
    rank: Mapped[Number]
    officer: Mapped[Flag]


class GroupRow(Base):
    """A role or user group whose members work at a desk."""

    __tablename__ = "member_groups"
    __table_args__ = (UniqueConstraint("desk", "principal"), means("groups of desks", WORK))

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    principal: Mapped[Code] = mapped_column(index=True)
    rank: Mapped[Number]
    officer: Mapped[Flag]
