"""The HTTP side: health for orchestrators, and Slack's signed requests where the bot runs without a socket."""

import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Generator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import QuartermasterError

Ready = Callable[[], Awaitable[dict[str, str]]]
"""What stands in the way of being ready: name -> sentence; empty when nothing does."""
SlackEvents = Callable[[Request, bytes], Awaitable[Response]]
"""Answers one request of Slack's, whose body was read already."""
MAX_BODY = 1024 * 1024
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep an idle connection to us (60 s is usual): closing first would break requests under way."""


def build_web(ready: Ready, slack_events: SlackEvents | None, more: Sequence[Route] = ()) -> Starlette:
    """Return the web app; without `slack_events` only the two health routes exist, and `more`."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> Response:
        missing = await ready()
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)

    async def events(request: Request) -> Response:
        if slack_events is None:
            return Response(status_code=404)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=413) if body is None else await slack_events(request, body)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), *more]
    if slack_events:
        routes.append(Route("/slack/events", events, methods=["POST"]))
    return Starlette(routes=routes)


async def _read(request: Request) -> bytes | None:
    """Return the body, or None once it is too large: what is said about its size is not believed, and chunks say nothing."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


class WebServer(uvicorn.Server):
    """uvicorn without its own signal handling, which re-raises SIGTERM so that nothing after serving would run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the process."""
        yield


def listen(host: str, port: int, setting: str = "PORT") -> socket.socket:
    """Bind; raises QuartermasterError, which names the setting that is wrong: HOST, or that of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except (OSError, UnicodeError) as error:
        listener.close()
        if isinstance(error, socket.gaierror | UnicodeError) or error.errno == errno.EADDRNOTAVAIL:
            raise QuartermasterError(f"HOST must be an address of this machine, but '{host}' isn't one.") from None
        raise QuartermasterError(f"Port {port} is in use or not allowed. Choose another with {setting}.") from None
    return listener


def build_server(web: Starlette) -> WebServer:
    """Return the server for a web app. It is given its sockets when it serves."""
    return WebServer(
        uvicorn.Config(
            web,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=10,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
