"""Bar (d): a quarter of cost for a thousand keys into the ledger, against reading and decoding the same pages."""

from datetime import UTC, datetime, timedelta

from benchmarks.child import child
from benchmarks.figures import Figure

DAYS, KEYS = 90, 1000


async def measure(rounds: int, days: int = DAYS, keys: int = KEYS) -> list[Figure]:
    """Return the figure of (d); the first round warms up."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (midnight - timedelta(days=days + 1)).isoformat()
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    async with child("pages") as pages, child("load_bare") as bare, child("load_ours") as ours:
        url = (await pages.ask("get_ready", starts=starts, days=days, keys=keys))["url"]
        for number in range(-1, rounds):
            for name, process in (("bare", bare), ("ours", ours)):
                done = await process.ask("load", url=url, starts=starts, days=days)
                if done["rows"] != days * keys:
                    raise RuntimeError(f"{name} read {done['rows']} rows instead of {days * keys}")
                if number >= 0:
                    times[name].append(done["milliseconds"])
    return [Figure(f"(d)  {days} days of {keys} keys", "ms", tuple(times["bare"]), tuple(times["ours"]), 1.0)]
