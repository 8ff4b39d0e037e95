"""Bars (h): acks while the bot loads its first history against acks when it is idle, and memory while a year loads."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.child import child
from benchmarks.figures import Figure, percentile
from benchmarks.product import product

YEAR, KEYS = 365, 250


async def measure(rounds: int, days: int = YEAR, keys: int = KEYS) -> list[Figure]:
    """Return the figures of (h); each round starts everything anew."""
    pairs = [await _acks() for _ in range(rounds)]
    idle, loading = zip(*pairs, strict=True)
    acks = Figure("(h1) ack of help while history loads, p99", "ms", idle, loading, 1.5)
    memory = [await _memory(days, keys) for _ in range(rounds)]
    before, peak = zip(*memory, strict=True)
    return [acks, Figure(f"(h2) memory while {days} days of {keys} keys load", "MiB", before, peak, 1.5)]


async def _acks() -> tuple[float, float]:
    """Return p99 of the acks when idle, and of those that were asked for until the first history was there."""
    with tempfile.TemporaryDirectory(prefix="qm-bench-") as folder:
        async with child("upstream") as upstream, product(await upstream.ask("settings"), Path(folder)):
            loading = (await upstream.ask("ask_for_help_while_loading"))["acks"]
            await upstream.ask("ready")
            idle = [(await upstream.ask("ask_for_help"))["acks"] for _ in range(4)]
            return percentile([one for burst in idle for one in burst], 0.99), percentile(loading, 0.99)


async def _memory(days: int, keys: int) -> tuple[float, float]:
    """Return what a process that loads history held before, and at most."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (midnight - timedelta(days=days + 1)).isoformat()
    async with child("pages") as pages, child("load_ours") as ours:
        url = (await pages.ask("get_ready", starts=starts, days=days, keys=keys))["url"]
        done = await ours.ask("load", url=url, starts=starts, days=days)
        return done["before_mib"], done["peak_mib"]
