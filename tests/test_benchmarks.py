"""The benchmarks' arithmetic, and the smallest load through all their processes, so that `make bench` doesn't rot."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import load, scrape
from benchmarks.figures import Figure, percentile, table, verdict
from benchmarks.pages import prepare
from bot.admin.reports import cost_rows, moment
from bot.admin.shapes import read_cost
from bot.spend.exports.metrics.load import OrganizationMetrics
from bot.store.notes import write_note
from bot.store.session import Store
from tests.rings import SPENT
from tests.spend.world import runtime
from tests.templates import copy_sqlite


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_sums() -> None:
    figure = Figure("x", "ms", (10.0, 10.0, 100.0), (11.0, 30.0, 120.0), 1.2)
    assert figure.ratio == 1.2
    assert figure.is_met


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert percentile([1.0, 2.0], 1.0) == 2.0
    assert percentile([7.0], 0.99) == 7.0


def test_a_missed_bar_is_said_in_the_table_and_in_words() -> None:
    figures = [Figure("slow", "ms", (1.0,), (2.0,), 1.5), Figure("shown", "ms", (1.0,), (9.0,), None)]
    assert "MISSED" in table(figures).splitlines()[2]
    assert "MISSED" not in table(figures).splitlines()[3]
    assert verdict(figures) == "Missed: slow takes 2.00 times the bare counterpart; the bar is 1.5."
    assert verdict(figures[1:]) == "All bars are met."


def test_prepared_pages_are_what_the_client_reads_and_hold_every_row() -> None:
    pages = prepare(moment("2026-09-01T00:00:00Z"), days=40, keys=60)
    bodies = [page.partition(b"\r\n\r\n")[2] for page in pages.values()]
    rows = [row for body in bodies for row in cost_rows(read_cost(body).data)]
    assert len({(row.starts_at, row.api_key_id) for row in rows}) == len(rows) == 40 * 60
    assert len(pages) == 3  # 31 days are 1,860 rows and two pages; 9 days are 540 and one


async def test_a_grown_ledger_is_told_as_so_many_series(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "bot.db")
    await scrape.grow(tmp_path / "bot.db")
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    async with store.write() as tx:
        await write_note(tx, "metrics_epoch", {"day": "2026-01-01"}, datetime.now(UTC))
    told = await OrganizationMetrics().told(runtime(store), datetime.now(UTC))
    assert told
    assert sum(len(one.values) for one in told.steady) >= scrape.SERIES
    await store.close()


@pytest.mark.proof
async def test_the_smallest_load_runs_through_all_its_processes() -> None:
    SPENT.starts += 4
    for figure in await load.measure(rounds=1, days=2, keys=20):
        assert len(figure.ratios) == 1
        assert figure.ratio > 0
