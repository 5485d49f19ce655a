"""The road of every REST request: ban, token, limits, faults, schema, handler, schema, log."""

from __future__ import annotations

import asyncio
import json
import re
import traceback
from typing import Any

from aiohttp import BodyPartReader, web

from . import schema
from .errors import Refusal, invalid
from .faults import Fault, Faults, wait
from .interactions import Desk
from .model import JSON
from .ratelimits import RateLimits, Verdict
from .records import Entry, Upload
from .routing import Call, Created, Route, match
from .session import dump
from .world import World

NO_ROUTE: JSON = {"message": "404: Not Found", "code": 0}
UNAUTHORIZED: JSON = {"message": "401: Unauthorized", "code": 0}
FILE = re.compile(r"files\[(\d+)\]")


class Rest:
    """Answers /api/v10. `violations` are bodies Discord's file forbids; `own_faults` are ours and fail a test."""

    def __init__(self, world: World, desk: Desk, limits: RateLimits, faults: Faults, check: bool) -> None:
        self.world, self.desk, self.limits, self.faults = world, desk, limits, faults
        self.check = check and not schema.absent()
        self.own_faults: list[str] = []
        self.violations: list[str] = []
        self.keep_log = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["tail"]
        raw = "/" + request.rel_url.raw_path.split("/api/v10/", 1)[-1]
        found = match(request.method, path) or match(request.method, raw)
        name = found[0].name if found else f"{request.method} {path}"
        entry = Entry(request.method, found[0].template if found else "", path, None, self.world.now())
        if self.keep_log:
            self.world.log.append(entry)
        planned = self.faults.pick(name, f"{request.method} {path}")
        if self.faults.latency:
            await asyncio.sleep(self.faults.latency)
        early = await wait(planned, after=False)
        if early:
            return self._fault(request, early, entry)
        verdict = Verdict() if found is None else self._ask(found[0], found[1])
        status, body = await self._answer(request, found, verdict, entry)
        late = await wait(planned, after=True)
        if late:
            return self._fault(request, late, entry)
        return self._respond(entry, status, body, verdict)

    def _ask(self, route: Route, params: dict[str, str]) -> Verdict:
        return self.limits.ask(route.name, params, route.open)

    async def _answer(
        self, request: web.Request, found: tuple[Route, dict[str, str]] | None, verdict: Verdict, entry: Entry
    ) -> tuple[int, Any]:
        if self.limits.banned:
            return 429, "<html>error code: 1015</html>"
        if found is None:
            return 404, NO_ROUTE
        route, params = found
        if not route.open and request.headers.get("Authorization") != f"Bot {self.world.token}":
            return 401, UNAUTHORIZED
        if verdict.retry_after:
            return 429, slow_down(verdict.retry_after, verdict.is_global)
        try:
            call = await self._read(request, params)
            entry.body = call.body
            self._renaming(route, call, verdict)
            self._check_request(route, call)
            return self._check_answer(route, *unpack(self._handled(route, call)))
        except Refusal as refusal:
            entry.code = refusal.code
            if refusal.status == 429:
                return 429, refusal.body() | slow_down(verdict.retry_after or 60.0, False, refusal.code)
            return refusal.status, refusal.body()

    def _handled(self, route: Route, call: Call) -> Any:
        """A bug of the fake must fail the test and not look like a fault of Discord's."""
        try:
            return route.handler(call)
        except Refusal:
            raise
        except Exception:
            self.own_faults.append(f"{route.name}: {traceback.format_exc(limit=-4)}")
            raise

    async def _read(self, request: web.Request, params: dict[str, str]) -> Call:
        call = Call(self.world, self.desk, params, dict(request.query))
        kind = request.content_type
        if kind == "application/json" and request.can_read_body:
            try:
                call.body = json.loads(await request.read())
            except ValueError:
                raise Refusal(50109, status=400, message="The request body contains invalid JSON.") from None
        elif kind == "multipart/form-data":
            call.body, call.files = await multipart(request)
        return call

    def _renaming(self, route: Route, call: Call, verdict: Verdict) -> None:
        """2 changes of name or topic in 10 minutes, announced by no header."""
        if route.name != "PATCH /channels/{channel_id}" or not {"name", "topic"} & set(call.given()):
            return
        seconds = self.limits.rename(call.params["channel_id"])
        if seconds:
            verdict.retry_after = seconds
            raise Refusal(0, status=429, message="You are being rate limited.")

    def _check_request(self, route: Route, call: Call) -> None:
        if not self.check or call.body is None:
            return
        fault = schema.fault(route.method, route.template, call.body)
        if fault:
            where = ".".join(str(p) for p in fault.absolute_path) or "_"
            self.violations.append(f"{route.name} {where}: {fault.message[:300]}")
            raise invalid(where, "SCHEMA", fault.message[:300])

    def _check_answer(self, route: Route, status: int, body: Any) -> tuple[int, Any]:
        if self.check and body is not None:
            fault = schema.fault(route.method, route.template, body, status)
            if fault:
                where = ".".join(str(p) for p in fault.absolute_path)
                self.own_faults.append(f"{route.name} {status} {where}: {fault.message[:500]}")
        return status, body

    def _respond(self, entry: Entry, status: int, body: Any, verdict: Verdict) -> web.Response:
        entry.status, entry.answer = status, body
        if status in (401, 403, 429):
            self.limits.count_invalid()
        if status == 204:
            return web.Response(status=204, headers=verdict.headers)
        headers = dict(verdict.headers)
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        if status == 429:
            headers |= {"Via": "1.1 google", "Retry-After": str(int(body["retry_after"]) + 1)}
        headers["Content-Type"] = "application/json"
        return web.Response(status=status, body=dump(body).encode(), headers=headers)

    def _fault(self, request: web.Request, fault: Fault, entry: Entry) -> web.Response:
        if fault.drop:
            entry.status = -1
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        if fault.status == 429 and fault.cloudflare:
            return self._respond(entry, 429, "<html>error code: 1015</html>", Verdict())
        if fault.status == 429:
            return self._respond(entry, 429, slow_down(fault.retry_after, False), Verdict())
        return self._respond(entry, fault.status, {"message": f"{fault.status}: fault", "code": fault.code}, Verdict())


def slow_down(seconds: float, is_global: bool, code: int = 0) -> JSON:
    body = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": is_global}
    return body | {"code": code}


def unpack(result: Any) -> tuple[int, Any]:
    if result is None:
        return 204, None
    return (201, result.body) if isinstance(result, Created) else (200, result)


async def multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    """`payload_json` and `files[n]`, in the order of n."""
    body: Any = None
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "payload_json":
            body = json.loads(await part.text())
        elif found := FILE.fullmatch(part.name or ""):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[int(found.group(1))] = Upload(part.filename or "file", bytes(await part.read()), kind)
    return body, [files[i] for i in sorted(files)]
