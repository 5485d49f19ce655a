"""How far each erasure is, and which tombstones this database knows of. About nobody: numbers and codes of ours."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import ANY_KEY, Code, Data, Number, When, keys
from storage.rows.base import Base, means


class StepRow(Base):
    """One step of an erasure. Who works on it has its `fence`, until `lease_until`; a higher one shuts them out."""

    __tablename__ = "erasure_steps"
    __table_args__ = means("steps of deletions", "to finish and to prove them")

    request: Mapped[Number] = mapped_column(ForeignKey("requests.number", ondelete="CASCADE"), primary_key=True)
    step: Mapped[Code] = mapped_column(primary_key=True)
    state: Mapped[Code]
    attempts: Mapped[Number]
    fence: Mapped[Number]
    lease_until: Mapped[When | None]
    counts: Mapped[Data] = mapped_column(info=keys(**{ANY_KEY: "facts"}))
    error: Mapped[Code]
    begun_at: Mapped[When]
    done_at: Mapped[When | None]


class MarkRow(Base):
    """The newest tombstone of a store that this database has done: a backup of it knows fewer than the store has."""

    __tablename__ = "tombstone_marks"
    __table_args__ = means("tombstones known", "to keep what was deleted from coming back")

    store: Mapped[Code] = mapped_column(primary_key=True)
    seq: Mapped[Number]
