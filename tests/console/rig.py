"""The console with a script for input, and what a reader of its output knows."""

import hashlib
import io
import itertools
import json
import mimetypes
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from adapters.console import ConsoleChat
from bot.errors import Problem
from bot.inbound import Place
from bot.message import File, UserRef
from bot.ports import Chat, Handle
from bot.router import Router
from tests.rig import Act, Deletes, Edits, Fills, Presses, Says, Seen, Types

AGENTS = ("agent", "agent2")
Object = dict[str, Any]


class FewFiles:
    """A small `Files` on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pinned: list[str] = []
        folder.mkdir(exist_ok=True)

    async def keep(
        self, chunks: AsyncIterator[bytes] | Iterator[bytes], name: str, type: str, *, checked: bool = True
    ) -> File:
        assert isinstance(chunks, Iterator)
        if name.endswith(".exe"):
            raise Problem("Programs are not taken.")
        file = self.put(name, b"".join(chunks), type)
        self.pinned.append(file.sha)
        return file

    def put(self, name: str, content: bytes, type: str) -> File:
        sha = hashlib.sha256(content).hexdigest()
        (self.folder / sha).write_bytes(content)
        return File(sha, name, len(content), type)

    def path(self, file: File) -> Path:
        return self.folder / file.sha

    def open(self, file: File) -> BinaryIO:
        return self.path(file).open("rb")

    def release(self, shas: Sequence[str]) -> None:
        for sha in shas:
            self.pinned.remove(sha)

    def moment(self) -> int:
        raise NotImplementedError

    def drop(self, shas: Sequence[str], since: int | None = None) -> Sequence[str]:
        raise NotImplementedError


async def nothing() -> None:
    """All is delivered."""


class Script:
    """Runs consoles one after the other over the same state, as restarts do. `output` is of all of them."""

    def __init__(self, folder: Path, router: Router, channels: Mapping[str, bool] | None = None) -> None:
        self.folder = folder
        self.router = router
        self.channels = channels
        self.files = FewFiles(folder / "files")
        self.state = folder / "console.jsonl"
        self.ids = itertools.count(1)
        self.output = io.StringIO()
        self.settled = nothing
        self.finished = nothing

    def chat(self, text: str = "", *, json: bool = False) -> ConsoleChat:
        """A console that will read `text`."""
        return ConsoleChat(
            self.router,
            self.files,
            AGENTS,
            io.StringIO(text),
            self.output,
            settle=lambda: self.settled(),
            finish=lambda: self.finished(),
            state=self.state,
            new_id=lambda: f"id-{next(self.ids)}",
            json=json,
            channels=self._known if self.channels is not None else None,
        )

    async def run(self, text: str, handle: Handle, *, json: bool = False) -> list[str]:
        """The lines printed because of this input."""
        before = len(self.output.getvalue())
        await self.chat(text, json=json).run(handle)
        return self.output.getvalue()[before:].splitlines()

    async def _known(self) -> Mapping[str, bool]:
        assert self.channels is not None
        return self.channels


class ConsoleRig:
    """The console for the contract; see `tests.rig.Rig`."""

    def __init__(self, folder: Path, router: Router) -> None:
        self.folder = folder
        self.script = Script(folder, router)
        self.chat: Chat = self.script.chat(json=True)
        self.channel = Place("console", "local", "help")
        self.person = UserRef("console", "local", "ana")
        self.other = UserRef("console", "local", "ben")

    async def play(self, handle: Handle, *acts: Act) -> None:
        self.chat = self.script.chat("".join(self._line(act) for act in acts), json=True)
        await self.chat.run(handle)

    def seen(self) -> list[Seen]:
        found: dict[str, Seen] = {}
        for number, shown in enumerate(self._objects()):
            id = shown.get("id") or f"shown-{number}"
            if shown["kind"] == "remove":
                found.pop(id)
            elif shown["kind"] != "mark":
                found[id] = self._seen(id, shown)
        return list(found.values())

    def alarms(self) -> list[str]:
        return [repr(c) for c in self.script.output.getvalue() if not c.isprintable() and c != "\n"]

    def mark(self, message: Place) -> str:
        marks = [o["text"] for o in self._objects() if o["kind"] == "mark" and o["id"] == message.message]
        return marks[-1] if marks else ""

    def store(self, name: str, content: bytes) -> File:
        return self.script.files.put(name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")

    def content(self, file: File) -> bytes:
        return self.script.files.path(file).read_bytes()

    async def close(self) -> None:
        """There is nothing to stop."""

    def _objects(self) -> list[Object]:
        return [json.loads(line) for line in self.script.output.getvalue().splitlines()]

    def _seen(self, id: str, shown: Object) -> Seen:
        fields = [f"{f.get('name')}: {f.get('value')}" for f in shown.get("fields", ())]
        text = "\n".join(filter(None, [shown.get("title"), shown.get("speaker"), shown["text"], *fields]))
        conversation, _, thread = shown["room"].removeprefix("#").partition("/")
        files = {f["name"]: Path(f["path"]).read_bytes() for f in shown["files"]}
        return Seen(id, (conversation, thread), text, tuple(b["label"] for b in shown["buttons"]), files)

    def _line(self, act: Act) -> str:
        match act:
            case Says(text=text, files=files):
                return f"ana: {text} {' '.join(self._put(name, files[name]) for name in files)}\n"
            case Types(line=line):
                return f"ana: {line}\n"
            case Presses(label=label):
                return f"ana: [{label}]\n"
            case Fills(values=values):
                return "".join(f"{value or '.'}\n" for value in values.values())
            case Edits(text=text):
                return f"ana: /edit {text}\n"
            case Deletes():
                return "ana: /delete\n"

    def _put(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return f'@file:"{self.folder / name}"'
