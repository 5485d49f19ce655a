"""What the fake remembers. Plain records; every rule is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .bits import THREADS, Kind, Type

JSON = dict[str, Any]


@dataclass(eq=False)
class User:
    id: int
    name: str
    global_name: str
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    "False: a bot that writes gets 50007."


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(eq=False)
class Member:
    user: User
    joined: float
    roles: set[int] = field(default_factory=set)
    nick: str | None = None
    timed_out_until: float | None = None


@dataclass(eq=False)
class Sticker:
    id: int
    name: str
    guild_id: int


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner_id: int
    locale: str
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    stickers: dict[int, Sticker] = field(default_factory=dict)
    emojis: dict[int, str] = field(default_factory=dict)
    available: bool = True
    thread_cap: int = 1000
    channel_cap: int = 500
    banned_words: set[str] = field(default_factory=set)
    "Words Server Discovery does not allow in channel names."


@dataclass(eq=False)
class Overwrite:
    id: int
    type: int
    "0 a role, 1 a member"
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class ThreadMember:
    user_id: int
    joined: float


@dataclass(eq=False)
class ThreadState:
    owner_id: int
    created: float
    auto_archive: int
    "Minutes without activity until it is archived."
    active_at: float
    archived_at: float
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    members: dict[int, ThreadMember] = field(default_factory=dict)
    message_count: int = 0
    total_sent: int = 0
    tags: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Attachment:
    id: int
    channel_id: int
    filename: str
    data: bytes
    content_type: str
    description: str | None = None
    ephemeral: bool = False


@dataclass(eq=False)
class Message:
    id: int
    channel_id: int
    author: User
    created: float
    content: str = ""
    type: int = Type.DEFAULT
    edited: float | None = None
    flags: int = 0
    embeds: list[JSON] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    stickers: list[Sticker] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reactions: dict[str, list[int]] = field(default_factory=dict)
    reference: JSON | None = None
    snapshots: list[JSON] = field(default_factory=list)
    nonce: str | int | None = None
    pinned: bool = False
    thread_id: int | None = None
    seen_only_by: int | None = None
    "The person an ephemeral message was for; it is in nobody else's history."
    interaction: JSON | None = None
    deleted: bool = False

    @property
    def text(self) -> str:
        """Everything a person reads in it: content, embeds and text displays, one after the other."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            parts += [f"{f['name']}: {f['value']}" for f in embed.get("fields", [])]
        return "\n".join(part for part in parts + displayed(self.components) if part)


def displayed(components: list[JSON]) -> list[str]:
    parts: list[str] = []
    for item in components:
        parts += [item["content"]] if item.get("type") == 10 else []
        parts += displayed(item.get("components", []))
    return parts


@dataclass(eq=False)
class Channel:
    id: int
    type: int
    guild_id: int | None
    name: str = ""
    parent_id: int | None = None
    topic: str | None = None
    position: int = 0
    slowmode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    tags: list[JSON] = field(default_factory=list)
    recipient: User | None = None
    "The person at the other end of a direct message."
    thread: ThreadState | None = None
    last_message_id: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    "By id, oldest first; ephemeral ones too."

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def is_dm(self) -> bool:
        return self.type == Kind.DM
