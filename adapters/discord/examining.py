"""What a doctor can see of Discord without connecting: token, intents, permissions, room for threads, commands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import aiohttp
import discord

from adapters.discord import words
from adapters.discord.addresses import pointed_at
from adapters.discord.commands import declared
from adapters.discord.hosts import way_out
from adapters.discord.permissions import UNNEEDED_FOR_AGENTS, invite_link, missing
from adapters.outgoing import Outgoing
from bot.inbound import Place
from bot.router import Router

MOST_THREADS, MOST_CHANNELS = 1000, 500  # of a server: active threads, channels
MOST_SERVERS = 2500  # of a connection
NEARLY = 0.9
ANOTHER_ROLE = "name another with /desk agent, and take this one away with /desk remove"


@dataclass(frozen=True, slots=True)
class Seen:
    """`todo` is what to do about it; `wrong` what keeps the desk from working."""

    what: str
    todo: str = ""
    wrong: bool = False


async def examine(
    token: str,
    api_url: str,
    router: Router,
    channels: Mapping[Place, bool],
    roles: Sequence[tuple[str, str]],
    *,
    message_content: bool,
    members: bool = False,
    shards: int | Literal["auto"] = 1,
) -> AsyncIterator[Seen]:
    """`channels` are the desks', true for agents' channels; `roles` as (server, role). Changes nothing."""
    client = discord.Client(intents=discord.Intents(guilds=True))
    with pointed_at(api_url, ""):
        try:
            async with client:
                client.http.connector = Outgoing(way_out(api_url, ""), limit=0)
                await client.login(token)
                async for seen in _all(client, router, channels, roles, message_content, members, shards):
                    yield seen
        except discord.LoginFailure:
            yield Seen("Discord does not accept DISCORD_TOKEN", words.WRONG_TOKEN, wrong=True)
        except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
            yield Seen(
                f"Discord cannot be asked ({type(error).__name__})", "check the network and DISCORD_API_URL", True
            )


async def _all(
    client: discord.Client,
    router: Router,
    channels: Mapping[Place, bool],
    roles: Sequence[tuple[str, str]],
    message_content: bool,
    members: bool,
    shards: int | Literal["auto"],
) -> AsyncIterator[Seen]:
    application = await client.application_info()
    yield Seen(f"Discord knows the bot; it is invited with {invite_link(application.id)}")
    for each in _intents(application, message_content, members):
        yield each
    yield await _commands(client, application.id, router)
    yield _connections(application.approximate_guild_count, (await client.http.get_bot_gateway())[0], shards)
    servers = {place.workspace for place in channels} | {server for server, _ in roles}
    for server in sorted(servers):
        wanted = {place: agents for place, agents in channels.items() if place.workspace == server}
        async for each in _server(client, server, wanted, [role for at, role in roles if at == server]):
            yield each


def _intents(application: discord.AppInfo, message_content: bool, members: bool) -> Sequence[Seen]:
    flags, wrong = application.flags, list[Seen]()
    if message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
        wrong.append(Seen("the bot may not read messages", words.NO_INTENT, wrong=True))
    if members and not (flags.gateway_guild_members or flags.gateway_guild_members_limited):
        wrong.append(Seen("the bot may not see who comes and goes", words.NO_MEMBERS_INTENT, wrong=True))
    if not members:
        wrong.append(Seen("who leaves a server is not heard", words.WITHOUT_MEMBERS))
    return wrong if any(each.wrong for each in wrong) else [Seen("the intents are allowed"), *wrong]


async def _commands(client: discord.Client, application: int, router: Router) -> Seen:
    there = {str(command["name"]) for command in await client.http.get_global_commands(application)}
    if there == {str(command["name"]) for command in declared(router)}:
        return Seen("Discord shows our commands")
    return Seen("Discord does not show our commands yet", "the next start tells it")


def _connections(servers: int, recommended: int, shards: int | Literal["auto"]) -> Seen:
    """`recommended` is how many connections Discord wants for so many servers."""
    in_servers = (
        f"the bot is in {servers} server{'' if servers == 1 else 's'}, for which Discord recommends {recommended}"
    )
    said = f"{in_servers} connection{'' if recommended == 1 else 's'}"
    if shards == "auto":
        return Seen(said)
    todo = "" if recommended <= shards else "set DISCORD_SHARDS=auto, end all processes, and start them again"
    return Seen(f"{said}; DISCORD_SHARDS is {shards}", todo, servers > MOST_SERVERS * shards)


async def _server(
    client: discord.Client, id: str, channels: Mapping[Place, bool], roles: Sequence[str]
) -> AsyncIterator[Seen]:
    try:
        guild = await client.fetch_guild(int(id))
        me = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.NotFound, discord.Forbidden, ValueError):
        yield Seen(f"the bot is not in the server {id}", "invite it with the link above", wrong=True)
        return
    there = {str(channel.id): channel for channel in await guild.fetch_channels()}
    for each in (*_channels(there, channels, me), *_roles(guild, roles), *_room(there, await guild.active_threads())):
        yield each


def _channels(
    there: Mapping[str, discord.abc.GuildChannel], channels: Mapping[Place, bool], me: discord.Member
) -> Sequence[Seen]:
    found = []
    for place, agents in channels.items():
        channel = there.get(place.conversation)
        if channel is None:
            found.append(Seen(f"there is no channel {place.conversation}, or the bot cannot see it",
                              "let the bot in, or give the desk another channel", wrong=True))  # fmt: skip
        elif lacking := _lacking(channel, me, agents):
            names = ", ".join(lacking)
            found.append(Seen(f"in #{channel.name} the bot lacks: {names}", "give them to its role there", wrong=True))
        else:
            found.append(Seen(f"in #{channel.name} the bot may do all it needs"))
    return found


def _lacking(channel: discord.abc.GuildChannel, me: discord.Member, agents: bool) -> list[str]:
    return missing(channel, me, UNNEEDED_FOR_AGENTS if agents else ())


def _roles(guild: discord.Guild, roles: Sequence[str]) -> Sequence[Seen]:
    """The order of roles does not matter to us: we neither give nor take any, and change no permissions."""
    found = list[Seen]()
    for role in roles:
        known = guild.get_role(int(role)) if role.isdecimal() else None
        if known is None:
            found.append(Seen(f"a desk names the role {role}, which is gone", "name another with /desk agent", True))
        elif known.is_default():
            found.append(Seen("a desk names the role @everyone, so everybody is an agent there", ANOTHER_ROLE, True))
    if roles and not found:
        found.append(Seen("the desks' roles are there; their order does not matter, for the bot gives and takes none"))
    return found


def _room(there: Mapping[str, object], threads: Sequence[discord.Thread]) -> Sequence[Seen]:
    counts = ((len(threads), MOST_THREADS, "active threads"), (len(there), MOST_CHANNELS, "channels"))
    return [
        Seen(f"the server has {many} of {most} {what}", "archive or delete some before tickets are refused")
        for many, most, what in counts
        if many >= NEARLY * most
    ]
