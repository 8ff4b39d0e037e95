"""The API's pagination as async iterators.

A page may be short or empty while more follow, so the loops watch the cursor and never count rows. What a page says of
the next one is believed only where both statements agree: a list that is cut off would pass for the whole of it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from bot.admin.call import Params
from bot.admin.errors import contradiction
from bot.admin.shapes import WirePage

Page = dict[str, Any]
Fetch = Callable[[Params], Awaitable[Page]]
Item = TypeVar("Item")

PAGE_SIZE = 1000


async def id_pages(fetch: Fetch, params: Params, size: int = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of style A: the next one starts `after_id` the last row of this one."""
    cursors = _Cursors("after_id")
    while True:
        page = await fetch((*params, ("limit", str(size)), *cursors.asked))
        says_more = _says_more(page)
        if says_more:
            cursors.move(page.get("last_id"))
        yield page
        if not says_more:
            return


async def token_pages(fetch: Fetch, params: Params, size: int | None = PAGE_SIZE) -> AsyncIterator[Page]:
    """Iterate over pages of styles B and C: the next one is named by an opaque `next_page`, null at the end."""
    limit: Params = () if size is None else (("limit", str(size)),)
    async for page in _following(fetch, (*params, *limit), lambda page: (page.get("next_page"), _says_more(page))):
        yield page


async def report_pages(
    fetch: Callable[[Params], Awaitable[WirePage[Item]]], params: Params, size: int
) -> AsyncIterator[WirePage[Item]]:
    """Iterate over pages of style C that were decoded into their shape."""
    asked = (*params, ("limit", str(size)))
    async for page in _following(fetch, asked, lambda page: (page.next_page, page.has_more)):
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
    fetch: Callable[[Params], Awaitable[Item]], params: Params, behind: Callable[[Item], tuple[object, bool | None]]
) -> AsyncIterator[Item]:
    """Iterate over pages; `behind` returns the cursor of the next one, and whether a page says that there is one."""
    cursors = _Cursors("page")
    while True:
        page = await fetch((*params, *cursors.asked))
        token, says_more = behind(page)
        if token and says_more is False:
            raise contradiction("it names a next page, and says that there is none")
        if token or says_more:
            cursors.move(token)
        yield page
        if not token:
            return


def _says_more(page: Page) -> bool | None:
    """Return whether a page says that more follow, None where it doesn't say; anything but a truth value is an error."""
    more = page.get("has_more")
    if more is not None and not isinstance(more, bool):
        raise contradiction("it doesn't say whether more follows")
    return more


class _Cursors:
    """The cursors of one list. Each is used once, because a list that leads back to one would never end."""

    def __init__(self, name: str) -> None:
        self.asked: Params = ()
        self._name = name
        self._used = set[str]()

    def move(self, cursor: object) -> None:
        """Go on to where the next page begins."""
        if not cursor or not isinstance(cursor, str):
            raise contradiction("it says that more follows, but not where")
        if cursor in self._used:
            raise contradiction("its pages lead in a circle")
        self._used.add(cursor)
        self.asked = ((self._name, cursor),)
