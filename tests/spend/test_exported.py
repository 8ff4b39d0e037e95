"""What the command line exports is what Slack shows, whole or not at all, and every refusal is one clear sentence."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.export import REPORTS
from bot.cli.exports import Outcome, export
from bot.settings.model import DatabaseSettings
from bot.spend.ask.figures import figures
from bot.spend.dimensions import DIMENSIONS
from bot.spend.exports import reports
from bot.spend.exports.asked import Answer, Asked, answer_of
from bot.spend.model import SpendQuery
from bot.spend.reconcile.export import TOLD_IN_SLACK, reconcile
from bot.spend.table import Column, Table
from bot.store.session import Store, Tx
from bot.words.wording import listed
from tests.spend.test_records import DAYS, KEYS, LEGACY, filled
from tests.spend.world import FRIDAY, NOW, PROD, runtime

FIRST = DAYS[-1]


def settings_of(store: Store) -> DatabaseSettings:
    return DatabaseSettings.model_validate({"database_url": store.engine.url.render_as_string(hide_password=False)})


async def exported(store: Store, folder: Path, asked: Asked, report: str = "spend", *, final: bool = False) -> Outcome:
    made = {"spend": reports.spend, "records": reports.records, "reconcile": reconcile}[report]
    return await export(settings_of(store), made, asked, str(folder / "out.csv"), final=final)


def rows_in(folder: Path) -> list[dict[str, str]]:
    with (folder / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.both
async def test_spend_is_the_same_as_the_answer_in_slack(store: Store, tmp_path: Path, legacy: bool) -> None:
    await filled(store, legacy=legacy)
    said: list[str] = []
    for dimension in DIMENSIONS:
        shown = await figures(runtime(store), SpendQuery(f"{FIRST}..{FRIDAY}", dimension), NOW)
        code, said = await exported(store, tmp_path, Asked(FIRST, FRIDAY, (dimension.name,)))
        rows = rows_in(tmp_path)
        assert (code, said[-1].split(",")[0]) == (0, f"{len(rows)} rows")
        named = dimension.column.removesuffix("_id")
        amounts = {row[named].removeprefix("'"): Decimal(row["cost_usd"]) for row in rows}
        told = {part.id if named == "model" else part.name: part.amount for part in shown.breakdown.slices}
        assert {name: amount for name, amount in amounts.items() if amount} == told
        assert sum(amounts.values()) == shown.total
    assert any("isn't split like this" in one for one in said) is legacy


@pytest.mark.both
async def test_records_are_each_days_and_add_up_to_the_same(store: Store, tmp_path: Path) -> None:
    await filled(store)
    sums: dict[str, Decimal] = {}
    for report, by in (
        ("spend", ""),
        ("spend", "day,model"),
        ("records", ""),
        ("records", "KEY"),
        ("records", "day"),
        ("spend", "person,product"),
    ):
        typed = tuple(filter(None, by.split(",")))
        assert (await exported(store, tmp_path, Asked(FIRST, FRIDAY, typed), report))[0] == 0
        sums[f"{report} {by}"] = sum((Decimal(row["cost_usd"]) for row in rows_in(tmp_path)), Decimal(0))
    assert len(set(sums.values())) == 1


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"key": ("apikey_0[1]",)}, {KEYS[1]}),
        ({"key": ("=CMD|x", "apikey_02")}, {KEYS[0], KEYS[2]}),
        ({"workspace": ("Production",), "model": ("sonnet*",)}, {KEYS[3]}),
        ({"workspace": (PROD,), "model": ("claude-opus-5-5",), "key": ("*0*",)}, {KEYS[0], KEYS[1], KEYS[5], KEYS[7]}),
    ],
)
async def test_filters_mean_names_ids_and_patterns(
    store: Store, tmp_path: Path, filters: dict[str, tuple[str, ...]], keys: set[str]
) -> None:
    await filled(store)
    assert (await exported(store, tmp_path, Asked(FRIDAY, FRIDAY, ("key",), filters)))[0] == 0
    assert {row["api_key_id"] for row in rows_in(tmp_path)} == keys


async def test_a_reconciliation_has_each_day_and_model_and_the_same_total(store: Store, tmp_path: Path) -> None:
    await filled(store)
    assert (await exported(store, tmp_path, Asked(FIRST, FRIDAY)))[0] == 0
    total = sum((Decimal(row["cost_usd"]) for row in rows_in(tmp_path)), Decimal(0))
    code, said = await exported(store, tmp_path, Asked(FIRST, FRIDAY), "reconcile")
    assert (code, said[-1]) == (0, "6 rows, as of 21 Nov 2026 08:00 UTC.")
    assert sum((Decimal(row["billed_usd"]) for row in rows_in(tmp_path)), Decimal(0)) == total > 0
    assert TOLD_IN_SLACK not in said
    _, said = await exported(store, tmp_path, Asked(FIRST.replace(day=1), FIRST.replace(day=30)), "reconcile")
    assert said[0] == TOLD_IN_SLACK, "nobody is told of a whole month that is taken here"
    for asked in (Asked(FIRST, FRIDAY, ("key",)), Asked(FIRST, FRIDAY, (), {"model": ("opus-5-5",)})):
        code, [sentence] = await exported(store, tmp_path, asked, "reconcile")
        assert (code, sentence.startswith("A reconciliation is of everything")) == (2, True)
    code, [sentence] = await exported(store, tmp_path, Asked(FIRST.replace(month=1), FIRST.replace(month=2)), "reconcile")
    assert (code, "That isn't $0" in sentence) == (2, True)


async def test_what_is_missing_or_not_final_is_said_and_can_be_refused(store: Store, tmp_path: Path) -> None:
    await filled(store)
    asked = Asked(FIRST - timedelta(days=2), FRIDAY, ("key",))
    code, said = await exported(store, tmp_path, asked, final=True)
    missing = "2 days (16 Nov 2026 to 17 Nov 2026) have no data yet, which isn't $0."
    assert (code, said[0]) == (1, missing)
    assert not list(tmp_path.glob("*out*"))
    code, said = await exported(store, tmp_path, asked)
    assert (code, said[1]) == (0, "1 day (20 Nov 2026) has figures that may still change.")
    code, said = await exported(store, tmp_path, Asked(LEGACY, LEGACY), "records", final=True)
    assert (code, said) == (0, ["11 rows, as of 21 Nov 2026 08:00 UTC, final."])


async def test_an_export_that_breaks_leaves_the_old_file(store: Store, tmp_path: Path) -> None:
    async def broken(tx: Tx, _asked: Asked) -> Answer:
        whole = answer_of(Table((Column("a", "A", "count"),), ((1,),), NOW))

        async def rows():
            yield [(1, NOW, "yes")]
            raise OSError(28, "No space left on device")

        return Answer(whole.columns, rows(), NOW)

    (tmp_path / "out.csv").write_text("old")
    found = await export(settings_of(store), broken, Asked(FRIDAY, FRIDAY), str(tmp_path / "out.csv"), final=False)
    assert found == (2, [f"{tmp_path / 'out.csv'} can't be written: No space left on device."])
    assert [(one.name, one.read_text()) for one in tmp_path.glob("*out*")] == [("out.csv", "old")]


async def test_each_refusal_is_a_sentence(store: Store, tmp_path: Path) -> None:
    await filled(store)
    refused = {
        (("shoe",), "", ""): (
            f"--by doesn't know 'shoe'; it knows {listed(['day', 'hour', *(one.name for one in reports.COUNTED)], 'and')}."
            " For weeks, months, quarters, tags and types ask for an answer: python -m bot export answer 30d by month."
        ),
        (("hour",), "", ""): "I have no hours of these days, so I can't list all of them by the hour. I can by the day.",
        (("hour", "context", "key"), "", ""): (
            "Spend can't be split by key, context and hour at once. Leave one of them out."
        ),
        (("person", "context"), "", ""): "Spend can't be split by person and context at once. Ask by one of them.",
        (("key",), "workspace", "Prodution"): (
            "No workspace 'Prodution' has figures from 18 Nov 2026 to 20 Nov 2026. Did you mean 'Production'?"
        ),
    }
    for (by, option, typed), sentence in refused.items():
        asked = Asked(FIRST, FRIDAY, by, {option: (typed,)} if option else {})
        assert await exported(store, tmp_path, asked) == (2, [sentence])
    nowhere = Asked(FIRST - timedelta(days=90), FIRST - timedelta(days=60))
    code, [said] = await exported(store, tmp_path, nowhere)
    assert (code, "That isn't $0" in said) == (2, True)
    missing = DatabaseSettings.model_validate({"database_url": f"sqlite:///{tmp_path}/none.db"})
    code, [said] = await export(missing, reports.spend, nowhere, "-", final=False)
    assert (code, said) == (2, f"There is no database at {tmp_path}/none.db.")


def test_the_command_checks_what_it_is_given_before_it_opens_anything() -> None:
    run = CliRunner()
    cases = {
        (
            "spendd",
            "2026-10-01",
            "2026-10-31",
        ): "There is no report 'spendd'; there are spend, records, reconcile, answer, tokens",
        ("spend", "October", "2026-10-31"): "--from takes a UTC day such as 2026-10-31; it is 'October'.",
        ("spend", "2026-11-01", "2026-10-31"): "--from (2026-11-01) is after --to (2026-10-31).",
    }
    for (report, first, last), sentence in cases.items():
        found = run.invoke(app, ["export", report, "--from", first, "--to", last])
        assert (found.exit_code, f"export: {sentence}" in found.output) == (2, True)
    for words in (
        ["october"],
        ["--by", "day"],
        ["--to", "2026-10-31"],
        ["--csv", "x.csv"],
        ["--model", "opus"],
        ["--final"],
    ):
        found = run.invoke(app, ["export", "observability", *words])
        assert (found.exit_code, "observability takes --from DAY or --dry-run" in found.output) == (2, True)
    assert "Only observability takes --dry-run" in run.invoke(app, ["export", "spend", "--dry-run"]).output
    assert set(REPORTS) >= {"spend", "records"}
