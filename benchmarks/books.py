"""Bars (g): a grown ledger of hourly rows: questions against DuckDB, a digest against a small ledger's, and loading rows."""

import importlib
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from benchmarks.books_loading import loading
from benchmarks.books_postgres import grown, parts_of_days
from benchmarks.figures import Figure
from bot.memory import freeze_startup
from bot.runtime import Runtime
from bot.spend.ask.figures import figures as answer_to
from bot.spend.ask.splits import DAY
from bot.spend.ask.view import figures_table
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import Subscription
from bot.spend.dimensions import KEY, MODEL, PERSON, PRODUCT, TIER, TOKEN_TYPE, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.largest.db import days_to_keep, keep_largest
from bot.spend.ledger.rollups.db import roll_up, roll_up_units, units_to_roll_up
from bot.spend.ledger.rollups.units import PART_UNITS, UNITS
from bot.spend.model import Cell, LedgerDay, SpendQuery
from bot.spend.table import Table
from bot.store.migrate import migrate
from bot.store.session import Store, Tx
from bot.store.tables import CostBothRow, CostDayRow, CostPartRow

T = TypeVar("T")
DAYS, HOURS = 90, 24
LAST = date(2026, 11, 20)
FIRST = LAST - timedelta(days=DAYS - 1)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SMALL = 100_000
_FORMULA = "(g * 7919 + hour * 104729 + n * 1299709) % 100000000"
"""What one hour of one group costs in nano-dollars, alike in SQLite and in DuckDB."""
OWN = {
    "actor": "'user_' || (g % 700)",
    "product": "'product_' || (g % 4)",
    "service_tier": "CASE WHEN g % 3 = 0 THEN 'batch' ELSE 'standard' END",
    "token_type": "'tokens_' || (g % 5)",
}
"""What a group has besides its workspace, model and key, alike in SQLite, PostgreSQL and DuckDB."""
QUESTIONS: dict[str, SpendQuery] = {
    "by model": SpendQuery("90d", MODEL),
    "by day and workspace": SpendQuery("90d", DAY, and_by=WORKSPACE),
    "by key": SpendQuery("90d", KEY),
    "by model and key": SpendQuery("90d", MODEL, and_by=KEY),
    "by person and tier": SpendQuery("90d", PERSON, and_by=TIER),
    "by product and token type": SpendQuery("90d", PRODUCT, and_by=TOKEN_TYPE),
    "by key and token type": SpendQuery("90d", KEY, and_by=TOKEN_TYPE),
    "by day and person": SpendQuery("90d", DAY, and_by=PERSON),
}
"""What people ask, answered as the handler answers it: from the question to the table that is shown."""
ALL_ROWS = (DAY, MODEL, KEY)
"""Nobody asks by three at once; it is what the ledger gives row by row."""


async def measure(rounds: int, rows: int = 10_000_000, loaded: int = 200_000) -> list[Figure]:
    """Return the figures of (g); those against DuckDB only where it is installed."""
    with tempfile.TemporaryDirectory(prefix="qm-bench-") as name:
        folder = Path(name)
        large = await _grown(folder / "large.db", rows)
        small = await _grown(folder / "small.db", min(SMALL, rows))
        try:
            figures = await _against_duckdb(large, folder, rows, rounds)
            figures.append(await _digests(large, small, rows, rounds))
        finally:
            await large.close()
            await small.close()
        figures += await loading(folder, FIRST, DAYS, NOW, loaded, rounds)
    return figures


