"""The client against the sandbox's reports and limits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.admin.client import AdminClient
from bot.errors import PreviewUnavailable
from tests.admin.conftest import Claude


def last_days(claude: Claude, days: int) -> tuple[datetime, datetime]:
    """The last whole UTC days that the reports are complete for."""
    today = claude.organization.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days + 1), today - timedelta(days=1)


async def test_cost_adds_up_to_the_same_amount_however_it_is_grouped(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 3)
    whole = await admin.cost(starts, ends)
    assert len(whole.rows) == 1
    assert whole.rows[0].amount > 0
    assert whole.refreshed_at is not None
    for group in (("workspace_id",), ("api_key_id", "model"), ("cost_type", "token_type"), ("actor",)):
        report = await admin.cost(starts, ends, group, "1d")
        assert sum(row.amount_nanos for row in report.rows) == whole.rows[0].amount_nanos
        assert {row.starts_at for row in report.rows} == {starts + timedelta(days=day) for day in range(3)}


async def test_forty_days_of_cost_are_read_over_many_pages(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 40)
    pages = [page async for page in admin.background().cost_buckets(starts, ends, ("api_key_id", "model"), "1d")]
    assert len(pages) > 2
    rows = [(bucket.starts_at, *group) for page in pages for bucket in page.rows for group in bucket.groups]
    assert len(rows) == len(set(rows)), "no row comes twice"
    assert len({row[0] for row in rows}) == 40


async def test_legacy_cost_agrees_with_analytics_per_workspace(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 2)
    new = await admin.cost(starts, ends, ("workspace_id",), "1d")
    claude.organization.flags.analytics_beta = False
    old = await admin.cost(starts, ends, ("workspace_id",), "1d")
    assert (new.source, old.source) == ("analytics", "legacy")
    assert {(r.starts_at, r.workspace_id): r.amount_nanos for r in old.rows} == {
        (r.starts_at, r.workspace_id): r.amount_nanos for r in new.rows
    }


async def test_usage_agrees_between_the_two_reports(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 1)
    new = await admin.usage(starts, ends, ("model",), "1h")
    assert all(row.requests is not None for row in new.rows)
    claude.organization.flags.analytics_beta = False
    old = await admin.usage(starts, ends, ("model",), "1h")
    assert {(r.starts_at, r.model): (r.input, r.output) for r in old.rows} == {
        (r.starts_at, r.model): (r.input, r.output)
        for r in new.rows
        if r.model  # code execution has none, and no tokens
    }


async def test_filters_reach_the_report(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 1)
    by_workspace = await admin.cost(starts, ends, ("workspace_id",))
    one = by_workspace.rows[0]
    filtered = await admin.cost(starts, ends, filters={"workspace_ids": [str(one.workspace_id)]})
    assert [row.amount_nanos for row in filtered.rows] == [one.amount_nanos]


async def test_a_dimension_or_filter_that_does_not_exist_is_never_sent(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 1)
    with pytest.raises(ValueError, match="nonsense_ids"):
        await admin.cost(starts, ends, filters={"nonsense_ids": ["x"]})
    with pytest.raises(ValueError, match="nonsense"):
        await admin.usage(starts, ends, ("nonsense",))
    assert claude.calls() == []


async def test_a_claude_code_day_has_people_and_keys(admin: AdminClient, claude: Claude) -> None:
    now = claude.organization.clock.now()
    days = [(now - timedelta(days=back)).date() for back in range(2, 6)]
    rows = [row for day in days for row in await admin.claude_code(day)]
    assert {row.day for row in rows} <= set(days)
    assert {row.actor_type for row in rows} == {"user", "api"}
    assert sum(row.sessions for row in rows) > 0


async def test_spend_limits_need_the_preview_and_count_in_dollars(admin: AdminClient, claude: Claude) -> None:
    workspace = next(w for w in claude.organization.workspaces.values() if not w.is_default and not w.archived_at)
    with pytest.raises(PreviewUnavailable):
        await admin.spend_limits()
    with pytest.raises(PreviewUnavailable):
        await admin.set_spend_limit(Decimal(300), workspace.id)
    claude.organization.flags.spend_limits_preview = True
    limit = await admin.set_spend_limit(Decimal("300.50"), workspace.id)
    assert (limit.amount, limit.workspace_id, limit.period) == (Decimal("300.50"), workspace.id, "monthly")
    assert limit in await admin.spend_limits()
    again = await admin.set_spend_limit(Decimal("10"), workspace.id)
    assert again.id == limit.id
    await admin.delete_spend_limit(limit.id)
    assert limit.id not in {found.id for found in await admin.spend_limits()}
    with pytest.raises(ValueError, match="cents"):
        await admin.set_spend_limit(Decimal("0.001"), workspace.id)


async def test_rate_limits_are_overridden_for_a_workspace_and_cleared(admin: AdminClient, claude: Claude) -> None:
    limits = await admin.rate_limits()
    entry = next(limit for limit in limits if limit.group.type == "model_group")
    assert entry.id
    workspace = next(w for w in claude.organization.workspaces.values() if not w.is_default and not w.archived_at)
    changed = await admin.set_workspace_rate_limit(workspace.id, entry.id, {"requests_per_minute": 5})
    assert changed.limits["requests_per_minute"] == 5
    assert changed.organization_limits["requests_per_minute"] == entry.limits["requests_per_minute"]
    [override] = [own for own in await admin.workspace_rate_limits(workspace.id) if own.rate_limit_id == entry.id]
    assert override.overridden == {"requests_per_minute"}
    assert len(await admin.workspace_rate_limits(workspace.id, include_inherited=True)) >= len(limits)
    await admin.set_workspace_rate_limit(workspace.id, entry.id, {"requests_per_minute": None})


async def test_times_are_aware_utc(admin: AdminClient, claude: Claude) -> None:
    starts, ends = last_days(claude, 1)
    [row] = (await admin.cost(starts, ends)).rows
    assert (row.starts_at, row.ends_at) == (starts, ends)
    assert row.starts_at.tzinfo == UTC
