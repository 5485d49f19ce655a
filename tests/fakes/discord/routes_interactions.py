"""REST: first answers and everything said with an interaction's token."""

from __future__ import annotations

from typing import Any

from . import message_json
from .bits import EPHEMERAL, LOADING
from .errors import Refusal, invalid
from .invocation import DEFER, DEFER_UPDATE, SAY, UPDATE, Invocation
from .model import JSON
from .routing import Call, route

TOKEN = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = TOKEN + "/messages/@original"
MESSAGE = TOKEN + "/messages/{message_id}"


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", open=True)
def callback(call: Call) -> Any:
    token = call.params["interaction_token"]
    item = call.desk.callback(call.id("interaction_id"), token, call.given(), call.files)
    if call.query.get("with_response") not in ("1", "true", "True"):
        return None
    return _callback_answer(call, item)


def _callback_answer(call: Call, item: Invocation) -> JSON:
    about: JSON = {"id": str(item.id), "type": item.type}
    answer: JSON = {"interaction": about}
    if item.original and item.answer in (SAY, DEFER, UPDATE, DEFER_UPDATE):
        about["response_message_id"] = str(item.original.id)
        about["response_message_loading"] = bool(item.original.flags & LOADING)
        about["response_message_ephemeral"] = bool(item.original.flags & EPHEMERAL)
    if item.original and item.answer in (SAY, DEFER, UPDATE):
        answer["resource"] = {"type": item.answer, "message": message_json.full(call.world, item.original)}
    return answer


def _invocation(call: Call) -> Invocation:
    if call.id("webhook_id") != call.world.application_id:
        raise Refusal(10015)
    return call.desk.token(call.params["webhook_token"])


@route("POST", TOKEN, open=True)
def follow_up(call: Call) -> Any:
    message = call.desk.follow_up(_invocation(call), call.given(), call.files)
    return message_json.full(call.world, message)


def read(call: Call) -> Any:
    item = _invocation(call)
    return message_json.full(call.world, call.desk.find(item, call.params.get("message_id", "@original")))


def edit(call: Call) -> Any:
    which = call.params.get("message_id", "@original")
    return message_json.full(call.world, call.desk.edit(_invocation(call), which, call.given(), call.files))


def delete(call: Call) -> Any:
    call.desk.delete(_invocation(call), call.params.get("message_id", "@original"))


for template in (ORIGINAL, MESSAGE):
    route("GET", template, open=True)(read)
    route("PATCH", template, open=True)(edit)
    route("DELETE", template, open=True)(delete)


@route("POST", "/attachments/refresh-urls")
def refresh(call: Call) -> Any:
    """Fresh links for expired ones."""
    urls = call.given().get("attachment_urls") or []
    if len(urls) > 50:
        raise invalid("attachment_urls", "BASE_TYPE_MAX_LENGTH", "Must be 50 or fewer in length.")
    by_path = {
        message_json.link(call.world, a).partition("?")[0]: a
        for c in call.world.channels.values()
        for m in c.messages.values()
        for a in m.attachments
    }
    found = [(u, by_path.get(u.partition("?")[0])) for u in urls]
    return {
        "refreshed_urls": [
            {"original": u, "refreshed": message_json.link(call.world, a) if a else None} for u, a in found
        ]
    }
