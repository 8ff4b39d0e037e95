"""Figures for the ledger, a Slack that notes what it gets and can refuse, an organization that reports what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from bot.admin.model import Workspace
from bot.admin.rows import CostBucket, CostRow, Report, UsageRow
from bot.errors import SlackDown, SlackRefused, UpstreamDown, UpstreamRefused
from bot.jobs import TOPICS
from bot.people.model import Actor
from bot.posts import db as posts
from bot.posts.model import Wanted
from bot.runtime import Runtime
from bot.sandbox.slack.validation import validate_blocks
from bot.slack.model import Message, Sent, SlackChannel, SlackPerson
from bot.spend.alerts import db as threshold_table
from bot.spend.alerts.model import Threshold, ThresholdPeriod
from bot.spend.digests import db as subscription_table
from bot.spend.digests.model import Subscription
from bot.spend.digests.topic import digest_of
from bot.spend.dimensions import KEY, MODEL, WORKSPACE
from bot.spend.ledger.doubts.rules import DOUBTED_FALL
from bot.spend.ledger.pages import load_days, midnight
from bot.spend.ledger.sync import GROUP_BY
from bot.spend.model import Cell
from bot.store.session import Store
from bot.telemetry.meter import Meter
from tests.admin.buckets import in_buckets
from tests.spend import front

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)
COSTS = "C0COSTS"
PROD, LAB = "wrkspc_prod", "wrkspc_lab"
OPUS, SONNET = "claude-opus-5-5", "claude-sonnet-5-5"
CENT = 10_000_000
DOLLAR = 100 * CENT

DAY = timedelta(days=1)
Figure = tuple[date, str, str, str, int]
"""(day, workspace, model, key, nano-dollars)."""


def row(figure: Figure) -> CostRow:
    day, workspace, model, key, amount = figure
    starts = midnight(day)
    return CostRow(
        starts, starts + timedelta(days=1), workspace or None, model or None, key or None, None, None, None, amount
    )


def cell_of(day: date, workspace: str, model: str, key: str, amount: Decimal) -> Cell:
    """One cell of the ledger."""
    return Cell(day, {WORKSPACE.column: workspace, MODEL.column: model, KEY.column: key}, amount)


def steady(first: date, last: date, amount: int = 100 * DOLLAR) -> list[Figure]:
    """The same two keys every day: 3/4 on ingest in Production, 1/4 on evals in Research."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    parts = ((PROD, SONNET, "apikey_ingest", amount * 3 // 4), (LAB, OPUS, "apikey_evals", amount // 4))
    return [(day, *part) for day in days for part in parts]


async def fill(store: Store, figures: Iterable[Figure], refreshed_at: datetime = NOW, now: datetime = NOW) -> None:
    """Load figures as one report; it covers its own days and those up to `now`."""
    rows = sorted((row(figure) for figure in figures), key=lambda one: one.starts_at)
    pages = pages_of([rows], refreshed_at)
    await load_days(store, pages, rows[0].starts_at.date(), max(now.date(), rows[-1].starts_at.date()), now)


async def pages_of(
    pages: Sequence[Sequence[CostRow]], refreshed_at: datetime | None = NOW, source: Any = "analytics", fails: bool = False
) -> AsyncIterator[Report[CostBucket]]:
    for rows in pages:
        yield Report(in_buckets(rows, GROUP_BY), refreshed_at, source)
    if fails:
        raise UpstreamDown("The Claude Admin API didn't answer in time.", status=None)


