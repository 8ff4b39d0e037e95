"""The bare counterpart of a whole approval: the upstream calls that it needs, one after the other, and nothing else."""

import asyncio
import json
import os
import time

from benchmarks.child import Json, answer
from benchmarks.raw import RawCalls


async def main() -> None:
    """Serve until standard input ends."""
    raw = RawCalls(json.loads(os.environ["BENCH_SETTINGS"]))

    async def make(calls: list[Json], card_ts: str) -> Json:
        began = time.perf_counter()
        for call in calls:
            await raw.make(call, card_ts)
        return {"milliseconds": (time.perf_counter() - began) * 1000}

    await answer({"make": make})
    await raw.close()


if __name__ == "__main__":
    asyncio.run(main())
