"""What is in a request, whichever way it was sent."""

import json
from urllib.parse import parse_qsl

from aiohttp import hdrs, web

from .errors import SlackError
from .model import Json


async def arguments(request: web.Request) -> Json:
    """From the query, a form or a JSON body; nulls are as good as left out. Raises SlackError invalid_json, …"""
    given: Json = dict(request.query)
    if request.method == hdrs.METH_GET or not request.can_read_body:
        return given
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return given | {name: value for name, value in body.items() if value is not None}
    if request.content_type == "application/x-www-form-urlencoded":
        return given | dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    if request.content_type == "multipart/form-data":
        return given | {name: str(value) for name, value in (await request.post()).items()}
    if request.content_type == "application/octet-stream":  # what clients say of an empty body
        return given
    raise SlackError("invalid_post_type")


def token_of(request: web.Request, given: Json) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return str(given.pop("token", "")) or bearer


async def content_of(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
