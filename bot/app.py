"""The composition root: the only file that knows everything. `build` makes the pieces, `run` lives their life."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.client import admin_of
from bot.approvals.kind import AnyKind
from bot.approvals.snapshot import keys_of_account
from bot.directory.directory import Directory
from bot.directory.found import FoundCapabilities
from bot.errors import SlackError
from bot.jobs import JOBS, TOPICS, Job, Schedule, start_jobs
from bot.kinds.registry import KINDS
from bot.log import configure_logging
from bot.memory import freeze_startup
from bot.policy.file import PolicyFile
from bot.runtime import Runtime
from bot.settings.model import Settings
from bot.settings.network import authorities, forget_proxies
from bot.slack.notifier import SlackNotifier
from bot.slack.probe import WITHIN, web_client
from bot.slack.traced import traced
from bot.spend.ledger.use import each_use_from, use_from
from bot.spend.limits.figures import month_from
from bot.spend.news import News
from bot.store.migrate import is_current, migrate, open_database, why_unusable
from bot.store.notes import try_writing
from bot.store.opening import opened
from bot.store.session import Store
from bot.store.vault import Vault
from bot.telemetry.endpoint import metrics_route
from bot.telemetry.observed import meter_of
from bot.web import WebServer, build_server, build_web, listen
from handlers import register
from handlers.edge.bolt import make_bolt
from handlers.edge.front import handle_http, register_front
from handlers.edge.socket import Socket
from handlers.metrics import scrape_of

log = structlog.get_logger()

Clock = Callable[[], datetime]
DRAIN_SECONDS = 20.0
PROBE_EVERY = 30.0


@dataclass
class Bot:
    """The assembled bot, not yet connected."""

    runtime: Runtime
    app: AsyncApp
    session: aiohttp.ClientSession
    socket: Socket | None
    slack_problem: str = "Slack has not answered yet."
    is_stopping: bool = False
    is_open: bool = False
    """Whether the database was opened: until then Slack is told to ask again."""
    schedule: Schedule | None = None

    async def unready_because(self) -> dict[str, str]:
        """Return what stands in the way of being ready, in words; empty when nothing does."""
        found: dict[str, str] = {}
        if self.is_stopping:
            found["process"] = "The process is stopping."
        if self.slack_problem:
            found["slack"] = self.slack_problem
        if late := self.schedule.late() if self.schedule else []:
            found["jobs"] = f"Some of what happens by itself has stopped: {', '.join(late)}."
        if self.socket and not await self.socket.is_live():
            found["socket"] = "There is no live socket to Slack."
        try:
            async with asyncio.timeout(3):
                if not await is_current(self.runtime.store):
                    found["database"] = "The database's schema is not this version's."
                else:
                    await try_writing(self.runtime.store)
        except Exception as error:  # drivers differ in what they raise
            found["database"] = why_unusable(error)
        return found

    async def probe_slack(self) -> None:
        """Ask Slack who we are; remembers the answer for readiness, and the team for every later check.

        A token of another team than TEAM_ID leaves the team unknown, and so everybody refused.
        """
        wanted = self.runtime.settings.team_id
        try:
            me = await self.runtime.notifier.self_test()
        except SlackError as error:
            self.slack_problem = error.sentence
        else:
            is_ours = wanted in (None, me.team_id, me.enterprise_id)
            ours = wanted if wanted and wanted == me.enterprise_id else me.team_id
            self.runtime.team_id, self.runtime.bot_user_id = ours if is_ours else "", me.bot_user_id
            self.slack_problem = "" if is_ours else f"The bot token belongs to {me.team_id}, not to {wanted}."
        if self.slack_problem:
            log.warning("slack_not_ready", problem=self.slack_problem)

    async def close(self) -> None:
        """Close every connection; doing it again does nothing."""
        await self.runtime.admin.aclose()
        await self.session.close()
        await self.runtime.store.close()
        await self.runtime.meter.spans.close()


def _now() -> datetime:
    return datetime.now(UTC)


async def build(settings: Settings, clock: Clock = _now, kinds: Mapping[str, AnyKind] = KINDS) -> Bot:
    """Make all the pieces inside the running loop; nothing is sent to anybody yet. `kinds` can be asked for."""
    forget_proxies()  # the settings have them, and say which way each address takes
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=WITHIN, connect=5),
        connector=aiohttp.TCPConnector(ssl=authorities(settings.ssl_cert_file)),
    )
    client = web_client(settings, settings.slack_bot_token, session)
    meter = meter_of(settings)
    admin = admin_of(settings, clock, meter)
    policy_file = PolicyFile(settings.policy_file, kinds)
    runtime = Runtime(
        settings=settings,
        policy=policy_file.read(),
        policy_file=policy_file,
        store=Store(settings.database_url.get_secret_value(), settings.audit_key_bytes, lambda: runtime.now()),
        admin=admin,
        directory=Directory(admin),
        capabilities=FoundCapabilities(lambda: runtime.store),
        notifier=SlackNotifier(
            traced(client, meter.spans),
            session,
            trust_missing_flags=settings.trust_missing_flags,
            proxy_for=settings.proxy_for,
            may_answer_at=settings.may_answer_at,
        ),
        vault=Vault(settings.encryption_keys),
        clock=clock,
        kinds=kinds,
        spend_news=News(lambda: runtime),
        meter=meter,
        topics=TOPICS,
        use_of_keys=use_from(lambda: runtime.store),
        use_of_each=each_use_from(lambda: runtime.store),
        spend_of_month=month_from(lambda: runtime.store),
        keys_of=lambda slack_id, member_id: keys_of_account(runtime, slack_id, member_id),
    )
    secret = settings.slack_signing_secret
    app = make_bolt(client, secret.get_secret_value() if secret else None, is_http=settings.transport == "http")
    register(app, runtime)
    register_front(app, settings.command_prefix)
    token = settings.slack_app_token
    return Bot(runtime, app, session, Socket(app, token.get_secret_value(), proxy_for=settings.proxy_for) if token else None)


@contextlib.asynccontextmanager
async def running(bot: Bot, jobs: tuple[Job, ...] = JOBS, *, pace: float = 1.0) -> AsyncGenerator[Bot]:
    """Connect, keep time, serve; and on the way out stop taking, finish what runs, close in order."""
    rt = bot.runtime
    if rt.policy.nobody_because:
        log.warning("nobody_may_approve", version=rt.policy.version, nobody_because=rt.policy.nobody_because)
    await migrate(rt.store)
    bot.is_open = True
    await bot.probe_slack()
    probing = asyncio.create_task(_keep_probing(bot))
    connecting = asyncio.create_task(_connect(bot))
    schedule = bot.schedule = start_jobs(rt, jobs, pace=pace)
    try:
        yield bot
    finally:
        bot.is_stopping = True
        schedule.pause()
        for task in (connecting, probing):
            task.cancel()
        await asyncio.gather(connecting, probing, return_exceptions=True)
        if bot.socket:
            await bot.socket.stop()
        await rt.tasks.drain(DRAIN_SECONDS)
        schedule.stop()
        await bot.close()


async def _connect(bot: Bot) -> None:
    """Open the socket; while Slack doesn't let us, try again with growing pauses instead of giving up."""
    if bot.socket is None:
        return
    pause = 1.0
    while True:
        try:
            await bot.socket.start()
        except Exception as error:  # any error: Slack may let us in later
            log.warning("socket_not_connected", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60.0)
        else:
            log.info("connected")
            return


async def _keep_probing(bot: Bot) -> None:
    while True:
        await asyncio.sleep(PROBE_EVERY if not bot.slack_problem else 5.0)
        await bot.probe_slack()


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
    yield _now


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
    listeners = [listener := listen(settings.host, settings.port)]
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
            log.info("started", transport=bot.runtime.settings.transport, port=listener.getsockname()[1])
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
