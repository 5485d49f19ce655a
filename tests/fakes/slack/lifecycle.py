"""What happens to the app, to channels and to people: removal, archiving, leaving, renaming, deactivation."""

from . import events, posting
from .api_files import remove
from .clicks import Clicks
from .model import Channel, File, Message, User
from .people import Place


class Lifecycle(Clicks):
    async def app_uninstalled(self) -> None:
        """Tokens die first, as on Slack: whoever calls when the event arrives is refused (account_inactive)."""
        self.work.app.installed = False
        await self.after(lambda: self.work.emit({"type": "app_uninstalled", "event_ts": self.work.new_ts()}, None))

    async def tokens_revoked(self) -> None:
        self.work.app.token_revoked = True
        tokens = {"oauth": [], "bot": [self.work.app.user_id]}
        event = {"type": "tokens_revoked", "tokens": tokens, "event_ts": self.work.new_ts()}
        await self.after(lambda: self.work.emit(event, None))

    def reinstall(self, bot_token: str = "") -> None:
        """With a token of its own, if there is one: then the old one is worth nothing."""
        self.work.app.installed, self.work.app.token_revoked = True, False
        self.work.app.bot_token = bot_token or self.work.app.bot_token

    async def channel_archive(self, place: Place, by: str = "") -> None:
        await self._fate(self.place(place), "archive", by)

    async def channel_unarchive(self, place: Place, by: str = "") -> None:
        await self._fate(self.place(place), "unarchive", by)

    async def channel_deleted(self, place: Place, by: str = "") -> None:
        await self._fate(self.place(place), "deleted", by)

    async def channel_rename(self, place: Place, name: str) -> None:
        channel = self.place(place)
        channel.name = name
        await self._fate(channel, "rename", "")

    async def _fate(self, channel: Channel, fate: str, by: str) -> None:
        channel.archived = {"archive": True, "unarchive": False}.get(fate, channel.archived)
        event = events.channel_fate(self.work, fate, channel, by)
        if fate == "deleted":
            del self.work.channels[channel.id]
        await self.after(lambda: self.work.emit(event, channel))

    async def member_joined(self, place: Place, user: str, inviter: str = "") -> None:
        channel = self.place(place)
        await self.after(lambda: posting.join(self.work, channel, user, inviter))

    async def member_left(self, place: Place, user: str) -> None:
        channel = self.place(place)
        await self.after(lambda: posting.leave(self.work, channel, user))

    async def invite_bot(self, place: Place, inviter: str = "") -> None:
        await self.member_joined(place, self.work.app.user_id, inviter)

    async def remove_bot(self, place: Place) -> None:
        await self.member_left(place, self.work.app.user_id)

    async def user_change(self, user: str, **changes: str | bool) -> User:
        """Rename, deactivate (`deleted=True`), another locale, …"""
        who = self.work.users[user]
        for name, value in changes.items():
            if not hasattr(who, name):
                raise TypeError(f"a user has no {name}")
            setattr(who, name, value)
        await self.after(lambda: self.work.emit(events.user_changed(self.work, who), None))
        return who

    async def file_deleted(self, kept: File | str) -> None:
        found = kept if isinstance(kept, File) else self.work.files[kept]
        await self.after(lambda: remove(self.work, found))

    async def topic_set(self, place: Place, user: str, topic: str) -> Message:
        """One of the messages nobody wrote: subtype channel_topic."""
        channel = self.own_place(place, user)
        new = Message(channel.id, self.work.new_ts(), f"set the channel topic: {topic}", user=user)
        new.subtype = "channel_topic"
        return await self.after(lambda: posting.post(self.work, new))

    async def other_bot_says(self, place: Place, text: str, thread_ts: str = "") -> Message:
        """A message of another app in the channel."""
        channel = self.place(place)
        new = Message(channel.id, self.work.new_ts(), text, bot_id="B0OTHER0001", username="other", thread_ts=thread_ts)
        new.subtype = "bot_message"
        return await self.after(lambda: posting.post(self.work, new))
