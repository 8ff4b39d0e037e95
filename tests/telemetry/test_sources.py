"""What is told besides the ledger: limits beside use, rate limits beside peaks, Claude Code without people, decisions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from bot.admin.model import RateLimit, RateLimitGroup, SpendLimit, Workspace, WorkspaceRateLimit
from bot.admin.rows import ModelUse
from bot.approvals import db as requests
from bot.approvals.metrics.waits import Decisions
from bot.approvals.model import Verdict
from bot.claude_code import db as code
from bot.claude_code.metrics import CodeMetrics
from bot.claude_code.plan import read_day
from bot.errors import UpstreamDown
from bot.kinds.limits.metrics import RateLimits, due, look
from bot.kinds.limits.peaks import db as peaks
from bot.kinds.limits.peaks.model import HOUR, HourRead, Peak, Scope, Which
from bot.kinds.limits.peaks.own import db as own_limits
from bot.spend.exports.metrics.limits import limits_and_budgets
from bot.spend.ledger.names import WORKSPACES_NOTE
from bot.spend.limits import db as limits
from bot.spend.limits.model import Limit
from bot.store.notes import write_note
from bot.store.session import Store
from bot.telemetry.model import Part
from tests.approvals.samples import ALICE, BOB, a_request, decision
from tests.claude_code.test_db import ROW, ROWS
from tests.spend.world import DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, fill, runtime, watch

GROUP = RateLimitGroup(type="model_group", display_name="Opus")
LIMITS: dict[str, int | None] = {"requests_per_minute": 100, "output_tokens_per_minute": 1000}


def by_name(part: Part) -> dict[str, Any]:
    return {one.metric.name: dict(one.values) for one in part.families if one.values}


@pytest.mark.both
async def test_limits_and_budgets_stand_beside_the_month_and_without_figures_no_part_is_known(store: Store) -> None:
    rt = runtime(store)
    assert (await limits_and_budgets(rt, NOW)).families == ()
    async with store.write() as tx:
        for number, scope, amount in ((1, PROD, 200), (2, None, 1000)):
            await requests.insert(tx, a_request("set_spend_limit", id=f"req_{number}"), f"limit:{number}")
            await limits.keep(tx, Limit(f"req_{number}", scope, Decimal(amount), "C0", "U0", NOW), for_good=True)
    for amount in (300, 400):
        await watch(store, amount, "monthly", LAB)
    await watch(store, 7, "daily", PROD)
    blank = by_name(await limits_and_budgets(rt, NOW))
    assert blank == {
        "claude_org_spend_limit_usd": {("organization", ""): 1000, ("workspace", PROD): 200},
        "claude_org_budget_usd": {(LAB,): 400},
    }
    await fill(
        store, [(FRIDAY, PROD, OPUS, "apikey_ingest", 50 * DOLLAR), (FRIDAY, LAB, OPUS, "apikey_evals", 100 * DOLLAR)]
    )
    found = by_name(await limits_and_budgets(rt, NOW))
    assert found["claude_org_spend_limit_used_ratio"] == {
        ("organization", ""): Decimal("0.15"),
        ("workspace", PROD): Decimal("0.25"),
    }
    assert found["claude_org_budget_used_ratio"] == {(LAB,): Decimal("0.25")}
    places = [Workspace(id=one, name=one, created_at=NOW, archived_at=NOW) for one in (PROD, LAB)]
    async with store.write() as tx:
        await write_note(tx, WORKSPACES_NOTE, {"all": [one.model_dump(mode="json") for one in places]}, NOW)
    assert by_name(await limits_and_budgets(rt, NOW)) == {
        "claude_org_spend_limit_usd": {("organization", ""): 1000},
        "claude_org_spend_limit_used_ratio": {("organization", ""): Decimal("0.15")},
    }


ARCHIVED = "wrkspc_archived"
"""Its limit and its spend of this month are still reported."""


class Limiting:
    """The Admin port and the directory as far as limits are looked up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False

    def background(self) -> "Limiting":
        return self

    async def workspaces(self) -> list[Workspace]:
        """Return the open ones, as the directory does."""
        return [Workspace(id=one, name=one, created_at=NOW) for one in (PROD, LAB)]

    async def spend_limits(self) -> list[SpendLimit]:
        some: list[tuple[str, str | None, Decimal | None, str]] = [
            ("organization", None, Decimal("20000.5"), "monthly"), ("workspace", PROD, Decimal(250), "monthly"),
            ("workspace", LAB, Decimal(9), "daily"), ("usage_tier", None, None, "monthly"),
            ("workspace", ARCHIVED, Decimal(7), "monthly"),
        ]  # fmt: skip
        return [
            SpendLimit(id=str(n), scope_type=scope, workspace_id=who, amount=amount, period=period)
            for n, (scope, who, amount, period) in enumerate(some)
        ]

    async def rate_limits(self) -> list[RateLimit]:
        if self.is_down:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")
        return [RateLimit(id=f"rl_{n}", group=GROUP, models=(OPUS,), limits=LIMITS) for n in range(2)]

    async def workspace_rate_limits(self, workspace_id: str) -> list[WorkspaceRateLimit]:
        self.asked.append(workspace_id)
        return [
            WorkspaceRateLimit(
                workspace_id=workspace_id, rate_limit_id="rl_0", group=GROUP,
                limits={**LIMITS, "output_tokens_per_minute": 9},
                organization_limits=LIMITS, overridden=frozenset({"output_tokens_per_minute"}),
            )
        ]  # fmt: skip


