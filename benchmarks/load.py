"""Bar (d): a quarter of cost for a thousand keys into the ledger, against reading and decoding the same pages."""

from datetime import UTC, datetime, timedelta

from benchmarks.child import child
from benchmarks.figures import Figure

DAYS, KEYS = 90, 1000


async def measure(rounds: int, days: int = DAYS, keys: int = KEYS) -> list[Figure]:
    """Return the figures of (d), by the clock and in CPU time of the two processes; the first round warms up."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (midnight - timedelta(days=days + 1)).isoformat()
    times: dict[str, list[float]] = {"bare milliseconds": [], "bare cpu": [], "ours milliseconds": [], "ours cpu": []}
    async with child("pages") as pages, child("load_bare") as bare, child("load_ours") as ours:
        url = (await pages.ask("get_ready", starts=starts, days=days, keys=keys))["url"]
        for number in range(-1, rounds):
            for name, process in (("bare", bare), ("ours", ours)):
                done = await process.ask("load", url=url, starts=starts, days=days)
                if done["rows"] != days * keys:
                    raise RuntimeError(f"{name} read {done['rows']} rows instead of {days * keys}")
                for unit in ("milliseconds", "cpu") if number >= 0 else ():
                    times[f"{name} {unit}"].append(done[unit])
    bare_wall, bare_cpu, our_wall, our_cpu = map(tuple, times.values())
    return [
        Figure(f"(d)  {days} days of {keys} keys", "ms", bare_wall, our_wall, 1.0),
        Figure("     the same, CPU", "ms", bare_cpu, our_cpu, None),
    ]
