"""REST: the bot itself, people, direct channels, where the gateway is."""

from __future__ import annotations

from typing import Any

from . import payloads, perms
from .errors import Refusal, invalid
from .gateway import flags
from .model import JSON
from .routing import Call, route


@route("GET", "/users/@me")
def me(call: Call) -> Any:
    return payloads.me(call.world)


@route("GET", "/users/{user_id}")
def user(call: Call) -> Any:
    return payloads.user(call.world.user(call.id("user_id")))


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Any:
    """Opening always works; whether anything can be said is another question."""
    who = call.world.users.get(int(call.given().get("recipient_id") or 0))
    if who is None:
        raise invalid("recipient_id", "INVALID_RECIPIENT", "Unknown recipient")
    if who is call.bot:
        raise Refusal(50007)
    return payloads.channel(call.world, call.world.dm(who))


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Any:
    mine = [g for g in call.world.guilds.values() if call.bot.id in g.members]
    after = call.number("after", 0)
    return [
        {
            "id": str(g.id),
            "name": g.name,
            "icon": None,
            "banner": None,
            "owner": g.owner_id == call.bot.id,
            "permissions": str(int(perms.in_guild(call.world, call.bot, g))),
            "features": [],
        }
        for g in sorted(mine, key=lambda g: g.id)
        if g.id > after
    ][: call.number("limit", 200)]


def application(call: Call) -> JSON:
    return {
        "id": str(call.world.application_id),
        "name": call.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags(call.world),
        "flags_new": str(flags(call.world)),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": payloads.user(call.bot),
        "approximate_guild_count": len(call.world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "bot": payloads.user(call.bot),
        "rpc_origins": [],
        "summary": "",
    }


@route("GET", "/applications/@me")
def current_application(call: Call) -> Any:
    return application(call)


@route("GET", "/oauth2/applications/@me")
def oauth2_application(call: Call) -> Any:
    return application(call)


def _gateway(call: Call) -> JSON:
    return {"url": call.world.base_url.replace("http", "ws", 1) + "/gateway"}


@route("GET", "/gateway", open=True)
def gateway(call: Call) -> Any:
    return _gateway(call)


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Any:
    world = call.world
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": world.max_concurrency}
    return _gateway(call) | {"shards": world.recommended_shards, "session_start_limit": limit}
