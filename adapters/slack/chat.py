"""Slack as a chat platform: bolt in, Web API out."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack import words
from adapters.slack.answers import Answers
from adapters.slack.api import Api, Json, NotOurs
from adapters.slack.catchup import CatchUp
from adapters.slack.changes import Changes
from adapters.slack.delivery import Delivery
from adapters.slack.desks import Desks
from adapters.slack.downloads import Downloads
from adapters.slack.groups import Groups
from adapters.slack.history import History
from adapters.slack.home import Home
from adapters.slack.http import HttpServer
from adapters.slack.lifecycle import GONE, Lifecycle
from adapters.slack.marks import Marks
from adapters.slack.messages import Messages
from adapters.slack.people import PLATFORM, People
from adapters.slack.posting import Poster
from adapters.slack.reception import Reception
from adapters.slack.sockets import SocketMode
from adapters.slack.uploads import Uploads
from bot.effects import Effect, ShowHome
from bot.errors import Problem
from bot.ports import Files, Handle, Spot, TryLater
from bot.process.standby import Seats
from bot.router import Router

log = logging.getLogger(__name__)
LONGEST_PAUSE = 60.0  # seconds between two tries to connect
REACTIONS = {"eyes": "ticket.claim", "white_check_mark": "ticket.close"}
Next = Callable[[], Awaitable[BoltResponse]]


class SlackChat:
    """With `app_token` (xapp-…) it listens in Socket Mode, else over HTTP on `port`, for requests signed with
    `signing_secret`. `reactions` are emoji and the actions they mean; `commands` are the router's commands and what the
    operator calls them. `seats` are those for sockets that several processes share.
    """

    platform = PLATFORM

    def __init__(
        self,
        router: Router,
        files: Files,
        bot_token: str,
        *,
        app_token: str = "",
        signing_secret: str = "",
        url: str = "https://slack.com/api/",
        port: int = 3000,
        desks: Desks | None = None,
        reactions: Mapping[str, str] = REACTIONS,
        commands: Mapping[str, str] | None = None,
        seats: Seats | None = None,
    ) -> None:
        desks = desks or Desks()
        self.api = Api(bot_token, url)
        self.people = People(self.api, desks.groups)
        groups = Groups(self.api)
        self.answers = Answers(self.api, groups)
        self.messages = Messages(self.api, router, self.people, Downloads(self.api, files), desks, reactions)
        called = {called: name for name, called in (commands or {}).items()}
        self.reception = Reception(
            router,
            self.people,
            self.messages,
            self.answers,
            files,
            called,
            groups,
        )
        self.delivery = Delivery(
            self.api, Poster(self.api, Uploads(self.api, files), desks.newest_effect), Marks(self.api)
        )
        history = History(self.api)
        self.changes = Changes(history, desks, self.reception.hear, self.reception.lanes)
        self.changes.react = self.reception.react_late
        self.changes.emoji = frozenset(reactions)
        self.catch_up = CatchUp(history, desks, self.reception.hear, self.changes)
        self.catch_up.alive = self._alive
        self.delivery.poster.posted_one = self.catch_up.echo.posted
        self.reception.once = desks.once
        self.reception.gate = self.catch_up.gate
        self.catch_up.failing = self.reception.failing
        self.lifecycle = Lifecycle(self.people, self.catch_up.lost)
        self.reception.others = self._others()
        self.app_token = app_token
        self.seats = seats
        self.signing_secret = signing_secret
        self.port = port
        self.ready = asyncio.Event()
        self.reached = True

    async def run(self, handle: Handle) -> None:
        """Stay connected until cancelled. Raises `Problem` if that cannot be: a wrong token, a port that is taken."""
        self.reception.handle = handle
        try:
            await self.delivery.poster.prepare()
            await self._introduce()
            self.catch_up.back = partial(self.lifecycle.app_there, handle)
            self.way_in = self._server()
            await self.catch_up.prepare()
            catching_up = asyncio.create_task(self.catch_up.run())
            try:
                await self.way_in.serve(self.ready)
            finally:
                catching_up.cancel()
                await asyncio.wait({catching_up})
        finally:
            self.ready.clear()
            await self.answers.settle()
            await self.api.close()

    def _others(self) -> dict[str, Callable[[Json, Handle], Awaitable[None]]]:
        life, home = self.lifecycle, Home(self.api, self.people, self.answers)
        self.reception.home = home
        return {
            **dict.fromkeys(GONE, life.place_gone),
            **dict.fromkeys(("app_uninstalled", "tokens_revoked"), life.app_gone),
            **dict.fromkeys(("subteam_updated", "subteam_members_changed"), life.groups_changed),
            "user_change": life.person_changed,
            "app_home_opened": home.opened,
        }

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if isinstance(effect, ShowHome):
            await self._show_home(effect.user.id, token)
            return None
        return await self.delivery.do(effect, at, token)

    async def _show_home(self, user: str, token: str) -> None:
        """Each try is an event of its own: one that was handled and not shown is to be handled again."""
        handle, home = self.reception.handle, self.reception.home
        if handle is None or home is None:
            raise TryLater(1, "not connected yet")
        await home.show(user, f"slack:home:{token}:{time.time_ns()}", handle)

    async def is_connected(self) -> bool:
        """As far as the last look could tell, a minute ago at most; whether events can come in, as of now."""
        return self.ready.is_set() and self.reached and await self.way_in.open()

    async def settle(self) -> None:
        """Wait for the answers that are under way."""
        await self.answers.settle()

    async def _introduce(self) -> None:
        """Learn who and where the bot is. Nothing is taken in before: it could not tell its own words."""
        for tries in count():
            try:
                me = await self.api.call("auth.test")
                break
            except NotOurs as error:
                raise Problem(words.wrong_token(error.reason)) from error
            except TryLater as error:
                log.warning("not connected yet: %s", error.reason)
                await asyncio.sleep(max(error.seconds, min(LONGEST_PAUSE, 2.0**tries)))
        self.people.team = str(me["team_id"])
        self.people.enterprise = str(me.get("enterprise_id") or "") if me.get("is_enterprise_install") else ""
        self.messages.own = self.delivery.own = self.catch_up.own = self.changes.own = str(me["user_id"])
        self.catch_up.team = self.changes.team = self.people.team

    async def _alive(self) -> bool:
        self.reached = await self._reached()
        return self.reached

    async def _reached(self) -> bool:
        """Whether Slack is reached, and can reach us as far as we can tell."""
        try:
            await self.api.call("auth.test")
        except NotOurs as error:
            log.error("nothing can be taken in or said: %s", error.reason)
            return False
        except TryLater as error:
            log.warning("Slack cannot be reached: %s", error.reason)
            return False
        if self.catch_up.echo.missing:
            log.error("Slack's deliveries do not arrive: see that the app's request URL leads here")
            return False
        return await self.way_in.open()

    def _server(self) -> SocketMode | HttpServer:
        with _without_warnings():
            app = AsyncApp(
                client=self.api.client,
                signing_secret=self.signing_secret or "unused in Socket Mode",
                process_before_response=True,  # acknowledge what is stored, nothing else
                before_authorize=self._take,  # bolt acknowledges what it cannot authorize, and it would be lost
            )
        if self.app_token:
            return SocketMode(app, self.app_token, self.api.new_session, self.seats)
        self.http = HttpServer(app, self._taken, self.signing_secret, self.port)
        return self.http

    async def _take(self, req: AsyncBoltRequest, next: Next) -> Any:
        return await self._taken(req.body, req.headers.get("x-slack-retry-num") or ())

    async def _taken(self, body: Json, retry: Sequence[str]) -> BoltResponse:
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body=str(body.get("challenge") or ""))
        self.catch_up.echo.heard()
        return await self.reception.take(body, next_number(retry))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Bolt finds SLACK_BOT_TOKEN in the environment and warns that the client's is used instead. It is the same. To set
    a level would not do: bolt sets its own."""
    bolt = logging.getLogger("slack_bolt.AsyncApp")
    bolt.addFilter(_nothing)
    try:
        yield
    finally:
        bolt.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


def next_number(header: Sequence[str]) -> int:
    text = str(header[0]) if header else ""
    return int(text) if text.isdecimal() and len(text) < 4 else 0
