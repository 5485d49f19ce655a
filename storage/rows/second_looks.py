"""What one privacy officer began, and no one does alone; and codes that prove whose a request is."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import Code, Number, Owner, Staff, When
from storage.rows.base import OF_RIGHTS, Base, means


class SecondLookRow(Base):
    """Who asked for it, so that it is somebody else who confirms it; nobody where it was the command line."""

    __tablename__ = "second_looks"
    __table_args__ = means(
        Phrase("what waits for a second privacy officer"),
        Phrase("so that nobody does it alone"),
        "delete",
        keep="deciding",
        uses=OF_RIGHTS,
    )

    request: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[Owner] = mapped_column(index=True)
    asked_by: Mapped[Staff | None] = mapped_column(index=True)


class ChallengeRow(Base):
    """A code that was sent to an account, for whoever asked another way to quote; we keep its hash."""

    __tablename__ = "challenges"
    __table_args__ = means(
        Phrase("codes to prove that a request is yours"),
        Phrase("to make sure that it came from you"),
        "delete",
        keep="deciding",
        uses=OF_RIGHTS,
    )

    request: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[Owner] = mapped_column(index=True)
    code_hash: Mapped[Code]
    wrong: Mapped[Number]
    until: Mapped[When]
