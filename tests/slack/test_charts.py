"""A chart is Slack's own block where that fits, else a picture drawn in a child process."""

import asyncio
import json
import struct
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.charts import ChartError, ChartSpec, Series, chart_block, grouped, render_png, shortened

Kind = Literal["line", "bar", "area", "pie"]


def spec(
    kind: Kind = "bar", points: int = 14, names: tuple[str, ...] = ("Production", "Research"), **more: Any
) -> ChartSpec:
    days = tuple(f"day {n}" for n in range(points))
    series = tuple(Series(name=name, values=(Decimal(n + 1),) * points) for n, name in enumerate(names))
    fields: dict[str, Any] = {"series": series, "title": "Spend", "alt_text": "Spend rose 8 % to $412.70", "y_label": "USD"}
    return ChartSpec(kind=kind, categories=days, **(fields | more))


@pytest.mark.parametrize("kind", ["line", "bar", "area", "pie"])
@pytest.mark.parametrize("title", ["", "x" * 200, "<!channel> \u202e"])
def test_native_chart_passes_the_checks_of_slack(kind: Kind, title: str) -> None:
    many = tuple(f"a rather long workspace name {n}" for n in range(30))
    block = chart_block(spec(kind, 20, many, title=title, x_label="x" * 60))
    assert block is not None
    assert validate_blocks([block], "message") == []


def test_long_labels_that_begin_alike_are_told_apart() -> None:
    categories = ("claude-sonnet-5-5-20260101", "claude-sonnet-5-5-20260201", "", "")
    values = (Decimal(1),) * 4
    chart = ChartSpec(kind="bar", title="t", categories=categories, series=(Series(name="s", values=values),), alt_text="a")
    block = chart_block(chart)
    assert block is not None
    assert validate_blocks([block], "message") == []
    assert block["chart"]["axis_config"]["categories"] == ["claude-sonnet…260101", "claude-sonnet…260201", "–", "– (2)"]
    twins = ["Customer support assistant (…x3f2)", "Customer support assistant (…y4g3)"]
    assert shortened(twins, 28) == ["Customer support a…t (…x3f2)", "Customer support a…t (…y4g3)"]
    assert shortened(twins, 20) == ["Customer supp…x3f2)", "Customer supp…y4g3)"]
    names = ["customer-support-assistant-prod", "customer-support-assistant-staging", "a" * 40]
    assert shortened(names, 28) == ["customer-support-a…tant-prod", "customer-support-a…t-staging", f"{'a' * 27}…"]


def test_a_long_label_keeps_the_end_of_an_id() -> None:
    names = (
        "Service account …gzNk",
        "Service account …GTCq",
        "Member …a1b2",
        "a name that is too long…",
        "a …name that is too long",
    )
    chart = spec(points=5).model_copy(update={"categories": names})
    block = chart_block(chart)
    assert block is not None
    assert block["chart"]["axis_config"]["categories"] == [
        "Service account…gzNk", "Service account…GTCq", "Member …a1b2", "a name that is too…", "a …name that is too…"
    ]  # fmt: skip


def test_native_chart_holds_one_series_two_that_are_compared_or_the_total() -> None:
    def shown(chart: ChartSpec) -> list[tuple[str, list[float]]]:
        block = chart_block(chart)
        assert block is not None
        return [(one["name"], [point["value"] for point in one["data"]]) for one in block["chart"]["series"]]

    for kind in ("bar", "area", "line"):
        assert shown(spec(kind, 2)) == [("Production", [1, 1]), ("Research", [2, 2])], "compared"
        assert shown(spec(kind, 2, is_stacked=True)) == [("Total", [3, 3])]
        assert shown(spec(kind, 2, tuple("abcdefghi"))) == [("Total", [45, 45])]
        assert shown(spec(kind, 2, ("a",), is_stacked=True)) == [("a", [1, 1])]
    both = tuple(Series(name=name, values=(Decimal(value),)) for name, value in (("spend", "30"), ("credit", "-12.5")))
    assert shown(spec(points=1, series=both, is_stacked=True)) == [("Total", [17.5])]


def test_a_total_has_a_title_of_its_own() -> None:
    for title, native, said in (("By model", "Per day", "Per day"), ("By model", "", "By model")):
        block = chart_block(spec(title=title, native_title=native, is_stacked=True))
        assert block is not None
        assert block["title"] == said


def test_month_of_days_does_not_fit_the_native_chart() -> None:
    assert chart_block(spec(points=21)) is None
    assert chart_block(spec(points=0)) is None


def test_pie_without_anything_above_zero_is_no_chart() -> None:
    assert chart_block(spec("pie", 2, series=(Series(name="s", values=(Decimal(0), Decimal(-1))),))) is None


