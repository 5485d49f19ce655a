"""The Slack adapter connected to a fake Slack, over sockets or HTTP, for the contract and for stories."""

import asyncio
import contextlib
import hashlib
import mimetypes
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from adapters.slack import SlackChat
from bot.effects import Effect
from bot.inbound import Place
from bot.message import File, UserRef
from bot.ports import Chat, Handle, Spot
from bot.router import Router
from storage.files import DiskFiles
from tests.fakes.slack import FakeSlack, Line, Message
from tests.rig import Act, Deletes, Edits, Fills, Presses, Says, Seen, Types

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@contextlib.asynccontextmanager
async def connected(slack: FakeSlack, chat: SlackChat, handle: Handle) -> AsyncIterator[asyncio.Task[None]]:
    """While `chat` runs; it is connected, in the way it was made for."""
    running = asyncio.create_task(chat.run(handle))
    ready = asyncio.create_task(chat.ready.wait())
    try:
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        if chat.app_token:
            await slack.sockets.connected(2)
        else:
            await slack.use_http(f"http://127.0.0.1:{chat.http.port}/slack/events")
        yield running
        await slack.settled(2.0)
        await chat.settle()
    finally:
        ready.cancel()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def slack_chat(slack: FakeSlack, router: Router, files: DiskFiles, *, http: bool = False, **more: Any) -> SlackChat:
    way: dict[str, Any] = {"signing_secret": slack.app.signing_secret} if http else {"app_token": slack.app.app_token}
    return SlackChat(router, files, slack.app.bot_token, url=slack.base_url, port=0, **way, **more)


class SlackRig:
    """Slack for the contract; see `tests.rig.Rig`. The fake is started when it is needed first."""

    http = False
    platform = "slack"

    def __init__(self, folder: Path, router: Router) -> None:
        self.router = router
        self.files = DiskFiles(folder / "files")
        self.slack = FakeSlack(frozen=True, schema=True)
        self.slack.patience = 0.5
        self.ana = self.slack.user("ana")
        self.help = self.slack.channel("help", [self.ana])
        self.channel = Place("slack", self.slack.work.team.id, self.help.id)
        self.person = UserRef("slack", self.slack.work.team.id, self.ana.id)
        self.other = UserRef("slack", self.slack.work.team.id, self.slack.user("ben").id)
        self.stack = contextlib.AsyncExitStack()
        self.real: SlackChat | None = None
        self.said: Message | None = None
        self.chat: Chat = self

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        return await (await self._started()).deliver(effect, at, token)

    async def run(self, handle: Handle) -> None:
        await (await self._started()).run(handle)

    async def play(self, handle: Handle, *acts: Act) -> None:
        chat = await self._started()
        async with connected(self.slack, chat, handle):
            for act in acts:
                await self._do(act)
                await chat.settle()

    def seen(self) -> list[Seen]:
        return [self._seen(line) for line in self.slack.seen_by(self.ana.id).lines if line.by_app]

    def alarms(self) -> list[str]:
        lines = [line for line in self.slack.seen_by(self.ana.id).lines if line.by_app]
        found = [f"{line.author} pings {line.pings}" for line in lines if line.pings]
        found += [repr(line) for line in lines if CONTROL.search(line.text + line.author)]
        messages = [self.slack.work.channels[line.channel].messages[line.ts] for line in lines]
        return found + [lie for message in messages for lie in lies(message.blocks)]

    def mark(self, message: Place) -> str:
        found = [line for line in self.slack.seen_by(self.ana.id).lines if line.ts == message.message]
        return " ".join(found[0].reactions) if found else ""

    def store(self, name: str, content: bytes) -> File:
        sha = hashlib.sha256(content).hexdigest()
        file = File(sha, name, len(content), mimetypes.guess_type(name)[0] or "application/octet-stream")
        path = self.files.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return file

    def content(self, file: File) -> bytes:
        return self.files.path(file).read_bytes()

    async def close(self) -> None:
        if self.real is not None:
            await self.real.api.close()
        await self.stack.aclose()

    async def _started(self) -> SlackChat:
        if self.real is None:
            await self.stack.enter_async_context(self.slack)
            self.real = slack_chat(self.slack, self.router, self.files, http=self.http)
        return self.real

    async def _do(self, act: Act) -> None:
        me = self.ana.id
        match act:
            case Says(text=text, files=files):
                uploads = list(files.items())
                self.said = await self.slack.say(me, "@bot", encoded(text), files=uploads)
            case Types(line=line):
                word, _, rest = line.partition(" ")
                await self.slack.command(me, "@bot", word, encoded(rest))
            case Presses(label=label):
                await self.slack.press(me, label)
            case Fills(values=values):
                await self.slack.submit(me, {name: value for name, value in values.items() if value})
            case Edits(text=text):
                assert self.said is not None
                await self.slack.edit(self.said, encoded(text))
            case Deletes():
                assert self.said is not None
                await self.slack.delete(self.said)

    def _seen(self, line: Line) -> Seen:
        contents: Mapping[str, bytes] = {f.name: f.content for f in self.slack.work.files.values()}
        files = {name: contents[name] for name in line.files}
        message = self.slack.work.channels[line.channel].messages[line.ts]
        labels = [e["text"]["text"] for b in message.blocks if b["type"] == "actions" for e in b["elements"]]
        return Seen(line.ts, (line.channel, line.thread_ts), f"{line.author} {line.text}", tuple(labels), files)


class SlackHttpRig(SlackRig):
    http = True


def lies(part: Any) -> list[str]:
    """Links that show something else than where they lead, and markup in which there could be some."""
    if isinstance(part, list):
        return [lie for item in part for lie in lies(item)]
    if not isinstance(part, dict):
        return []
    if part.get("type") == "link" and part.get("text", part["url"]) != part["url"]:
        return [str(part)]
    if part.get("type") == "mrkdwn":
        return [part["text"]] if "<" in part["text"] else []
    return [lie for value in part.values() for lie in lies(value)]


def encoded(text: str) -> str:
    """As Slack writes what a person typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
