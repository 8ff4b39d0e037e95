"""`/api/<method>`: one door for every Web API method, with tokens, scopes, rate limits and planned failures."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.drop import DroppedConnection, hold
from bot.sandbox.faults import Fault
from bot.sandbox.slack.arguments import bearer, read_arguments
from bot.sandbox.slack.call import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.methods.chat import find_channel
from bot.sandbox.slack.rates import RateLimited, Rates
from bot.sandbox.slack.redact import redacted
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, SlackWorkspace

_TOKENS = {BOT_TOKEN: "bot", APP_TOKEN: "app"}


class WebApi:
    """Answers Web API calls for one workspace."""

    def __init__(self, workspace: SlackWorkspace) -> None:
        self._workspace = workspace
        self._rates = Rates()

    async def __call__(self, request: Request) -> Response:
        """Answer one call; always HTTP 200 with `ok`, except for planned failures and rate limits."""
        name = request.path_params["method"]
        fault = self._workspace.faults.take("slack", name)
        given: Json = {}
        body: Json | None = None
        response = await failure_before(fault, request)
        if response is None:
            given, body, wait = await self._answer(request, name)
            is_heard = fault is None or fault.kind != "slow_after" or await hold(request, fault.seconds or 0)
            response = _finish(fault, body) if wait is None else _limited(body, wait)
            if not is_heard or (fault is not None and fault.kind in ("drop_after", "empty")):
                body = body | {"sandbox": "done, but the answer was lost"}
        response.headers["x-slack-req-id"] = secrets.token_hex(16)
        response.headers["x-oauth-scopes"] = ",".join(sorted(self._workspace.scopes))
        if name in METHODS and METHODS[name].scope:
            response.headers["x-accepted-oauth-scopes"] = METHODS[name].scope or ""
        shown = body if body is not None else {"fault": fault.kind if fault else None}
        await self._workspace.wire.add(
            self._workspace.clock.now(), "slack", "in", name, response.status_code, redacted(given), redacted(shown)
        )
        return response

    async def _answer(self, request: Request, name: str) -> tuple[Json, Json, int | None]:
        """Return the arguments, the answer, and where there were too many calls the seconds to wait."""
        given: Json = {}
        try:
            given = await read_arguments(request)
            token = bearer(request) or given.pop("token", None)
            method = METHODS.get(name)
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._check_token(method, token, request)
            call = Call(self._workspace, given, self._workspace.scopes)
            if method.scope is not None:
                call.need_scope(method.scope)
            self._check_rate(name, call)
            return given, {"ok": True} | await method.run(call), None
        except SlackError as refusal:
            wait = refusal.seconds if isinstance(refusal, RateLimited) else None
            return given, {"ok": False, "error": refusal.code} | refusal.extra, wait

    def _check_token(self, method: Method, token: object, request: Request) -> None:
        if method.token is None:
            return
        if method.token == "app" and (request.method != "POST" or bearer(request) is None):
            raise SlackError("insecure_request" if token else "not_authed")
        if not token:
            raise SlackError("not_authed")
        kind = _TOKENS.get(str(token))
        if kind is None:
            raise SlackError("invalid_auth")
        if kind != method.token and method.token != "any":
            raise SlackError("not_allowed_token_type")

    def _check_rate(self, name: str, call: Call) -> None:
        if not self._workspace.rate_limits:
            return
        self._rates.count(name)
        if name == "chat.postMessage":
            # A name, a person and an id may mean the same channel, and it is the channel that has the limit.
            self._rates.count_post(find_channel(self._workspace, call.text("channel"), open_dm=True).id)


async def failure_before(fault: Fault | None, request: Request) -> Response | None:
    """Return the answer of a failure that happens before anything was done, or None to go on."""
    if fault is None:
        return None
    if fault.kind == "slow":
        return None if await hold(request, fault.seconds or 0) else DroppedConnection()
    if fault.kind == "429":
        after = {} if fault.seconds is None else {"Retry-After": str(max(1, round(fault.seconds)))}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers=after)
    if fault.kind in ("500", "529"):
        return PlainTextResponse("server error", 500 if fault.kind == "500" else 503)
    if fault.kind == "drop_before":
        return DroppedConnection()
    return None


def _limited(body: Json, wait: int) -> Response:
    return JSONResponse(body, 429, headers={"Retry-After": str(wait)})


def _finish(fault: Fault | None, body: Json) -> Response:
    if fault is not None and fault.kind == "drop_after":
        return DroppedConnection()
    if fault is not None and fault.kind == "empty":
        return Response(b"", 200, media_type="application/json")
    return JSONResponse(body)
