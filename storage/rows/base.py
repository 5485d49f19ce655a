"""What all tables have in common."""

from typing import Any, ClassVar

from sqlalchemy import Index, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase

from bot.language import Phrase
from bot.privacy.uses import Use

WORK = Phrase("to run the desk")


ANSWER = Phrase("to answer you")


DELIVER = Phrase("to deliver messages, until that is done")
# For what it is read.
OF_DESKS = (Use.SUPPORT, Use.RIGHTS)
OF_RIGHTS = (Use.RIGHTS, Use.OFFICE)
OF_DISPUTES = (Use.RIGHTS, Use.REVIEW)  # an officer decides who is right
IN_TICKETS = (*OF_DESKS, Use.REVIEW)  # an officer decides whether an erased person is quoted in a message
OF_ALL = (Use.SUPPORT, Use.RIGHTS, Use.OFFICE)


def whose() -> dict[str, Any]:
    """A column's own use: officers need to know whose a request is. (Each column has an `info` of its own.)"""
    return {"uses": OF_ALL}


def means(
    what: str,
    why: str,
    erase: str = "blank",
    *,
    keep: str = "",
    export: str = "rows",
    until: str = "",
    known_by: tuple[str, ...] = (),
    uses: tuple[Use, ...] = (),
) -> dict[str, Any]:
    """`uses` are those for which what its columns hold about people may be read (a column may say its own)."""
    said = {"what": what, "why": why, "erase": erase, "keep": keep, "export": export, "until": until}
    return {"info": said | {"known_by": known_by, "uses": uses}}


NEVER_AGAIN = {"sqlite_autoincrement": True}  # an id that was deleted is not given to another row


def partial(name: str, *columns: str, where: str, sqlite: str = "") -> Index:
    """An index of some rows only. A query uses it when it says `where` in the same words: literals, not parameters."""
    return Index(name, *columns, sqlite_where=text(sqlite or where), postgresql_where=text(where))


class Base(DeclarativeBase):
    __table__: ClassVar[Table]

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
