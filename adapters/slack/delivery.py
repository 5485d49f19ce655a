"""Effects, done on Slack."""

from adapters.slack import words
from adapters.slack.api import Api, SlackRefused
from adapters.slack.marks import Marks
from adapters.slack.posting import Poster, Where
from bot.effects import (
    Admit,
    Announce,
    Direct,
    Effect,
    OpenRoom,
    Post,
    PostCard,
    Remove,
    Rewrite,
    Seek,
    SetMark,
    Shelve,
    ShowHome,
    Work,
)
from bot.inbound import Place
from bot.language import reading
from bot.message import Mark, Message, say
from bot.ports import Refused, Spot


class Delivery:
    def __init__(self, api: Api, poster: Poster, marks: Marks) -> None:
        self.api = api
        self.poster = poster
        self.marks = marks
        self.own = ""
        self.direct: dict[str, str] = {}  # person → their conversation with the bot; Slack never changes it

    async def do(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        """Raises `Refused`, `TryLater`. A message's spot names all its parts (see `posting.Copies`)."""
        match effect:
            case PostCard(channel=place, message=message) | Announce(channel=place, message=message):
                return await self._root(place.conversation, message, token)
            case OpenRoom(private=True):
                raise Refused(words.NO_PRIVATE_THREADS)
            case OpenRoom(place=place, name=name):
                return await self._room(place, name, token)
            case Post(message=message):
                room = _there(at, words.NEVER_OPENED)
                copies = await self.poster.say(message, Where(room.conversation, room.thread), token)
                return Spot(room.conversation, room.thread, str(copies))
            case Direct(user=user, message=message):
                channel = await self._conversation(user.id)
                return Spot(channel, "", str(await self.poster.say(message, Where(channel), token)))
            case Rewrite(message=message):
                return await self.poster.rewrite(message, _there(at, words.NEVER_POSTED), token)
            case Remove():
                if at is not None:
                    await self.poster.remove(at)
                return None
            case Seek():
                return await self._sought(effect, at, token)
            case SetMark():
                await self._mark(effect, token)
                return None
            case Admit():
                _there(at, words.NEVER_OPENED)  # whoever is in the channel is in its threads
                return None
            case Shelve():
                return None  # threads are not put away
            case Work() | ShowHome():
                raise Refused("not a matter of this platform")

    async def _root(self, channel: str, message: Message, token: str) -> Spot:
        copies = await self.poster.say(message, Where(channel), token)
        return Spot(channel, copies.messages[0], str(copies))

    async def _room(self, place: Place, name: str, token: str) -> Spot:
        """The thread of the person's message; where there is none, of one that we write."""
        if not place.message:
            return await self._root(place.conversation, say(name), token)
        return Spot(place.conversation, place.thread or place.message, place.message)

    async def _sought(self, effect: Seek, at: Spot | None, token: str) -> Spot | None:
        """Where it is, if it is."""
        if effect.channel is not None:
            where = Where(effect.channel.conversation)
        elif effect.user is not None:
            where = Where(await self._conversation(effect.user.id))
        elif at is not None:
            where = Where(at.conversation, at.thread)
        else:
            return None  # its room was never opened
        copies = await self.poster.find(where, token, effect.since, effect.until)
        if not copies.messages:
            return None
        return Spot(where.channel, copies.messages[0] if effect.channel else where.thread, str(copies))

    async def _conversation(self, user: str) -> str:
        if user not in self.direct:
            opened = await self.api.call("conversations.open", users=user)
            self.direct[user] = str(opened["channel"]["id"])
        return self.direct[user]

    async def _mark(self, effect: SetMark, token: str) -> None:
        own = self.own or str((await self.api.call("auth.test"))["user_id"])
        self.own = own
        try:
            new = await self.marks.set(effect.on, effect.mark, own)
        except SlackRefused as error:
            if error.code == "message_not_found":
                return
            raise
        if new and effect.mark is Mark.FAILED:
            thread = "" if effect.on.direct else effect.on.thread or effect.on.message
            with reading(effect.language):
                reason = say(words.not_delivered(effect.reason))
            await self.poster.say(reason, Where(effect.on.conversation, thread), token)


def _there(at: Spot | None, otherwise: str) -> Spot:
    if at is None:
        raise Refused(otherwise)
    return at
