"""How the control API speaks: JSON in, `{"ok": true, ...}` out, or one code and one sentence with HTTP 400."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.slack.errors import ActError, SlackError
from bot.sandbox.slack.state import Json
from bot.sandbox.strict_json import HalfCharacter, read_strictly

Handler = Callable[[Request], Awaitable[Json]]


async def read_json(request: Request) -> Json:
    """Return the JSON object in the body. An empty body is an empty object."""
    body = await request.body()
    try:
        value: Any = read_strictly(body) if body.strip() else {}
    except HalfCharacter:
        raise ActError("bad_request", "A text in the body ends in the middle of a character.") from None
    except ValueError:
        raise ActError("bad_request", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise ActError("bad_request", "The body must be a JSON object.")
    return cast("Json", value)


def answered(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a handler so that its refusals become answers."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse({"ok": True} | await handler(request))
        except ActError as refusal:
            return _refused(refusal.code, refusal.message, refusal.extra)
        except SlackError as refusal:
            return _refused(refusal.code, f"Slack refuses this: {refusal.code}.", refusal.extra)
        except (KeyError, TypeError, ValueError, OverflowError) as wrong:
            return _refused("bad_request", f"Something in the request is missing or malformed: {wrong!r}", {})

    return endpoint


def after(request: Request) -> int:
    """Return `?after=N`, 0 when it is missing or no number."""
    text = request.query_params.get("after", "0")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _refused(code: str, message: str, extra: Json) -> Response:
    return JSONResponse({"ok": False, "error": code, "message": message} | extra, 400)
