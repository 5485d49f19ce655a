"""The permissions the bot asks for, why, and which of them are missing somewhere."""

from collections.abc import Mapping

import discord

from adapters.discord import words
from bot.effects import Admit, Announce, Effect, OpenRoom, PostCard, SetMark, Shelve

NEEDED = {  # by the names discord.py has for them
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "create_private_threads": "Create Private Threads",
    "manage_threads": "Manage Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
}
UNNEEDED_FOR_AGENTS = ("create_private_threads",)  # in their channel
SAY = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
IN_THREAD = ("view_channel", "send_messages_in_threads", "embed_links", "attach_files", "read_message_history")


def asked_for() -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invite_link(application: int) -> str:
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(application, permissions=asked_for(), scopes=scopes)


def lacking(client: discord.Client, channel: int, effect: Effect) -> str:
    """Those the effect needs in that channel and the bot has not, as people find them in the settings."""
    found = client.get_channel(channel)
    if not isinstance(found, discord.abc.GuildChannel) or not is_told_of(found.guild):
        return ""
    unneeded = tuple(name for name in NEEDED if name not in _needs(effect))
    return ", ".join(missing(found, found.guild.me, unneeded))


def is_told_of(guild: discord.Guild) -> bool:
    """Whether the gateway tells us of it; otherwise it was only asked for, and who is in it is not known."""
    return guild.get_member(guild._state.self_id or 0) is not None


def missing(channel: discord.abc.GuildChannel, me: discord.Member, unneeded: tuple[str, ...] = ()) -> list[str]:
    have = channel.permissions_for(me)
    return [title for name, title in NEEDED.items() if name not in unneeded and not getattr(have, name)]


def warnings(client: discord.Client, picked: Mapping[int, tuple[str, bool]]) -> tuple[str, ...]:
    """What is missing in channels that were picked for a desk: by id, their name, and whether for its agents."""
    said = (_warning(client.get_channel(id), name, agents) for id, (name, agents) in picked.items())
    return tuple(filter(None, said))


def _warning(channel: object, name: str, agents: bool) -> str:
    if not isinstance(channel, discord.abc.GuildChannel):
        return words.cannot_see(name)
    gone = missing(channel, channel.guild.me, UNNEEDED_FOR_AGENTS if agents else ())
    if gone and not channel.permissions_for(channel.guild.me).view_channel:
        return words.cannot_see(name)
    return words.lacks_in(name, ", ".join(gone)) if gone else ""


def _needs(effect: Effect) -> tuple[str, ...]:
    match effect:
        case PostCard():
            return (*SAY, "create_public_threads")
        case Announce():
            return SAY
        case OpenRoom(private=private):
            return ("view_channel", "create_private_threads" if private else "create_public_threads")
        case SetMark():
            return ("view_channel", "read_message_history", "add_reactions")
        case Admit() | Shelve():
            return ("view_channel", "send_messages_in_threads", "manage_threads")
        case _:
            return (*SAY, *IN_THREAD)
