"""Driving the fake by hand: a small HTTP API beside Slack's, for the stand-alone server.

GET  /control                     what there is: app, users, channels
GET  /control/seen/USER           what a person sees
GET  /control/log                 calls of the app, `?method=` for one kind
GET  /control/deliveries          what was brought to the app, and how it answered
POST /control/ACTION              {"user": …, "channel": …, …}: any method of FakeSlack that plays people or time
"""

import dataclasses
import inspect
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .delivery import Delivery
from .errors import NotPossible, SlackError
from .model import words

if TYPE_CHECKING:
    from .server import FakeSlack

ACTIONS = words(
    """say edit delete react unreact command press choose submit close_modal shortcut open_home suggest
    app_uninstalled tokens_revoked reinstall channel_archive channel_unarchive channel_deleted channel_rename
    member_joined member_left invite_bot remove_bot user_change file_deleted topic_set other_bot_says
    user team channel group dm fail advance settled use_http use_sockets thread"""
)


def control_routes(fake: "FakeSlack") -> list[web.RouteDef]:
    async def overview(request: web.Request) -> web.Response:
        app = dataclasses.asdict(fake.app)
        places = [{"id": c.id, "name": c.name, "kind": c.kind, "members": list(c.members)} for c in _channels(fake)]
        return _json({"app": app, "users": list(fake.work.users.values()), "channels": places})

    async def sight(request: web.Request) -> web.Response:
        return _json(fake.seen_by(_user(fake, request.match_info["user"])))

    async def log(request: web.Request) -> web.Response:
        wanted = request.query.get("method")
        return _json([call for call in fake.log if wanted in (None, call.method)])

    async def deliveries(request: web.Request) -> web.Response:
        return _json([_delivery(one) for one in fake.courier.sent])

    async def act(request: web.Request) -> web.Response:
        action = request.match_info["action"]
        if action not in ACTIONS:
            return _json({"error": f"no action {action}", "actions": sorted(ACTIONS)}, 404)
        try:
            return _json(await _do(fake, action, json.loads(await request.text() or "{}")))
        except (NotPossible, SlackError, TypeError, ValueError, KeyError) as wrong:
            return _json({"error": f"{type(wrong).__name__}: {wrong}"}, 400)

    return [
        web.get("/control", overview),
        web.get("/control/seen/{user}", sight),
        web.get("/control/log", log),
        web.get("/control/deliveries", deliveries),
        web.post("/control/{action}", act),
    ]


async def _do(fake: "FakeSlack", action: str, given: dict[str, Any]) -> Any:
    """People may be named by their names; files are given as [[name, text], …]."""
    for key in ("user", "by", "inviter"):
        if key in given:
            given[key] = _user(fake, given[key])
    if "members" in given:
        given["members"] = [_user(fake, name) for name in given["members"]]
    if "files" in given:
        given["files"] = [(name, text.encode()) for name, text in given["files"]]
    if "on" in given and action == "shortcut":
        given["on"] = next(m for m in fake.work.everything_said() if m.ts == given["on"])
    result = getattr(fake, action)(**given)
    result = await result if inspect.isawaitable(result) else result
    return _delivery(result) if isinstance(result, Delivery) else result


def _user(fake: "FakeSlack", name: str) -> str:
    return next((u.id for u in fake.work.users.values() if name in (u.id, u.name)), name)


def _channels(fake: "FakeSlack") -> list[Any]:
    return list(fake.work.channels.values())


def _delivery(one: Delivery) -> dict[str, Any]:
    answers = [dataclasses.asdict(answer) for answer in one.answers]
    return {"kind": one.kind, "ok": one.ok, "given_up": one.given_up, "payload": one.payload, "answers": answers}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return list(value) if isinstance(value, set | frozenset | tuple) else str(value)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=lambda v: json.dumps(v, default=_plain, indent=1))
