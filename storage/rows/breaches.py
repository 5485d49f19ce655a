"""Personal data breaches: the register of GDPR Art. 33(5), in codes, times and numbers."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import ANY_KEY, Data, Flag, Id, Number, When, keys
from storage.rows.base import NEVER_AGAIN, Base, means


class BreachRow(Base):
    """`told_after` is how far the people it concerns were told: the number of the last one's profile."""

    __tablename__ = "breaches"
    __table_args__ = means("breaches", "to document them, as the law asks for") | NEVER_AGAIN

    number: Mapped[Id]
    opened_at: Mapped[When]
    aware_at: Mapped[When]
    from_at: Mapped[When]
    to_at: Mapped[When]
    stores: Mapped[Data] = mapped_column(info=keys(**{ANY_KEY: "facts"}))
    people: Mapped[Number]
    drill: Mapped[Flag]
    reported_at: Mapped[When | None]
    telling: Mapped[Flag]
    told: Mapped[Number]
    told_after: Mapped[Number]
    told_at: Mapped[When | None]
    closed_at: Mapped[When | None]
