"""A Custom Costs file: exact, complete, and as Datadog demands it."""

import json
from collections import deque
from datetime import date
from decimal import Decimal
from typing import Any

from bot.sandbox.datadog.agent import Agent
from bot.sandbox.datadog.costs import Costs
from bot.sandbox.datadog.rules import faults
from bot.sandbox.datadog.together import page
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.datadog.files import TAG, file_of, from_json, held, mark, to_json
from bot.spend.model import Cell

DAY = date(2026, 11, 20)
HOSTILE = 'a"b,|\n&<>*_~ 🦊' + "x" * 2000


def _cell(workspace: str, model: str, amount: str) -> Cell:
    return Cell(DAY, {WORKSPACE.column: workspace, MODEL.column: model}, Decimal(amount))


def test_the_lines_add_up_to_the_day_with_every_digit_and_fulfil_what_datadog_demands() -> None:
    cells = [
        _cell("wrkspc_b", "opus", "123456789.000000001"),
        _cell("wrkspc_b", "opus", "0.1"),
        _cell("", "", "0.000000001"),
        _cell("wrkspc_a", "sonnet", "-3.25"),
        _cell("wrkspc_a", "haiku", "0"),
    ]
    some = held(cells)
    content: Any = json.loads(file_of(DAY, 0, some, {"wrkspc_a": HOSTILE, "wrkspc_b": ""}), parse_float=Decimal)
    assert faults(content, DAY) == []
    assert sum(Decimal(line["BilledCost"]) for line in content) == sum(cell.amount for cell in cells)
    assert [(line["Tags"]["workspace_id"], line["ChargeDescription"]) for line in content] == [
        ("default", "Usage without a model"), ("wrkspc_a", "sonnet"), ("wrkspc_b", "opus"),
    ]  # fmt: skip
    assert {(line["ChargePeriodStart"], line["ChargePeriodEnd"], line["BillingCurrency"]) for line in content} == {
        ("2026-11-20", "2026-11-20", "USD")
    }
    assert [line["Tags"]["workspace"] for line in content] == ["Default", HOSTILE[:1000], "wrkspc_b"]
    assert from_json(json.loads(json.dumps(to_json(some)))) == some


def test_a_file_s_mark_is_the_same_for_the_same_figures_alone() -> None:
    some = held([_cell("w", "opus", "3")])
    others = [mark(DAY, 1, some), mark(date(2026, 11, 21), 0, some), mark(DAY, 0, held([_cell("w", "opus", "3.01")]))]
    assert len({mark(DAY, 0, some), *others}) == 4
    assert mark(DAY, 0, some) == mark(DAY, 0, from_json(to_json(some)))
    content = json.loads(file_of(DAY, 0, some, {}))
    assert [line["Tags"][TAG] for line in content] == [mark(DAY, 0, some)]


def test_the_stand_in_refuses_what_datadog_refuses() -> None:
    good = {
        "ProviderName": "Anthropic",
        "ChargeDescription": "opus",
        "ChargePeriodStart": "2026-11-20",
        "ChargePeriodEnd": "2026-11-20",
        "BilledCost": Decimal(3),
        "BillingCurrency": "USD",
        "Tags": {"workspace": "Web"},
    }
    assert faults([good], DAY) == []
    for wrong in (
        {"ProviderName": ""},
        {"ChargeDescription": None},
        {"ChargeDescription": "x" * 1001},
        {"ChargePeriodStart": "2026-11-21"},
        {"ChargePeriodEnd": "2026-11-21"},
        {"ChargePeriodEnd": "20/11/2026"},
        {"BilledCost": "3"},
        {"BillingCurrency": "EUR"},
        {"Tags": {"workspace": " "}},
        {"x_Product": "api"},
    ):
        assert faults([{**good, **wrong}], DAY), wrong
    assert faults([], DAY)


def test_the_demo_s_page_shows_each_day_s_total_and_the_last_value_of_each_gauge() -> None:
    content = json.loads(
        file_of(DAY, 0, held([_cell("w", "opus", "3"), _cell("v", "opus", "0.25")]), {}), parse_float=Decimal
    )
    agent = Agent(datagrams=deque([b"a.b:1|g|#x:y\nc:2|g", b"a.b:3|g|#x:y"]))
    assert page(agent, Costs(files={"1": content})).splitlines() == [
        "Custom Costs by day", "2026-11-20  3.250000000 USD", "", "DogStatsD, the last values", "a.b x:y  3", "c  2",
    ]  # fmt: skip
