"""The ledger after a sync says what the organization's endpoints say, added up by a script that knows nothing of it."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.admin.call import Manner
from bot.admin.client import AdminClient
from bot.admin.http import Transport
from bot.claude_code import db as code
from bot.claude_code.model import BYS, By, Use
from bot.claude_code.plan import read_day
from bot.claude_code.sync import sync_code
from bot.runtime import Runtime
from bot.sandbox.claude.organization import ADMIN_KEY
from bot.spend.ask.splits import hour_id
from bot.spend.dimensions import KEY, MODEL, PERSON, PRODUCT, TIER, TOKEN_TYPE, WORKSPACE, Dimension
from bot.spend.ledger import db as ledger
from bot.spend.ledger.hours.db import hours
from bot.spend.ledger.hours.sync import fill_hours
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.sync import load_range
from bot.spend.model import nanos
from bot.store.session import Store
from tests.sandbox.claude_server import NOON
from tests.sandbox.claude_server import World as Claude
from tests.spend import independent
from tests.spend.world import runtime, set_clock

LAST = NOON.date() - timedelta(days=1)
FIRST = LAST - timedelta(days=8)
SWITCHES = dict.fromkeys(("priority_tier", "unknown_model", "long_prompts", "agent_sessions"), True)
OURS: dict[str, Dimension] = {"workspace": WORKSPACE, "model": MODEL, "key": KEY}


@pytest.fixture
def claude() -> Claude:
    made = Claude()
    for plan in list(made.organization.plans)[30:]:
        del made.organization.plans[plan]
    made.organization.set_flags(SWITCHES | {"discount_percent": 20})
    return made


@contextlib.asynccontextmanager
async def on(store: Store, claude: Claude) -> AsyncGenerator[Runtime]:
    wire = httpx.ASGITransport(claude.app)
    admin = AdminClient(Transport(SecretStr(ADMIN_KEY), wire=wire), Manner(first_wait=0.01))
    rt = runtime(store, admin)  # pyright: ignore[reportArgumentType] - the real client, on the organization in process
    set_clock(rt, NOON)
    try:
        yield rt
    finally:
        await admin.aclose()


async def synced(store: Store, claude: Claude) -> None:
    async with on(store, claude) as rt:
        await load_range(rt, NOON, FIRST, LAST)


async def ours(store: Store, by: tuple[str, ...]) -> dict[independent.Key, int]:
    """The ledger's cells in nano-dollars; by month as the sum of its days."""

    def key(cell: Any) -> independent.Key:
        times = {"day": f"{cell.day}", "month": f"{cell.day:%Y-%m}"}
        return tuple(times[part] if part in times else cell.of(OURS[part]) for part in by)

    async with store.read() as tx:
        found = await ledger.cells(tx, FIRST, LAST, ("day", *(OURS[part] for part in by if part in OURS)))
    return independent.grouped((key(cell), nanos(cell.amount)) for cell in found)


@pytest.mark.both
async def test_the_ledger_has_what_the_endpoints_have_by_everything(store: Store, claude: Claude) -> None:
    await synced(store, claude)
    async with independent.in_process(claude.app) as http:
        for by in ((), ("day",), ("month",), ("day", "workspace", "model", "key"), ("workspace", "key"), ("model",)):
            theirs = await independent.money_and_tokens(http, FIRST, LAST, by)
            assert await ours(store, by) == independent.grouped((key, one.nanos) for key, one in theirs.items()), by
        theirs = await independent.money_and_tokens(http, FIRST, LAST, ("day", "workspace", "model", "key"))
    async with store.read() as tx:
        measured = await measures(tx, FIRST, LAST, ("day", WORKSPACE, MODEL, KEY))
    counted = {
        (f"{one.day}", one.of(WORKSPACE), one.of(MODEL), one.of(KEY)): (one.input + one.output, one.output, one.requests)
        for one in measured
    }
    assert counted == {key: (one.tokens, one.output, one.requests) for key, one in theirs.items()}
    assert {key[2] for key in theirs} > {"claude-nova-1"}


