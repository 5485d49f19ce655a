"""A fake Slack that behaves: Web API, Socket Mode, signed HTTP deliveries, people to play, faults and limits.

    async with FakeSlack() as slack:
        anna = slack.user("anna")
        help_channel = slack.channel("help", [anna])
        client = AsyncWebClient(slack.app.bot_token, base_url=slack.base_url)
        ...start the bot; `await slack.sockets.connected()` or `await slack.use_http(url)`...
        said = await slack.say(anna.id, help_channel, "the printer burns")
        assert "Ticket #1" in slack.seen_by(anna.id)

It refuses what Slack refuses, with Slack's error codes. Facts it rests on are Slack's own documentation of the Web
API, Events API, Socket Mode and Block Kit; where that is silent, the stricter reading was taken.
"""

from . import api_chat, api_conversations, api_files, api_people, api_views
from .app import App
from .delivery import Answer, Delivery
from .errors import NotPossible, SlackError
from .faults import Fault
from .limits import Limits, Rate
from .model import Call, Channel, File, Message, User, View
from .seen import Line, Sight
from .server import FakeSlack

API_MODULES = (api_chat, api_conversations, api_files, api_people, api_views)

__all__ = [
    "API_MODULES",
    "Answer",
    "App",
    "Call",
    "Channel",
    "Delivery",
    "FakeSlack",
    "Fault",
    "File",
    "Limits",
    "Line",
    "Message",
    "NotPossible",
    "Rate",
    "Sight",
    "SlackError",
    "User",
    "View",
]
