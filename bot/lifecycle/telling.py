"""Telling those who can mend something: in the agents' channel, and in private to those who lead the desk."""

from bot.desks.model import Desk, Rank
from bot.desks.naming import is_group
from bot.effects import Announce, Direct
from bot.language import reading
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.model import NOBODY
from bot.readers import languages_of
from bot.relay.rooms import Telling

LONGEST_KEY = 200  # characters, as long as the column


def tell_leads(desk: Desk, key: str, telling: Telling, work: UnitOfWork, *, but: str | None = None) -> None:
    """In private, in the language of each: those who are listed by their own name, `but` for accounts of that
    workspace."""
    for member in work.desks.members(desk.id):
        if member.rank >= Rank.LEAD and not is_group(member.principal):
            who = UserRef.parse(member.principal)
            if who.realm == but:
                continue
            with reading(languages_of(who, desk, work)):
                message = telling()
            told = Direct(f"{key}:{who.id}"[:LONGEST_KEY], who.platform, f"desk:{desk.id}:lead:{who}", who, message)
            work.outbox.post(told, about=who)


def tell_agents(desk: Desk, key: str, telling: Telling, work: UnitOfWork) -> None:
    """Where they work, at the top of their channel."""
    if desk.agents is not None:
        with reading(desk.settings.language):
            message = telling()
        said = Announce(f"{key}:{desk.id}"[:LONGEST_KEY], desk.agents.platform, desk.agents, message)
        work.outbox.post(said, about=NOBODY)
