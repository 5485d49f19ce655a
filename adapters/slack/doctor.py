"""What `helpthread doctor` looks at on Slack: token, permissions, clock, way in, channels. It changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import Api, Json, SlackRefused
from adapters.slack.manifest import SCOPES
from bot.inbound import Place
from bot.ports import Refused, TryLater

CLOCK = 60.0  # seconds; beyond five minutes no request from Slack is believed any more
NOT_A_MEMBER = {"channel_not_found", "not_in_channel"}


class Found(NamedTuple):
    """`todo` is empty where all is well. What is `wrong` keeps the desk from working."""

    what: str
    todo: str = ""
    wrong: bool = False


async def examine(
    bot_token: str, app_token: str, signing_secret: str, url: str, places: Sequence[Place], now: datetime
) -> list[Found]:
    """`places` are the channels of the desks, for those in this workspace."""
    api = Api(bot_token, url)
    try:
        answer = await api.client.auth_test()
        me: Json = dict(answer.data)  # type: ignore[arg-type]
        found = [Found(f"Slack knows the bot as {me['user']} in {me['team']} ({me['team_id']})")]
        found += _scopes(answer.headers)
        found += _clock(answer.headers, now)
        found += await _way_in(api, app_token, signing_secret)
        for place in places:
            found.append(await _channel(api, place, str(me["team_id"])))
        return found
    except SlackApiError as error:
        code = _code(error)
        return [Found(f"Slack does not accept SLACK_BOT_TOKEN ({code})", "copy it from the app's OAuth page", True)]
    except (OSError, TimeoutError) as error:
        what = f"Slack cannot be reached at {url} ({type(error).__name__})"
        return [Found(what, "look at the network, a proxy, or SLACK_API_URL", True)]
    finally:
        await api.close()


def _scopes(headers: Any) -> list[Found]:
    listed = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    granted = {scope.strip() for scope in listed.split(",") if scope.strip()}
    missing = sorted(SCOPES.keys() - granted)
    if not missing:
        return [Found("the app has every permission it needs")]
    todo = "update the app from `helpthread manifest slack`, and install it again"
    return [Found(f"the app lacks {scope}, {SCOPES[scope]}", todo, scope in NEEDED) for scope in missing]


NEEDED = {"chat:write", "commands", "im:history", "im:write", "users:read"}


def _clock(headers: Any, now: datetime) -> list[Found]:
    date = next((value for name, value in headers.items() if name.lower() == "date"), "")
    try:
        off = abs((parsedate_to_datetime(date) - now).total_seconds())
    except (TypeError, ValueError):
        return []
    if off <= CLOCK:
        return [Found("the clock agrees with Slack's")]
    return [
        Found(f"the clock is {off:.0f} seconds off Slack's", "set it; Slack's requests are refused otherwise", True)
    ]


async def _way_in(api: Api, app_token: str, signing_secret: str) -> list[Found]:
    if not app_token:
        return [Found("Slack delivers over HTTP", "see that the app's request URL leads to HTTP_PORT of this machine")]
    client = AsyncWebClient(app_token, base_url=api.url, session=api.session, retry_handlers=[])
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        todo = "make an app-level token with connections:write, and switch Socket Mode on"
        return [Found(f"Slack opens no socket for SLACK_APP_TOKEN ({_code(error)})", todo, True)]
    return [Found("Slack opens sockets for the app")]


async def _channel(api: Api, place: Place, team: str) -> Found:
    if place.workspace != team:
        return Found(f"{place.workspace}/{place.conversation} is in another workspace", f"write {team} instead", True)
    try:
        channel = (await api.call("conversations.info", place.conversation))["channel"]
    except SlackRefused as error:
        if error.code not in NOT_A_MEMBER:
            return Found(
                f"channel {place.conversation} cannot be looked at: {error.reason}", "see the permissions above"
            )
        return Found(f"the bot does not see channel {place.conversation}", "invite it there, or correct the id", True)
    except (TryLater, Refused) as error:
        return Found(f"channel {place.conversation} cannot be looked at now: {error.reason}", "try again later")
    name = f"#{channel.get('name', '')} ({place.conversation})"
    if channel.get("is_archived"):
        return Found(f"{name} is archived", "bring it back, or give the desk another channel", True)
    if not channel.get("is_member"):
        return Found(f"the bot is not in {name}", "invite it there", True)
    return Found(f"the bot is in {name}")


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error")) if isinstance(data, dict) else f"HTTP {getattr(error.response, 'status_code', '?')}"