async def test_people_by_tier_and_hours_by_token_type_are_what_the_endpoints_say(store: Store, claude: Claude) -> None:
    day = LAST - timedelta(days=1)
    async with on(store, claude) as rt:
        rt.settings.hours_kept = 90  # pyright: ignore[reportAttributeAccessIssue] - the tests' settings aren't frozen
        await load_range(rt, NOON, day, LAST)
        await fill_hours(rt, NOON)
    split = {"person": PERSON, "tier": TIER, "token type": TOKEN_TYPE, "product": PRODUCT, "model": MODEL}
    async with independent.in_process(claude.app) as http:
        for by in (("person", "tier"), ("product", "token type"), ("model", "person", "tier")):
            theirs = await independent.money_and_tokens(http, day, LAST, by)
            async with store.read() as tx:
                found = await measures(tx, day, LAST, [split[one] for one in by])
            sums = {tuple(one.of(split[part]) for part in by): one for one in found}
            told = independent.grouped((key, nanos(one.amount)) for key, one in sums.items())
            assert told == independent.grouped((key, one.nanos) for key, one in theirs.items()), by
            if "token type" not in by:
                counted = {key: (one.input + one.output, one.requests) for key, one in sums.items()}
                assert counted == {key: (one.tokens, one.requests) for key, one in theirs.items()}, by
        for by in (("tier",), ("model", "token type")):
            theirs = await independent.money_and_tokens(http, day, LAST, ("hour", *by))
            async with store.read() as tx:
                in_hours = await hours(tx, day, LAST, [split[one] for one in by])
            told = independent.grouped(
                ((hour_id(one.starts_at), *(one.counts.of(split[part]) for part in by)), nanos(one.counts.amount))
                for one in in_hours
            )
            assert told == independent.grouped((key, one.nanos) for key, one in theirs.items()), by


async def test_the_legacy_reports_lead_to_the_same_ledger_by_day_workspace_and_model(store: Store, claude: Claude) -> None:
    claude.organization.set_flags({"analytics_beta": False})
    await synced(store, claude)
    async with independent.in_process(claude.app) as http:
        for by in (("day",), ("day", "workspace", "model")):
            theirs = await independent.legacy_money_and_tokens(http, FIRST, LAST, by)
            assert await ours(store, by) == independent.grouped((key, one.nanos) for key, one in theirs.items()), by


async def test_parts_are_the_whole_by_person_and_by_the_hour_and_claude_code_by_everything() -> None:
    claude, day = Claude(), date(2026, 11, 20)
    async with independent.in_process(claude.app) as http:
        [whole] = (await independent.money_and_tokens(http, day, day, ())).values()
        for by in (("person",), ("hour", "model"), ("cost type", "token type"), ("tier", "context", "geo", "product")):
            split = (await independent.money_and_tokens(http, day, day, by)).values()
            assert sum(one.money for one in split) == whole.money > 0
            assert by[0] == "cost type" or sum(one.tokens for one in split) == whole.tokens > 0
        [code] = (await independent.claude_code(http, day, day, ())).values()
        for by in (("day", "person"), ("terminal",)):
            split = (await independent.claude_code(http, day, day, by)).values()
            assert (sum(one.sessions for one in split), sum(one.cents for one in split)) == (code.sessions, code.cents)
        by_model = (await independent.claude_code(http, day, day, ("model",))).values()
        by_tool = (await independent.claude_code(http, day, day, ("person", "tool"))).values()
        assert (sum(one.tokens for one in by_model), sum(one.cents for one in by_model)) == (code.tokens, code.cents)
        assert (sum(one.accepted for one in by_tool), sum(one.rejected for one in by_tool)) == (code.accepted, code.rejected)


@pytest.mark.both
async def test_claude_code_is_what_its_report_says_by_everything(store: Store, claude: Claude) -> None:
    first = NOON.date() - timedelta(days=2)
    async with on(store, claude) as rt:
        async with store.write() as tx:
            await code.note_looked_back(tx, first, is_over=True)
            await code.replace_day(tx, read_day(first, NOON - timedelta(days=1)), [])
        await sync_code(rt, NOON)
    splits: dict[str, By] = {one.name: one for one in BYS}
    async with independent.in_process(claude.app) as http:
        for by in ("", "day", "person", "terminal", "model", "tool"):
            theirs = await independent.claude_code(http, first, NOON.date(), (by,) if by else ())
            async with store.read() as tx:
                uses = await code.uses(tx, first, NOON.date(), splits.get(by))
            assert {str(key[-1]) if by else "": counts(use) for key, use in uses.items()} == {
                key[0] if by else "": astuple(one) for key, one in theirs.items()
            }, by


def counts(use: Use) -> tuple[int, ...]:
    """Return what is counted as the independent script has it: estimated cents last."""
    return (*use[:7], use.tokens, use.nanos // 10**7)
