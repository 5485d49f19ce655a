"""The hosts of Discord that the bot connects to."""

from bot.egress import Egress

FILES = frozenset({"cdn.discordapp.com", "media.discordapp.net"})  # where files are fetched from
ALL = ("discord.com", ".discord.gg", *sorted(FILES))  # and the API, the gateway and those it sends us on to


def way_out(api_url: str, gateway_url: str) -> Egress:
    """With the addresses that the operator has set, if they did."""
    return Egress("discord", ALL, [api_url, gateway_url])
