"""A channel that a desk needs is gone: archived, deleted, or the bot was sent away. Its leads are told in private."""

from bot.desks import views
from bot.desks.model import Rank
from bot.desks.naming import is_group
from bot.effects import Direct
from bot.inbound import PlaceGone
from bot.language import reading
from bot.message import UserRef
from bot.ports import Reply, UnitOfWork
from bot.readers import languages_of
from bot.router import Router

router = Router()


@router.listen(PlaceGone)
def on_gone(event: PlaceGone, work: UnitOfWork) -> Reply:
    here = work.desks.at(event.place)
    if here is None:
        return None
    desk, is_agents_channel = here
    for member in work.desks.members(desk.id):
        if member.rank >= Rank.LEAD and not is_group(member.principal):
            who = UserRef.parse(member.principal)
            with reading(languages_of(who, desk, work)):
                message = views.channel_gone(desk, event.place, event.why, agents=is_agents_channel)
            told = Direct(
                f"place-gone:{event.id}:{who.id}"[:200], who.platform, f"desk:{desk.id}:lead:{who}", who, message
            )
            work.outbox.post(told, about=who)
    return None
