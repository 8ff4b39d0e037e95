"""OTLP's JSON, the targets' file, and what is missing at a target."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import QuartermasterError
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.otlp.points import from_json, held, missing, points_of, to_json
from bot.spend.model import Measures
from bot.telemetry.otlp import Point, payload
from bot.telemetry.targets import read_targets

DAY = date(2026, 11, 20)


def test_a_day_bears_its_own_times_whole_numbers_are_text_and_a_correction_says_so() -> None:
    points = [
        Point("claude.org.tokens", {"model": "opus"}, 2**60),
        Point("claude.org.cost", {"model": "opus"}, Decimal("-1.5")),
    ]
    body = payload(DAY, 2, points, "1.0")
    cost, tokens = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    (point,) = tokens["sum"]["dataPoints"]
    assert (point["startTimeUnixNano"], point["timeUnixNano"]) == ("1795132800000000000", "1795219200000000000")
    assert point["asInt"] == str(2**60)
    assert point["attributes"][-1] == {"key": "revision", "value": {"stringValue": "2"}}
    assert (cost["name"], cost["unit"], cost["sum"]["dataPoints"][0]["asDouble"]) == ("claude.org.cost", "USD", -1.5)


def test_what_is_missing_is_the_difference_to_all_that_was_sent() -> None:
    ids = {WORKSPACE.column: "w", MODEL.column: "opus"}
    day = held([Measures(DAY, ids, Decimal(3), None, None, output=7), Measures(DAY, {}, Decimal(0), Decimal(0), 0)])
    assert day == {("claude.org.cost", "w", "opus", ""): 3_000_000_000, ("claude.org.tokens", "w", "opus", "output"): 7}
    assert missing(day, []) == day
    assert missing(day, [day]) == {}
    before = {("claude.org.cost", "w", "opus", ""): 5_000_000_000, ("claude.org.requests", "w", "opus", ""): 1}
    rest = missing(day, [before, {("claude.org.tokens", "w", "opus", "output"): 4}])
    assert sorted(rest.values()) == [-2_000_000_000, -1, 3]
    assert from_json(to_json(rest)) == rest
    amounts = {(one.metric, one.attributes.get("token_type")): one.value for one in points_of(rest, {"w": "Web"})}
    assert amounts["claude.org.cost", None] == Decimal(-2)
    assert amounts["claude.org.tokens", "output"] == 3


def test_targets_are_read_and_what_is_wrong_is_said_without_secrets(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(
        '[honeycomb]\nurl = "https://api.honeycomb.io/v1/metrics"\nheaders = {x-honeycomb-team = "hidden-key"}\n'
    )
    (one,) = read_targets(file)
    assert (one.name, one.headers["x-honeycomb-team"].get_secret_value()) == ("honeycomb", "hidden-key")
    assert "hidden-key" not in repr(one)
    assert read_targets(None) == ()
    for wrong in (
        "[a]\n",
        "a = 1\n",
        '[a]\nurl = "ftp://hidden-key"\n',
        '[a]\nurl = "http://x/y"\nheaders = {k = 1}\n',
        "[a",
    ):
        file.write_text(wrong)
        with pytest.raises(QuartermasterError) as caught:
            read_targets(file)
        assert "OTLP_TARGETS" in caught.value.sentence
        assert "hidden-key" not in caught.value.sentence
