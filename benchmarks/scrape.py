"""Bars (i): a scrape of nine thousand series against plain gauges of prometheus-client, and others' acks beside scrapes."""

import asyncio
import http.client
import sqlite3
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.child import Child, child
from benchmarks.figures import Figure, percentile
from benchmarks.product import product
from bot.spend.ledger.rollups.db import roll_up
from bot.store.migrate import migrate
from bot.store.notes import write_note
from bot.store.session import Store
from bot.store.tables import CostDayRow, UsagePartRow
from bot.web import listen

WORKSPACES, MODELS, TIERS = 30, 10, 3
"""Times five types of tokens, under two names: nine thousand series."""
SERIES = WORKSPACES * MODELS * TIERS * 5 * 2
_TIMES = 5
"""Scrapes that make one round."""


async def measure(rounds: int) -> list[Figure]:
    """Return the figures of (i); the first round warms up."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qm-bench-")))
        await _begin_early(folder)
        upstream = await stack.enter_async_context(child("upstream"))
        with listen("127.0.0.1", 0) as free:
            port: int = free.getsockname()[1]
        settings = await upstream.ask("settings") | {"METRICS_PORT": port}
        await stack.enter_async_context(product(settings, folder))
        await upstream.ask("ready")
        bare = await stack.enter_async_context(child("bare_scrape"))
        plain: int = (await bare.ask("get_ready", series=SERIES))["port"]
        await _until_loaded(folder / "bot.db")
        await grow(folder / "bot.db")
        return [
            *await _scrapes(plain, port, folder / "bot.db", rounds),
            await _acks(upstream, port, folder / "bot.db", rounds),
        ]


async def _begin_early(folder: Path) -> None:
    """Let counters count from a day before all figures, whatever day of a month it is."""
    store = Store(f"sqlite+aiosqlite:///{folder / 'bot.db'}")
    await migrate(store)
    async with store.write() as tx:
        await write_note(tx, "metrics_epoch", {"day": "2026-01-01"}, datetime.now(UTC))
    await store.close()


async def _until_loaded(path: Path) -> None:
    """Return once the bot has read its ledger: a day that is added earlier would be read over."""
    async with asyncio.timeout(120):
        with sqlite3.connect(path, timeout=30) as db:
            while not db.execute("SELECT COUNT(*) FROM source WHERE succeeded_at IS NOT NULL").fetchone()[0]:
                await asyncio.sleep(0.2)


async def grow(path: Path) -> None:
    """Add a day ten days ago on which many workspaces used many models, which is told as so many series."""
    written = datetime.now(UTC).date() - timedelta(days=10)
    day = str(written)
    with sqlite3.connect(path, timeout=30) as db:
        named = [
            (day, f"wrkspc_01Bench{w:018d}", f"claude-model-{m}", "apikey_01Bench")
            for w in range(WORKSPACES)
            for m in range(MODELS)
        ]
        names = "day, workspace_id, model, api_key_id, actor, product"
        cost = f"INSERT INTO cost_day ({names}, nanos) VALUES (?, ?, ?, ?, '', '', ?)"
        db.executemany(cost, [(*one, 10**12) for one in named])
        names = "day, workspace_id, model, api_key_id, service_tier, context_window"
        tokens = "uncached_input, cache_read, cache_write_5m, cache_write_1h, output"
        usage = f"INSERT INTO usage_part ({names}, {tokens}) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?)"
        tiers = range(TIERS)
        db.executemany(usage, [(*one, f"tier_{t}", *(10**6 + n for n in range(5))) for one in named for t in tiers])
    store = Store(f"sqlite+aiosqlite:///{path}")
    async with store.write() as tx:
        for table in (CostDayRow, UsagePartRow):
            await roll_up(tx, table, [written])
    await store.close()
    touch(path)


def touch(path: Path) -> None:
    """Say that the ledger was written, so that the next scrape reads it again."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    with sqlite3.connect(path, timeout=30) as db:
        db.execute("UPDATE ledger_day SET synced_at = ? WHERE day = (SELECT MAX(day) FROM ledger_day)", (now,))


def scrape(port: int) -> tuple[float, int]:
    """Return how long a scrape takes in milliseconds, and how many series it has."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read()
    took = (time.perf_counter() - began) * 1000
    connection.close()
    return took, sum(1 for line in text.splitlines() if not line.startswith(b"#"))


async def _scrapes(plain: int, port: int, path: Path, rounds: int) -> list[Figure]:
    bare, ours, changed = list[float](), list[float](), list[float]()
    for number in range(-1, rounds):
        slow = await asyncio.to_thread(scrape, plain)
        same = [await asyncio.to_thread(scrape, plain) for _ in range(_TIMES)]
        touch(path)
        after = await asyncio.to_thread(scrape, port)
        kept = [await asyncio.to_thread(scrape, port) for _ in range(_TIMES)]
        if min(slow[1], after[1]) < SERIES:
            raise RuntimeError(f"{after[1]} series instead of {SERIES}")
        if number >= 0:
            bare.append(percentile([one for one, _ in same], 0.5))
            ours.append(percentile([one for one, _ in kept], 0.5))
            changed.append(after[0])
    return [
        Figure(f"(i1) scrape of {SERIES:,} series", "ms", tuple(bare), tuple(ours), 1.3),
        Figure("     the first after figures changed", "ms", tuple(bare), tuple(changed), None),
    ]


async def _acks(upstream: Child, port: int, path: Path, rounds: int) -> Figure:
    """Compare acks of fifty people with those beside scrapes one after the other, each of changed figures."""
    quiet, beside = list[float](), list[float]()
    for number in range(-1, rounds):
        alone = percentile((await upstream.ask("ask_for_help"))["acks"], 0.99)
        scraping = asyncio.create_task(_keep_scraping(port, path))
        with_scrapes = percentile((await upstream.ask("ask_for_help"))["acks"], 0.99)
        scraping.cancel()
        with suppress(asyncio.CancelledError):
            await scraping
        if number >= 0:
            quiet.append(alone)
            beside.append(with_scrapes)
    return Figure("(i2) acks of others beside a scrape, p99", "ms", tuple(quiet), tuple(beside), 1.5)


async def _keep_scraping(port: int, path: Path) -> None:
    while True:
        await asyncio.to_thread(touch, path)
        await asyncio.to_thread(scrape, port)
