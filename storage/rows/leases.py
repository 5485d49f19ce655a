"""Who of several processes has what to do."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Code, Number, When
from storage.rows.base import Base, means


class LeaseRow(Base):
    """A process, under its own name, or something that one process at a time does: `holder` is the process, `token`
    grows with each that has it, `until` is a moment by the database's clock."""

    __tablename__ = "leases"
    __table_args__ = means("which process does what", "to let several processes share the work")

    name: Mapped[Code] = mapped_column(primary_key=True)
    holder: Mapped[Code] = mapped_column(index=True)
    token: Mapped[Number]
    until: Mapped[When]
