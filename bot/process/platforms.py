"""The platforms there are. An adapter is imported when it is needed, because their SDKs take long to load."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from json import dumps as json_text
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from adapters.discord.chat import DiscordChat
    from adapters.discord.pace import Pace
    from adapters.slack.chat import SlackChat

from bot import absence
from bot.completion import Suggestion
from bot.completion import suggest as completed
from bot.config import ConfigError, Settings
from bot.desks.naming import Naming, is_group, platform_of
from bot.inbound import Actor, Place
from bot.language import Phrase
from bot.message import UserRef
from bot.ports import Chat, UnitOfWork, Watched
from bot.privacy.recipients import EVERYTHING, Recipient
from bot.process.peers import Lease
from bot.process.running import Make, Running, new_id
from bot.process.standby import Seats
from bot.relay import typing
from bot.router import Takes
from bot.routes import all_routes
from bot.tickets.timeline import Source

PLATFORMS = {"console": Naming(True, "@"), "discord": Naming(False, "&"), "slack": Naming(True, "@")}
WATCHED_FOR = timedelta(days=30)  # after the last word in it, a conversation is not read again after an absence
COMPARED = "slack:compared"  # the moment until which changes on Slack were looked for
SLACK_SOCKETS = 10  # connections that Slack allows an app (docs.slack.dev, Socket Mode)
DATABASE = Phrase("where it is kept")
TRACES = Phrase("to see how long things take")
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
    made = ([slack] if settings.slack_bot_token else []) + ([discord] if settings.discord_token else [])
    if not made:
        raise ConfigError(NONE_SET)
    return made


def recipients(settings: Settings) -> Sequence[Recipient]:
    """Who gets people's data, as far as the settings make them."""
    from adapters.discord.recipient import DISCORD
    from adapters.slack.recipient import SLACK

    found = ([SLACK] if settings.slack_bot_token else []) + ([DISCORD] if settings.discord_token else [])
    if not settings.database_file:
        host = urlsplit(settings.database_shown).hostname or "localhost"
        found.append(Recipient("database", Phrase("The database server"), DATABASE, (EVERYTHING,), (host,)))
    if endpoint := settings.otel_exporter_otlp_endpoint:
        host = urlsplit(endpoint).hostname or ""
        found.append(Recipient("traces", Phrase("The collector of traces"), TRACES, (), (host,)))
    return found


def slack(running: Running) -> Chat:
    """Slack, in Socket Mode if there is an app-level token, else over HTTP."""
    from adapters.slack.chat import SlackChat
    from adapters.slack.desks import Desks

    settings, read = running.settings, running.store.read
    chat = SlackChat(
        running.router,
        running.files,
        _secret(settings.slack_bot_token),
        app_token=_secret(settings.slack_app_token),
        signing_secret=_secret(settings.slack_signing_secret),
        url=settings.slack_api_url,
        port=settings.http_port,
        reactions={emoji: f"ticket.{verb}" for emoji, verb in settings.pairs("slack_reactions").items()},
        commands=settings.pairs("slack_commands"),
        seats=None if running.peers.alone else Seats(running.peers, "slack:socket", SLACK_SOCKETS),
        desks=Desks(
            rooms=lambda: read(partial(_rooms, "slack")),
            is_known=lambda place: read(partial(_known, place)),
            read_until=lambda: read(lambda work: work.read_until("slack")),
            raise_read_until=lambda at: running.store.write(lambda work: work.raise_read_until("slack", at)),
            compared_until=lambda: read(lambda work: work.read_until(COMPARED)),
            raise_compared_until=lambda at: running.store.write(lambda work: work.raise_read_until(COMPARED, at)),
            heard=lambda place: read(partial(absence.heard, place)),
            once=lambda key: running.store.write(lambda work: not work.seen(key)),
            groups=lambda: read(partial(_groups, "slack")),
            is_room=lambda place: read(lambda work: work.tickets.room(place) is not None),
            is_channel=lambda place: read(lambda work: work.desks.at(place) is not None),
            newest_effect=lambda: read(lambda work: work.outbox.newest()),
        ),
    )
    _share_slack(chat, running)
    return chat


def _share_slack(chat: "SlackChat", running: Running) -> None:
    """Processes that use the same token keep its limits together, and hear of each other's posts."""
    pace, echo, peers = chat.api.pace, chat.catch_up.echo, running.peers
    pace.sharing = lambda: peers.sharing
    pace.told = lambda method, channel, seconds: peers.say("slack pace", method, channel, str(seconds))
    peers.hear("slack pace", lambda method, channel, seconds: pace.hold(method, channel, float(seconds)))
    echo.told = lambda: peers.say("slack echo")
    peers.hear("slack echo", echo.heard_elsewhere)


