"""The API's pagination as async iterators.

A page may be short or empty while more follow, so the loops watch the cursor and never count rows. What a page says of
the next one is believed only where both statements agree: a list that is cut off would pass for the whole of it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bot.admin.call import Params
from bot.admin.errors import contradiction
from bot.admin.shapes import WirePage

Page = dict[str, Any]
Fetch = Callable[[Params], Awaitable[Page]]
Item = TypeVar("Item")

PAGE_SIZE = 1000
_UNSAID = "it doesn't say whether more follows"
MOST_EMPTY = 20
"""Pages without a row, one after another, of which each says that more follow."""


async def id_pages(fetch: Fetch, params: Params, size: int = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of style A: the next one starts `after_id` the last row of this one.

    Whether more follows is said by `has_more` alone, so that a page without it may be the whole list or a part of it.
    """
    cursors = _Cursors("after_id")
    while True:
        page = await fetch((*params, ("limit", str(size)), *cursors.asked))
        says_more = _says_more(page)
        if says_more is None:
            raise contradiction(_UNSAID)
        if says_more:
            cursors.move(page.get("last_id"), page["data"])
        yield page
        if not says_more:
            return


async def token_pages(fetch: Fetch, params: Params, size: int | None = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of styles B and C: the next one is named by an opaque `next_page`, null at the end."""
    limit: Params = () if size is None else (("limit", str(size)),)
    async for page in _following(fetch, (*params, *limit), _behind):
        yield page


async def report_pages(
    fetch: Callable[[Params], Awaitable[WirePage[Item]]], params: Params, size: int
) -> AsyncIterator[WirePage[Item]]:
    """Iterate over pages of style C that were decoded into their shape."""
    asked = (*params, ("limit", str(size)))
    async for page in _following(fetch, asked, lambda page: (page.next_page, page.has_more, page.data)):
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
    fetch: Callable[[Params], Awaitable[Item]],
    params: Params,
    behind: Callable[[Item], tuple[object, bool | None, Sequence[object]]],
) -> AsyncIterator[Item]:
    """Iterate over pages; `behind` returns the cursor of the next one, whether a page says that there is one, its rows."""
    cursors = _Cursors("page")
    while True:
        page = await fetch((*params, *cursors.asked))
        token, says_more, rows = behind(page)
        if token and says_more is False:
            raise contradiction("it names a next page, and says that there is none")
        if token or says_more:
            cursors.move(token, rows)
        yield page
        if not token:
            return


def _behind(page: Page) -> tuple[object, bool | None, Sequence[object]]:
    return page.get("next_page"), _says_more(page), page["data"]


def _says_more(page: Page) -> bool | None:
    """Return whether a page says that more follow, None where it doesn't say; anything but a truth value is an error."""
    more = page.get("has_more")
    if more is not None and not isinstance(more, bool):
        raise contradiction(_UNSAID)
    return more


class _Cursors:
    """The cursors of one list: each is used once, and pages that bring nothing new must not go on for ever."""

    def __init__(self, name: str) -> None:
        self.asked: Params = ()
        self._name = name
        self._used = set[str]()
        self._empty = 0
        self._first: object = None

    def move(self, cursor: object, rows: Sequence[object]) -> None:
        """Go on from a page with these rows to where the next one begins."""
        if not cursor or not isinstance(cursor, str):
            raise contradiction("it says that more follows, but not where")
        self._empty = 0 if rows else self._empty + 1
        if self._empty > MOST_EMPTY:
            raise contradiction("it says that more follows, and page after page is empty")
        if cursor in self._used or (rows and rows[0] == self._first):
            raise contradiction("its pages lead in a circle")
        self._used.add(cursor)
        self._first = rows[0] if rows else self._first
        self.asked = ((self._name, cursor),)
