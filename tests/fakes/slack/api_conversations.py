"""conversations.*: history, threads, members, opening and joining. Which scope is needed depends on the place."""

from . import posting
from .errors import SlackError
from .methods import Args, method, page
from .model import Channel, Json, Message
from .shapes import channel as shape_of
from .shapes import message
from .workspace import Workspace

SCOPE = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
RANGE = "oldest latest inclusive limit cursor include_all_metadata"


def readable(work: Workspace, args: Args, right: str) -> Channel:
    """Raises SlackError channel_not_found, missing_scope."""
    channel = work.channel(args.text("channel"))
    work.need(f"{SCOPE[channel.kind]}:{right}")
    return channel


def _history_of(work: Workspace, args: Args) -> Channel:
    channel = readable(work, args, "history")
    if work.app.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(args: Args, messages: list[Message]) -> list[Message]:
    """Those between `oldest` and `latest`. Raises SlackError invalid_ts_oldest, invalid_ts_latest."""
    bounds = {}
    for name, default in (("oldest", "0"), ("latest", "inf")):
        try:
            bounds[name] = float(args.text(name) or default)
        except ValueError:
            raise SlackError(f"invalid_ts_{name}") from None
    first, last, inclusive = bounds["oldest"], bounds["latest"], args.flag("inclusive")
    return [m for m in messages if first < float(m.ts) < last or (inclusive and float(m.ts) in (first, last))]


def _page(work: Workspace, args: Args, messages: list[Message], name: str, default: int) -> Json:
    most = work.limits.page_cap(name) or 999
    if "limit" in args and args.number("limit", default, 999) > most:
        args.given["limit"] = most
    found, cursor = page(messages, args, min(default, most), most)
    shown = [message(work, m, metadata=args.flag("include_all_metadata")) for m in found]
    answer: Json = {"messages": shown, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.history", f"channel! {RANGE}", tier="tier3")
def history(work: Workspace, args: Args) -> Json:
    """Newest first; replies are not in it unless broadcast."""
    channel = _history_of(work, args)
    top = [m for m in channel.messages.values() if not m.is_reply or m.broadcast]
    return _page(work, args, _within(args, top)[::-1], "conversations.history", 100) | {"pin_count": 0}


@method("conversations.replies", f"channel! ts! {RANGE}", tier="tier3")
def replies(work: Workspace, args: Args) -> Json:
    """Oldest first; the parent is in it always."""
    channel = _history_of(work, args)
    parent = channel.messages.get(args.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        parent = channel.messages[parent.thread_ts]
    thread = [parent, *_within(args, channel.replies(parent.ts))]
    return _page(work, args, thread, "conversations.replies", 999)


@method("conversations.info", "channel! include_locale include_num_members", tier="tier3")
def info(work: Workspace, args: Args) -> Json:
    channel = readable(work, args, "read")
    shape = shape_of(work, channel)
    if args.flag("include_num_members"):
        shape["num_members"] = len(channel.members)
    if args.flag("include_locale"):
        shape["locale"] = "en-US"
    return {"channel": shape}


@method("conversations.members", "channel! cursor limit", tier="tier4")
def members(work: Workspace, args: Args) -> Json:
    """100 at a time unless asked for more: whoever reads one page only misses agent number 101."""
    found, cursor = page(list(readable(work, args, "read").members), args, 100, 999)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", "cursor exclude_archived limit team_id types", tier="tier2")
def list_all(work: Workspace, args: Args) -> Json:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    try:
        wanted = [kinds[name.strip()] for name in args.text("types", "public_channel").split(",")]
    except KeyError:
        raise SlackError("invalid_types") from None
    work.need(*(f"{SCOPE[kind]}:read" for kind in wanted))
    visible = [
        shape_of(work, c)
        for c in work.channels.values()
        if c.kind in wanted
        and (c.kind == "channel" or work.app.user_id in c.members)
        and not (c.archived and args.flag("exclude_archived"))
    ]
    found, cursor = page(visible, args, 100, 999)
    return {"channels": found, "response_metadata": {"next_cursor": cursor}}


@method("users.conversations", "user cursor exclude_archived limit team_id types", tier="tier3")
def of_user(work: Workspace, args: Args) -> Json:
    """Where a person (left out: the app itself) is a member."""
    who = args.text("user") or work.app.user_id
    passed = {name: value for name, value in args.given.items() if name not in ("user", "cursor", "limit")}
    listed = list_all(work, Args(passed | {"limit": 999}))["channels"]
    found, cursor = page([shape for shape in listed if who in work.channels[shape["id"]].members], args, 100, 999)
    return {"channels": found, "response_metadata": {"next_cursor": cursor}}


@method("conversations.open", "channel users return_im prevent_creation", tier="tier3")
def open_direct(work: Workspace, args: Args) -> Json:
    if args.text("channel"):
        channel = work.channel(args.text("channel"))
    else:
        channel = _with(work, [name.strip() for name in args.text("users").split(",") if name.strip()])
    shape = shape_of(work, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shape}


def _with(work: Workspace, users: list[str]) -> Channel:
    if not users:
        raise SlackError("users_list_not_supplied")
    work.need("im:write" if len(users) == 1 else "mpim:write")
    if len(users) > 8:
        raise SlackError("too_many_users")
    for name in users:
        if name not in work.users:
            raise SlackError("user_not_found")
        if work.users[name].deleted:
            raise SlackError("user_disabled")
        if work.users[name].is_bot:
            raise SlackError("cannot_dm_bot")
    return work.direct(*users)


@method("conversations.join", "channel!", scope="channels:join", tier="tier3")
def join(work: Workspace, args: Args) -> Json:
    channel = work.channel(args.text("channel"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    joined = posting.join(work, channel, work.app.user_id)
    return {"channel": shape_of(work, channel)} | ({} if joined else {"warning": "already_in_channel"})
