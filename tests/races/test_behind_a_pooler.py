"""PgBouncer: replicas work behind it where the address says so, and what keeps them from working is said."""

import asyncio
import contextlib
import re
from pathlib import Path

import pytest

from bot.cli.audit import verify_audit
from bot.errors import QuartermasterError
from bot.settings.model import load_database_settings
from bot.store.migrate import DatabaseAway, examine_database, open_database, why_unusable
from bot.store.pooled import NotLent, check_pooler
from bot.store.session import Store
from tests.pooler import LENT, pooled
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


@pytest.mark.parametrize(
    ("mode", "lent", "said"),
    [
        (
            "transaction",
            LENT,
            "A pooler in transaction mode, such as PgBouncer, is in between: add ?pgbouncer=true to DATABASE_URL.",
        ),
        (
            "transaction",
            1,
            "A pooler in transaction mode, such as PgBouncer, is in between: add ?pgbouncer=true to DATABASE_URL.",
        ),
        (
            "statement",
            LENT,
            "The pooler in between is in statement mode, in which nothing works: set its pool_mode to transaction.",
        ),
        ("session", LENT, None),
    ],
)
async def test_what_a_pooler_keeps_from_working_is_said_at_start_by_the_doctor_and_by_commands(
    tmp_path: Path, migrated_postgres_url: str, mode: str, lent: int, said: str | None
) -> None:
    with pooled(tmp_path, migrated_postgres_url, mode, lent) as address:
        store = Store(address)
        with pytest.raises(QuartermasterError, match=re.escape(said)) if said else contextlib.nullcontext() as caught:
            await open_database(store)
        assert not isinstance(caught and caught.value, DatabaseAway), "waiting changes nothing"
        assert await examine_database(store) == said
        await store.close()
        if mode == "statement":
            database = load_database_settings({"DATABASE_URL": address})
            assert await verify_audit(database) == (None, f"audit: The log can't be read. {said}")
        elif mode == "transaction":
            named = Store(f"{address}?pgbouncer=true")
            await open_database(named)
            assert await examine_database(named) is None
            await named.close()


async def test_a_pooler_that_lends_one_connection_for_a_session_is_said(tmp_path: Path, migrated_postgres_url: str) -> None:
    with pooled(tmp_path, migrated_postgres_url, "session", 1) as address:
        for mark in ("", "?pgbouncer=true"):
            store = Store(f"{address}{mark}")
            with pytest.raises(NotLent, match="must lend the bot 30 connections") as caught:
                await check_pooler(store, within=0.5)
            assert why_unusable(caught.value) == str(caught.value)
            await store.close()
