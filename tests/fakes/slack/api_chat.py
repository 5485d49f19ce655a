"""chat.*: posting, updating, deleting, ephemeral messages, permalinks."""

import json
from typing import Any

from . import posting
from .blocks import check_message_blocks
from .errors import SlackError
from .methods import Args, method
from .model import Channel, Json, Message
from .normal import normal_blocks
from .shapes import message as shape_of
from .workspace import Workspace

POST_TEXT = 40_000  # characters; Slack cuts here, the fake refuses, because nothing may be cut silently
UPDATE_TEXT = 4_000
METADATA_BYTES = 16_000
CONTENT = "text blocks attachments markdown_text parse link_names as_user username icon_emoji icon_url"


def content(work: Workspace, args: Args, most: int) -> Json:
    """Text, blocks and attachments, checked. Raises SlackError no_text, msg_too_long, invalid_blocks, …"""
    text, markdown = args.text("text"), args.text("markdown_text")
    blocks = args.json("blocks", "invalid_blocks_format") or []
    attachments = args.json("attachments", "invalid_attachments") or []
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(text) > most or len(markdown) > 12_000:
        raise SlackError("msg_too_long")
    if not (text.strip() or markdown.strip() or blocks or attachments):
        raise SlackError("no_text")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    check_message_blocks(work, blocks)
    for attachment in attachments:
        check_message_blocks(work, attachment.get("blocks", []))
    return {"text": text or markdown, "blocks": normal_blocks(work, blocks), "attachments": attachments}


def metadata(args: Args) -> Json:
    """Raises SlackError invalid_metadata_format, metadata_too_large."""
    given: Any = args.json("metadata", "invalid_metadata_format")
    if not given:
        return {}
    if not isinstance(given, dict) or given.keys() != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(given["event_type"], str) or not isinstance(given["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(given)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return given


def place_to_post(work: Workspace, target: str) -> Channel:
    """A conversation by id, by #name, or a person's direct message. Raises what Slack does where one may not post."""
    if target in work.users:
        if work.users[target].is_bot or work.users[target].deleted:
            raise SlackError("channel_not_found")
        return _writable(work, work.direct(target))
    named = target.removeprefix("#")
    by_name = next((c.id for c in work.channels.values() if c.name and c.name == named), target)
    return _writable(work, work.channel(by_name))


def _writable(work: Workspace, channel: Channel) -> Channel:
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind == "im" and not work.app.messages_tab:
        raise SlackError("messages_tab_disabled")
    if work.app.user_id not in channel.members and "chat:write.public" not in work.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def thread_of(channel: Channel, thread_ts: str) -> str:
    """Raises SlackError cannot_reply_to_message for the ts of a reply, invalid_arguments for what is no ts."""
    if thread_ts and not thread_ts.replace(".", "", 1).isdigit():
        raise SlackError("invalid_arguments", "invalid thread_ts [json-pointer:/thread_ts]")
    if thread_ts in channel.messages and channel.messages[thread_ts].is_reply:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def as_bot(work: Workspace, channel: Channel, args: Args, parts: Json) -> Message:
    """A message by the app; under another name (chat:write.customize) Slack no longer names the bot's user."""
    app = work.app
    new = Message(channel.id, work.new_ts(), user=app.user_id, team=work.team.id, bot_id=app.bot_id, **parts)
    new.app_id = app.id
    custom = {name: args.text(name) for name in ("username", "icon_emoji", "icon_url") if args.text(name)}
    if custom:
        work.need("chat:write.customize")
        new.username = custom.get("username", app.name)
        new.icons = {"emoji": custom["icon_emoji"]} if "icon_emoji" in custom else {}
        new.icons |= {"image_48": custom["icon_url"]} if "icon_url" in custom else {}
        new.user, new.team, new.subtype = "", "", "bot_message"
    return new


@method(
    "chat.postMessage",
    f"channel! thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn metadata container_id {CONTENT}",
    scope="chat:write",
    tier="post",
)
def post_message(work: Workspace, args: Args) -> Json:
    channel = place_to_post(work, args.text("channel"))
    new = as_bot(work, channel, args, content(work, args, POST_TEXT))
    new.thread_ts = thread_of(channel, args.text("thread_ts"))
    new.broadcast = args.flag("reply_broadcast")
    new.metadata = metadata(args)
    new.unfurl_links = args.flag("unfurl_links", True)
    new.link_names = args.flag("link_names")
    posting.post(work, new)
    return {"channel": channel.id, "ts": new.ts, "message": shape_of(work, new, metadata=True)}


@method("chat.postEphemeral", f"channel! user! thread_ts {CONTENT}", scope="chat:write", tier="tier4")
def post_ephemeral(work: Workspace, args: Args) -> Json:
    channel = place_to_post(work, args.text("channel"))
    if args.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    new = as_bot(work, channel, args, content(work, args, POST_TEXT))
    new.thread_ts = thread_of(channel, args.text("thread_ts"))
    new.ephemeral_for = args.text("user")
    posting.post(work, new)
    return {"message_ts": new.ts}


def own_message(work: Workspace, args: Args, refusal: str) -> Message:
    """The app's own message. Raises SlackError channel_not_found, message_not_found, or `refusal` for another's."""
    said = work.message(work.channel(args.text("channel")), args.text("ts"))
    if said.bot_id != work.app.bot_id:
        raise SlackError(refusal)
    return said


@method("chat.update", f"channel! ts! metadata file_ids reply_broadcast {CONTENT}", scope="chat:write", tier="tier3")
def update(work: Workspace, args: Args) -> Json:
    said = own_message(work, args, "cant_update_message")
    if work.channels[said.channel].archived:
        raise SlackError("is_inactive")
    parts = content(work, args, UPDATE_TEXT)
    new_metadata = metadata(args)
    before = shape_of(work, said)
    said.text, said.attachments = parts["text"], parts["attachments"]
    # Left out, blocks stay only if there is no new text; Slack drops them otherwise.
    said.blocks = parts["blocks"]
    said.metadata = new_metadata if "metadata" in args else said.metadata
    posting.change(work, said, work.app.user_id, before)
    return {"channel": said.channel, "ts": said.ts, "text": said.text, "message": shape_of(work, said)}


@method("chat.delete", "channel! ts! as_user", scope="chat:write", tier="tier3")
def delete(work: Workspace, args: Args) -> Json:
    said = own_message(work, args, "cant_delete_message")
    posting.delete(work, said)
    return {"channel": said.channel, "ts": said.ts}


@method("chat.getPermalink", "channel! message_ts!", tier="special")
def get_permalink(work: Workspace, args: Args) -> Json:
    channel = work.channel(args.text("channel"))
    said = work.message(channel, args.text("message_ts"))
    link = f"https://{work.team.domain}.slack.com/archives/{channel.id}/p{said.ts.replace('.', '')}"
    if said.is_reply:
        link += f"?thread_ts={said.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
