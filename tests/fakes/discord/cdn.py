"""Files behind signed links that expire."""

from __future__ import annotations

from aiohttp import web

from .message_json import signature
from .model import Attachment
from .world import World

GONE = "This content is no longer available."


class Cdn:
    """GET /attachments/... and /ephemeral-attachments/...; a deleted message takes its files along."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.served = 0

    def add_to(self, app: web.Application) -> None:
        for kind in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{kind}/{{channel}}/{{id}}/{{name}}", self.get)

    async def get(self, request: web.Request) -> web.Response:
        try:
            expires = int(request.query["ex"], 16)
        except (KeyError, ValueError):
            return web.Response(status=404, text=GONE)
        right = request.query.get("hm") == signature(request.rel_url.raw_path, expires)
        found = self._find(int(request.match_info["channel"]), int(request.match_info["id"]))
        if not right or found is None or expires < self.world.now():
            return web.Response(status=404, text=GONE)
        self.served += 1
        return web.Response(body=found.data, content_type=found.content_type.partition(";")[0])

    def _find(self, channel_id: int, id: int) -> Attachment | None:
        channel = self.world.channels.get(channel_id)
        if id in self.world.uploads:
            return self.world.uploads[id]
        items = [a for m in channel.messages.values() for a in m.attachments] if channel else []
        return next((a for a in items if a.id == id), None)
