"""The hosts of Slack that the bot connects to."""

from bot.egress import Egress

FILES = (".slack.com", ".slack-files.com", ".slack-gov.com")  # where files are fetched from
ALL = ("slack.com", *FILES)  # and the Web API, sockets (wss-primary.slack.com and the like), uploads


def way_out(url: str) -> Egress:
    """`url` is that of the Web API as the operator has it."""
    return Egress("slack", ALL, [url])
