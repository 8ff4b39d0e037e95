"""Bar (g3): history into a new ledger, against the bare load of the same rows into the same table."""

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.books_postgres import server
from benchmarks.figures import Figure
from bot.admin.rows import FINE, CostBucket, Report
from bot.memory import freeze_startup
from bot.spend.ledger.pages import load_days, midnight
from bot.store.migrate import migrate
from bot.store.session import Store

NAMES = ("day", "workspace_id", "model", "api_key_id", "actor", "product", "nanos", "list_nanos", "requests")
Days = dict[date, Any]


async def loading(folder: Path, first: date, days: int, now: datetime, count: int, rounds: int) -> list[Figure]:
    """Return what loads of `count` rows take; those into PostgreSQL only where it is installed."""
    groups = count // days
    given = {first + timedelta(days=n): _groups(n, groups) for n in range(days)}
    freeze_startup()  # as the product does; what is given here comes from the network there
    figures = await _into_sqlite(folder, given, now, rounds)
    async with server(folder / "loaded") as store:
        if store is not None:
            figures += await _into_postgres(store, given, now, rounds)
    return figures


async def _into_sqlite(folder: Path, days: Days, now: datetime, rounds: int) -> list[Figure]:
    times: list[list[float]] = []
    for number in range(rounds + 1):
        paths = [folder / f"{side}{number}.db" for side in ("bare", "ours")]
        stores = [Store(f"sqlite+aiosqlite:///{path}") for path in paths]
        for store in stores:
            await migrate(store)

        async def bare(path: Path = paths[0]) -> None:
            with sqlite3.connect(path) as db:
                marks = ", ".join("?" * len(NAMES))
                db.executemany(f"INSERT INTO cost_day ({', '.join(NAMES)}) VALUES ({marks})", _rows(days, str))

        times.append(await _timed(bare, lambda store=stores[1]: _load(store, days, now)))
        for store, path in zip(stores, paths, strict=True):
            await store.close()
            path.unlink()
    return _figures(f"(g3) {_count(days):,} rows of history", times)


async def _into_postgres(store: Store, days: Days, now: datetime, rounds: int) -> list[Figure]:
    """Load into one server again and again, emptied in between. The client's CPU time is a part of the work alone."""

    async def bare() -> None:
        async with store.write() as tx:
            driver: Any = (await tx.connection.get_raw_connection()).driver_connection
            await driver.copy_records_to_table("cost_day", records=_rows(days, lambda day: day), columns=NAMES)

    async def empty() -> None:
        async with store.write() as tx:
            await tx.execute(text("TRUNCATE ledger_day, cost_day, cost_day_sum, cost_part_sum"))

    times = [await _timed(bare, lambda: _load(store, days, now), empty) for _ in range(rounds + 1)]
    return _figures("     PostgreSQL, against COPY", times)


async def _nothing() -> None:
    pass


async def _timed(
    bare: Callable[[], Awaitable[None]],
    ours: Callable[[], Awaitable[None]],
    after: Callable[[], Awaitable[None]] = _nothing,
) -> list[float]:
    """Return the milliseconds of both sides: by the clock and of CPU, bare and then ours."""
    found: list[float] = []
    for act in (bare, ours):
        began, worked = time.perf_counter(), time.process_time()
        await act()
        found += [(time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000]
        await after()
    return found


def _figures(name: str, times: list[list[float]]) -> list[Figure]:
    bare_wall, bare_cpu, our_wall, our_cpu = (tuple(one) for one in zip(*times[1:], strict=True))
    return [Figure(name, "ms", bare_wall, our_wall, 1 / 0.7), Figure("     the same, CPU", "ms", bare_cpu, our_cpu, None)]


async def _load(store: Store, days: Days, now: datetime) -> None:
    await load_days(store, _pages(days, now), min(days), max(days), now)


def _rows(days: Days, stored: Callable[[date], Any]) -> list[tuple[Any, ...]]:
    return [
        (stored(day), *ids, counts[0] // FINE, None, 1) for day, groups in days.items() for ids, counts in groups.items()
    ]


def _count(days: Days) -> int:
    return sum(map(len, days.values()))


def _groups(day: int, groups: int) -> dict[tuple[str, ...], tuple[int, int | None, int | None]]:
    return {
        (f"wrkspc_{g % 20:02d}", f"claude-model-{g % 6}", f"apikey_{g:05d}", "", ""): (g * 7919 * FINE + day, None, 1)
        for g in range(groups)
    }


async def _pages(days: Days, now: datetime) -> AsyncIterator[Report[CostBucket]]:
    for day, groups in days.items():
        yield Report(
            [CostBucket(midnight(day), midnight(day + timedelta(days=1)), groups)], midnight(max(days) + timedelta(days=1))
        )
