"""The two doors, Socket Mode and signed HTTP: every payload gets an answer, also one that Bolt can't read or doesn't know.

Bolt reads a payload's fields before it guards anything, so a malformed one raises out of it; and what no listener knows it
answers with 404. Slack repeats what got no answer and in the end switches an app off that answers too little (slack.md §5).
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.error import BoltUnhandledRequestError
from starlette.requests import Request
from starlette.responses import Response

from handlers.edge.interaction import Json, text_at

log = structlog.get_logger()

IsSigned = Callable[[str, str, str], bool]
"""Whether a body with this time stamp and signature is Slack's, and of the last five minutes."""


def register_front(app: AsyncApp, prefix: str) -> None:
    """Answer what no listener knows, and what broke inside Bolt. The app must raise for unhandled requests."""

    async def refused(error: Exception, body: Any) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            log.info("payload_not_known", payload_type=text_at(body, "type") or text_at(body, "command"))
            sentence = f"I don't know that command. `/{prefix}-admin help` shows all commands."
        else:
            log.warning("payload_not_handled", error=type(error).__name__)
            sentence = "I couldn't read that. Nothing was changed. Try again."
        return BoltResponse(status=200, body=_in_words(sentence) if text_at(body, "command") else "")

    app.error(refused)


def _in_words(sentence: str) -> Json:
    return {"response_type": "ephemeral", "text": sentence}


async def dispatch(app: AsyncApp, body: Any, headers: Mapping[str, Any] | None, mode: str) -> BoltResponse:
    """Hand a payload to Bolt. One that even Bolt can't read is answered with 200 over a socket, with 400 over HTTP."""
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers or {}), mode=mode)
        return await app.async_dispatch(request)
    except Exception as error:
        log.info("payload_not_read", error=type(error).__name__)
        return BoltResponse(status=400 if mode == "http" else 200, body="")


class SocketFront(AsyncSocketModeHandler):
    """Socket Mode that acknowledges every envelope."""

    async def handle(self, client: Any, req: Any) -> None:
        """Dispatch one envelope and send its ack."""
        start = time.time()
        response = await dispatch(self.app, req.payload, build_headers(req), "socket_mode")
        try:
            await send_async_response(client, req, response, start)
        except ConnectionError:
            # The connection was replaced meanwhile; Slack repeats an event, and a person acts again.
            log.warning("ack_not_sent")


async def handle_http(app: AsyncApp, is_signed: IsSigned, request: Request, body: bytes) -> Response:
    """Answer one signed request. Bolt reads a body before it checks the signature, so strangers' are turned away here."""
    stamp = request.headers.get("x-slack-request-timestamp", "0")
    signature = request.headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13 and signature.isascii()):
        return Response(status_code=401)  # Bolt raises on these instead of refusing them
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Response(status_code=400)
    if not is_signed(text, stamp, signature):
        return Response(status_code=401)
    return to_starlette_response(await dispatch(app, text, request.headers, "http"))
