"""Three replicas of the bot's store, as they run over one PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from bot.store.migrate import migrate
from bot.store.session import Store


@pytest.fixture
async def three(postgres_url: str) -> AsyncIterator[list[Store]]:
    """Three replicas over one PostgreSQL."""
    stores = [Store(postgres_url) for _ in range(3)]
    await migrate(stores[0])
    yield stores
    for one in stores:
        await one.close()
