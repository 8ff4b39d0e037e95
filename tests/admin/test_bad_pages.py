"""Pages of reports that are not as they should be: one clear error, nothing taken for zero, nothing lost."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.admin import legacy, reports, shapes
from bot.admin.buckets import IDS, bucket_reader
from bot.admin.client import AdminClient
from bot.admin.dimensions import COST_DIMENSIONS
from bot.admin.errors import UNREADABLE
from bot.admin.http import Transport
from bot.admin.rows import FINE, CostBucket
from bot.errors import UpstreamDown
from tests.admin.buckets import in_buckets
from tests.admin.conftest import QUICK

START = datetime(2026, 9, 1, tzinfo=UTC)
GROUP_BY = ("workspace_id", "model", "api_key_id")
COST: dict[str, Any] = {
    "starting_at": "2026-09-01T00:00:00Z",
    "ending_at": "2026-09-02T00:00:00Z",
    "group": {"workspace_id": "wrkspc_1", "model": None, "api_key_id": "apikey_1"},
    "cost": {"amount": "12.5", "list_amount": "50", "currency": "USD", "requests": 3},
}
TOKENS: dict[str, Any] = {
    "uncached_input_tokens": 1,
    "cache_read_input_tokens": 2,
    "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4},
    "output_tokens": 5,
}
USAGE: dict[str, Any] = {
    **{name: COST[name] for name in ("starting_at", "ending_at", "group")},
    "usage": TOKENS | {"server_tool_use": {"web_search_requests": 6}, "requests": 7},
}


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


def page(*items: dict[str, Any]) -> bytes:
    return json.dumps({"data": items, "has_more": False, "next_page": None}).encode()


def changed(item: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return an item in which one field has another value, or is missing."""
    item = copy.deepcopy(item)
    *way, last = path.split(".")
    inner = item
    for name in way:
        inner = inner[name]
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return item


