"""What the doctor looks at on the platforms whose tokens are set."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.exc import DatabaseError

from bot.config import Settings
from bot.finding import Finding
from bot.inbound import Place
from bot.operating import in_loop, read
from bot.ports import UnitOfWork
from storage.errors import CannotOpen


def examine_platforms(settings: Settings, now: datetime) -> Iterator[Finding]:
    if settings.slack_bot_token:
        yield from _examine_slack(settings, now)


def _examine_slack(settings: Settings, now: datetime) -> Iterator[Finding]:
    from adapters.slack.doctor import examine

    secrets = [settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret]
    bot, app, signing = [secret.get_secret_value() if secret else "" for secret in secrets]
    places = [place for place in _places(settings) if place.platform == "slack"]
    for found in in_loop(lambda: examine(bot, app, signing, settings.slack_api_url, places, now)):
        yield Finding(*found)


def _places(settings: Settings) -> Sequence[Place]:
    """The channels of every desk in a SQLite file. None where it cannot be read, of which the doctor tells elsewhere;
    and none on PostgreSQL, because a store there is brought up to date when it is opened."""
    if settings.database_file is None:
        return ()
    try:
        return in_loop(lambda: read(settings, _channels))
    except (CannotOpen, DatabaseError):
        return ()


def _channels(work: UnitOfWork) -> Sequence[Place]:
    intake = [place for desk in work.desks.all() for place in work.desks.intake(desk.id)]
    return [*intake, *(desk.agents for desk in work.desks.all() if desk.agents)]
