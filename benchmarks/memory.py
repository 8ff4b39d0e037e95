"""Bar (c): resident memory of the idle bot, its first sync done, against an idle bare Bolt app."""

import asyncio
import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.child import Json, child
from benchmarks.figures import Figure
from benchmarks.product import product

SETTLE_SECONDS = 3.0


def resident_mib(pid: int) -> float:
    """Return what a process holds in memory, in MiB, as `ps` tells it."""
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(said.stdout) / 1024


async def measure(rounds: int) -> list[Figure]:
    """Return the figure of (c); each round starts both anew."""
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(rounds):
        bare.append(await _bare())
        ours.append(await _ours())
    return [Figure("(c)  resident memory, idle", "MiB", tuple(bare), tuple(ours), 1.6)]


async def _bare() -> float:
    async with child("upstream") as upstream:
        settings: Json = await upstream.ask("settings")
        async with child("bare_idle", {"BENCH_SETTINGS": json.dumps(settings)}) as bot:
            await upstream.ask("ready")
            await asyncio.sleep(SETTLE_SECONDS)
            return resident_mib(bot.process.pid)


async def _ours() -> float:
    with tempfile.TemporaryDirectory(prefix="qm-bench-") as folder:
        async with child("upstream") as upstream, product(await upstream.ask("settings"), Path(folder)) as bot:
            await upstream.ask("ready")
            await asyncio.sleep(SETTLE_SECONDS)
            return resident_mib(bot.pid)
