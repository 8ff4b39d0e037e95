"""Pagination watches cursors, not row counts."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bot.admin.call import Params, params
from bot.admin.pages import ahead, id_pages, token_pages
from bot.errors import UpstreamDown


def test_parameters_are_written_as_the_api_reads_them() -> None:
    assert params(email=None, flag=False, group_by=["model", "workspace_id"]) == (
        ("flag", "false"),
        ("group_by[]", "model"),
        ("group_by[]", "workspace_id"),
    )


async def test_ids_carry_on_after_the_last_row_and_short_pages_do_not_end_the_list() -> None:
    asked: list[Params] = []
    answers: list[dict[str, Any]] = [
        {"data": [1], "has_more": True, "last_id": "a"},
        {"data": [], "has_more": True, "last_id": "b"},
        {"data": [2], "has_more": False, "last_id": "c"},
    ]

    async def fetch(query: Params) -> dict[str, Any]:
        asked.append(query)
        return answers[len(asked) - 1]

    rows = [row async for page in id_pages(fetch, (("status", "active"),), 50) for row in page["data"]]
    assert rows == [1, 2]
    assert [dict(query).get("after_id") for query in asked] == [None, "a", "b"]
    assert all(dict(query)["status"] == "active" and dict(query)["limit"] == "50" for query in asked)


async def test_tokens_carry_on_through_empty_pages_until_null() -> None:
    asked: list[Params] = []
    answers: list[dict[str, Any]] = [
        {"data": [1], "next_page": "p2"},
        {"data": [], "next_page": "p3"},
        {"data": [2], "next_page": None},
    ]

    async def fetch(query: Params) -> dict[str, Any]:
        asked.append(query)
        return answers[len(asked) - 1]

    assert [row async for page in token_pages(fetch, ()) for row in page["data"]] == [1, 2]
    assert [dict(query).get("page") for query in asked] == [None, "p2", "p3"]


async def test_pages_that_bring_the_same_rows_under_ever_new_cursors_are_an_error_and_no_endless_loop() -> None:
    asked: list[Params] = []

    async def fetch(query: Params) -> dict[str, Any]:
        asked.append(query)
        cursor = f"page{len(asked)}"
        return {"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "last_id": cursor, "next_page": cursor}

    for pages in (id_pages(fetch, ()), token_pages(fetch, ())):
        asked.clear()
        with pytest.raises(UpstreamDown, match="circle"):
            [page async for page in pages]
        assert len(asked) == 2


async def test_a_cursor_that_stands_still_is_an_error_and_no_endless_loop() -> None:
    async def fetch(query: Params) -> dict[str, Any]:
        return {"data": [1], "has_more": True, "last_id": "same", "next_page": "same"}

    for pages in (id_pages(fetch, ()), token_pages(fetch, ())):
        with pytest.raises(UpstreamDown):
            [page async for page in pages]


async def test_the_next_page_is_fetched_while_this_one_is_handled() -> None:
    fetched: list[int] = []
    closed = asyncio.Event()

    async def source() -> AsyncGenerator[int, None]:
        try:
            for number in range(5):
                fetched.append(number)
                yield number
        finally:
            closed.set()

    pages = ahead(source())
    assert await anext(pages) == 0
    await asyncio.sleep(0.01)
    assert fetched == [0, 1]
    await pages.aclose()
    assert closed.is_set()
    assert [number async for number in ahead(source())] == [0, 1, 2, 3, 4]
