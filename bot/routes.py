"""Everything the bot answers to."""

from bot.privacy import handlers as privacy
from bot.relay import agents, edits, intake, outcome, private
from bot.router import Router
from bot.tickets import closing, commands, handlers, listing, participants


def all_routes() -> Router:
    router = Router()
    for feature in (commands, listing, handlers, participants, closing, agents, intake, private, edits, outcome):
        router.include(feature.router)
    router.include(privacy.router)
    return router