async def test_rate_limits_are_noted_each_hour_and_told_beside_the_busiest_minutes_of_a_day(store: Store) -> None:
    rt, port, told = cast("Any", runtime(store)), Limiting(), RateLimits()
    rt.admin = rt.directory = port
    assert await due(rt, NOW) == []
    rt.settings.metrics_port = 9108
    port.is_down = True
    assert await due(rt, NOW) == [""]
    with pytest.raises(UpstreamDown):
        await look(rt, "", NOW)
    port.is_down = False
    assert await due(rt, NOW + timedelta(minutes=10)) == [""]
    await fill(store, [(FRIDAY, place, OPUS, "apikey_ingest", DOLLAR) for place in (PROD, ARCHIVED)])
    assert by_name(await told(rt, NOW)) == {}
    await look(rt, "", NOW)
    assert port.asked == [PROD], "only of open ones"
    assert await due(rt, NOW + timedelta(minutes=50)) == []

    def which(scope: Scope) -> Which:
        return Which(scope, "rl_0", "output_tokens")

    hour = NOW - 2 * HOUR
    some = [
        Peak(which(Scope("organization")), 700, hour),
        Peak(which(Scope("workspace", PROD)), 8, hour),
        Peak(which(Scope("workspace", LAB)), 600, hour),
        Peak(which(Scope("key", PROD, "k")), 7, hour),
        Peak(Which(Scope("organization"), "rl_gone", "requests"), 7, hour),
    ]
    async with store.write() as tx:
        await peaks.replace_hours(tx, [HourRead(hour, NOW, "analytics")], some)
    part = await told(rt, NOW)
    found = by_name(part)
    assert found["claude_org_rate_limit"] == {
        (f"Opus rl_{n}", name): value for n in range(2) for name, value in LIMITS.items()
    }
    assert found["claude_org_console_spend_limit_usd"] == {
        ("organization", ""): Decimal("20000.5"),
        ("workspace", PROD): 250,
    }
    assert found["claude_org_rate_limit_peak"] == {("Opus rl_0", "output_tokens_per_minute"): 700}
    assert found["claude_org_workspace_rate_limit"] == {(PROD, "Opus rl_0", "output_tokens_per_minute"): 9}
    assert found["claude_org_workspace_rate_limit_peak"] == {(PROD, "Opus rl_0", "output_tokens_per_minute"): 8}
    assert part.as_of == {"rate_limits": hour + HOUR}
    assert await told(rt, NOW) is part
    for minutes, limit in ((300, 1000), (90, 9)):  # it was lowered after that minute, which met the limit before
        async with store.write() as tx:
            await own_limits.keep(tx, PROD, {"rl_0": {"output_tokens_per_minute": limit}}, NOW - timedelta(minutes=minutes))
    lowered = by_name(await told(rt, NOW))
    assert "claude_org_workspace_rate_limit_peak" not in lowered
    assert lowered["claude_org_rate_limit_peak"] == {("Opus rl_0", "output_tokens_per_minute"): 700}
    async with store.write() as tx:
        later = Peak(which(Scope("workspace", PROD)), 5, NOW - HOUR)
        await peaks.replace_hours(tx, [HourRead(NOW - HOUR, NOW + timedelta(minutes=1), "analytics")], [later])
    since = by_name(await told(rt, NOW))
    assert since["claude_org_workspace_rate_limit_peak"] == {(PROD, "Opus rl_0", "output_tokens_per_minute"): 5}
    assert "claude_org_rate_limit_peak" not in by_name(await told(rt, NOW + timedelta(hours=30)))


