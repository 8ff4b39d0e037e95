"""The product's load: its Admin client reads the pages, its ledger takes them, into a new SQLite file each time."""

import asyncio
import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from benchmarks.child import Json, answer
from benchmarks.memory import resident_mib
from bot.admin.client import open_admin
from bot.memory import freeze_startup
from bot.spend.ledger.db import cells
from bot.spend.ledger.pages import load_days
from bot.spend.ledger.sync import GROUP_BY
from bot.store.migrate import migrate
from bot.store.session import Store


async def load(url: str, starts: str, days: int) -> Json:
    """Load everything once; the database is made before the stopwatch starts."""
    first = datetime.fromisoformat(starts)
    ends = first + timedelta(days=days)
    last = (ends - timedelta(days=1)).date()
    admin = open_admin(SecretStr("sk-ant-admin01-bench"), url, requests_per_minute=6000)
    with tempfile.TemporaryDirectory(prefix="qm-bench-") as folder:
        store = Store(f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}")
        await migrate(store)
        freeze_startup()  # as the product does
        before_mib = resident_mib(os.getpid())
        began, worked = time.perf_counter(), time.process_time()
        pages = admin.background().cost_buckets(first, ends, GROUP_BY, "1d", in_order=True)
        await load_days(store, pages, first.date(), last, datetime.now(UTC))
        milliseconds = (time.perf_counter() - began) * 1000
        cpu = (time.process_time() - worked) * 1000
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        async with store.read() as tx:
            rows = len(await cells(tx, first.date(), last))
        await store.close()
    await admin.aclose()
    return {"milliseconds": milliseconds, "cpu": cpu, "rows": rows, "before_mib": before_mib, "peak_mib": peak_mib}


if __name__ == "__main__":
    asyncio.run(answer({"load": load}))
