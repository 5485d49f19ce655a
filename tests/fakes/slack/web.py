"""The HTTP side: Web API, raw uploads and downloads, response URLs; faults and limits on the way in and out."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from .api_files import take_bytes
from .errors import SlackError
from .faults import Fault, Faults
from .methods import METHODS, Args, Method
from .model import Call, Json
from .requests import arguments, content_of, token_of
from .workspace import Workspace, scope_list

SIGN_IN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Home</body></html>"
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Web:
    def __init__(self, work: Workspace, faults: Faults) -> None:
        self.work = work
        self.faults = faults

    def routes(self, link: Serve) -> list[web.RouteDef]:
        return [
            web.get("/link/", link),
            web.get("/api/{method}", self.api),
            web.post("/api/{method}", self.api),
            web.post("/upload/v1/{file}", self.upload),
            web.get("/files-pri/{ticket}/{name}", self.download),
            web.get("/files-pri/{ticket}/download/{name}", self.download),
            web.post("/commands/{team}/{token}", self.respond),
            web.post("/actions/{team}/{token}", self.respond),
            web.post("/app/{team}/{token}", self.respond),
        ]

    async def api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            given = await arguments(request)
        except SlackError as refused:
            return _json(200, refused.answer())
        token = token_of(request, given)
        call = Call(name, given, self.work.clock.now())
        return await self._with_faults(request, call, lambda: self._answer(call, token))

    async def _with_faults(
        self, request: web.Request, call: Call, answer: Callable[[], web.StreamResponse]
    ) -> web.StreamResponse:
        """Meet the fault declared for this call, if any: before Slack has accepted it, or after."""
        self.work.log.append(call)
        delay, fault = self.faults.take(call.method)
        if delay:
            await asyncio.sleep(delay)
        if fault is None:
            return answer()
        if fault.accepted:
            answer()
        call.error = call.error or fault.error or ("dropped" if fault.drop else f"http_{fault.status}")
        return _failed(request, fault)

    def _answer(self, call: Call, token: str) -> web.Response:
        found = METHODS.get(call.method)
        wait = 0
        try:
            if found is None:
                raise SlackError("unknown_method", req_method=call.method)
            self._authorize(found, token)
            wait = self.work.limits.wait(call.method, found.tier, str(call.args.get("channel", "")), call.at)
            call.answer = {"ok": False, "error": "ratelimited"} if wait else self._run(found, call.args)
        except SlackError as refused:
            call.answer = refused.answer()
        call.ok, call.error = call.answer["ok"], call.answer.get("error", "")
        call.status = 429 if wait else 200
        headers = {"X-OAuth-Scopes": scope_list(self.work.app.scopes), "X-Slack-Req-Id": self.work.new_id("r")}
        if found:
            headers["X-Accepted-OAuth-Scopes"] = found.scope
        return _json(call.status, call.answer, headers | ({"Retry-After": str(wait)} if wait else {}))

    def _authorize(self, found: Method, token: str) -> None:
        """Raises SlackError not_authed, invalid_auth, not_allowed_token_type, account_inactive, token_revoked, …"""
        app = self.work.app
        if not token:
            raise SlackError("not_authed")
        if token not in (app.bot_token, app.app_token):
            raise SlackError("invalid_auth")
        if (token == app.app_token) != found.app_level:
            raise SlackError("not_allowed_token_type")
        if not app.installed:
            raise SlackError("account_inactive")
        if app.token_revoked and not found.app_level:
            raise SlackError("token_revoked")
        if found.scope:
            self.work.need(found.scope)

    def _run(self, found: Method, given: Json) -> Json:
        found.check(given)
        return {"ok": True, **found.run(self.work, Args(dict(given)))}

    async def upload(self, request: web.Request) -> web.StreamResponse:
        content = await content_of(request)
        call = Call("files.bytes", {"file": request.match_info["file"], "length": len(content)}, self.work.clock.now())

        def answer() -> web.Response:
            try:
                text = take_bytes(self.work, request.match_info["file"], content)
            except ValueError as wrong:
                call.status, call.error = 400, str(wrong)
                return web.Response(status=400, text=str(wrong))
            call.ok = True
            return web.Response(text=text)

        return await self._with_faults(request, call, answer)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes for a token with files:read; for anybody else a page to sign in, with status 200."""
        file_id = request.match_info["ticket"].partition("-")[2]
        call = Call("files.download", {"file": file_id}, self.work.clock.now())

        def answer() -> web.Response:
            kept = self.work.files.get(file_id)
            allowed = token_of(request, {}) == self.work.app.bot_token and "files:read" in self.work.app.scopes
            if not allowed or self.work.app.token_revoked or not self.work.app.installed:
                return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
            if kept is None:
                return web.Response(status=404, text=SIGN_IN_PAGE, content_type="text/html")
            call.ok = True
            return web.Response(body=kept.content, content_type="application/octet-stream")

        return await self._with_faults(request, call, answer)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        given = json.loads(await request.read())
        call = Call("response_url", given, self.work.clock.now())

        def answer() -> web.Response:
            try:
                self.work.tickets.respond(request.match_info["token"], given)
            except SlackError as refused:
                call.error = refused.code
                gone = refused.code in ("used_url", "expired_url", "no_service")
                call.status = 404 if gone else 400
                return _json(call.status, refused.answer())
            call.ok = True
            return web.Response(text="ok")

        return await self._with_faults(request, call, answer)


def _json(status: int, answer: Json, headers: dict[str, str] | None = None) -> web.Response:
    given = {"Content-Type": "application/json; charset=utf-8"} | (headers or {})
    return web.Response(status=status, body=json.dumps(answer).encode(), headers=given)


def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop:
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)  # nobody is there to read it
    if fault.redirect:
        return web.Response(status=302, headers={"Location": fault.redirect})
    if fault.status == 429:
        return _json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(fault.retry_after)})
    if fault.error:
        return _json(200, {"ok": False, "error": fault.error})
    return web.Response(status=fault.status, text="<html>Server Error</html>", content_type="text/html")
