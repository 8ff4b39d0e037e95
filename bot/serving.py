"""The process: its web servers, its clock, and its life from the first signal of health to the end."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import Bot, Clock, build, machine_time, running
from bot.log import configure_logging
from bot.memory import freeze_startup
from bot.settings.model import Settings
from bot.store.migrate import open_database
from bot.store.opening import opened
from bot.telemetry.endpoint import metrics_route
from bot.web import WebServer, build_server, build_web, listen
from handlers.edge.front import handle_http
from handlers.metrics import scrape_of

log = structlog.get_logger()


def web_of(bot: Bot) -> Starlette:
    """Return the bot's web app: health, and Slack's signed requests where it runs without a socket."""

    settings = bot.runtime.settings
    if settings.slack_signing_secret is None or settings.transport != "http":
        return build_web(bot.unready_because, None, _metrics(bot, on_own_port=False))
    verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())

    async def slack_events(request: Request, body: bytes) -> Response:
        if not bot.is_open:
            return Response(status_code=503, headers={"Retry-After": "5"})
        return await handle_http(bot.app, verifier.is_valid, request, body)

    return build_web(bot.unready_because, slack_events, _metrics(bot, on_own_port=False))


def _metrics(bot: Bot, *, on_own_port: bool) -> list[Route]:
    """Return the route of metrics where it belongs there: on the port that others reach, too, only behind a token."""
    settings = bot.runtime.settings
    is_there = settings.metrics_port is not None if on_own_port else settings.metrics_token and settings.metrics_port is None
    return [metrics_route(scrape_of(bot.runtime), settings.metrics_token, lambda: bot.is_open)] if is_there else []


@contextlib.asynccontextmanager
async def machine_clock() -> AsyncGenerator[Clock]:
    """Keep the machine's time."""
    yield machine_time


def run(settings: Settings, clock: AbstractAsyncContextManager[Clock] | None = None, *, pace: float = 1.0) -> None:
    """Run until SIGINT or SIGTERM, then return: the process exits with 0.

    `clock` is the machine's unless given; where it jumps, a `pace` below 1 lets jobs notice sooner.
    """
    configure_logging(settings.log_level)
    asyncio.run(_run(settings, clock or machine_clock(), pace))


async def _run(settings: Settings, keeping_time: AbstractAsyncContextManager[Clock], pace: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with keeping_time as clock:
        bot = await build(settings, clock)
        try:
            await _serve(bot, stop, pace)
        finally:
            await bot.close()
    log.info("stopped")


async def _serve(bot: Bot, stop: asyncio.Event, pace: float) -> None:
    """Serve health checks from the first moment, and everything else once the database is open."""
    settings = bot.runtime.settings
    listeners = [listen(settings.host, settings.port)]
    servers = [build_server(web_of(bot))]
    if settings.metrics_port is not None:
        listeners.append(listen(settings.host, settings.metrics_port, "METRICS_PORT"))
        servers.append(build_server(Starlette(routes=_metrics(bot, on_own_port=True))))
    serving = asyncio.gather(*(one.serve(sockets=[port]) for one, port in zip(servers, listeners, strict=True)))
    try:
        if not await opened(lambda: open_database(bot.runtime.store), stop):
            return
        freeze_startup()
        async with running(bot, pace=pace):
            port, *own = [one.getsockname()[1] for one in listeners]
            log.info("started", transport=settings.transport, port=port, **({"metrics_port": own[0]} if own else {}))
            await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            log.info("stopping")
            bot.is_stopping = True
            _end(servers)
            await serving
    finally:
        _end(servers)
        await serving


def _end(servers: Sequence[WebServer]) -> None:
    for server in servers:
        server.should_exit = True
