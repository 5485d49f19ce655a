"""The fake itself: everything put together behind one port of 127.0.0.1."""

from types import TracebackType
from typing import Self

from aiohttp import web

from . import seen
from .app import App, installed_from
from .clock import Clock
from .control import control_routes
from .delivery import Courier
from .faults import Fault, Faults
from .http_out import HttpOut
from .lifecycle import Lifecycle
from .limits import Limits
from .model import Call, Channel, Json, Message, Team, User, UserGroup
from .people import Place
from .schema import schema_check
from .sockets import Sockets
from .triggers import Tickets
from .web import Web
from .workspace import Workspace


class FakeSlack(Lifecycle):
    """`async with FakeSlack() as slack:` serves until the block ends.

    frozen      time moves only by `advance`; else it runs, and `advance` adds to it
    limits      Limits.off() by default, Limits.slack() for the real ones
    own_events  Slack tells an app of its own messages, too; a measurement may do without, to save half the deliveries
    concurrency requests to the app at a time, in HTTP mode
    schema      check blocks and views against the JSON Schema beside the checkout as well, if it is there (slow)
    manifest    the app's manifest as a dict; without one the app may do anything and hears everything
    """

    def __init__(
        self,
        *,
        frozen: bool = False,
        limits: Limits | None = None,
        manifest: Json | None = None,
        port: int = 0,
        concurrency: int = 64,
        own_events: bool = True,
        schema: bool = False,
    ) -> None:
        self.clock = Clock(frozen=frozen)
        self.app = installed_from(manifest) if manifest else App()
        self.work = Workspace(self.app, self.clock, limits or Limits.off())
        if schema and (check := schema_check()):
            self.work.block_checks.append(check)
        self.work.tickets = Tickets(self.work)
        self.faults = Faults()
        self.http = HttpOut(self.work, concurrency)
        self.sockets = Sockets(self.work)
        self.courier = Courier(self.work, self.http, self.sockets)
        self.courier.own_events = own_events
        self.work.emit = self.courier.event
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        server = web.Application(client_max_size=100 * 2**20)
        server.add_routes(Web(self.work, self.faults).routes(self.sockets.handle))
        server.add_routes(control_routes(self))
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.work.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clock.close()
        await self.courier.close()
        self.http.close()
        await self.sockets.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """For SLACK_API_URL and `AsyncWebClient(base_url=…)`."""
        return f"{self.work.base_url}/api/"

    @property
    def bot(self) -> str:
        """The bot's user id."""
        return self.app.user_id

    @property
    def log(self) -> list[Call]:
        """Every call, the oldest first."""
        return self.work.log

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.work.log if call.method == method]

    async def use_http(self, url: str, *, verify: bool = True) -> None:
        """Deliver to this request URL from now on. Raises ValueError if it fails Slack's verification."""
        if verify:
            await self.http.verify(url)
        self.app.request_url = url

    def use_sockets(self) -> None:
        self.app.request_url = ""

    def user(self, name: str, **more: bool | str) -> User:
        """A new person; `team=…` for one of another workspace (Slack Connect), `locale`, `is_admin`, `email`, …"""
        team, real_name, email = (str(more.pop(key, "")) for key in ("team", "real_name", "email"))
        return self.work.add_user(name, team=team, real_name=real_name, email=email, **more)

    def team(self, name: str, enterprise_id: str = "") -> Team:
        return self.work.add_team(name, enterprise_id)

    def channel(
        self, name: str, members: list[User | str], *, private: bool = False, bot: bool = True, shared: bool = False
    ) -> Channel:
        """A new channel with these people and, unless `bot` is False, the app in it."""
        ids = [member.id if isinstance(member, User) else member for member in members]
        kind = "group" if private else "channel"
        return self.work.add_channel(name, [*ids, *([self.bot] if bot else [])], kind=kind, shared=shared)

    def group(self, handle: str, users: list[str]) -> UserGroup:
        return self.work.add_group(handle, users)

    def dm(self, user: str) -> Channel:
        return self.work.direct(user)

    def fail(self, method: str, **how: float | bool | str) -> None:
        """Declare a `Fault`: `slack.fail("chat.postMessage", status=503, accepted=True, times=2)`."""
        self.faults.add(Fault(method, **how))  # type: ignore[arg-type]

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass, with everything that falls due on the way. What is under way to the app gets a moment
        of real time to be answered first; a short one in Socket Mode, where silence is an answer, too."""
        moment = 2.0 if self.app.request_url else 0.25
        await self.clock.advance(seconds, lambda: self.courier.settle(moment))

    async def settled(self, patience: float = 5.0) -> None:
        """Wait until nothing is under way to the app."""
        await self.courier.settle(patience)

    def seen_by(self, user: str) -> seen.Sight:
        return seen.seen_by(self.work, user)

    def thread(self, channel: Place, ts: str) -> list[seen.Line]:
        return seen.thread(self.work, self.place(channel), ts)

    def replies(self, said: Message) -> list[seen.Line]:
        """What was answered in the thread of a message."""
        return self.thread(said.channel, said.ts)[1:]
