"""What one privacy officer began, and no one does alone."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import Number, Owner, Staff
from storage.rows import Base, means


class SecondLookRow(Base):
    """Who asked for it, so that it is somebody else who confirms it; nobody where it was the command line."""

    __tablename__ = "second_looks"
    __table_args__ = means(
        Phrase("what waits for a second privacy officer"),
        Phrase("so that nobody does it alone"),
        "delete",
        keep="deciding",
    )

    request: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[Owner] = mapped_column(index=True)
    asked_by: Mapped[Staff | None] = mapped_column(index=True)