@dataclass
class Organization:
    """The Admin port as far as the sync uses it; `asked` are the readings of WHO by day."""

    figures: list[Figure] = field(default_factory=list[Figure])
    refreshed_at: datetime | None = NOW
    source: str = "analytics"
    asked: list[tuple[date, date]] = field(default_factory=list[tuple[date, date]])
    fails_after_pages: int | None = None
    page_rows: int = 7
    code_since: date = NOW.date() - timedelta(days=4)
    code_asked: list[date] = field(default_factory=list[date])

    def background(self) -> "Organization":
        return self

    async def cost_buckets(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = GROUP_BY,
        bucket: str = "1d",
        in_order: bool = False,
    ) -> AsyncIterator[Report[CostBucket]]:
        if group_by == GROUP_BY and bucket == "1d":
            self.asked.append((starts.date(), ends.date()))
        found = sorted(f for f in self.figures if starts <= midnight(f[0]) < ends)
        if not found:
            yield Report([], self.refreshed_at, cast("Any", self.source))
        for number, start in enumerate(range(0, len(found), self.page_rows)):
            if number == self.fails_after_pages:
                raise UpstreamDown("The Claude Admin API didn't answer in time.")
            buckets = in_buckets([row(f) for f in found[start : start + self.page_rows]], group_by)
            yield Report(buckets, self.refreshed_at, cast("Any", self.source))

    async def usage(self, *_: Any, **__: Any) -> Report[UsageRow]:
        return Report([], self.refreshed_at)

    async def claude_code(self, day: date) -> list[Any]:
        if day < self.code_since:
            raise UpstreamRefused("That day is too old.", status=400)
        self.code_asked.append(day)
        return []

    async def workspaces(self, include_archived: bool = False) -> AsyncIterator[Any]:
        yield Workspace(id=PROD, name="Production", created_at=NOW, tags={"team": "core"})
        yield Workspace(id=LAB, name="Research", created_at=NOW)

    async def api_keys(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(id="apikey_ingest", name="ingest-prod", workspace_id=PROD)
        yield SimpleNamespace(id="apikey_evals", name="eval-runs", workspace_id=LAB)

    async def users(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(id="user_dana", name="Dana", email="dana@acme.test")


@dataclass
class Posted:
    channel: str
    message: Message
    thread_ts: str | None
    ts: str


@dataclass
class Slack:
    """The Notifier port as far as spend uses it: it checks blocks as Slack does, and refuses what it is told to."""

    posts: list[Posted] = field(default_factory=list[Posted])
    files: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    redrawn: list[tuple[Sent, Message]] = field(default_factory=list[tuple[Sent, Message]])
    refused_blocks: set[str] = field(default_factory=set[str])
    refuses_with: str | None = None
    refuses_people_with: str | None = None
    is_down: bool = False
    uploads_fail: bool = False
    deletions_fail: list[Exception] = field(default_factory=list[Exception])
    deleted: list[str] = field(default_factory=list[str])
    shared_outside: bool = False
    is_member: bool = True
    lost_texts: set[str] = field(default_factory=set[str])
    delay: float = 0.0
    gone: set[str] = field(default_factory=set[str])
    people: set[str] = field(default_factory=set[str])
    refuses_only: dict[str, str] = field(default_factory=dict[str, str])

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        return SlackChannel(channel_id, "llm-costs", channel_id[0] == "D", self.is_member, False, self.shared_outside)

    async def person(self, slack_id: str, *, fresh: bool = False) -> SlackPerson:
        is_gone = slack_id in self.gone
        return SlackPerson(
            slack_id, "T0ACME", slack_id, f"{slack_id}@acme.test", "UTC", is_gone, False, False, False, False, True
        )

    async def person_at(self, email: str) -> SlackPerson | None:
        return None

    async def is_in_channel(self, channel_id: str, slack_id: str) -> bool:
        return slack_id in self.people

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        await asyncio.sleep(self.delay)
        if self.is_down or any(part in message.text for part in self.lost_texts):
            raise SlackDown("Slack did not answer (chat.postMessage).")
        code = self.refuses_with if channel[0] == "C" else self.refuses_people_with
        code = self.refuses_only.get(channel, code)
        if code:
            raise SlackRefused("Slack refused chat.postMessage.", code)
        if {block["type"] for block in message.blocks} & self.refused_blocks:
            raise SlackRefused("Slack refused chat.postMessage: invalid_blocks.", "invalid_blocks")
        assert validate_blocks(message.blocks, "message") == []
        assert message.text
        self.posts.append(Posted(channel, message, thread_ts, f"{len(self.posts) + 1}.000001"))
        return Sent(channel, self.posts[-1].ts)

    async def redraw(self, sent: Sent, message: Message) -> None:
        assert validate_blocks(message.blocks, "message") == []
        self.redrawn.append((sent, message))

    async def upload(self, name: str, content: bytes, alt_text: str) -> str:
        if self.uploads_fail:
            raise SlackRefused("Slack refused files.getUploadURLExternal.", "missing_scope")
        return "F0CHART"

    async def put_file(self, name: str, content: bytes, alt_text: str) -> str:
        return "F0BELOW"

    async def share_file(self, file_id: str, name: str, channel: str, *, thread_ts: str | None = None) -> None:
        self.files.append((channel, thread_ts))

    async def delete_file(self, file_id: str) -> None:
        if self.deletions_fail:
            raise self.deletions_fail.pop(0)
        self.deleted.append(file_id)

    def figures(self) -> list[Posted]:
        """What was posted but for what is told of changes."""
        return [post for post in self.posts if not post.message.text.startswith("🔁")]

    def top(self, channel: str = COSTS) -> list[Posted]:
        """What was posted in a channel outside of threads, but for what is told of changes."""
        return [post for post in self.figures() if post.channel == channel and post.thread_ts is None]

    def replies(self) -> list[Posted]:
        return [post for post in self.posts if post.thread_ts is not None]


@dataclass
class Looking(Slack):
    """A Slack that takes its time to say who reads a channel; `meanwhile` is what else happens."""

    seconds: float = 0.0
    meanwhile: Callable[[], None] = lambda: None

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        await asyncio.sleep(self.seconds)
        self.meanwhile()
        return await Slack.channel(self, channel_id, fresh=fresh)


def runtime(store: Store, organization: Organization | None = None, slack: Slack | None = None) -> Runtime:
    """A runtime of which spend's parts are real, and Slack and the organization are these."""
    parts = SimpleNamespace(
        store=store,
        admin=organization or Organization(),
        notifier=slack or Slack(),
        settings=SimpleNamespace(
            command_prefix="claude",
            doubted_fall=DOUBTED_FALL,
            hours_kept=0,
            metrics_port=None,
            metrics_token=None,
            otlp_targets=None,
            dogstatsd_address=None,
            datadog_api_key=None,
            datadog_app_key=None,
            spend_visible_to=("all",),
        ),
        topics=TOPICS,
        kinds={},
        now=lambda: NOW,
        meter=Meter(),
    )
    return cast("Runtime", parts)


def set_clock(rt: Runtime, now: datetime) -> None:
    """Make it that late for one replica."""
    cast("Any", rt).now = lambda: now


async def run_digests(rt: Runtime, now: datetime) -> int:
    """Run the digests' jobs as the schedule does, begun at that moment."""
    set_clock(rt, now)
    return await front.run_digests(rt, now)


async def run_alerts(rt: Runtime, now: datetime) -> int:
    """Run the alerts' jobs as the schedule does, begun at that moment."""
    set_clock(rt, now)
    return await front.run_alerts(rt, now)


MONTH = steady(FRIDAY - DAY * 40, FRIDAY - DAY)
BUSY: list[Figure] = [(FRIDAY, PROD, OPUS, "apikey_ingest", 150 * DOLLAR), (FRIDAY, LAB, OPUS, "apikey_evals", 25 * DOLLAR)]
DANA = Actor("U0DANA", None, "Europe/Berlin")  # pyright: ignore[reportArgumentType] - spend never looks at the member


async def subscribe(store: Store, channel: str = COSTS, workspaces: tuple[str, ...] = ()) -> Subscription:
    wanted = Subscription(
        f"dig_{channel}", channel, "09:00", "Europe/Berlin", workspaces, "U0DANA", NOW - DAY, FRIDAY - DAY * 10
    )
    async with store.write() as tx:
        return await subscription_table.save_subscription(tx, wanted)


async def watch(store: Store, amount: int, period: ThresholdPeriod = "daily", workspace: str | None = None) -> Threshold:
    wanted = Threshold(f"thr_{amount}", COSTS, period, workspace, Decimal(amount), "U0DANA", NOW - DAY * 5)
    async with store.write() as tx:
        return await threshold_table.save_threshold(tx, wanted)


async def stands(store: Store, subscription: Subscription, ts: str) -> None:
    """Leave Friday's digest as a process leaves it that died behind its post and before its breakdown."""
    async with store.write() as tx:
        run_id = await subscription_table.begin_run(tx, subscription, FRIDAY)
        assert run_id
        wanted = [digest_of(subscription.channel)]
        wanted += [
            Wanted(f"part:{name}", subscription.channel, thread_of="digest", redraws=False)
            for name in ("workspace", "model", "key")
        ]
        await posts.want(tx, "digest", str(run_id), wanted, NOW)
        (post, *_) = await posts.claim(tx, "digest", str(run_id), "dead", NOW, NOW + timedelta(minutes=2))
        await posts.note_sent(tx, post, "dead", subscription.channel, ts, NOW)
        await subscription_table.digest_sent(tx, run_id, NOW, ts, Decimal(175))
