"""Accounts that one person said are all theirs, and those that are about to say so."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from bot.privacy.uses import Use
from storage.columns import Code, Flag, Id, Number, Owner, Person, When
from storage.rows.base import NEVER_AGAIN, Base, means


class LinkRow(Base):
    """One end of a link: two accounts are linked where two rows have the same `link`. Nothing else of either account is
    changed, so when the rows go, both are as they were."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("link", "who"),
        means(
            Phrase("accounts of yours that you linked with this one"),
            Phrase("to see to all accounts that you linked at once"),
            "delete",
            keep="linked",
            uses=(Use.RIGHTS,),
        )
        | NEVER_AGAIN,
    )

    id: Mapped[Id]
    link: Mapped[Number]
    who: Mapped[Owner] = mapped_column(index=True)
    since: Mapped[When]


class PairingRow(Base):
    """What an account is doing to be linked: it has a code of which we know the hash, or has met the `other` account.
    `wrong` counts codes that were none."""

    __tablename__ = "pairings"
    __table_args__ = means(
        Phrase("links that you are about to make"),
        Phrase("to link accounts only if both say so"),
        "delete",
        keep="linking",
        uses=(Use.RIGHTS,),
    )

    id: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    code_hash: Mapped[Code] = mapped_column(index=True)
    wrong: Mapped[Number]
    other: Mapped[Person | None] = mapped_column(index=True)
    agreed: Mapped[Flag]
    until: Mapped[When] = mapped_column(index=True)