async def test_claude_code_is_counted_by_terminal_and_model_without_people_and_never_goes_down(store: Store) -> None:
    rt, told = runtime(store), CodeMetrics()
    assert (await told(rt, NOW)).families == ()
    seen = list[Any]()
    for number, rows in enumerate((ROWS, ROWS[:1], [*ROWS, ROW._replace(models={"opus": ModelUse(nanos=10**16)})])):
        async with store.write() as tx:
            assert await code.replace_day(tx, read_day(ROW.day, NOW + timedelta(minutes=number)), rows)
        seen.append(await told(rt, NOW))
    first, lower, higher = (by_name(part) for part in seen)
    assert first["claude_code_analytics_sessions_total"] == {("vscode",): 6, ("tmux",): 3, ("none",): 3}
    assert first["claude_code_analytics_lines_added_total"] == {("vscode",): 200, ("tmux",): 100, ("none",): 100}
    assert first["claude_code_analytics_tool_accepts_total"] == {("vscode",): 20, ("tmux",): 10, ("none",): 0}
    assert first["claude_code_analytics_tool_rejects_total"] == {("vscode",): 4, ("tmux",): 2, ("none",): 0}
    assert first["claude_code_analytics_cost_usd_total"] == {("opus",): Decimal(30_000_000), ("haiku",): Decimal("9E-9")}
    assert lower["claude_code_analytics_sessions_total"] == {("vscode",): 6}
    assert higher["claude_code_analytics_cost_usd_total"][("opus",)] == Decimal(40_000_000)
    assert "anna" not in str(seen).lower()
    assert set(seen[0].as_of) == {"claude_code"}


async def test_decisions_are_counted_once_each_also_those_that_were_missed(store: Store) -> None:
    rt, told = runtime(store), Decisions()
    cast("Any", rt).kinds = ("create_key", "archive_workspace")
    never = by_name(await told(rt, NOW))
    assert never["claude_chatops_approvals_total"] == {
        ("create_key", "approved"): 0, ("create_key", "denied"): 0,
        ("archive_workspace", "approved"): 0, ("archive_workspace", "denied"): 0,
    }  # fmt: skip
    cast("Any", rt).kinds = {}
    async with store.write() as tx:
        for number in range(3):
            await requests.insert(tx, a_request(id=f"req_{number}"), f"key:{number}")
        await requests.add_decision(tx, "req_0", decision(BOB, minutes=1))
        await requests.add_decision(tx, "req_0", decision(ALICE, Verdict.DENY, minutes=2))
    first = by_name(await told(rt, NOW))
    assert first["claude_chatops_approvals_total"] == {("create_key", "approved"): 1, ("create_key", "denied"): 1}
    assert first["claude_chatops_approval_wait_seconds"] == {("create_key",): 180.0}
    async with store.write() as tx:
        await requests.add_decision(tx, "req_1", decision(BOB, minutes=3))
    again = await told(rt, NOW)
    assert by_name(again)["claude_chatops_approvals_total"][("create_key", "approved")] == 2
    assert {one.metric.kind: one.counts for one in again.families} == {"counter": None, "summary": {("create_key",): 3}}
    told._last = 99  # a decision with a lower number was committed after one with a higher
    async with store.write() as tx:
        await requests.add_decision(tx, "req_2", decision(BOB, minutes=1))
    last = by_name(await told(rt, NOW))
    assert last["claude_chatops_approvals_total"][("create_key", "approved")] == 3
    assert last == by_name(await Decisions()(rt, NOW))