def answering(content: bytes) -> tuple[AdminClient, list[httpx.Request]]:
    """Return a client of an API that gives one answer to everything, and what it was asked."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=content, headers={"request-id": "req_1"})

    return AdminClient(Transport(SecretStr("x"), wire=httpx.MockTransport(answer)), QUICK), seen


async def ask(content: bytes, kind: str) -> tuple[Any, list[httpx.Request]]:
    """Ask for a report in the way of `kind`; an UpstreamDown is returned."""
    admin, seen = answering(content)
    ends = START + timedelta(days=1)
    try:
        if kind == "buckets":
            return [one async for one in admin.cost_buckets(START, ends, GROUP_BY, "1d")], seen
        return await (admin.cost if kind == "cost" else admin.usage)(START, ends, GROUP_BY, "1d"), seen
    except UpstreamDown as error:
        return error, seen


BAD_COST: list[tuple[str, Any]] = [
    *[(path, MISSING) for path in ("starting_at", "ending_at", "group", "cost", "cost.amount", "cost.list_amount")],
    ("cost.currency", MISSING),
    *[("cost.amount", value) for value in (12.5, None, True, ["1"], "", "abc", "NaN", "1.x")],
    *[("cost.list_amount", value) for value in (12.5, True, {"cents": 1}, "abc")],
    *[("cost.requests", value) for value in ("3", 3.5, True, 2**63)],
    ("cost.currency", "EUR"),
    ("group.model", 5),
    ("group.actor", "user"),
    ("group", None),
    ("starting_at", "yesterday"),
    ("ending_at", "tomorrow"),
    ("starting_at", 1788220800),
]


@pytest.mark.parametrize("kind", ["cost", "buckets"])
@pytest.mark.parametrize(("path", "value"), BAD_COST, ids=repr)
async def test_a_field_of_the_cost_report_that_is_missing_or_mistyped_is_refused(kind: str, path: str, value: Any) -> None:
    error, seen = await ask(page(COST, changed(COST, path, value)), kind)
    assert isinstance(error, UpstreamDown)
    assert (str(error), error.may_have_happened) == (UNREADABLE, False)
    assert len(seen) == 1, "the next answer would have the same shape"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("usage", MISSING),
        ("usage.output_tokens", MISSING),
        ("usage.output_tokens", "5"),
        ("usage.output_tokens", 5.5),
        ("usage.cache_creation.ephemeral_1h_input_tokens", MISSING),
        ("usage.server_tool_use", None),
        ("usage.requests", True),
    ],
    ids=repr,
)
async def test_a_field_of_the_usage_report_that_is_missing_or_mistyped_is_refused(path: str, value: Any) -> None:
    error, _ = await ask(page(USAGE, changed(USAGE, path, value)), "usage")
    assert isinstance(error, UpstreamDown)
    assert str(error) == UNREADABLE


def spoilt(whole: bytes) -> dict[str, bytes]:
    """Return what is no JSON, most of it once a page."""
    return {
        "empty": b"",
        "cut": whole[:-1],
        "cut early": whole[:60],
        "longer": whole + b"}",
        "html": b"<html>",
        "NaN": whole.replace(b"null", b"NaN"),
        "deep": b'{"z": ' + b"[" * 99999,
        "no text": b"\xff",
    }


@pytest.mark.parametrize("how", spoilt(b""))
@pytest.mark.parametrize(
    ("kind", "item"), [("cost", COST), ("buckets", COST), ("usage", USAGE)], ids=["cost", "buckets", "usage"]
)
async def test_what_is_no_json_is_asked_for_again_and_then_an_error(kind: str, item: dict[str, Any], how: str) -> None:
    error, seen = await ask(spoilt(page(item))[how], kind)
    assert isinstance(error, UpstreamDown)
    assert (str(error), error.request_id, len(seen)) == (UNREADABLE, "req_1", QUICK.attempts)


async def test_what_the_bot_does_not_know_passes_and_whole_cents_may_be_numbers() -> None:
    odd = changed(changed(COST, "group.mood", {"new": [1.5]}), "cost.amount", 1250)
    odd = changed(changed(odd, "cost.list_amount", None), "cost.requests", MISSING)
    report, _ = await ask(page(odd | {"also_new": 0.1}), "cost")
    [row] = report.rows
    assert (row.amount_nanos, row.list_amount_nanos, row.requests) == (1250 * 10**7, None, None)
    assert (row.workspace_id, row.model, row.api_key_id) == ("wrkspc_1", None, "apikey_1")
    [buckets], _ = await ask(page(odd), "buckets")
    assert buckets.rows == [
        CostBucket(row.starts_at, row.ends_at, {("wrkspc_1", "", "apikey_1"): (1250 * 10**7 * FINE, None, None)})
    ]


@pytest.mark.parametrize(
    ("read", "rows", "line"),
    [
        (shapes.read_legacy_cost, legacy.cost_rows, {"amount": "1", "currency": "USD"}),
        (shapes.read_legacy_usage, legacy.usage_rows, TOKENS),
    ],
)
def test_a_line_of_a_legacy_report_is_refused_too(
    read: Callable[[bytes], Any], rows: Callable[..., list[Any]], line: dict[str, Any]
) -> None:
    bucket = {"starting_at": COST["starting_at"], "ending_at": COST["ending_at"], "results": [line]}
    assert len(rows(read(page(bucket)).data, (), None)) == 1
    for name in line:
        for value in (MISSING, 1.5, None):
            with pytest.raises(UpstreamDown):
                read(page(bucket | {"results": [changed(line, name, value)]}))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2]),
            st.sampled_from(["wrkspc_1", None]),
            st.sampled_from(["apikey_1", "apikey_2", None]),
            st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=7),
            st.sampled_from([None, 3]),
        ),
        max_size=30,
        unique_by=itemgetter(0, 1, 2),
    )
)
def test_buckets_are_the_rows_summed(given: list[tuple[Any, ...]]) -> None:
    items = [
        {
            "starting_at": (START + timedelta(days=day)).isoformat(),
            "ending_at": (START + timedelta(days=day + 1)).isoformat(),
            "group": {"workspace_id": workspace, "model": "m", "api_key_id": key},
            "cost": {"amount": f"{cents:f}", "list_amount": None, "currency": "USD", "requests": requests},
        }
        for day, workspace, key, cents, requests in given
    ]
    decoded = shapes.read_cost(page(*items)).data
    rows = reports.cost_rows(decoded)
    buckets = bucket_reader(GROUP_BY)(decoded)
    assert buckets == in_buckets(rows, GROUP_BY)
    summed = sum(one[0] for bucket in buckets for one in bucket.groups.values())
    assert summed == FINE * sum(row.amount_nanos for row in rows)
    assert sum(row.amount_nanos for row in rows) == sum(int(cents * 10**7) for *_, cents, _ in given)


@pytest.mark.parametrize("group_by", [(), ("model",), *(("model", one) for one in sorted(COST_DIMENSIONS - IDS)[:2])])
def test_buckets_are_not_split_by_what_would_be_lost(group_by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="split"):
        bucket_reader(group_by)
