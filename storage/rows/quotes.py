"""What a privacy officer still has to look at after a deletion."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Number, When
from storage.rows.base import NEVER_AGAIN, WORK, Base, means


class QuoteRow(Base):
    """A message (its `entry`) in which perhaps somebody is quoted who had their data erased. Not whom, nor what."""

    __tablename__ = "quotes"
    __table_args__ = means("messages in which an erased person may be quoted", WORK) | NEVER_AGAIN

    number: Mapped[Id]
    entry: Mapped[Number] = mapped_column(unique=True)
    at: Mapped[When]
