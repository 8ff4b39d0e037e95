"""The API's pagination as async iterators.

A page may be short or empty while more follow, so the loops watch the cursor and never count rows.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from bot.admin.call import Params
from bot.admin.errors import UNREADABLE
from bot.admin.shapes import WirePage
from bot.errors import UpstreamDown

Page = dict[str, Any]
Fetch = Callable[[Params], Awaitable[Page]]
Item = TypeVar("Item")

PAGE_SIZE = 1000


async def id_pages(fetch: Fetch, params: Params, size: int = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of style A: the next one starts `after_id` the last row of this one."""

    def last_id(page: Page) -> object:
        return page.get("has_more") and page.get("last_id")

    async for page in _following(fetch, (*params, ("limit", str(size))), "after_id", last_id):
        yield page


async def token_pages(fetch: Fetch, params: Params, size: int | None = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of styles B and C: the next one is named by an opaque `next_page`, null at the end."""
    limit: Params = () if size is None else (("limit", str(size)),)
    async for page in _following(fetch, (*params, *limit), "page", lambda page: page.get("next_page")):
        yield page


async def report_pages(
    fetch: Callable[[Params], Awaitable[WirePage[Item]]], params: Params, size: int
) -> AsyncIterator[WirePage[Item]]:
    """Iterate over pages of style C that were decoded into their shape."""
    async for page in _following(fetch, (*params, ("limit", str(size))), "page", lambda page: page.next_page):
        yield page


async def ahead(items: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
    """Iterate over `items`, fetching the next while the caller is busy with the present one."""
    end = object()

    async def pull() -> Any:
        return await anext(items, end)

    task = asyncio.create_task(pull())
    try:
        while (item := await task) is not end:
            task = asyncio.create_task(pull())
            yield item
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await items.aclose()


async def _following(
    fetch: Callable[[Params], Awaitable[Item]], params: Params, name: str, behind: Callable[[Item], object]
) -> AsyncIterator[Item]:
    """Iterate over pages; `behind` returns the cursor of the next one, nothing at the end."""
    cursor: Params = ()
    while True:
        page = await fetch((*params, *cursor))
        yield page
        value = behind(page)
        if not value:
            return
        cursor = _moved(cursor, name, value)


def _moved(cursor: Params, name: str, value: object) -> Params:
    """Return the next cursor; one that stands still would loop for ever."""
    following = ((name, str(value)),)
    if following == cursor:
        raise UpstreamDown(UNREADABLE)
    return following
