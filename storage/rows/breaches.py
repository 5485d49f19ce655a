"""Personal data breaches: the register of GDPR Art. 33(5), in codes, times and numbers."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import ANY_KEY, Data, Flag, Id, Number, When, keys
from storage.rows.base import NEVER_AGAIN, Base, means

BY_TABLE = keys(**{ANY_KEY: "facts"})


class BreachRow(Base):
    """Of each table, by its name: how many `records` there were, how many of them had `words` in them, and how many of
    those were `sealed`; `keys` is whether what opens them was within reach. `told_after` is how far the people it
    concerns were told: the number of the last one's profile."""

    __tablename__ = "breaches"
    __table_args__ = means("breaches", "to document them, as the law asks for") | NEVER_AGAIN

    number: Mapped[Id]
    opened_at: Mapped[When]
    aware_at: Mapped[When]
    from_at: Mapped[When]
    to_at: Mapped[When]
    records: Mapped[Data] = mapped_column(info=BY_TABLE)
    words: Mapped[Data] = mapped_column(info=BY_TABLE)
    sealed: Mapped[Data] = mapped_column(info=BY_TABLE)
    keys: Mapped[Flag]
    people: Mapped[Number]
    drill: Mapped[Flag]
    reported_at: Mapped[When | None]
    telling: Mapped[Flag]
    told: Mapped[Number]
    told_after: Mapped[Number]
    told_at: Mapped[When | None]
    closed_at: Mapped[When | None]
