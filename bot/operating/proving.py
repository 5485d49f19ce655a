"""`helpthread privacy prove-erased`: looks for somebody everywhere this installation writes. Nothing is changed."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from bot.access import person_named
from bot.config import Settings
from bot.errors import Problem
from bot.message import UserRef
from bot.privacy.model import GONE
from storage.errors import CannotOpen
from storage.needles import Needle, needles
from storage.opening import postgresql_url
from storage.residue import Residue, in_database, in_file, in_folder, in_search

NOT_LOOKED_AT = (
    "Not looked at: backups kept elsewhere, a database server's own files and write-ahead log, what people wrote on "
    "the platforms themselves, and what is encrypted under a key that is there."
)


@dataclass(frozen=True, slots=True)
class Proof:
    lines: Sequence[str]
    clean: bool


def whose(person: str, asked: UserRef | None) -> UserRef:
    """An account, or that of a request. Raises `Problem` if the request has forgotten whose it was."""
    if not person.isdecimal():
        return person_named(person)
    if asked is None or asked.platform == GONE:
        raise Problem(
            "that request knows no more whose it was, or there is none of that number; say the account instead"
        )
    return asked


def prove(settings: Settings, who: UserRef, words: Sequence[str], also: Sequence[Path]) -> Proof:
    """`words`: what else they can be known by, such as a name; `also`: files and folders elsewhere, such as logs.

    Raises `CannotOpen` if there is no database, or a file in `also` is not there. Blocks.
    """
    looked, short = needles([who.id, str(who), *words])
    left = sorted(set(_everywhere(settings, looked, also)), key=lambda each: (each.where, each.word))
    called = {"word 1": "the id", "word 2": "the account"} | {
        f"word {number}": f"word {number - 2}" for number in range(3, len(words) + 3)
    }
    lines = [f"{each.where}: {called[each.word]} ({each.how})" for each in left]
    lines += [f"{called[each]} is too short to be looked for" for each in short]
    lines.append(f"{len(left)} found" if left else "nothing found")
    return Proof([*lines, NOT_LOOKED_AT], not left)


def _everywhere(settings: Settings, words: Sequence[Needle], also: Sequence[Path]) -> Iterator[Residue]:
    path = settings.database_file
    if path is None:
        engine = create_engine(postgresql_url(settings.database), poolclass=NullPool, hide_parameters=True)
    elif path.exists():
        url = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        yield from in_search(path, words)
        if not path.absolute().is_relative_to(settings.data_dir.absolute()):
            for each in sorted(path.parent.glob(f"{path.name}*")):
                yield from in_file(each, words, each.name)
    else:
        raise CannotOpen(f"there is no database at {path} yet")
    with closing(engine.connect()) as connection:
        yield from in_database(connection, words)
    yield from in_folder(settings.data_dir, words)
    for each in also:
        if not each.exists():
            raise CannotOpen(f"{each} is not there")
        yield from in_folder(each, words) if each.is_dir() else in_file(each, words, each.name)
