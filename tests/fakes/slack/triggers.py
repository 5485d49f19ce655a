"""What an interaction hands to the app and what soon goes stale: trigger ids and response URLs."""

from dataclasses import dataclass
from typing import Any

from . import posting
from .api_chat import POST_TEXT, content
from .errors import SlackError
from .methods import Args
from .model import Json, Message, words
from .shapes import message as shape_of
from .workspace import Workspace

TRIGGER_LIFE = 3.0  # seconds
RESPONSE_LIFE = 30 * 60.0
RESPONSE_USES = 5
RESPONSE_ARGS = words(
    "text blocks attachments response_type replace_original delete_original thread_ts unfurl_links unfurl_media "
    "mrkdwn metadata parse link_names"
)


@dataclass
class Trigger:
    user: str
    born: float
    view_id: str = ""  # the modal it came from
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    born: float
    thread_ts: str = ""
    original: Message | None = None
    uses: int = 0


class Tickets:
    """Issues and honours both kinds. Slack ends a trigger after 3 s or one use, a URL after 30 min or five."""

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.triggers: dict[str, Trigger] = {}
        self.urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str = "") -> str:
        name = self.work.new_id("").lower()
        trigger_id = f"{int(self.work.clock.now())}.{name}.{hash((user, name)) & 0xFFFFFFFF:08x}"
        self.triggers[trigger_id] = Trigger(user, self.work.clock.now(), view_id)
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """Raises SlackError invalid_trigger_id, expired_trigger_id, exchanged_trigger_id."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.work.clock.now() - trigger.born > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, kind: str, user: str, channel: str, original: Message | None = None) -> str:
        token = self.work.new_id("R")
        thread_ts = original.thread_ts if original and original.is_reply else ""
        self.urls[token] = ResponseUrl(user, channel, self.work.clock.now(), thread_ts, original)
        return f"{self.work.base_url}/{kind}/{self.work.team.id}/{token}"

    def respond(self, token: str, given: Json) -> None:
        """Raises SlackError no_service, expired_url, used_url, or what is wrong with the message."""
        url = self.urls.get(token)
        if url is None:
            raise SlackError("no_service")
        if self.work.clock.now() - url.born > RESPONSE_LIFE:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        if extra := given.keys() - RESPONSE_ARGS:
            raise SlackError("invalid_arguments", *(f"unknown argument: {name}" for name in sorted(extra)))
        answer(self.work, url, given)
        url.uses += 1


def answer(work: Workspace, url: ResponseUrl, given: Json) -> None:
    """Post, replace or delete what an interaction is about, as the app asks in `given`."""
    args = Args(given)
    if args.flag("delete_original") and url.original:
        _take_away(work, url.original)
        return
    parts = content(work, args, POST_TEXT)
    if args.flag("replace_original") and url.original:
        before = shape_of(work, url.original)
        url.original.text, url.original.blocks = parts["text"], parts["blocks"]
        if not url.original.ephemeral_for:
            posting.change(work, url.original, work.app.user_id, before)
        return
    new = Message(url.channel, work.new_ts(), bot_id=work.app.bot_id, app_id=work.app.id, **parts)
    new.user, new.team = work.app.user_id, work.team.id
    new.thread_ts = args.text("thread_ts") or url.thread_ts
    new.ephemeral_for = "" if args.text("response_type") == "in_channel" else url.user
    posting.post(work, new)


def _take_away(work: Workspace, said: Message) -> None:
    if said.ephemeral_for:
        work.channels[said.channel].ephemeral.remove(said)
    else:
        posting.delete(work, said)


def answered_command(work: Workspace, url: ResponseUrl, body: Any) -> None:
    """The body of the acknowledgement of a slash command is a message, too."""
    if isinstance(body, str) and body.strip():
        answer(work, url, {"text": body})
    elif isinstance(body, dict) and (body.get("text") or body.get("blocks")):
        answer(work, url, body)
