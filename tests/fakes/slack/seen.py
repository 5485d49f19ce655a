"""What each person sees: every message in every place they are in, their Home tab, their modals."""

from dataclasses import dataclass

from . import render
from .errors import NotPossible
from .model import Channel, Message, View
from .workspace import Workspace


@dataclass(frozen=True)
class Line:
    """A message as one person sees it. `author` is the name shown, `text` what is written, buttons as [Label]."""

    channel: str
    ts: str
    thread_ts: str
    author: str
    text: str
    ephemeral: bool = False
    edited: bool = False
    pings: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()
    by_app: bool = False

    def __contains__(self, text: str) -> bool:
        return text in self.text


@dataclass(frozen=True)
class Sight:
    """All that is in front of one person. `lines` in the order of time."""

    lines: tuple[Line, ...]
    home: str
    modals: tuple[str, ...]  # the one on top last

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    @property
    def modal(self) -> str:
        return self.modals[-1] if self.modals else ""

    def within(self, channel: Channel | str, thread_ts: str = "") -> list[Line]:
        """The lines of a channel, or of one thread in it (the parent included)."""
        place = channel if isinstance(channel, str) else channel.id
        here = [line for line in self.lines if line.channel == place]
        return [line for line in here if thread_ts in (line.ts, line.thread_ts)] if thread_ts else here

    def __contains__(self, text: str) -> bool:
        return any(text in part for part in (*self.texts, self.home, *self.modals))


def seen_by(work: Workspace, user: str) -> Sight:
    places = [c for c in work.channels.values() if user in c.members]
    lines = [line_of(work, said) for place in places for said in _visible(place, user)]
    modals = tuple(view_text(work.views[name]) for name in work.modals.get(user, ()))
    home = view_text(work.homes[user]) if user in work.homes else ""
    return Sight(tuple(sorted(lines, key=lambda line: line.ts)), home, modals)


def _visible(place: Channel, user: str) -> list[Message]:
    return [*place.messages.values(), *(said for said in place.ephemeral if said.ephemeral_for == user)]


def line_of(work: Workspace, said: Message) -> Line:
    return Line(
        channel=said.channel,
        ts=said.ts,
        thread_ts=said.thread_ts if said.is_reply else "",
        author=said.username or (work.users[said.user].real_name if said.user in work.users else said.user),
        text="This message was deleted." if said.deleted else render.message_text(said),
        ephemeral=bool(said.ephemeral_for),
        edited=bool(said.edited),
        pings=frozenset(render.pings(said)),
        files=tuple(work.files[name].name for name in said.files if name in work.files),
        reactions=tuple(said.reactions),
        by_app=bool(said.bot_id),
    )


def view_text(view: View) -> str:
    title = view.payload.get("title", {}).get("text", "")
    ends = [f"[{view.payload[name]['text']}]" for name in ("submit", "close") if view.payload.get(name)]
    return "\n".join(part for part in (title, render.text_of(view.payload["blocks"]), " ".join(ends)) if part)


def thread(work: Workspace, channel: Channel, ts: str) -> list[Line]:
    """A thread, its parent first. Raises NotPossible if there is no such message."""
    if ts not in channel.messages:
        raise NotPossible(f"no message {ts} in {channel.name or channel.id}")
    return [line_of(work, channel.messages[ts]), *(line_of(work, reply) for reply in channel.replies(ts))]
