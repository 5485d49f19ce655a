"""The fake by HTTP, for a bot in another process: POST /control/<act> with the act's arguments as JSON."""

from __future__ import annotations

import base64
import inspect
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import message_json, payloads
from .errors import NotPossible, Refusal
from .invocation import Invocation
from .model import JSON, Channel, Guild, Message, Role, Sticker, User
from .records import Entry, Ping
from .session import dump

if TYPE_CHECKING:
    from .server import FakeDiscord

ACTS = frozenset(
    [
        "add_guild",
        "invite_bot",
        "add_role",
        "add_channel",
        "add_forum",
        "add_user",
        "add_sticker",
        "set_bot_permissions",
        "give_role",
        "take_role",
        "delete_role",
        "delete_channel",
        "kick_bot",
        "outage",
        "recover",
        "archive_thread",
        "disallow_intents",
        "say",
        "dm",
        "forward",
        "edit",
        "delete",
        "react",
        "unreact",
        "type",
        "start_thread",
        "add_to_thread",
        "leave_thread",
        "join",
        "leave",
        "close_dms",
        "open_dms",
        "messages",
        "seen_by",
        "can_see",
        "command",
        "autocomplete",
        "context_menu",
        "press",
        "select",
        "submit_modal",
        "advance",
    ]
)
FAULTS = frozenset({"fail", "drop", "slow", "limit", "clear"})
GATEWAY = frozenset(
    ["drop", "reconnect", "invalidate", "close", "down", "back", "forget_sessions", "hold", "release", "lose", "repeat"]
)


class Control:
    """Names and ids stand for records; files are [[name, base64], ...]. A refusal answers 409 with its body."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/control/state", self.state)
        app.router.add_get("/control/log", self.log)
        app.router.add_get("/control/pings", self.pings)
        app.router.add_get("/control/interactions/{id}", self.interaction)
        app.router.add_post("/control/{part:faults|gateway}/{act}", self.part)
        app.router.add_post("/control/{act}", self.act)

    async def act(self, request: web.Request) -> web.Response:
        name = request.match_info["act"]
        return await self._run(self.fake, name, request) if name in ACTS else web.Response(status=404)

    async def part(self, request: web.Request) -> web.Response:
        name, part = request.match_info["act"], request.match_info["part"]
        known = FAULTS if part == "faults" else GATEWAY
        return await self._run(getattr(self.fake, part), name, request) if name in known else web.Response(status=404)

    async def _run(self, target: object, name: str, request: web.Request) -> web.Response:
        arguments = await request.json() if request.can_read_body else {}
        if "files" in arguments:
            arguments["files"] = [(n, base64.b64decode(data)) for n, data in arguments["files"]]
        if name == "context_menu":
            arguments["target"] = self._target(arguments["target"])
        try:
            result = getattr(target, name)(**arguments)
            result = await result if inspect.isawaitable(result) else result
        except Refusal as refusal:
            return _json(refusal.body(), 409)
        except (NotPossible, TypeError, ValueError, KeyError) as error:
            return _json({"message": str(error)}, 409)
        return _json(self._shown(result))

    def _target(self, ref: Any) -> Message | User:
        try:
            return self.fake._user(ref)
        except NotPossible:
            return self.fake._message(ref)

    async def state(self, request: web.Request) -> web.Response:
        world, gateway = self.fake.world, self.fake.gateway
        return _json(
            {
                "now": world.iso(),
                "guilds": [payloads.guild(g) for g in world.guilds.values()],
                "channels": [payloads.channel(world, c) for c in world.channels.values()],
                "users": [payloads.user(u) for u in world.users.values()],
                "commands": {str(k): list(v.values()) for k, v in self.fake.desk.commands.scopes.items()},
                "sessions": len(gateway.sessions),
                "connected": sum(1 for s in gateway.sessions.values() if s.connection),
                "invalid_requests": self.fake.limits.invalid_requests,
                "violations": self.fake.violations,
            }
        )

    async def log(self, request: web.Request) -> web.Response:
        return _json([self._shown(e) for e in self.fake.log])

    async def pings(self, request: web.Request) -> web.Response:
        return _json([self._shown(p) for p in self.fake.pings])

    async def interaction(self, request: web.Request) -> web.Response:
        try:
            return _json(self._shown(self.fake._invocation(request.match_info["id"])))
        except NotPossible as error:
            return _json({"message": str(error)}, 404)

    def _shown(self, item: Any) -> Any:
        world = self.fake.world
        match item:
            case list():
                return [self._shown(i) for i in item]
            case Message():
                return message_json.full(world, item) | {"text": item.text}
            case Channel():
                return payloads.channel(world, item)
            case User():
                return payloads.user(item)
            case Guild():
                return payloads.guild(item)
            case Role():
                return payloads.role(item)
            case Sticker():
                return {"id": str(item.id), "name": item.name}
            case Ping():
                return {"user": str(item.user.id), "channel": str(item.channel.id), "why": item.why}
            case Entry():
                return {"method": item.method, "path": item.path, "body": item.body, "status": item.status}
            case Invocation():
                return self._invocation(item)
        return item if isinstance(item, (dict, str, int, float, bool, type(None))) else repr(item)

    def _invocation(self, item: Invocation) -> JSON:
        shown: JSON = {"id": str(item.id), "answer": item.answer, "deferred": item.deferred, "modal": item.modal}
        return shown | {"failed": self.fake.failed(item), "messages": self._shown(item.messages)}


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(text=dump(body), status=status, content_type="application/json")
