"""Bar (e): what people look at after 20,000 past requests, against the same after 200; and others' acks meanwhile."""

import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.child import Child, child
from benchmarks.crowd import LOOKERS
from benchmarks.figures import Figure, percentile
from benchmarks.history import fill
from benchmarks.product import product
from bot.store.migrate import migrate
from bot.store.session import Store

FEW, MANY = 200, 20_000
_NAMES = {
    "home": "(e1) App Home",
    "keys": "(e2) /claude-keys",
    "homes": f"(e3) the last of {LOOKERS} App Homes at once",
    "acks": "(e4) others' acks meanwhile, p99",
}


async def measure(rounds: int, few: int = FEW, many: int = MANY) -> list[Figure]:
    """Return the figures of (e); the first round warms up. The columns are the two histories."""
    times: dict[str, dict[int, list[float]]] = {name: {few: [], many: []} for name in _NAMES}
    async with AsyncExitStack() as stack:
        upstreams = {count: await _started(stack, count) for count in (few, many)}
        for number in range(-1, rounds):
            for count, upstream in upstreams.items():
                seen = await upstream.ask("look")
                taken = {"home": seen["home"], "keys": seen["keys"], "homes": max(seen["homes"])}
                taken["acks"] = percentile(seen["acks"], 0.99)
                for name, milliseconds in taken.items():
                    if number >= 0:
                        times[name][count].append(milliseconds)
    return [Figure(_NAMES[name], "ms", tuple(one[few]), tuple(one[many]), 1.5) for name, one in times.items()]


async def _started(stack: AsyncExitStack, count: int) -> Child:
    """Start a bot whose database already holds so many past requests, and return its upstream."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qm-bench-")))
    store = Store(f"sqlite+aiosqlite:///{folder / 'bot.db'}")
    await migrate(store)
    await fill(store, count, datetime.now(UTC))
    await store.close()
    upstream = await stack.enter_async_context(child("upstream"))
    await stack.enter_async_context(product(await upstream.ask("settings"), folder))
    await upstream.ask("ready")
    return upstream
