"""The text that Prometheus reads."""

import re
from decimal import Decimal

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.status.health.scrape import MOST_MOVING, MOST_STEADY, ordered
from bot.telemetry.meter import Meter
from bot.telemetry.model import MOST_SERIES, Family, Metric, bounded
from bot.telemetry.names import ALL, ALL_TODAY, TODAY
from bot.telemetry.names import COST as COST_TOTAL
from bot.telemetry.prometheus import CONTENT_TYPE, render
from tests.generated import ROOT
from tests.telemetry.promtool import promtool

COST = Metric("cost_usd", "gauge", ("workspace_id",), 'A "cost"\nof C:\\.')


def test_names_keep_their_letters_and_what_has_no_data_is_left_out() -> None:
    values = {('a"b\\c\nd',): Decimal("12345678901.25"), ("",): 7}
    assert render([Family(COST, {}), Family(COST, values)]).decode() == (
        '# HELP cost_usd A "cost"\\nof C:\\\\.\n'
        "# TYPE cost_usd gauge\n"
        'cost_usd{workspace_id="a\\"b\\\\c\\nd"} 1.234567890125e+10\n'
        'cost_usd{workspace_id=""} 7.0\n'
    )
    assert CONTENT_TYPE == CONTENT_TYPE_PLAIN_0_0_4


def test_a_process_counts_sums_and_asks() -> None:
    meter, runs = Meter(), Metric("runs_total", "counter", ("task",), "Runs.")
    seconds, left = Metric("run_seconds", "summary", ("task",), "Time."), Metric("left", "gauge", (), "Left.")
    meter.count(runs, "a")
    meter.count(runs, "a")
    meter.observe(seconds, 0.5, "a")
    meter.observe(seconds, 1.0, "a")
    for metric in (runs, seconds):  # what is known to come is there at 0, and what was counted stays
        meter.begin(metric, "a")
        meter.begin(metric, "b")
    meter.watch(left, lambda: 3)
    lines = [line for line in render(meter.families()).decode().splitlines() if line[0] != "#"]
    assert lines == [
        'runs_total{task="a"} 2.0', 'runs_total{task="b"} 0.0', 'run_seconds_count{task="a"} 2.0',
        'run_seconds_sum{task="a"} 1.5', 'run_seconds_count{task="b"} 0.0', 'run_seconds_sum{task="b"} 0.0', "left 3.0",
    ]  # fmt: skip


def test_there_are_never_more_series_than_allowed_and_those_left_out_are_counted() -> None:
    some = [Family(COST, {(str(n),): n for n in range(7)}) for _ in range(2)]
    kept, dropped = bounded(some, 10)
    assert ([len(one.values) for one in kept], dropped) == ([7, 3], 4)
    each_has_two = Family(Metric("s", "summary", ("a",), "S."), {("x",): 1, ("y",): 1}, {("x",): 1, ("y",): 1})
    assert ([len(one.values) for one in (bounded([each_has_two], 3)[0])], bounded([each_has_two], 3)[1]) == ([1], 2)


def test_what_is_left_out_first_is_what_matters_least() -> None:
    many = {tuple(str(n) for _ in COST_TOTAL.labels): 1 for n in range(MOST_SERIES)}
    families = [Family(COST_TOTAL, many), Family(ALL_TODAY, {(): 1}), Family(TODAY, {(str(n),): n for n in range(31)})]
    kept, dropped = bounded(ordered(families), MOST_STEADY)
    assert [(one.metric, len(one.values)) for one in kept] == [
        (ALL_TODAY, 1), (TODAY, 31), (COST_TOTAL, MOST_STEADY - 32),
    ]  # fmt: skip
    assert dropped == MOST_SERIES - MOST_STEADY + 32
    assert MOST_STEADY + MOST_MOVING == MOST_SERIES == 10_000


def test_every_name_is_one_and_has_a_help_and_labels_that_prometheus_leaves_alone() -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    for one in ALL:
        assert one.help.endswith("."), one.name
        assert not {"job", "instance"} & set(one.labels), one.name
        assert one.name.endswith("_total") == (one.kind == "counter"), one.name


def test_a_bot_without_the_endpoint_does_not_load_the_library_and_none_needs_what_only_developers_have() -> None:
    libraries = re.compile(r"^( *)(?:from|import) (prometheus_client|grafana_foundation_sdk|promql_parser)\b", re.MULTILINE)
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]
    found = {
        (library, file.name, bool(indent))
        for file in files
        for indent, library in libraries.findall(file.read_text(encoding="utf-8"))
    }
    assert found == {("prometheus_client", "prometheus.py", True)}


def test_promtool_finds_no_fault_with_any_metric() -> None:
    text = render(
        Family(
            one, {tuple("x" for _ in one.labels): 1}, {tuple("x" for _ in one.labels): 1} if one.kind == "summary" else None
        )
        for one in ALL
    )
    promtool("check", "metrics", stdin=text.decode())
