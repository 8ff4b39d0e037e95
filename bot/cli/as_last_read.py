"""A runtime over the bot's database alone: it reads, and asks neither Slack nor the Claude API."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

from bot.admin.model import Member, Workspace
from bot.directory.directory import Directory
from bot.runtime import Runtime
from bot.settings.model import Settings
from bot.spend.ledger.names import workspaces_as_read
from bot.store.session import Store


class AsLastRead:
    """The organization as the bot last wrote it down: workspaces with their tags. Of people the database has names alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def workspaces(self, include_archived: bool = False) -> AsyncIterator[Workspace]:
        """Yield them as they were read."""
        async with self._store.read() as tx:
            found = await workspaces_as_read(tx)
        for one in found[0] if found else ():
            if include_archived or one.archived_at is None:
                yield one

    async def users(self) -> AsyncIterator[Member]:
        """Yield nobody."""
        for one in ():
            yield one


def runtime_of(store: Store, settings: Settings | None) -> Runtime:
    """Return what reads figures. Where it is given no `settings`, nothing may need them."""
    stored, nothing = cast("Any", AsLastRead(store)), cast("Any", None)
    return Runtime(
        settings=cast("Any", settings),
        policy=nothing,
        store=store,
        admin=stored,
        directory=Directory(stored),
        capabilities=nothing,
        notifier=nothing,
        vault=nothing,
        clock=lambda: datetime.now(UTC),
        kinds={},
        spend_news=nothing,
    )
