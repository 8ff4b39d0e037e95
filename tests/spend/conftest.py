"""Three replicas of the bot's store, as they run over one PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from bot.store.session import Store


@pytest.fixture
async def three(migrated_postgres_url: str) -> AsyncIterator[list[Store]]:
    """Three replicas over one PostgreSQL."""
    stores = [Store(migrated_postgres_url) for _ in range(3)]
    yield stores
    for one in stores:
        await one.close()
