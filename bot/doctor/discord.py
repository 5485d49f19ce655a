"""Discord, as `helpthread doctor` sees it, if its token is set."""

import asyncio
from collections.abc import Iterator, Sequence

from bot.config import Settings
from bot.desks.sheet import Sheet
from bot.doctor.finding import Finding
from bot.inbound import Place
from bot.routes import all_routes

PLATFORM = "discord"


def examine_discord(settings: Settings, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """Asks Discord; nothing is said there and nothing changed."""
    if settings.discord_token is not None:
        yield from asyncio.run(_asked(settings, settings.discord_token.get_secret_value(), sheets))


async def _asked(settings: Settings, token: str, sheets: Sequence[Sheet]) -> list[Finding]:
    from adapters.discord.examining import examine

    seen = examine(
        token,
        settings.discord_api_url,
        all_routes(),
        channels(sheets),
        roles(sheets),
        message_content=settings.discord_message_content,
        members=settings.discord_members,
        shards=settings.discord_shards,
    )
    return [Finding(each.what, each.todo, each.wrong) async for each in seen]


def channels(sheets: Sequence[Sheet]) -> dict[Place, bool]:
    """Every channel there, and whether it is an agents' channel."""
    found = [(place, use == "agents_channel") for sheet in sheets for use, place in sheet.channels_by_use()]
    return {place: agents for place, agents in found if place.platform == PLATFORM}


def roles(sheets: Sequence[Sheet]) -> list[tuple[str, str]]:
    """Every role that a desk names, with its server."""
    named = [principal for sheet in sheets for _, principal in sheet.principals()]
    pairs = [name.removeprefix(f"{PLATFORM}:").split("/&") for name in named if name.startswith(f"{PLATFORM}:")]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
