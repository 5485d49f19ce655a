"""Messages, edits, deletions and reactions of people, as events of the bot."""

from collections.abc import Mapping
from dataclasses import replace

from adapters.slack import inbound
from adapters.slack.api import Api, Json
from adapters.slack.desks import Desks
from adapters.slack.downloads import Downloads, Taken
from adapters.slack.inbound import MY_DATA, Written
from adapters.slack.people import People
from adapters.slack.text import addressed, mentioned, plain
from bot.inbound import Actor, CommandInvoked, Event, MessageDeleted, MessageEdited, MessagePosted, MessageRaised, Place
from bot.language import reading
from bot.parse import IN_A_ROOM, find_verb
from bot.router import Router

OPEN = "ticket.open"
MOST_RAISED = 300  # messages of a thread that becomes a ticket


class Messages:
    """`reactions` are the emoji that mean a command: `{"eyes": "ticket claim"}`."""

    def __init__(
        self,
        api: Api,
        router: Router,
        people: People,
        downloads: Downloads,
        desks: Desks,
        reactions: Mapping[str, str],
    ) -> None:
        self.api = api
        self.router = router
        self.people = people
        self.downloads = downloads
        self.desks = desks
        self.reactions = reactions
        self.own = ""

    async def event(self, said: Written, *, last_try: bool = False) -> Event:
        """Raises `TryLater` if a file cannot be fetched now, and `Problem` for a command that cannot be understood."""
        actor = await self.people.actor(said.user, said.team)
        where = self._place(said)
        if said.change == "deleted":
            return MessageDeleted(said.id, actor, where, at=inbound.moment(said.ts))
        if said.change == "edited":
            return MessageEdited(said.id, actor, where, await self._plain(said.text), at=inbound.moment(said.ts))
        if (command := await self._command(said, actor, where)) is not None:
            return replace(command, at=inbound.moment(said.ts))
        if await self._calls_the_bot_from_outside(said, where):
            return await self.raised(said.id, actor, where)
        return await self._posted(said, actor, where, last_try=last_try)

    async def raised(self, id: str, actor: Actor, where: Place) -> MessageRaised:
        """`actor` wants a ticket about the message at `where`: its whole thread so far comes along."""
        own = replace(where, thread="" if where.thread == where.message else where.thread)
        root = own.thread or own.message
        pages = self.api.pages("conversations.replies", "messages", channel=own.conversation, ts=root, limit=100)
        thread = [each async for each in pages]
        found = [inbound.written(each | {"channel": own.conversation}, self.own) for each in thread[:MOST_RAISED]]
        said = []
        for each in filter(None, found):
            author, place = await self.people.actor(each.user, each.team), self._place(each)
            said.append(await self._posted(each, author, place, last_try=True))
        return MessageRaised(id, actor, own, tuple(said))

    def _place(self, said: Written) -> Place:
        return inbound.place(self.people.team, said.channel, said.thread, said.ts)

    async def _calls_the_bot_from_outside(self, said: Written, where: Place) -> bool:
        """Whether it begins with the bot's name, in a channel or thread that is no desk's."""
        if where.direct or addressed(said.text, self.own) is None or await self.desks.is_room(where):
            return False
        return bool(where.thread) or not await self.desks.is_channel(where)

    async def _posted(self, said: Written, actor: Actor, where: Place, *, last_try: bool) -> MessagePosted:
        taken = await self.downloads.take(list(said.files), last_try=last_try) if said.files else Taken()
        text = "\n".join(part for part in (await self._plain(said.text), *taken.lines) if part)
        at = inbound.moment(said.ts)
        return MessagePosted(said.id, actor, where, text, tuple(taken.files), tuple(taken.refused), at=at)

    async def reaction(self, event: Json, id: str, thread: str = "") -> CommandInvoked | MessageRaised | None:
        """A command, if the emoji means one and the message is in a ticket's room; or the wish for a ticket. `thread`
        is the message's, where it is known: then the reaction comes from the history."""
        name = self.reactions.get(inbound.emoji(event), "")
        item = event.get("item") or {}
        user = str(event.get("user") or "")
        if not name or item.get("type") != "message" or user == self.own or self.router.find(name) is None:
            return None
        channel, ts = inbound.reacted_to(event)
        where = inbound.place(self.people.team, channel, thread or await self._thread_of(channel, ts), ts)
        if name == OPEN and thread and await self.desks.is_known(where):
            return None
        if name == OPEN:
            return None if where.direct else await self.raised(id, await self.people.actor(user), where)
        if not await self.desks.is_room(where):
            return None
        return CommandInvoked(id, await self.people.actor(user), where, name)

    async def named(self, text: str) -> dict[str, Actor]:
        return {user: await self.people.actor(user) for user in mentioned(text)[:10]}

    async def _command(self, said: Written, actor: Actor, where: Place) -> CommandInvoked | None:
        """What somebody says to the bot, if it is something it can do."""
        if where.direct and said.text.strip().lower() in MY_DATA and self.router.find("mydata"):
            return CommandInvoked(said.id, actor, where, "mydata")
        line = addressed(said.text, self.own)
        found = find_verb(self.router, line) if line and not said.files else None
        if line is None or found is None:
            return None
        room, named = IN_A_ROOM if where.thread else None, await self.named(line)
        with reading(actor.language):
            return inbound.invoked(said.id, actor, where, found, named, room)

    async def _plain(self, text: str) -> str:
        return plain(text, await self.people.names(mentioned(text)[:10]))

    async def _thread_of(self, channel: str, ts: str) -> str:
        """A reaction does not say in which thread its message is; a card and a first message are their thread's."""
        where = inbound.place(self.people.team, channel, ts)
        if inbound.is_direct(channel) or await self.desks.is_room(where):
            return ts
        answer = await self.api.call("conversations.replies", channel, ts=ts, limit=1)
        first: Json = next(iter(answer.get("messages") or ()), {})
        return str(first.get("thread_ts") or ts)
