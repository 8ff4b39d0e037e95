"""The composition root: the only file that knows everything. `build` makes the pieces, `running` lets them work."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp

from bot.admin.client import admin_of
from bot.approvals.kind import AnyKind
from bot.approvals.snapshot import keys_of_account
from bot.claude_code.columns import columns_from
from bot.directory.directory import Directory
from bot.directory.found import FoundCapabilities
from bot.errors import SlackError
from bot.jobs import JOBS, TOPICS, Job, Schedule, start_jobs
from bot.kinds.limits.peaks.places import busiest_minutes
from bot.kinds.registry import KINDS
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
from bot.store.idle import IDLE_FOR
from bot.store.migrate import is_current, migrate, why_unusable
from bot.store.notes import try_writing
from bot.store.session import Store
from bot.store.vault import Vault
from bot.telemetry.observed import meter_of
from handlers import register
from handlers.edge.bolt import make_bolt
from handlers.edge.front import register_front
from handlers.edge.socket import Socket

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


def machine_time() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


async def build(settings: Settings, clock: Clock = machine_time, kinds: Mapping[str, AnyKind] = KINDS) -> Bot:
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
        store=Store(
            settings.database_url.get_secret_value(), settings.audit_key_bytes, lambda: runtime.now(), idle_for=IDLE_FOR
        ),
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
        busiest_minutes=lambda now: busiest_minutes(runtime, now),
        keys_of=lambda slack_id, member_id: keys_of_account(runtime, slack_id, member_id),
        more_about_people=(columns_from(lambda: runtime),),
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
