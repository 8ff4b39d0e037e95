"""What people see of reports and the dashboard: valid in Slack with any name, every list to its end, buttons that lead."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.charts import chart_block
from bot.slack.paging import read_turn
from bot.spend.aggregate import breakdown, days_between
from bot.spend.dashboard.model import DAY, MONTH, Dashboard, Glance, Limits, LimitUse, Today, window
from bot.spend.dashboard.view import dashboard_chart, glance_blocks, render_dashboard, render_limits
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, PERSON, WORKSPACE
from bot.spend.exports.csv import csv_bytes
from bot.spend.model import Cell
from bot.spend.prices.load import price_table
from bot.spend.reports.allocation import Place, allocation
from bot.spend.reports.model import Wanted
from bot.spend.reports.models import models
from bot.spend.reports.schedule.model import ReportRun, ReportSubscription
from bot.spend.reports.schedule.view import render_schedule, render_scheduled
from bot.spend.reports.schedule.when import next_report
from bot.spend.reports.team import people
from bot.spend.reports.tokens import token_trends
from bot.spend.reports.view import (
    read_tag_value,
    render_list,
    render_not_read,
    render_report,
    render_shared,
    render_untagged,
    tag_value,
)
from bot.spend.reports.words import NotRead
from tests.spend.reports.samples import DAY as ONE
from tests.spend.reports.samples import FIRST, LAST, NAMES, NOW, ODD, PLACES, by, rolled, times

Json = dict[str, Any]


def every_report() -> dict[str, Any]:
    dice = Random(1)
    many = {f"wrkspc_{n}": Place(f"wrkspc_{n}", f"{ODD[:40]} {n}", {}) for n in range(60)} | PLACES
    now = {one: Decimal(n) for n, one in enumerate(many)}
    daily = [one for day in days_between(FIRST, LAST) for one in by(MODEL, dice, day)]
    staff = [rolled(dice, FIRST, actor=f"user_{n}") for n in range(80)]
    return {
        "tokens": token_trends(times(), {day: rolled(dice, day) for day in days_between(FIRST, LAST)}, rolled(dice, FIRST)),
        "allocation": allocation(
            times(), "cost_center", many, now, None, ["cost_center", *map("t{}".format, range(200)), ODD]
        ),
        "team": people(times(open_days=2), staff, by(PERSON, dice), None, NAMES),
        "models": models(times(), daily, None, price_table()),
    }


def buttons(blocks: list[Json]) -> list[Json]:
    found = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [*found, *(block["accessory"] for block in blocks if "accessory" in block)]


def test_every_report_is_valid_in_slack_alone_shared_and_scheduled() -> None:
    run = ReportRun(7, "rep_1", "C0COSTS", "tokens", "", FIRST, LAST)
    for name, built in every_report().items():
        for part in built.parts:
            wanted = Wanted(name, part=part.name, tag=built.tag)
            alone = render_report(built, times(), wanted, chart_block(built.chart))
            assert validate_blocks(alone.blocks, "message") == []
            assert {one["action_id"] for one in buttons(alone.blocks)} >= {"report_csv", "report_share", "report_schedule"}
            shared = render_shared(built, times(), wanted, chart_block(built.chart), by="x")
            assert validate_blocks(shared.blocks, "message") == []
            assert "report_csv" not in str(shared.blocks)
            assert "<*x" not in alone.text
        assert validate_blocks(render_scheduled(built, times(), run).blocks, "message") == []
        assert len(csv_bytes(built.file).splitlines()) == len(built.file.rows) + 1
        hidden = render_report(replace(built, only="only your workspaces"), times(), Wanted(name), shareable=False)
        assert not {"report_share", "report_schedule"} & {one["action_id"] for one in buttons(hidden.blocks)}


def test_every_workspace_without_a_tag_is_on_a_page_with_a_button() -> None:
    built, wanted, cursor, seen = every_report()["allocation"], Wanted("allocation"), "", list[str]()
    first = render_report(built, times(), wanted)
    assert "All 62 workspaces without it" in str(first.blocks)
    while True:
        message = render_untagged(built, times(), wanted, cursor)
        assert validate_blocks(message.blocks, "message") == []
        seen += [one["value"] for one in buttons(message.blocks) if one["action_id"] == "report_tag"]
        following = [one for one in buttons(message.blocks) if one["action_id"] == "page_untagged_next"]
        if not following:
            break
        cursor = read_turn(following[0]["value"])[1]
    assert len(seen) == len(set(seen)) == 62
    assert read_tag_value(tag_value("wrkspc_1", "a:b")) == ("wrkspc_1", "a:b")


def a_dashboard(days: int = 30, *, spread: int = 7) -> Dashboard:
    dice, wide = Random(2), times(LAST - ONE * 89, LAST, missing=[LAST - ONE * 150])
    cells = [Cell(day, {}, Decimal(dice.randrange(10**11)).scaleb(-9)) for day in days_between(LAST - ONE * 179, LAST)]
    windows = tuple(window(replace(times(LAST - ONE * (n - 1), LAST), known=wide.known), cells) for n in (30, 60, 90))
    parts = [Cell(FIRST, {one.column: f"{one.column}_{n}" for one in DIMENSIONS}, Decimal(n)) for n in range(1, spread + 1)]
    tops = tuple(breakdown(one, parts, None, {"workspace_id_1": ODD}) for one in (WORKSPACE, MODEL, KEY))
    today = LAST + ONE
    fact = times(today, today).known[today]
    uses = tuple(LimitUse(f"{ODD} {n}", MONTH, Decimal(10), Decimal(n), is_own=n % 2 == 0) for n in range(spread))
    shown = tuple(cell for cell in cells if cell.day > LAST - ONE * days)
    return Dashboard(Today(today, fact, Decimal("1.5")), windows, days, shown, tops, Limits(uses))


def test_the_dashboard_adds_up_and_draws_one_series_of_at_most_twenty_bars() -> None:
    for days in (30, 60, 90):
        found = a_dashboard(days)
        spec = dashboard_chart(found)
        assert spec is not None
        assert len(spec.series) == 1
        assert len(spec.categories) <= 20
        assert sum(spec.series[0].values, Decimal(0)) == found.drawn.total
        message = render_dashboard(found, chart_block(spec))
        assert "Days up to" in message.text.split("\n")[-1], "today stands above, so its end says of which days it speaks"
        assert validate_blocks(message.blocks, "message") == []
        assert "2 more $3.00 (11 %)" in message.text, "the rest of the parts is counted"
        assert [one["action_id"] for one in buttons(message.blocks)].count("spend_all") == 3
        assert "Today so far*: $1.50" in message.text
        assert "of $10.00 this month (40 %), $6.00 left" in message.text
    assert found.drawn.before is None, "the ninety days before are not all known"
    assert a_dashboard().windows[0].before is not None


def test_an_empty_dashboard_says_so_and_limits_have_pages_and_words_for_what_is_not_known() -> None:
    found = a_dashboard(spread=23)
    nothing = replace(found, today=replace(found.today, fact=None, amount=None), windows=tuple(
        window(replace(one.times, known={}), []) for one in found.windows
    ))  # fmt: skip
    empty = render_dashboard(nothing)
    assert "That isn't $0" in empty.text
    assert "$0.00" not in empty.text
    assert validate_blocks(empty.blocks, "message") == []
    page = render_limits(found.limits)
    assert "1–10 of 23" in page.text
    assert validate_blocks(page.blocks, "message") == []
    odd = Limits((LimitUse("A", "weekly", Decimal(5), None, False), LimitUse("B", DAY, Decimal(5), Decimal(6), True)), True)
    said = render_limits(odd).text
    assert "A: $5.00 weekly, set in the organization; how much is used isn't known" in said
    assert "⚠️ B: $6.00 of $5.00 today (120 %), $1.00 over; kept by me" in said
    assert "can't be read now" in said
    glance = Glance(found.today, found.windows, found.tops[0], found.limits, only="only your workspaces")
    assert validate_blocks([*glance_blocks(glance)], "home") == []


def test_lists_of_reports_and_schedules_are_valid_and_lead_on() -> None:
    assert validate_blocks(render_list("claude").blocks, "message") == []
    for problem in (NotRead(ODD), NotRead("x", "models"), NotRead("x", "", is_tag=True)):
        assert validate_blocks(render_not_read(problem, "claude", [ODD]).blocks, "message") == []
    one = ReportSubscription("rep_1", "C0COSTS", "allocation", ODD, "weekly", "09:00", "Europe/Berlin", "U0DANA", NOW, FIRST)
    some = [replace(one, id=f"rep_{n}") for n in range(25)]
    some[1] = replace(one, muted_until=NOW + timedelta(days=3))
    some[2] = replace(one, tz="Mars/Base")
    message = render_schedule([(one, next_report(one, NOW)) for one in some], NOW, "claude")
    assert validate_blocks(message.blocks, "message") == []
    assert "1–10 of 25" in message.text
    assert "Skipped until" in message.text
    assert "at 09:00 (by UTC, because I don't know the time zone Mars/Base any more). The next one comes" in message.text