def test_pie_shows_the_five_largest_parts_and_the_rest() -> None:
    values = tuple(Decimal(n) for n in range(10))
    block = chart_block(spec("pie", 10, series=(Series(name="s", values=values),)))
    assert block is not None
    shown = {part["label"]: part["value"] for part in block["chart"]["segments"]}
    assert shown == {"day 9": 9, "day 8": 8, "day 7": 7, "day 6": 6, "day 5": 5, "other": 10}


def test_smaller_series_are_added_up_so_that_the_total_stays_right() -> None:
    rows = spec(names=tuple("abcdefgh"), points=2).series
    shown = grouped(rows)
    assert [row.name for row in shown] == ["d", "e", "f", "g", "h", "other"]
    assert shown[-1].values == (Decimal(6), Decimal(6))


def test_series_with_a_missing_point_is_refused() -> None:
    with pytest.raises(ValidationError, match="one value per category"):
        spec(points=3, series=(Series(name="s", values=(Decimal(1),)),))


PNG = b"\x89PNG\r\n\x1a\n"
DRAW_ALL = """
import json, sys
from bot.slack.chart_png import draw
from bot.slack.charts import ChartSpec
print(json.dumps([draw(ChartSpec.model_validate(one))[:24].hex() for one in json.load(sys.stdin)]))
"""
"""Several pictures by one child, because its start is most of what a picture costs."""


@pytest.mark.proof
def test_each_kind_of_picture_is_a_png_of_1200_by_600() -> None:
    charts = [spec("area", 1), spec("line", 0), spec("line"), spec("pie", 3)]
    asked = json.dumps([chart.model_dump(mode="json") for chart in charts])
    drawn = subprocess.run([sys.executable, "-c", DRAW_ALL], input=asked, capture_output=True, text=True, check=True)
    heads = [bytes.fromhex(one) for one in json.loads(drawn.stdout)]
    sizes = [(chart.kind, head[:8], struct.unpack(">II", head[16:24])) for chart, head in zip(charts, heads, strict=True)]
    assert sizes == [(chart.kind, PNG, (1200, 600)) for chart in charts]


NAME_ALL = """
import json, sys
from bot.slack.chart_png import families, figure_of
from bot.slack.charts import ChartSpec
charts = [figure_of(ChartSpec.model_validate(one)).axes[0].get_legend() for one in json.load(sys.stdin)]
names = [[text.get_text() for text in one.get_texts()] for one in charts]
print(json.dumps([*names, families(["WenQuanYi Micro Hei", "Arial"])]))
"""


@pytest.mark.proof
def test_each_part_of_a_picture_has_its_name_whatever_that_begins_with_and_is_written_in() -> None:
    names = ("_internal", "مختبر", "データ")
    charts = [spec(kind, 2, names=names) for kind in ("bar", "area", "line")]
    charts.append(spec("pie", 3).model_copy(update={"categories": names}))
    asked = json.dumps([chart.model_dump(mode="json") for chart in charts])
    drawn = subprocess.run([sys.executable, "-c", NAME_ALL], input=asked, capture_output=True, text=True, check=True)
    *axes, pie, fonts = json.loads(drawn.stdout)
    assert axes == [list(names)] * 3
    assert all(f"\u2068{name}\u2069   $" in one for name, one in zip(sorted(names), sorted(pie), strict=True)), pie
    assert fonts == ["DejaVu Sans", "WenQuanYi Micro Hei"]


@pytest.mark.proof
async def test_drawing_a_picture_of_1200_by_600_does_not_stall_the_loop() -> None:
    chart = spec(points=90, names=tuple("abcdefgh"), title="Costs $a$ and \\frac{ ✅")
    drawing = asyncio.create_task(render_png(chart))
    longest, last = 0.0, time.perf_counter()
    while not drawing.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    picture = await drawing
    assert longest < 0.5
    assert picture.startswith(PNG)
    assert struct.unpack(">II", picture[16:24]) == (1200, 600)


async def test_child_that_takes_too_long_is_ended_and_reported() -> None:
    with pytest.raises(ChartError, match=r"not drawn within 0\.01 s"):
        await render_png(spec(), seconds=0.01)


async def test_child_that_cannot_be_started_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ChartError, match="nothing could be started"):
        await render_png(spec())


async def test_child_gets_no_secret_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.slack.charts import _environment

    monkeypatch.setenv("ANTHROPIC_ADMIN_KEY", "sk-ant-admin01-x")
    assert not {"ANTHROPIC_ADMIN_KEY", "SLACK_BOT_TOKEN"} & set(_environment())


async def test_bot_itself_never_loads_the_drawing_library() -> None:
    import sys

    code = (
        "import sys, bot.slack.charts, bot.slack.blocks; sys.exit('matplotlib' in sys.modules or 'slack_sdk' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0
