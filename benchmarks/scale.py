"""Bar (f): lists, the App Home and a click in a large organization with a long history, against a tenth of both."""

import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.child import Child, child
from benchmarks.figures import Figure
from benchmarks.grown import SIZES
from benchmarks.history import fill
from benchmarks.product import product
from bot.store.migrate import migrate
from bot.store.session import Store

REQUESTS = 20_000
TENTH = 10
_NAMES = {
    "home": "(f1) App Home",
    "members": "(f2) /claude-members",
    "workspaces": "(f3) /claude-workspaces",
    "keys": "(f4) /claude-keys list",
    "click": "(f5) click to finished card",
}


async def measure(rounds: int, whole: int = 1, part: int = TENTH) -> list[Figure]:
    """Return the figures of (f); the first round warms up. The columns are the smaller and the larger organization."""
    times: dict[str, dict[int, list[float]]] = {name: {part: [], whole: []} for name in _NAMES}
    async with AsyncExitStack() as stack:
        upstreams = {share: await _started(stack, share) for share in (part, whole)}
        for number in range(-1, rounds):
            for share, upstream in upstreams.items():
                seen = await upstream.ask("look_at_lists")
                await upstream.ask("ask_for_keys", count=1)
                seen["click"] = (await upstream.ask("approve"))["cards"][0]
                for name, milliseconds in seen.items():
                    if number >= 0:
                        times[name][share].append(milliseconds)
    return [Figure(_NAMES[name], "ms", tuple(one[part]), tuple(one[whole]), 1.5) for name, one in times.items()]


async def _started(stack: AsyncExitStack, share: int) -> Child:
    """Start a bot with so small a share of the largest organization and history, and return its upstream."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qm-bench-")))
    store = Store(f"sqlite+aiosqlite:///{folder / 'bot.db'}")
    await migrate(store)
    await fill(store, REQUESTS // share, datetime.now(UTC))
    await store.close()
    upstream = await stack.enter_async_context(child("upstream"))
    await upstream.ask("grow_to", **{name: count // share for name, count in SIZES.items()})
    await stack.enter_async_context(product(await upstream.ask("settings"), folder))
    await upstream.ask("ready")
    return upstream
