"""What came in and what goes out."""

from sqlalchemy import false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    About,
    Code,
    Flag,
    Id,
    Number,
    Owner,
    Payload,
    Trace,
    When,
    keys,
)
from storage.rows.base import DELIVER, NEVER_AGAIN, OF_DESKS, Base, means, partial


class SpotRow(Base):
    """The ledger of every post of ours, and of the rooms: `ticket` and `agents` are set where a room is."""

    __tablename__ = "spots"
    __table_args__ = (
        partial("ix_spots_room", "conversation", "thread", "platform", where="ticket IS NOT NULL"),
        partial("ix_spots_private", "conversation", "platform", where="thread = ''"),
        means(
            Phrase("places of our posts about you"),
            Phrase("to correct or take back what we posted"),
            "delete",
            keep="posted",
            uses=OF_DESKS,
            export="count",
            until="posts",
        ),
    )

    key: Mapped[Trace] = mapped_column(primary_key=True)
    about: Mapped[About] = mapped_column(index=True)
    room: Mapped[Code]
    platform: Mapped[Code]
    conversation: Mapped[Trace]
    thread: Mapped[Trace]
    message: Mapped[Trace]
    ticket: Mapped[Number | None]
    agents: Mapped[Flag]


class WatermarkRow(Base):
    """How far a conversation that is no ticket's is handled: a channel of a desk, or one private with somebody."""

    __tablename__ = "watermarks"
    __table_args__ = means(
        Phrase("how far your private messages are read"),
        Phrase("to miss none"),
        "delete",
        keep="reading",
        uses=OF_DESKS,
        export="count",
    )

    platform: Mapped[Code] = mapped_column(primary_key=True)
    conversation: Mapped[Trace] = mapped_column(primary_key=True)
    message: Mapped[Trace]
    who: Mapped[Owner | None] = mapped_column(index=True)
    at: Mapped[When]


EFFECT = {
    **dict.fromkeys(("kind", "platform", "name", "mark", "reason", "language", "task", "number", "what"), "facts"),
    **dict.fromkeys(("out", "lock", "private", "since", "until"), "facts"),
    **dict.fromkeys(("key", "room", "channel", "place", "on", "known"), "trace"),
    **dict.fromkeys(("user", "people", "who"), "person"),
    "message": "words",
}


class OutboxRow(Base):
    """`head` is set on the oldest row of each room, so that what is due is found without looking at the rest. Where
    several processes deliver, `holder` is the one that has it in hand, and `fence` counts those that had."""

    __tablename__ = "outbox"
    __table_args__ = (
        partial("ix_outbox_due", "not_before", "id", where="head", sqlite="head = 1"),
        partial("ix_outbox_room", "room", "id", where="state = 'due'"),
        # An id is a token on the platforms.
        means(
            Phrase("messages still to be delivered"),
            DELIVER,
            "delete",
            keep="undelivered",
            uses=OF_DESKS,
            export="count",
            until="posts",
            known_by=("room", "key"),
        )
        | NEVER_AGAIN,
    )

    id: Mapped[Id]
    platform: Mapped[Code]
    room: Mapped[Trace]
    key: Mapped[Trace] = mapped_column(index=True)
    about: Mapped[About] = mapped_column(index=True)
    effect: Mapped[Payload] = mapped_column(info=keys(**EFFECT))
    state: Mapped[Code]
    head: Mapped[Flag]
    not_before: Mapped[When]
    attempts: Mapped[Number]
    error: Mapped[Code]
    posted_at: Mapped[When | None]  # none of those that version 0.1 posted
    holder: Mapped[Code | None]
    fence: Mapped[Number] = mapped_column(server_default=text("0"))
    unsure: Mapped[Flag] = mapped_column(server_default=false())


class SeenRow(Base):
    """Events handled, so that a redelivery changes nothing."""

    __tablename__ = "seen_events"
    __table_args__ = means("events handled", "to handle each once") | {"sqlite_with_rowid": False}

    event_id: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[When] = mapped_column(index=True)


class ReadUntilRow(Base):
    """Until when everything that happened at a platform was taken in, without a gap."""

    __tablename__ = "read_until"
    __table_args__ = means("how far platforms were read", "to catch up after a stop") | {"sqlite_with_rowid": False}

    name: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[When]
