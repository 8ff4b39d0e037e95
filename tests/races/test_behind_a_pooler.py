"""PgBouncer in transaction mode: replicas work behind it where the address says so, and else say what is missing."""

import asyncio
from pathlib import Path

import pytest

from bot.errors import QuartermasterError
from bot.store.migrate import examine_database, open_database
from bot.store.session import Store
from tests.pooler import pooled
from tests.processes import fleet_of
from tests.world import ALICE, BOB


@pytest.mark.proof
async def test_two_replicas_behind_a_pooler_make_one_key(tmp_path: Path, migrated_postgres_url: str) -> None:
    with pooled(tmp_path, migrated_postgres_url) as address:
        async with fleet_of(tmp_path, f"{address}?pgbouncer=true", idle=True) as fleet:
            bots = await fleet.start(2)
            card = await fleet.ask_for_key(ALICE, "pooled")
            await asyncio.gather(*(fleet.click_on(BOB, card, "request_approve") for _ in range(3)))
            await fleet.card("pooled", "issued to")
            assert len(fleet.keys_named("pooled")) == 1
            assert (await fleet.audit()).broken_seq is None
            assert [line for bot in bots for line in bot.log if line.get("level") in ("error", "critical")] == []


async def test_one_that_is_not_named_is_said_at_start_and_by_the_doctor(tmp_path: Path, migrated_postgres_url: str) -> None:
    said = "A pooler in transaction mode, such as PgBouncer, is in between: add ?pgbouncer=true to DATABASE_URL."
    with pooled(tmp_path, migrated_postgres_url) as address:
        store = Store(address)
        with pytest.raises(QuartermasterError, match="is in between: add"):
            await open_database(store)
        assert await examine_database(store) == said
        await store.close()
        named = Store(f"{address}?pgbouncer=true")
        await open_database(named)
        assert await examine_database(named) is None
        await named.close()
