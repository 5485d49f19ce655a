"""Everything the bot answers to."""

from bot import upkeep
from bot.desks import handlers as desks
from bot.people import handlers as people
from bot.privacy import handlers as privacy
from bot.relay import agents, edits, intake, lost, outcome, private
from bot.router import Router
from bot.tickets import closing, commands, handlers, listing, participants


def all_routes() -> Router:
    router = Router()
    for feature in (commands, listing, handlers, participants, closing, agents, intake, private, edits, lost, outcome):
        router.include(feature.router)
    for other in (desks, people, privacy, upkeep):
        router.include(other.router)
    return router