async def _grown(path: Path, rows: int) -> Store:
    """Return a ledger with so many hourly rows of 90 days, and the days that they sum up to."""
    store = Store(f"sqlite+aiosqlite:///{path}")
    await migrate(store)
    groups = max(rows // (DAYS * HOURS), 1)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TEMP TABLE d (n INTEGER, day TEXT)")
        db.executemany("INSERT INTO d VALUES (?, ?)", [(n, str(FIRST + timedelta(days=n))) for n in range(DAYS)])
        db.execute("CREATE TEMP TABLE h (hour INTEGER)")
        db.executemany("INSERT INTO h VALUES (?)", [(hour,) for hour in range(HOURS)])
        db.execute("CREATE TEMP TABLE k (g INTEGER, workspace TEXT, model TEXT, key TEXT)")
        named = [(g, f"wrkspc_{g % 20:02d}", f"claude-model-{g % 6}", f"apikey_{g:05d}") for g in range(groups)]
        db.executemany("INSERT INTO k VALUES (?, ?, ?, ?)", sorted(named, key=lambda one: one[1:]))
        # In the order of the table's key, so that it only grows at its end.
        names = "workspace_id, model, api_key_id, actor, product, nanos, list_nanos, requests"
        db.execute(
            f"INSERT INTO cost_hour (day, hour, {names})"
            f" SELECT day, hour, workspace, model, key, {OWN['actor']}, {OWN['product']}, {_FORMULA}, {_FORMULA}, 1"
            " FROM d CROSS JOIN h CROSS JOIN k"
        )
        sums = "workspace_id, model, api_key_id, actor, product, sum(nanos), sum(list_nanos), sum(requests)"
        db.execute(f"INSERT INTO cost_day (day, {names}) SELECT day, {sums} FROM cost_hour GROUP BY 1, 2, 3, 4, 5, 6")
        for statement in parts_of_days(OWN):
            db.execute(statement)
    await _roll_up(store)
    return store


async def _roll_up(store: Store) -> None:
    """Say of the days in a new ledger that they are final, and roll them up as the sync does."""
    async with store.write() as tx:
        days = await _day_totals(tx)
        known = [LedgerDay(day, "analytics", NOW, NOW, True, total) for day, total in days.items()]
        await table._upsert_days(tx, known, {}, {})
        for rows in (CostDayRow, CostPartRow, CostBothRow):
            await roll_up(tx, rows, list(days))
        await keep_largest(tx, await days_to_keep(tx))
        for unit in (*UNITS, *PART_UNITS):
            await roll_up_units(tx, unit, await units_to_roll_up(tx, unit))


async def _day_totals(tx: Tx) -> dict[date, Decimal]:
    """Return the totals of all days."""
    totals: dict[date, Decimal] = {}
    for cell in await table.cells(tx, FIRST, LAST, ("day", KEY)):
        totals[cell.day] = totals.get(cell.day, Decimal(0)) + cell.amount
    return totals


async def _timed(act: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    began = time.perf_counter()
    found = await act()
    return (time.perf_counter() - began) * 1000, found


async def _against_duckdb(large: Store, folder: Path, rows: int, rounds: int) -> list[Figure]:
    try:
        duckdb: Any = importlib.import_module("duckdb")
    except ModuleNotFoundError:
        return []
    db, file = duckdb.connect(), folder / "hours.parquet"
    groups = max(rows // (DAYS * HOURS), 1)
    db.execute(
        f"COPY (SELECT DATE '{FIRST}' + n::INTEGER AS day, hour,"
        f" 'wrkspc_' || lpad((g % 20)::VARCHAR, 2, '0') AS workspace_id,"
        f" 'claude-model-' || (g % 6) AS model, 'apikey_' || lpad(g::VARCHAR, 5, '0') AS api_key_id, {_FORMULA} AS nanos,"
        f" {', '.join(f'{value} AS {name}' for name, value in OWN.items())}"
        f" FROM range({DAYS}) d(n), range({HOURS}) h(hour), range({groups}) k(g)) TO '{file}' (FORMAT parquet)"
    )
    freeze_startup()  # as the product does
    figures = await _questions(large, db, file, "(g1) 90 days", rounds)
    async with grown(folder / "postgres", FIRST, DAYS, HOURS, groups, _FORMULA, OWN) as store:
        if store is not None:
            await _roll_up(store)
            figures += await _questions(store, db, file, "     PostgreSQL,", rounds)
    return figures


async def _questions(store: Store, db: Any, file: Path, where: str, rounds: int) -> list[Figure]:
    rt = cast("Runtime", SimpleNamespace(store=store, now=lambda: NOW))

    def answered(query: SpendQuery) -> Callable[[], Awaitable[Table]]:
        async def shown() -> Table:
            return figures_table(await answer_to(rt, query, NOW, whole=False))

        return shown

    async def rows() -> list[Cell]:
        async with store.read() as tx:
            return await table.cells(tx, FIRST, LAST, ("day", MODEL, KEY))

    def of_rows(found: list[Cell]) -> Decimal:
        return sum((one.amount for one in found), Decimal(0))

    def of_table(found: Table) -> Decimal:
        at = [one.name for one in found.columns].index("amount")
        rows = [*found.rows, *([found.more.sums] if found.more else [])]
        return sum((amount for row in rows if isinstance(amount := row[at], Decimal)), Decimal(0))

    found = [
        await _question(db, file, f"{where} {name}", one.splits, answered(one), of_table, rounds)
        for name, one in QUESTIONS.items()
    ]
    return [*found, await _question(db, file, f"{where} by day, model and key", ALL_ROWS, rows, of_rows, rounds)]


async def _question(
    db: Any,
    file: Path,
    name: str,
    by: Sequence[Dimension],
    ours: Callable[[], Awaitable[T]],
    total: Callable[[T], Decimal],
    rounds: int,
) -> Figure:
    """Compare what DuckDB gives row by row with an answer; both have to have the same total, which isn't timed."""
    names = ", ".join(one.column for one in by)
    asked = f"SELECT {names}, sum(nanos) FROM '{file}' WHERE day BETWEEN '{FIRST}' AND '{LAST}' GROUP BY {names}"

    async def bare() -> list[tuple[Any, ...]]:
        return db.execute(asked).fetchall()

    times: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        (bare_time, rows), (our_time, answer) = await _timed(bare), await _timed(ours)
        if total(answer) * 10**9 != sum(row[-1] for row in rows):
            raise RuntimeError(f"{name}: both sides have other sums")
        times.append((bare_time, our_time))
        del rows, answer
    return Figure(name, "ms", tuple(one for one, _ in times[1:]), tuple(one for _, one in times[1:]), 1.0)


async def _digests(large: Store, small: Store, rows: int, rounds: int) -> Figure:
    wanted = Subscription("dig_bench", "C0BENCH", "09:00", "UTC", (), "U0BENCH", NOW, FIRST)
    settings = SimpleNamespace(doubted_fall=20)
    makers = [cast("Runtime", SimpleNamespace(store=store, settings=settings, now=lambda: NOW)) for store in (small, large)]
    times = [[(await _timed(lambda rt=rt: digest_input(rt, wanted, LAST)))[0] for rt in makers] for _ in range(rounds + 1)][
        1:
    ]
    return Figure(
        f"(g2) digest, {SMALL:,} and {rows:,} rows", "ms", tuple(o for o, _ in times), tuple(t for _, t in times), 1.3
    )