def manifest(platform: str, settings: Settings, *, name: str, url: str, json: bool) -> str:
    """What the platform's app is created from, as YAML or JSON. Raises `ConfigError` where there is no such thing."""
    if platform != "slack":
        raise ConfigError(f"there is no manifest for {platform}; try: helpthread manifest slack")
    if url and not url.startswith("https://"):
        raise ConfigError("Slack sends to addresses that begin with https:// only")
    import yaml

    from adapters.slack.manifest import manifest

    made = manifest(all_routes(), name=name, commands=settings.pairs("slack_commands"), url=url)
    if json:
        return json_text(made, indent=2) + "\n"
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def _rooms(platform: str, work: UnitOfWork) -> Sequence[Place]:
    """Where desks take in, then the threads of open tickets."""
    intake = [place for desk in work.desks.all() for place in work.desks.intake(desk.id) if place.platform == platform]
    return [*intake, *work.tickets.rooms(platform)]


def _known(place: Place, work: UnitOfWork) -> bool:
    return work.timeline.at(Source(place.platform, place.conversation, place.thread, place.message)) is not None


def _groups(platform: str, work: UnitOfWork) -> Sequence[str]:
    """The groups that desks list."""
    listed = {member.principal for desk in work.desks.all() for member in work.desks.members(desk.id)}
    return sorted(each for each in listed if is_group(each) and platform_of(each) == platform)


def discord(running: Running) -> Chat:
    """Discord, with the bot whose token is set. Several processes share its servers out among them."""
    settings, pace = running.settings, _discord_pace(running)
    if running.peers.alone and settings.discord_shards == 1:
        return _discord(running, pace, Lease("", "", 0), 0, 1)
    from adapters.discord.sharded import Sharded

    async def begin(mark: Watched) -> None:
        def write(work: UnitOfWork) -> None:
            for each in absence.keepable([mark], running.tombstones.gate, work):
                work.watermarks.begin(each)

        await running.store.write(write)

    return Sharded(
        running.router,
        running.files,
        _secret(settings.discord_token),
        wanted=settings.discord_shards,
        peers=running.peers,
        make=partial(_discord, running, pace),
        begin=begin,
        pace=pace,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
    )


def _discord_pace(running: Running) -> "Pace":
    """Processes that use the same token keep its limits together."""
    from adapters.discord.pace import Pace

    pace, peers = Pace(), running.peers
    pace.told = lambda what, seconds: peers.say("discord pace", what, str(seconds))
    peers.hear("discord pace", lambda what, seconds: pace.hold(what, float(seconds)))
    return pace


def _discord(running: Running, pace: "Pace", lease: Lease, shard: int, shards: int) -> "DiscordChat":
    from adapters.discord.chat import DiscordChat
    from adapters.discord.memory import Memory
    from adapters.discord.shares import heard_as, heard_until

    settings = running.settings

    async def suggest(takes: Takes, typed: str, actor: Actor, place: Place) -> Sequence[Suggestion]:
        return await running.store.read(lambda work: completed(takes, typed, actor, place, work))

    async def seen_typing(who: UserRef, place: Place) -> Sequence[Place | UserRef]:
        return await running.store.read(lambda work: typing.seen_typing(who, place, work))

    async def watched() -> tuple[Sequence[Watched], datetime | None]:
        since = running.now() - WATCHED_FOR

        def look(work: UnitOfWork) -> tuple[Sequence[Watched], datetime | None]:
            return work.watermarks.watched("discord", since), heard_until(work.read_until_all("discord"), shard, shards)

        return await running.store.read(look)

    async def write_marks(marks: Sequence[Watched], until: datetime | None) -> None:
        def write(work: UnitOfWork) -> None:
            if not running.peers.holds(lease, work):  # whoever is connected now knows what was heard
                return
            work.watermarks.move(absence.keepable(marks, running.tombstones.gate, work))
            if until is not None:
                work.raise_read_until(heard_as(shard, shards), until)

        await running.store.write(write)

    read = running.store.read
    memory = Memory(
        heard=lambda after: read(partial(absence.heard, after)),
        acquaintances=lambda: read(partial(absence.acquaintances, "discord")),
        visitors=lambda: read(partial(absence.visitors, "discord")),
    )
    return DiscordChat(
        running.router,
        running.files,
        _secret(settings.discord_token),
        suggest=suggest,
        seen_typing=seen_typing,
        watched=watched,
        write_marks=write_marks,
        memory=memory,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
        message_content=settings.discord_message_content,
        members=settings.discord_members,
        pace=pace,
        options={"shard_id": shard, "shard_count": shards} if shards > 1 or not running.peers.alone else None,
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
