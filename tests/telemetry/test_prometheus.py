"""The text that Prometheus reads."""

import math
from decimal import Decimal

from bot.telemetry.meter import Meter
from bot.telemetry.model import Family, Metric, bounded
from bot.telemetry.names import ALL
from bot.telemetry.prometheus import render
from tests.telemetry.promtool import promtool

COST = Metric("cost_usd", "gauge", ("workspace_id",), 'A "cost"\nof C:\\.')


def test_values_keep_their_digits_and_names_their_letters() -> None:
    values = {('a"b\\c\nd',): Decimal("12345678901.123456789"), ("",): 7, ("small",): Decimal("1E-9"), ("x",): math.inf}
    assert render([Family(COST, values)]) == (
        '# HELP cost_usd A "cost"\\nof C:\\\\.\n'
        "# TYPE cost_usd gauge\n"
        'cost_usd{workspace_id="a\\"b\\\\c\\nd"} 12345678901.123456789\n'
        'cost_usd{workspace_id=""} 7\n'
        'cost_usd{workspace_id="small"} 0.000000001\n'
        'cost_usd{workspace_id="x"} +Inf\n'
    )


def test_what_has_no_data_is_left_out() -> None:
    assert render([Family(COST, {})]) == ""


def test_a_process_counts_sums_and_asks() -> None:
    meter, runs = Meter(), Metric("runs_total", "counter", ("task",), "Runs.")
    seconds, left = Metric("run_seconds", "summary", ("task",), "Time."), Metric("left", "gauge", (), "Left.")
    meter.count(runs, "a")
    meter.count(runs, "a")
    meter.observe(seconds, 0.5, "a")
    meter.observe(seconds, 1.0, "a")
    meter.watch(left, lambda: 3)
    text = render(meter.families())
    lines = [line for line in text.splitlines() if line[0] != "#"]
    assert lines == ['runs_total{task="a"} 2', 'run_seconds_sum{task="a"} 1.5', 'run_seconds_count{task="a"} 2', "left 3"]


def test_there_are_never_more_series_than_allowed_and_those_left_out_are_counted() -> None:
    some = [Family(COST, {(str(n),): n for n in range(7)}) for _ in range(2)]
    kept, dropped = bounded(some, 10)
    assert ([len(one.values) for one in kept], dropped) == ([7, 3], 4)


def test_every_name_is_one_and_has_a_help_and_labels_that_prometheus_leaves_alone() -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    for one in ALL:
        assert one.help.endswith("."), one.name
        assert not {"job", "instance"} & set(one.labels), one.name
        assert one.name.endswith("_total") == (one.kind == "counter"), one.name


def test_promtool_finds_no_fault_with_any_metric() -> None:
    text = render(
        Family(
            one, {tuple("x" for _ in one.labels): 1}, {tuple("x" for _ in one.labels): 1} if one.kind == "summary" else None
        )
        for one in ALL
    )
    promtool("check", "metrics", stdin=text)
