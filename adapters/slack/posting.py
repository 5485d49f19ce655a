"""What the bot posts, each exactly once as far as Slack lets us know.

Slack has no key that makes a repeated post harmless. So every post carries the token of its effect as metadata; where
it is not known whether Slack took a post (a cut connection, an error of the server, a crash of ours), the recent
messages of that place are read for the token before the post is repeated.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from adapters.slack import words
from adapters.slack.api import Api, Json, SlackGone, SlackRefused, timestamp
from adapters.slack.render import Part, parts, username
from adapters.slack.uploads import Uploads
from bot.language import reading
from bot.message import Message
from bot.ports import Refused, Spot, TryLater, Unsure
from bot.process.peers import doubtful

log = logging.getLogger(__name__)
EVENT = "helpthread_post"
MOST_PARTS = 4  # longer texts are attached as a file
MOST_REMEMBERED = 10_000  # tokens
UPDATE_EVERY = 1.0  # seconds between two changes of one message; what changes meanwhile is one change, the last
LOOK_BACK = 600.0  # seconds before a first try: clocks differ
LOOK_BACK_AFTER_CRASH = 86_400.0
PAGES = 5  # read in search of a token
PAGES_OF_GIVEN_UP = 20  # of what was written there while it was tried

Number = Callable[[], Awaitable[int]]


@dataclass
class Copies:
    """What one effect made, as it is kept in `Spot.message`: our messages, then the files."""

    messages: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join([*self.messages, *self.files])

    @classmethod
    def read(cls, text: str) -> "Copies":
        names = text.split()
        return cls([n for n in names if not n.startswith("F")], [n for n in names if n.startswith("F")])


class Where(NamedTuple):
    channel: str
    thread: str = ""


class Poster:
    """`newest_at_start` is the number of the newest effect there was when the process began: what is not newer may have
    been posted by a process before, so it is looked for, once in each place, because a crash leaves one at most."""

    def __init__(self, api: Api, uploads: Uploads, newest_at_start: Number | None) -> None:
        self.api = api
        self.uploads = uploads
        self.newest_at_start = newest_at_start
        self.floor: int | None = None
        self.preparing = asyncio.Lock()
        self.posted: dict[str, str] = {}  # token of a part → ts
        self.doubtful: dict[str, None] = {}
        self.checked: set[Where] = set()
        self.update_every = UPDATE_EVERY
        self.updated: dict[str, float] = {}  # ts → when, by the loop's clock
        self.customize = True
        self.posted_one: Callable[[], None] = lambda: None

    async def prepare(self) -> None:
        """To be called before anything new comes in: what is posted from then on was not posted by another process.

        Dozens of posts wait for that at a start; one of them looks."""
        if self.floor is None:
            async with self.preparing:
                if self.floor is None:
                    self.floor = await self.newest_at_start() if self.newest_at_start else 0

    async def say(self, message: Message, where: Where, token: str) -> Copies:
        """Post it all, or what of it is not there yet. Raises `Refused`, `TryLater`."""
        found, attached = self._parts(message)
        copies = Copies()
        for number, part in enumerate(found):
            copies.messages.append(await self._once(part, _name_over(message), where, f"{token}.{number}"))
        if attached:
            copies.files += await self.uploads.text(message, where.channel, where.thread, f"{token}.text")
        if message.files:
            copies.files += await self.uploads.files(message.files, where.channel, where.thread, token)
        return copies

    async def rewrite(self, message: Message, at: Spot, token: str) -> Spot | None:
        """Say this instead. Returns the new spot if more or fewer messages are needed for it. Raises `Gone` where one
        of them is not there any more; then the others are as they should be."""
        copies, where = Copies.read(at.message), Where(at.conversation, at.thread)
        found, _ = self._parts(message)
        gone: SlackGone | None = None
        for part, ts in zip(found, copies.messages, strict=False):
            await self._apart(ts)
            try:
                await self.api.call("chat.update", where.channel, ts=ts, text=part.text, blocks=part.blocks)
            except SlackGone as error:
                gone = error
        kept = copies.messages[: len(found)]
        for ts in copies.messages[len(found) :]:
            await self._delete(where, ts)
        if gone is not None:
            if not message.files:
                await self.uploads.delete(copies.files)
            raise gone
        for number, part in enumerate(found[len(kept) :], len(kept)):
            kept.append(await self._once(part, _name_over(message), where, f"{token}.{number}"))
        files = copies.files
        if files and not message.files:
            await self.uploads.delete(files)
            files = []
        changed = Copies(kept, files)
        return None if changed == copies else Spot(at.conversation, at.thread, str(changed))

    async def remove(self, at: Spot) -> None:
        copies = Copies.read(at.message)
        await self.uploads.delete(copies.files)
        for ts in reversed(copies.messages):
            await self._delete(Where(at.conversation, at.thread), ts)

    async def find(self, where: Where, token: str, since: datetime | None, until: datetime | None) -> Copies:
        """What is there of a post that was given up. Raises `Refused`, `TryLater`."""
        times = {name: f"{at.timestamp():.6f}" for name, at in (("oldest", since), ("latest", until)) if at}
        there: dict[str, str] = {}
        async for found in self._tokens(where, times, PAGES_OF_GIVEN_UP):
            there |= {key: ts for key, ts in found.items() if key.rpartition(".")[0] == token}
        return Copies([there[key] for key in sorted(there)])

    def _parts(self, message: Message) -> tuple[list[Part], bool]:
        found = parts(message, speaker=not self.customize)
        if len(found) <= MOST_PARTS:
            return found, False
        return [Part(found[0].text, [*found[0].blocks, *_ending(found[-1])])], True

    async def _once(self, part: Part, name: str, where: Where, token: str) -> str:
        if ts := self.posted.get(token):
            return ts
        if await self._may_be_there(where, token):
            for key, ts in (await self._look(where, token)).items():
                self._remember(key, ts)
            self.checked.add(where)
            if ts := self.posted.get(token):
                log.info("a post of unknown outcome was found", extra={"effect": token})
                return ts
            if doubtful() or token in self.doubtful:  # whoever had it in hand may be about to post it
                log.warning("unknown outcome: it is not there and is posted again", extra={"effect": token})
        ts = await self._post(part, name, where, token)
        self._remember(token, ts)
        return ts

    async def _may_be_there(self, where: Where, token: str) -> bool:
        if token in self.doubtful or doubtful():
            return True
        await self.prepare()
        number = token.removeprefix("outbox-").partition(".")[0]
        return where not in self.checked and number.isdecimal() and int(number) <= (self.floor or 0)

    async def _look(self, where: Where, token: str) -> dict[str, str]:
        """Tokens of ours in the place's recent messages, and where they are."""
        since = LOOK_BACK if token in self.doubtful else LOOK_BACK_AFTER_CRASH
        found: dict[str, str] = {}
        try:
            async for page in self._tokens(where, {"oldest": timestamp(since)}, PAGES):
                found |= page
                if token in found:
                    break
        except SlackRefused:
            log.warning("unknown outcome: it cannot be looked for and is posted again", extra={"effect": token})
        return found

    async def _tokens(self, where: Where, times: Json, pages: int) -> AsyncIterator[dict[str, str]]:
        """Tokens of ours in so many pages of what was written then, and where they are. Raises `SlackRefused`."""
        args: Json = {**times, "include_all_metadata": True, "limit": 100}
        method = "conversations.history"
        if where.thread:
            method, args = "conversations.replies", args | {"ts": where.thread}
        for _ in range(pages):
            answer = await self.api.call(method, where.channel, **args)
            yield dict(filter(None, map(_token_of, answer["messages"])))
            args["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not args["cursor"]:
                return

    async def _post(self, part: Part, name: str, where: Where, token: str) -> str:
        args: Json = {
            "text": part.text,
            "blocks": part.blocks,
            "metadata": {"event_type": EVENT, "event_payload": {"token": token}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if where.thread:
            args["thread_ts"] = where.thread
        if name and self.customize:
            args["username"] = name
        try:
            answer = await self.api.call("chat.postMessage", where.channel, **args)
        except Unsure:
            self.doubtful[token] = None
            _forget_oldest(self.doubtful)
            log.warning("unknown outcome of a post; it is looked for before it is repeated", extra={"effect": token})
            raise
        except SlackRefused as error:
            if error.code == "missing_scope" and "username" in args:
                self.customize = False  # the name is written before the text instead
                raise TryLater(0.0, words.refusal(error.code)) from error
            raise
        if where.thread and not answer["message"].get("thread_ts"):
            await self._delete(where, answer["ts"])  # Slack puts a reply to a thread that is gone into the channel
            raise Refused(words.THREAD_GONE)
        self.posted_one()
        return str(answer["ts"])

    async def _apart(self, ts: str) -> None:
        """A card can change many times in a second. The first change is shown at once; the next ones wait, here and in
        the outbox, where those that wait are one."""
        now = asyncio.get_running_loop().time()
        due = self.updated.pop(ts, 0.0) + self.update_every
        self.updated[ts] = max(now, due)
        _forget_oldest(self.updated)
        if due > now:
            await asyncio.sleep(due - now)

    async def _delete(self, where: Where, ts: str) -> None:
        with suppress(SlackGone):
            await self.api.call("chat.delete", where.channel, ts=ts)

    def _remember(self, token: str, ts: str) -> None:
        self.posted[token] = ts
        _forget_oldest(self.posted)
        self.doubtful.pop(token, None)


def _name_over(message: Message) -> str:
    """Whose words it carries over, as the name it is posted under."""
    with reading(message.language):
        return username(message.speaker) if message.speaker else ""


def _token_of(message: Json) -> tuple[str, str] | None:
    metadata = message.get("metadata") or {}
    token = (metadata.get("event_payload") or {}).get("token")
    return (str(token), str(message["ts"])) if metadata.get("event_type") == EVENT and token else None


def _ending(part: Part) -> Sequence[Json]:
    return [block for block in part.blocks if block["type"] in ("actions", "context")]


def _forget_oldest(kept: dict[str, Any]) -> None:
    while len(kept) > MOST_REMEMBERED:
        del kept[next(iter(kept))]
