"""OTLP's messages, the targets' file, what answers mean, and what is missing at a target."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from pydantic import SecretStr

from bot.errors import QuartermasterError
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.otlp.points import (
    WHOLE,
    Key,
    contents_of,
    held,
    held_by_hour,
    held_in,
    missing,
    points_of,
    summed,
    wanted,
)
from bot.spend.model import Hour, Measures
from bot.telemetry.otlp import metrics_request
from bot.telemetry.point import Point
from bot.telemetry.targets import Target, examine_targets, read_targets
from bot.telemetry.wire import Receipt, Verdict, receipt_of
from tests.telemetry.collector import rejecting

DAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
IDS = {WORKSPACE.column: "w", MODEL.column: "opus"}


def _cost(span: str, amount: int) -> dict[Key, int]:
    return {(span, "claude.org.cost", "w", "opus", ""): amount}


def test_points_bear_their_own_times_and_whole_numbers_stay_whole() -> None:
    noon = MIDNIGHT + timedelta(hours=12)
    body = metrics_request(
        [
            Point("claude.org.tokens", MIDNIGHT, MIDNIGHT + timedelta(days=1), 2, {"model": "opus"}, 2**60),
            Point("claude.org.cost", noon, noon + timedelta(hours=1), 0, {"model": "opus"}, Decimal("-1.5")),
        ],
        "1.0",
    )
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    cost, tokens = resource.scope_metrics[0].metrics
    (day,), (hour,) = tokens.sum.data_points, cost.sum.data_points
    assert (day.start_time_unix_nano, day.time_unix_nano) == (1795132800000000000, 1795219200000000000)
    assert (hour.start_time_unix_nano, hour.time_unix_nano) == (1795176000000000000, 1795179600000000000)
    assert (day.as_int, day.attributes[-1].key, day.attributes[-1].value.string_value) == (2**60, "revision", "2")
    assert (cost.name, cost.unit, hour.as_double) == ("claude.org.cost", "USD", -1.5)


def test_what_the_source_did_not_tell_is_absent_and_the_running_hour_too() -> None:
    day = held([Measures(DAY, IDS, Decimal(3), None, None, output=7), Measures(DAY, {}, Decimal(0), Decimal(0), 0)])
    assert day == {
        (WHOLE, "claude.org.cost", "w", "opus", ""): 3_000_000_000,
        (WHOLE, "claude.org.tokens", "w", "opus", "output"): 7,
    }
    hours = [Hour(MIDNIGHT + timedelta(hours=n), Measures(DAY, IDS, Decimal(n), None, None)) for n in (1, 2, 3)]
    assert set(held_by_hour(hours, MIDNIGHT + timedelta(hours=3, minutes=59))) == {*_cost("01", 1), *_cost("02", 2)}


def test_a_day_is_told_by_hours_or_as_a_whole_and_its_points_always_sum_up_to_it() -> None:
    cases: list[tuple[int | None, dict[str, int] | None, list[dict[str, int]], dict[str, int]]] = [
        # (day's total or None while it is open, its hours or None, what was sent) -> what is still to be sent
        (None, {"07": 5}, [], {"07": 5}),
        (None, {"07": 5, "08": 1}, [{"07": 5}], {"08": 1}),
        (None, {"07": 4}, [{"07": 5}], {"07": -1}),
        (None, {"08": 1}, [{"07": 5}], {"08": 1}),  # the figures reached less far: what was told stays
        (None, None, [{"07": 5}], {}),
        (6, {"07": 5, "08": 1}, [], {"07": 5, "08": 1}),
        (6, {"07": 6}, [{"07": 5}, {"08": 1}], {"07": 1, "08": -1}),
        (9, None, [{"07": 5}, {"08": 1}], {WHOLE: 3}),
        (9, {"07": 9}, [{"07": 5}, {WHOLE: 4}], {"07": 4, WHOLE: -4}),
        (6, None, [], {WHOLE: 6}),
        (7, {"07": 7}, [{WHOLE: 6}], {WHOLE: 1}),  # told as a whole, it stays so
        (0, None, [{WHOLE: 6}], {WHOLE: -6}),
        (None, {"07": 7}, [{WHOLE: 6}], {}),
    ]
    for total, hours, before, expected in cases:
        sent = [_held(one) for one in before]
        day = None if total is None else _held({WHOLE: total})
        rest = missing(wanted(day, None if hours is None else _held(hours), sent), sent)
        assert rest == _held(expected), (total, hours, before)
        if total is not None:
            assert sum(summed([*sent, rest]).values()) == total


def _held(spans: dict[str, int]) -> dict[Key, int]:
    return {key: value for span, amount in spans.items() for key, value in _cost(span, amount).items() if value}


def test_what_is_written_down_makes_the_same_points_each_time_and_a_correction_is_another_one() -> None:
    (first,) = contents_of({**_cost("07", 5), **_cost("08", 2)}, [], {"w": "Web"})
    (again,) = contents_of(_cost("08", -1), [first], {"w": "Web"})
    assert points_of(DAY, first) == points_of(DAY, first)
    seven, eight, corrected = *points_of(DAY, first), *points_of(DAY, again)
    assert [held_in(one) for one in (first, again)] == [{**_cost("07", 5), **_cost("08", 2)}, _cost("08", -1)]
    assert (seven.starts, seven.ends) == (MIDNIGHT + timedelta(hours=7), MIDNIGHT + timedelta(hours=8))
    assert (seven.revision, eight.revision, corrected.revision) == (0, 0, 1)
    assert (corrected.starts, corrected.value) == (eight.starts, Decimal("-1E-9"))
    assert seven.attributes == {"workspace_id": "w", "workspace_name": "Web", "model": "opus"}


def test_an_answer_says_what_is_taken_refused_for_good_tried_later_or_unknown() -> None:
    Target("t", "http://t.test", {"authorization": SecretStr("Bearer hcaik-repeated"), "x-flag": SecretStr("on")})
    partial = rejecting(3)
    assert isinstance(partial.body, bytes)
    in_protobuf, in_capitals = {"content-type": "application/x-protobuf"}, {"content-type": "Application/JSON"}
    in_json = httpx.Response(200, json={"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "sk-ant-admin-zz"}})
    said = "too old for hcaik-repeated of on"
    repeated = httpx.Response(200, json={"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": said}})
    unread = (
        b"ok",
        b"null",
        b"[]",
        b'{"status": "ok"}',
        b'{"partialSuccess": {"rejectedDataPoints": "some"}}',
        b"[" * 99_999,
    )
    cases = [
        (httpx.Response(200), Receipt()),
        (httpx.Response(202, content=b"thanks"), Receipt()),
        (httpx.Response(200, content=partial.body, headers=in_protobuf), Receipt(because="too old", rejected=3)),
        (in_json, Receipt(because="[hidden]", rejected=2)),
        (httpx.Response(200, content=in_json.content, headers=in_capitals), Receipt(because="[hidden]", rejected=2)),
        (repeated, Receipt(because="too old for [hidden] of on", rejected=2)),
        (httpx.Response(200, html="<h1>Sign in</h1>"), Receipt(Verdict.LATER, "a web page")),
        (httpx.Response(200, html="\ufeff\n<!doctype html>"), Receipt(Verdict.LATER, "a web page")),
        (httpx.Response(200, html=""), Receipt()),  # as many a web framework answers that says nothing
        (httpx.Response(200, html="OK"), Receipt()),
        *((httpx.Response(200, content=one, headers={"content-type": "application/json"}), Receipt()) for one in unread),
        (httpx.Response(400), Receipt(Verdict.REFUSED, "HTTP 400")),
        (httpx.Response(413), Receipt(Verdict.REFUSED, "HTTP 413")),
        (httpx.Response(401), Receipt(Verdict.LATER, "HTTP 401")),
        (httpx.Response(302), Receipt(Verdict.LATER, "HTTP 302")),
        (httpx.Response(429, headers={"retry-after": "7"}), Receipt(Verdict.LATER, "HTTP 429", retry_after=7.0)),
        (httpx.Response(503, headers={"retry-after": "99999"}), Receipt(Verdict.UNKNOWN, "HTTP 503", retry_after=3600.0)),
        (httpx.Response(503, headers=[(b"retry-after", b"\xb2")]), Receipt(Verdict.UNKNOWN, "HTTP 503")),
    ]
    for answer, expected in cases:
        assert receipt_of(answer) == expected


def test_targets_are_read_and_every_fault_has_its_line_and_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(
        '[honeycomb]\nurl\u00a0= "\u200bhttps://api.honeycomb.io/v1/metrics"\n'
        'headers = {x-honeycomb-team = "hidden-key\u200b"}\n'
        'traces_url = "https://api.honeycomb.io/v1/traces"\nown_metrics = true\n'
    )
    (one,) = read_targets(file)
    assert (one.name, one.headers["x-honeycomb-team"].get_secret_value()) == ("honeycomb", "hidden-key")
    assert one.url == "https://api.honeycomb.io/v1/metrics"
    assert (one.traces_url, one.own_metrics) == ("https://api.honeycomb.io/v1/traces", True)
    assert "hidden-key" not in repr(one)
    assert read_targets(None) == ()
    good = 'url = "http://x/v1/metrics"\n'
    cases: list[tuple[str, list[int]]] = [
        ("[a]\n", [1]),
        ("a = 1\n", [1]),
        ('[b]\nurl = "http://x"\n\n["a"]\nurl = "ftp://hidden-key"\n', [5]),
        (f"[a]\n{good}headers = {{k = 1}}\n", [3]),
        (f"[a]\n{good}[a.headers]\nk = 1\n", [3]),
        (f'[a]\n{good}headers = {{k = "…hidden-key"}}\n', [3]),
        (f'[a]\n{good}traces_url = "hidden-key"\nown_metrics = 1\nproxy = 2\n', [3, 4, 5]),
        ('[a]\nurl = "http://x:hidden-key"\n', [2]),
        (f"[a]\n{good}\n[a\n", [4]),
        (f"\n{good}[a]\n{good}", [2]),
        ("# nobody yet\n", [1]),
        ('[a]\nurl = "http://x/v1/metrics\\n"\n', [2]),
        (f'[""]\n{good}', [1]),
    ]
    for text, lines in cases:
        file.write_text(text)
        _, faults = examine_targets(file)
        assert [fault.line for fault in faults] == lines, text
        with pytest.raises(QuartermasterError) as caught:
            read_targets(file)
        assert caught.value.sentence.startswith(f"targets.toml:{lines[0]}: ")
        assert "OTLP_TARGETS" in caught.value.sentence
        assert "hidden-key" not in str(faults)
    file.write_bytes(b"\xff")
    for cannot, why in ((tmp_path / "absent", "No such file"), (tmp_path, "Is a directory"), (file, "UTF-8")):
        assert why in examine_targets(cannot)[1][0].sentence


def test_much_goes_in_several_pushes_that_tell_the_same_revision() -> None:
    spans = [f"{hour:02}" for hour in range(5)]
    rest = {key: value for span in spans for key, value in _cost(span, 3).items()}
    some = contents_of(rest, [], {"w": "Web"}, most=2)
    assert [sorted(one["of"]) for one in some] == [["00", "01"], ["02", "03"], ["04"]]
    assert {number for one in some for number in one["of"].values()} == {0}
    assert summed(held_in(one) for one in some) == rest
    (again,) = contents_of(_cost("03", 1), some, {})
    assert (again["of"], again["names"]) == ({"03": 1}, {})
    assert contents_of({}, some, {}) == []
