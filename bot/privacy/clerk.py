"""The clerk does work of our own that takes longer than one transaction, or goes beyond it: exports and erasures.

To the courier it is one more chat: it delivers `Work`, and a crash repeats it. So each task looks first how far it is.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.effects import CLERK, Effect, Work
from bot.message import File, UserRef
from bot.ports import Files, Handle, Notary, Refused, Spot, Store, Tombstones, TryLater, UnitOfWork
from bot.privacy import views
from bot.privacy.asking.amending import finish_correction
from bot.privacy.asking.restrict import veil
from bot.privacy.erasing.decided import write_down
from bot.privacy.erasing.erase import Erasure, sweep
from bot.privacy.exporting.archive import CHUNK, empty_folder
from bot.privacy.exporting.export import write_export
from bot.privacy.exporting.reading import Abandoned
from bot.privacy.exporting.sealed_export import part, passphrase
from bot.privacy.handlers import send_export
from bot.privacy.linking.link import accounts
from bot.privacy.model import GONE, SEALED, Request, Stage, export_called
from bot.privacy.uses import Use

# The tasks, and for what each reads data about people.
USES = {
    "export": Use.EXPORT,
    "expire": Use.RIGHTS,
    "veil": Use.RIGHTS,
    "correct": Use.RIGHTS,
    "erase": Use.RIGHTS,
    "sweep": Use.RIGHTS,
    "decided": Use.RIGHTS,
}


class Clerk:
    """`folder` is the clerk's own: exports are built in it, and whatever is in it at the start is deleted.

    `new_id` makes random ids (32 hexadecimal digits or so). `export_hours` is how long an export can be had.
    `patience` is how long (seconds) an erasure waits in the courier's hands for a post to be taken back; `posted` tells
    the courier that there is something to deliver.
    """

    platform = CLERK

    def __init__(
        self,
        store: Store,
        files: Files,
        tombstones: Tombstones,
        notary: Notary,
        folder: Path,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        export_hours: int = 72,
        patience: float = 0.5,
        posted: Callable[[], None] = lambda: None,
    ) -> None:
        self.store, self.files, self.folder, self.posted = store, files, folder, posted
        self.tombstones, self.notary = tombstones, notary
        self.now, self.new_id = now, new_id
        self.export_hours, self.patience = export_hours, patience
        self.exporting: set[UserRef] = set()
        self.tidy = False
        self.met: dict[int, datetime] = {}  # when it first came to an erasure that is not done

    async def run(self, handle: Handle) -> None:
        """Returns at once: nothing ever comes in from the clerk."""

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if not isinstance(effect, Work):
            raise Refused("the clerk does nothing but our own work")
        if effect.task not in USES:
            raise Refused("nobody knows this task")
        if effect.task == "decided" and effect.who is not None:
            await write_down(effect.who, effect.what, self.store, self.tombstones)
            return None
        request = await self.store.read(lambda work: work.privacy.request(effect.number))
        if request is None:
            return None
        match effect.task:
            case "export":
                await self._export(request)
            case "expire":
                await self._expire(request)
            case "veil":
                await veil(self.store, request)
                self.posted()
            case "correct":
                await finish_correction(self.store, request)
                self.posted()
            case "erase":
                await self._erase(request, effect.language)
            case "sweep":
                await sweep(self.store, self.tombstones, request, self.now())
        return None

    async def _export(self, request: Request) -> None:
        if request.stage is not Stage.DUE:
            return
        whose = await self.store.read(partial(accounts, request.who))
        if not self.exporting.isdisjoint(whose):
            raise TryLater(1, "an export that was called off is still being put away")
        self.exporting.update(whose)
        await self._tidied()
        path = self.folder / f"{request.number}.zip"
        try:
            stores = self.store, self.files, self.notary
            await write_export(*stores, request, whose, path, self.new_id(), self.now())
            phrase = passphrase(self.new_id()) if request.step == SEALED else ""
            chunks = self.notary.seal(_chunks(path), phrase) if phrase else _chunks(path)
            called = export_called(request.number, request.step)
            file = await self.files.keep(chunks, *called, checked=False)
            handed_out = False
            try:
                handed_out = await self.store.write(partial(self._hand_out, request.number, file, phrase))
            finally:
                self.files.release([file.sha])
            if not handed_out:
                await asyncio.to_thread(self.files.drop, [file.sha])
            self.posted()
        except Abandoned:
            return
        finally:
            path.unlink(missing_ok=True)
            self.exporting.difference_update(whose)

    def _hand_out(self, number: int, file: File, phrase: str, work: UnitOfWork) -> bool:
        """Send it, unless everything was called off meanwhile."""
        request = work.privacy.request(number)
        if request is None or request.stage is not Stage.DUE:
            return False
        until = work.now + timedelta(hours=self.export_hours)
        done = request.to(Stage.DONE, done_at=work.now, file=file, expires_at=until)
        work.privacy.save(done)
        if phrase:
            part(done, phrase, work)
        else:
            send_export(done, self.export_hours, work)
        return True

    async def _expire(self, request: Request) -> None:
        if request.file is not None and request.stage is Stage.EXPIRED:
            await asyncio.to_thread(self.files.drop, [request.file.sha])
            await self.store.write(lambda work: work.privacy.save(replace(request, file=None)))

    async def _erase(self, request: Request, language: str) -> None:
        if request.who in self.exporting:
            raise TryLater(1, "their export is being called off")
        now, met = self.now(), self.met.setdefault(request.number, self.now())
        erasure = Erasure(
            self.store, self.files, self.tombstones, request, language, now, self.patience, self.posted, met
        )
        await erasure.run(self.new_id)
        del self.met[request.number]

    async def _tidied(self) -> None:
        if not self.tidy:
            await asyncio.to_thread(empty_folder, self.folder)
            self.tidy = True


class Nobody:
    """The platform of those who had their data erased: nothing reaches them, and whoever writes to them is told so."""

    platform = GONE

    async def run(self, handle: Handle) -> None:
        """Returns at once."""

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        raise Refused(views.NOT_REACHABLE)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
