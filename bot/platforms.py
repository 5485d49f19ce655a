"""The platforms there are. An adapter is imported when it is needed, because their SDKs take long to load."""

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.completion import Suggestion
from bot.completion import suggest as completed
from bot.config import ConfigError, Settings
from bot.desks.naming import Naming
from bot.inbound import Actor, Place
from bot.ports import Chat, UnitOfWork, Watched
from bot.router import Takes
from bot.running import Make, Running, new_id

PLATFORMS = {"console": Naming(True, "@"), "discord": Naming(False, "&"), "slack": Naming(True, "@")}
WATCHED_FOR = timedelta(days=30)  # after the last word in it, a conversation is not read again after an absence
LAST_WORDS = 30.0  # seconds, at the end of input, for what the console still has to show
NONE_SET = (
    "no platform is set up: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or DISCORD_TOKEN, in the environment or in a "
    "file .env; to try it right here, use: helpthread console"
)


def tokens(settings: Settings) -> Mapping[str, object]:
    """The platforms that need a token, and theirs if it is set."""
    return {"discord": settings.discord_token, "slack": settings.slack_bot_token}


def with_tokens(settings: Settings) -> Sequence[Make]:
    """The platforms whose tokens are set. Raises `ConfigError` if there is none."""
    if settings.slack_bot_token:
        raise ConfigError("a token for slack is set, but this version cannot connect there yet")
    if not settings.discord_token:
        raise ConfigError(NONE_SET)
    return [discord]


def discord(running: Running) -> Chat:
    """Discord, with the bot whose token is set."""
    from adapters.discord.chat import DiscordChat

    settings = running.settings
    assert settings.discord_token is not None

    async def suggest(takes: Takes, typed: str, actor: Actor, place: Place) -> Sequence[Suggestion]:
        return await running.store.read(lambda work: completed(takes, typed, actor, place, work))

    async def watched() -> Sequence[Watched]:
        since = running.now() - WATCHED_FOR
        return await running.store.read(lambda work: work.watermarks.watched("discord", since))

    async def write_marks(marks: Sequence[Watched]) -> None:
        await running.store.write(lambda work: work.watermarks.move(marks))

    return DiscordChat(
        running.router,
        running.files,
        settings.discord_token.get_secret_value(),
        suggest=suggest,
        watched=watched,
        write_marks=write_marks,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
        message_content=settings.discord_message_content,
    )


def console(running: Running, json: bool = False) -> Chat:
    """The console on this process's standard input and output."""
    from adapters.console.chat import ConsoleChat

    settings, courier = running.settings, running.courier
    return ConsoleChat(
        running.router,
        running.files,
        settings.console_agents,
        sys.stdin,
        sys.stdout,
        settle=courier.settle,
        finish=lambda: courier.finish(LAST_WORDS),
        state=settings.data_dir / "console.jsonl",
        new_id=new_id,
        json=json,
        terminal=sys.stdin.isatty() and sys.stdout.isatty(),
        channels=lambda: running.store.read(_console_channels),
    )


def _console_channels(work: UnitOfWork) -> Mapping[str, bool]:
    """Every channel that a desk has on the console, and whether it is its agents'."""
    places = [(place, False) for desk in work.desks.all() for place in work.desks.intake(desk.id)]
    places += [(desk.agents, True) for desk in work.desks.all() if desk.agents]
    return {place.conversation: agents for place, agents in places if place.platform == "console"}
