"""Playing people: what they write, change and do in channels. Each returns once the app had its first chance."""

import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

from . import events, posting
from .delivery import Courier, wait_for
from .errors import NotPossible
from .model import Channel, File, Message
from .richtext import rich_text
from .shapes import message as shape_of
from .shapes import view as view_shape
from .workspace import Workspace

T = TypeVar("T")
Place = Channel | str
Upload = tuple[str, bytes]  # name, content


class People:
    """`patience` is how many real seconds an action waits for the app to answer before it returns anyway."""

    work: Workspace
    courier: Courier
    patience: float = 5.0

    def place(self, place: Place, user: str = "") -> Channel:
        """A channel by id, by name, or the direct message with the app ("@bot"). Raises NotPossible."""
        if isinstance(place, Channel):
            return place
        if place in ("@bot", self.work.app.user_id):
            return self.work.direct(user)
        for channel in self.work.channels.values():
            if place in (channel.id, channel.name, f"#{channel.name}"):
                return channel
        raise NotPossible(f"no channel {place}")

    def own_place(self, place: Place, user: str) -> Channel:
        channel = self.place(place, user)
        closed = channel.archived or (channel.kind == "im" and not self.work.app.messages_tab)
        if user not in channel.members or closed or self.work.users[user].deleted:
            raise NotPossible(f"{user} cannot write in {channel.name or channel.id}")
        return channel

    def found(self, said: Message | str, place: Place = "") -> Message:
        """The message itself, or the one with that ts. Raises NotPossible if it is gone."""
        ts = said if isinstance(said, str) else said.ts
        channel = self.place(place or (said.channel if isinstance(said, Message) else ""))
        if ts not in channel.messages or channel.messages[ts].deleted:
            raise NotPossible(f"no message {ts} in {channel.id}")
        return channel.messages[ts]

    async def say(
        self,
        user: str,
        channel: Place,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[Upload] = (),
        broadcast: bool = False,
    ) -> Message:
        """Write a message in Slack's encoding (a mention is `<@U…>`, a typed < is `&lt;`), perhaps with files."""
        place = self.own_place(channel, user)
        if text.startswith("/"):
            raise NotPossible("Slack takes a message that begins with / for a command")
        new = Message(place.id, self.work.new_ts(), text, user=user, team=self.work.users[user].team_id)
        new.client_msg_id = str(uuid.UUID(int=self.work.next_number(), version=4))
        new.thread_ts, new.broadcast = thread_ts or "", broadcast
        new.blocks = [rich_text(text)] if text else []
        new.files = [self._file(user, name, content).id for name, content in files]
        new.subtype = "file_share" if files else ""
        if new.thread_ts and new.thread_ts not in place.messages:
            raise NotPossible(f"no thread {thread_ts}")
        return await self.after(lambda: posting.post(self.work, new))

    def _file(self, user: str, name: str, content: bytes) -> File:
        kept = File(self.work.new_id("F"), name, user, self.work.clock.now(), content, len(content), name, True)
        self.work.files[kept.id] = kept
        return kept

    async def edit(self, said: Message | str, text: str, place: Place = "") -> Message:
        message = self.found(said, place)
        before = shape_of(self.work, message)
        message.text, message.blocks = text, [rich_text(text)]
        await self.after(lambda: posting.change(self.work, message, message.user, before))
        return message

    async def delete(self, said: Message | str, place: Place = "") -> None:
        """By its author or, as here nobody asks who, by an admin. With replies a tombstone stays."""
        message = self.found(said, place)
        await self.after(lambda: posting.delete(self.work, message))

    async def react(self, user: str, said: Message | str, name: str, place: Place = "") -> None:
        message = self.found(said, place)
        self.own_place(message.channel, user)
        if not await self.after(lambda: posting.react(self.work, message, user, name)):
            raise NotPossible(f"{user} has reacted with {name} before")

    async def unreact(self, user: str, said: Message | str, name: str, place: Place = "") -> None:
        message = self.found(said, place)
        if not await self.after(lambda: posting.unreact(self.work, message, user, name)):
            raise NotPossible(f"{user} has not reacted with {name}")

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Look at the app's Home tab (or "messages"); the event carries the view the person had before."""
        home = self.work.homes.get(user)
        shown = view_shape(self.work, home) if home and tab == "home" else None
        event = events.home_opened(self.work, user, tab, shown)
        await self.after(lambda: self.work.emit(event, None))

    async def after(self, act: Callable[[], T]) -> T:
        """Do `act`, then wait for the first answer to every event that came of it."""
        known = len(self.courier.sent)
        result = act()
        for delivery in self.courier.sent[known:]:
            await wait_for(delivery.first.wait, self.patience)
        return result
