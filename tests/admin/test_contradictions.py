"""Of two statements of an answer neither is believed when they contradict each other, in any list of the client."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.admin.client import AdminClient
from bot.admin.http import Transport
from bot.errors import UpstreamDown
from tests.admin.conftest import QUICK

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, ENDS = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
Page = dict[str, Any]
Read = Callable[[AdminClient], Any]

BY_ID: dict[str, Read] = {
    "/users": lambda admin: admin.users(),
    "/invites": lambda admin: admin.invites(),
    "/workspaces": lambda admin: admin.workspaces(),
    "/workspaces/wrkspc_1/members": lambda admin: admin.workspace_members("wrkspc_1"),
    "/api_keys": lambda admin: admin.api_keys(),
    "/v1/compliance/activities": lambda admin: admin.activities(),
}
BY_TOKEN: dict[str, Read] = {
    "/spend_limits": lambda admin: admin.spend_limits(),
    "/rate_limits": lambda admin: admin.rate_limits(),
    "/workspaces/wrkspc_1/rate_limits": lambda admin: admin.workspace_rate_limits("wrkspc_1"),
    "/analytics/cost": lambda admin: admin.cost(FIRST, ENDS, bucket="1d"),
    "/analytics/usage": lambda admin: admin.usage(FIRST, ENDS, bucket="1d"),
    "/cost_report": lambda admin: admin.cost(FIRST, ENDS, bucket="1d"),
    "/usage_report/messages": lambda admin: admin.usage(FIRST, ENDS, bucket="1d"),
    "/usage_report/claude_code": lambda admin: admin.claude_code(date(2026, 11, 10)),
}
LISTS = {**BY_ID, **BY_TOKEN}
CUT_OFF: list[list[Page]] = [
    [{"has_more": True, "last_id": None, "next_page": None}],
    [{"has_more": True, "last_id": "", "next_page": ""}],
    [{"has_more": True}],
    [{"has_more": True, "last_id": 7, "next_page": 7}],
    [{"has_more": "yes", "last_id": "b", "next_page": "b"}],
    [{"has_more": True, "last_id": "a", "next_page": "a"}, {"has_more": True, "last_id": None, "next_page": None}],
    [{"has_more": True, "last_id": "a", "next_page": "a"}] * 2,
    [{"has_more": True, "last_id": name, "next_page": name} for name in "abca"],
    [{"has_more": True, "last_id": f"page{n}", "next_page": f"page{n}"} for n in range(30)],
]


def client(path: str, pages: list[Page]) -> AdminClient:
    """A client of an organization that answers one list page by page; the reports' beta is refused where it isn't that."""
    left = list[Page]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.path.removeprefix("/v1/organizations")
        if asked == path:
            if not {"after_id", "page"} & set(request.url.params):
                left[:] = pages
            return httpx.Response(200, json={"data": [], **left.pop(0)})
        if asked == "/workspaces":
            return httpx.Response(200, json={"data": [], "has_more": False})
        return httpx.Response(404, json={"type": "error", "error": {"type": "not_found_error", "message": "?"}})

    return AdminClient(Transport(SecretStr("x"), wire=httpx.MockTransport(answer)), QUICK, clock=lambda: NOW)


async def read(found: Awaitable[Any] | AsyncIterator[Any]) -> Any:
    return [row async for row in found] if isinstance(found, AsyncIterator) else await found


@pytest.mark.parametrize("pages", CUT_OFF)
@pytest.mark.parametrize("path", LISTS)
async def test_a_list_that_is_cut_off_is_no_list(path: str, pages: list[Page]) -> None:
    with pytest.raises(UpstreamDown, match=r"contradicts itself|can't read"):
        await read(LISTS[path](client(path, pages)))


@pytest.mark.parametrize("said", [{}, {"has_more": None}, {"last_id": "b"}, {"has_more": None, "last_id": "b"}])
@pytest.mark.parametrize("path", BY_ID)
async def test_a_page_that_leaves_out_whether_more_follows_is_not_taken_for_the_last(path: str, said: Page) -> None:
    with pytest.raises(UpstreamDown, match="whether more follows"):
        await read(BY_ID[path](client(path, [said])))


@pytest.mark.parametrize("path", BY_TOKEN)
async def test_a_page_that_names_a_next_one_and_says_there_is_none_is_not_believed(path: str) -> None:
    with pytest.raises(UpstreamDown, match="contradicts itself"):
        await read(BY_TOKEN[path](client(path, [{"has_more": False, "next_page": "b"}, {"has_more": False}])))


@pytest.mark.parametrize("path", LISTS)
async def test_pages_that_agree_with_themselves_are_read_to_the_end(path: str) -> None:
    pages: list[Page] = [{"has_more": True, "last_id": name, "next_page": name} for name in "abc"]
    found = await read(LISTS[path](client(path, [*pages, {"has_more": False, "last_id": None, "next_page": None}])))
    assert not getattr(found, "rows", found)


def cost(begun: datetime, ended: datetime) -> Page:
    money = {"amount": "100", "list_amount": "100", "currency": "USD", "requests": 1}
    return {"starting_at": begun.isoformat(), "ending_at": ended.isoformat(), "group": {}, "cost": money}


def usage(begun: datetime, ended: datetime) -> Page:
    writes = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}
    counts = {"uncached_input_tokens": 1, "cache_read_input_tokens": 0, "cache_creation": writes, "output_tokens": 1}
    more = {"requests": 1, "server_tool_use": {"web_search_requests": 0}}
    return {"starting_at": begun.isoformat(), "ending_at": ended.isoformat(), "group": {}, "usage": counts | more}


def legacy_cost(begun: datetime, ended: datetime) -> Page:
    line = {"amount": "100", "currency": "USD"}
    return {"starting_at": begun.isoformat(), "ending_at": ended.isoformat(), "results": [line]}


def legacy_usage(begun: datetime, ended: datetime) -> Page:
    return {"starting_at": begun.isoformat(), "ending_at": ended.isoformat(), "results": [usage(begun, ended)["usage"]]}


REPORTS: dict[str, Callable[[datetime, datetime], Page]] = {
    "/analytics/cost": cost,
    "/analytics/usage": usage,
    "/cost_report": legacy_cost,
    "/usage_report/messages": legacy_usage,
}


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        (FIRST - DAY, FIRST),
        (FIRST - timedelta(seconds=1), FIRST + DAY),
        (ENDS, ENDS + DAY),
        (ENDS - DAY, ENDS + DAY),
        (FIRST, FIRST),
        (FIRST + DAY, FIRST),
        (FIRST, FIRST + DAY * 2),
        (FIRST + timedelta(hours=3), FIRST + timedelta(hours=27)),
        (FIRST + timedelta(hours=3), FIRST + timedelta(hours=5)),
        (FIRST - DAY * 365, FIRST - DAY * 364),
    ],
)
@pytest.mark.parametrize("path", REPORTS)
async def test_rows_of_another_time_than_was_asked_for_are_not_believed(path: str, begun: datetime, ended: datetime) -> None:
    good = REPORTS[path](FIRST, FIRST + DAY)
    pages: list[Page] = [{"data": [good], "next_page": "b"}, {"data": [REPORTS[path](begun, ended)]}]
    with pytest.raises(UpstreamDown, match=r"outside of the time that was asked for|of another width than was asked for"):
        await read(LISTS[path](client(path, pages)))


@pytest.mark.parametrize("path", REPORTS)
async def test_the_first_and_the_last_bucket_are_in_the_time_that_was_asked_for(path: str) -> None:
    rows = [REPORTS[path](FIRST, FIRST + DAY), REPORTS[path](ENDS - DAY, ENDS)]
    assert len((await read(LISTS[path](client(path, [{"data": rows}])))).rows) == 2


async def test_a_part_of_an_hour_is_answered_with_the_whole_hour() -> None:
    starts, ends = FIRST + timedelta(minutes=20), FIRST + timedelta(hours=5, minutes=40)
    row = cost(FIRST, FIRST + timedelta(hours=5))
    assert len((await client("/analytics/cost", [{"data": [row]}]).cost(starts, ends)).rows) == 1
    day = cost(FIRST, FIRST + DAY)
    assert len((await client("/analytics/cost", [{"data": [day]}]).cost(starts, ends, bucket="1d")).rows) == 1


@pytest.mark.parametrize("path", ["/analytics/cost", "/analytics/usage"])
@pytest.mark.parametrize("ahead", [timedelta(minutes=11), timedelta(hours=5), DAY * 400])
async def test_figures_of_the_future_are_not_believed(path: str, ahead: timedelta) -> None:
    pages: list[Page] = [
        {"next_page": "b", "data_refreshed_at": NOW.isoformat()},
        {"data_refreshed_at": (NOW + ahead).isoformat()},
    ]
    with pytest.raises(UpstreamDown, match="of the future"):
        await read(LISTS[path](client(path, pages)))


@pytest.mark.parametrize("ahead", [timedelta(minutes=9), timedelta(), -DAY])
async def test_clocks_may_differ_by_minutes(ahead: timedelta) -> None:
    report = await client("/analytics/cost", [{"data_refreshed_at": (NOW + ahead).isoformat()}]).cost(FIRST, ENDS)
    assert report.refreshed_at == NOW + ahead


def code_item(actor: Page, day: str = "2026-11-10") -> Page:
    lines = {"added": 1, "removed": 0}
    core = {"num_sessions": 1, "lines_of_code": lines, "commits_by_claude_code": 0, "pull_requests_by_claude_code": 0}
    return {"date": f"{day}T00:00:00Z", "actor": actor, "core_metrics": core, "tool_actions": {}, "model_breakdown": []}


KEY, PERSON = {"type": "api_actor", "api_key_name": "ci"}, {"type": "user_actor", "email_address": "a@acme.test"}


@pytest.mark.parametrize(
    ("items", "why"),
    [([code_item(KEY, "2026-11-11")], "another day"), ([code_item(PERSON), code_item(KEY), code_item(PERSON)], "twice")],
)
async def test_a_claude_code_day_holds_no_row_of_another_and_none_of_a_person_twice(items: list[Page], why: str) -> None:
    with pytest.raises(UpstreamDown, match=why):
        await client("/usage_report/claude_code", [{"data": items}]).claude_code(date(2026, 11, 10))


async def test_keys_of_one_name_may_have_the_same_row_of_claude_code() -> None:
    rows = await client("/usage_report/claude_code", [{"data": [code_item(KEY)] * 2}]).claude_code(date(2026, 11, 10))
    assert len(rows) == 2


def test_every_list_of_the_client_is_tried_here() -> None:
    single = {
        "background",
        "use",
        "aclose",
        "me",
        "user",
        "workspace",
        "workspace_member",
        "api_key",
        "default_workspace_id",
        "cost_buckets",
    }
    writes = ("add_", "archive_", "change_", "create_", "delete_", "remove_", "set_", "update_")
    names = {name for name in dir(AdminClient) if name[0] != "_" and name not in single and not name.startswith(writes)}
    assert names - {"invite"} == {
        "users", "invites", "workspaces", "workspace_members", "api_keys", "spend_limits", "rate_limits",
        "workspace_rate_limits", "cost", "usage", "claude_code", "activities",
    }  # fmt: skip
