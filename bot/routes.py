"""Everything the bot answers to."""

from bot import upkeep
from bot.closing import handlers as closing_requests
from bot.desks import handlers as desks
from bot.desks import setup
from bot.lifecycle import people as membership
from bot.lifecycle import places, refusals
from bot.macros import handlers as macros
from bot.panels import handlers as panels
from bot.people import changes
from bot.people import handlers as people
from bot.privacy import handlers as privacy
from bot.privacy.asking import age, choosing, correct, restrict, standing
from bot.privacy.linking import linking
from bot.privacy.notices import policy, record
from bot.privacy.officers import breach, challenge, dispute, four_eyes, officer, reports
from bot.privacy.uses import Use
from bot.relay import agents, edits, intake, lost, outcome, private, raising, threads
from bot.router import Router
from bot.tickets import closing, commands, handlers, home, listing, participants


def all_routes() -> Router:
    router = Router(Use.SUPPORT)
    for feature in (
        commands,
        home,
        listing,
        handlers,
        participants,
        closing,
        agents,
        intake,
        private,
        raising,
        edits,
        lost,
        outcome,
        threads,
    ):
        router.include(feature.router)
    for other in (closing_requests, desks, setup, panels, macros, people, changes, upkeep):
        router.include(other.router)
    for other in (places, membership, refusals):
        router.include(other.router)
    for right in (
        privacy,
        standing,
        correct,
        restrict,
        choosing,
        policy,
        officer,
        record,
        reports,
        breach,
        age,
        dispute,
        linking,
        four_eyes,
        challenge,
    ):
        router.include(right.router)
    return router
