"""What a workspace is made of. Plain values; the rules are in `workspace.py` and the `api_*` files."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def words(text: str) -> frozenset[str]:
    """A set written down as words with blanks between."""
    return frozenset(text.split())


@dataclass
class Team:
    id: str
    name: str
    domain: str
    enterprise_id: str = ""


@dataclass
class User:
    id: str
    name: str
    team_id: str
    real_name: str
    email: str = ""
    locale: str = "en-US"
    is_bot: bool = False
    is_admin: bool = False
    deleted: bool = False
    bot_id: str = ""


@dataclass
class UserGroup:
    id: str
    handle: str
    users: list[str]
    disabled: bool = False


@dataclass
class File:
    id: str
    name: str
    user: str
    created: float
    content: bytes = b""
    length: int = 0
    title: str = ""
    uploaded: bool = False
    shares: list[tuple[str, str]] = field(default_factory=list)  # (channel, ts)


@dataclass
class Message:
    """A message in a channel. `text` and `blocks` as sent; `subtype` as Slack would report it."""

    channel: str
    ts: str
    text: str
    user: str = ""
    team: str = ""
    thread_ts: str = ""
    subtype: str = ""
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    icons: Json = field(default_factory=dict)
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: Json = field(default_factory=dict)
    client_msg_id: str = ""
    broadcast: bool = False
    deleted: bool = False
    ephemeral_for: str = ""
    unfurl_links: bool = True
    link_names: bool = False

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass
class Channel:
    """`kind` is one of channel (public), group (private), im, mpim."""

    id: str
    name: str
    kind: str
    created: float
    members: dict[str, None] = field(default_factory=dict)  # in order of joining
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, oldest first; without ephemeral ones
    threads: dict[str, list[str]] = field(default_factory=dict)  # parent ts: ts of its replies, oldest first
    ephemeral: list[Message] = field(default_factory=list)
    archived: bool = False
    shared: bool = False  # Slack Connect
    creator: str = ""

    def replies(self, ts: str) -> list[Message]:
        return [self.messages[reply] for reply in self.threads.get(ts, ())]


@dataclass
class View:
    """A modal, or one person's Home tab. `payload` is what the app sent."""

    id: str
    user: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str = ""

    @property
    def type(self) -> str:
        return str(self.payload["type"])


@dataclass
class Call:
    """One request to the Web API (or the raw ones: `files.bytes`, `files.download`, `response_url`)."""

    method: str
    args: Json
    at: float
    ok: bool = False
    error: str = ""
    status: int = 200
    answer: Json = field(default_factory=dict)
