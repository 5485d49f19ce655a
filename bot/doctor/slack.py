"""Slack, as `helpthread doctor` sees it, if its token is set."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.config import Settings
from bot.desks.sheet import Sheet
from bot.doctor.finding import Finding
from bot.operating.database import in_loop

PLATFORM = "slack"


def examine_slack(settings: Settings, sheets: Sequence[Sheet], now: datetime) -> Iterator[Finding]:
    """Asks Slack; nothing is said there and nothing changed. `sheets` are the desks, from whichever database."""
    if settings.slack_bot_token is None:
        return
    from adapters.slack.doctor import examine  # its SDK takes long to load

    secrets = [settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret]
    bot, app, signing = [secret.get_secret_value() if secret else "" for secret in secrets]
    places = [place for sheet in sheets for _, place in sheet.channels() if place.platform == PLATFORM]
    for found in in_loop(lambda: examine(bot, app, signing, settings.slack_api_url, places, now)):
        yield Finding(*found)
