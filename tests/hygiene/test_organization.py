"""Advice about two whole organizations, from what the API and the database tell: one well kept, one with every finding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest

from bot.admin.model import RateLimit, RateLimitGroup, SpendLimit
from bot.admin.rows import CostRow, Spender
from bot.approvals import db as requests
from bot.approvals.model import Request, Status
from bot.hygiene.advise import advice_of
from bot.hygiene.model import Facts, Finding
from bot.hygiene.registry import RULES
from bot.kinds.limits.peaks import db as peaks
from bot.kinds.limits.peaks.model import HOUR, HourRead, Peak, Scope, Which
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.places import busiest_minutes
from bot.kinds.registry import KINDS
from bot.people.model import Who
from bot.policy.file import parse_policy
from bot.runtime import Runtime
from bot.spend.ledger import db as ledger
from bot.spend.ledger.pages import load_days, midnight
from bot.store.session import Store
from tests.approvals.samples import a_request
from tests.hygiene.samples import (
    BADLY_KEPT,
    DAY,
    DEFAULT,
    FOUND,
    LAB,
    MILLION,
    NOW,
    OLD_OPUS,
    OPUS,
    PROD,
    SONNET_45,
    TODAY,
    WELL_KEPT,
)
from tests.spend.world import DOLLAR, pages_of, runtime, set_clock, subscribe, watch

_LIMITS = RateLimit(
    id="rl_opus",
    group=RateLimitGroup(type="model_group", display_name="Claude Opus 5.x"),
    models=(OPUS,),
    limits={"output_tokens_per_minute": 1000},
)
_POLICY = """
version = 1
[groups]
admins = ["user:U0BOB", "user:U0ANN"]
[defaults]
approvers = ["admins"]
channel = "C0COSTS"
"""
_UNFULFILLABLE = """
[kinds.invite_members]
approvers = ["org-admins"]
quorum = 4
[workspaces."R&D <*_~>".kinds.create_key]
approvers = ["org-admins"]
quorum = 5
"""
Used = tuple[int, str, str, str, int, int]
"""Days ago, workspace, model, key, and millions of plain and of cached input tokens; each costs $30."""


class _Directory:
    """An organization as facts name it, remembered."""

    def __init__(self, facts: Facts, limited: Iterable[str]) -> None:
        self._facts, self._limited = facts, limited

    async def workspaces(self) -> Sequence[Any]:
        return self._facts.workspaces

    async def members(self) -> Sequence[Any]:
        return self._facts.members

    async def invites(self) -> Sequence[Any]:
        return self._facts.invites

    async def keys(self) -> Sequence[Any]:
        return self._facts.keys

    async def rate_limits(self) -> list[RateLimit]:
        return [_LIMITS]

    async def spend_limits(self) -> list[SpendLimit]:
        return [
            SpendLimit(id=f"sl_{n}", scope_type="workspace", workspace_id=one, amount=Decimal(500), period="monthly")
            for n, one in enumerate(self._limited)
        ]


def bot(store: Store, facts: Facts, policy: str, limited: Iterable[str]) -> Runtime:
    rt = cast("Any", runtime(store))
    rt.directory, rt.kinds, rt.policy = _Directory(facts, limited), KINDS, parse_policy(policy, KINDS)
    rt.busiest_minutes = partial(busiest_minutes, rt)
    rt.settings.advice_unused_days, rt.settings.advice_key_days = 60, 365
    rt.settings.advice_admins = facts.bounds.admins
    set_clock(rt, NOW)
    return rt


async def spent(store: Store, used: Sequence[Used]) -> None:
    """Let keys be used, by Dana, on a ledger that knows each day since the first of them."""
    dana = Spender("user", "user_dana", "dana@acme.test")
    rows, usage = list[CostRow](), dict[Any, dict[Any, Any]]()
    for ago, place, model, key, plain, cached in sorted(used, reverse=True):
        day = TODAY - ago * DAY
        at = midnight(day)
        about = (place, model, f"apikey_{key}", dana)
        rows.append(CostRow(at, at + DAY, *about, None, None, 30 * DOLLAR, None, 10, "api"))
        counts = (plain * MILLION, cached * MILLION, 0, 0, MILLION, 10)
        usage.setdefault(day, {})[*about[:3], dana.key, "api"] = counts
    await load_days(store, pages_of([rows], NOW), rows[0].starts_at.date(), TODAY, NOW)
    async with store.write() as tx:
        await ledger.replace_usage_days(tx, usage)


async def busy(store: Store, organization: int, in_production: int) -> None:
    """Let a minute of yesterday be that busy; Production has a limit of its own."""
    at = NOW - DAY
    hour = at.replace(minute=0)
    scopes: Mapping[Scope, int] = {Scope("organization"): organization, Scope("workspace", PROD): in_production}
    found = [Peak(Which(one, "rl_opus", "output_tokens"), value, at, "", value) for one, value in scopes.items()]
    async with store.write() as tx:
        await peaks.replace_hours(tx, [HourRead(hour, hour + HOUR, "analytics")], found)
        await own_limits.keep(tx, PROD, {"rl_opus": {"output_tokens_per_minute": 500}}, NOW)


async def asked(store: Store, *known: Request) -> None:
    async with store.write() as tx:
        for one in known:
            assert await requests.insert(tx, one, one.id)


def purposes(facts: Facts, owners: Mapping[str, str]) -> list[Request]:
    """Return the requests by which keys were made, each by its owner."""
    names = [one.removeprefix("apikey_") for one in sorted(facts.purposes)]
    return [
        a_request(
            id=f"req_made_{one}", status=Status.APPLIED, outcome={"thing_id": f"apikey_{one}"}, requester=_who(owners, one)
        )
        for one in names
    ]


def _who(owners: Mapping[str, str], key: str) -> Who:
    return Who(slack_id="U0BOB", member_id=owners.get(f"apikey_{key}", "user_bob"), email="bob@acme.test")


def waiting(name: str, hours: int, status: Status = Status.PENDING) -> Request:
    at = NOW - timedelta(hours=hours)
    ends: datetime = at + timedelta(hours=40) if status is Status.PENDING else NOW - DAY
    more: dict[str, Any] = {} if status is Status.PENDING else {"closed_at": ends, "approved_at": None, "decisions": ()}
    return a_request(id=f"req_{name}", status=status, created_at=at, expires_at=ends, **more)


async def found_in(rt: Runtime) -> Sequence[Finding]:
    return (await advice_of(rt, NOW)).open


async def test_a_well_kept_organization_hears_of_nothing(store: Store) -> None:
    rt = cast("Any", bot(store, WELL_KEPT, _POLICY, (PROD, LAB)))
    rt.settings.metrics_port = 9100
    used: list[Used] = [
        (70, PROD, OPUS, "ingest-prod", 15, 85),
        (45, PROD, OPUS, "ingest-prod", 15, 85),
        (2, PROD, OPUS, "ingest-prod", 20, 80),
        (20, LAB, OPUS, "evals", 1, 8),
    ]
    await spent(store, used)
    await asked(store, *purposes(WELL_KEPT, WELL_KEPT.owners), waiting("new", 2))
    await subscribe(store)
    await watch(store, 50)
    await busy(store, 799, 399)
    assert [one.key for one in await found_in(rt)] == []


@pytest.mark.both
async def test_each_rule_finds_what_is_wrong_in_a_badly_kept_one_and_nothing_else(store: Store) -> None:
    facts = replace(BADLY_KEPT, owners={"apikey_left": "user_gone"})
    rt = bot(store, facts, _POLICY + _UNFULFILLABLE, (PROD,))
    used: list[Used] = [
        (95, LAB, OPUS, "unused", 1, 9),
        (70, LAB, OPUS, "unused", 1, 9),
        (40, PROD, OPUS, "ingest-prod", 15, 85),
        (1, PROD, OPUS, "ingest-prod", 50, 50),
        (1, PROD, OPUS, "ingest-staging", 0, 0),
        *((1, LAB, OLD_OPUS, one, 20, 0) for one in ("ends", "left", "old", "nobody-knows")),
        (1, DEFAULT, SONNET_45, "team-dev", 1, 1),
        (1, DEFAULT, "claude-novel-1", "team-dev", 1, 1),
    ]
    await spent(store, used)
    late = waiting("late", 30, Status.EXPIRED)
    await asked(store, *purposes(facts, facts.owners), waiting("old", 30), late)
    await busy(store, 800, 480)
    unwatched = {f"unwatched:{one}" for one in (LAB, DEFAULT)}
    policy = {"policy:invite_members:"}
    expected = {one for one in FOUND - unwatched if not one.startswith("policy:")} | policy
    expected |= {f"policy:create_key:{facts.workspaces[1].name}", "nobody_watches:organization"}
    assert {one.key for one in await found_in(rt)} == expected
    await subscribe(store, workspaces=(PROD,))
    await watch(store, 50, workspace=PROD)
    found = await found_in(rt)
    assert {one.key for one in found} == expected - {"nobody_watches:organization"} | unwatched
    rules = {rule(BADLY_KEPT)[0].rule for rule in RULES if rule(BADLY_KEPT)}
    assert rules <= {one.rule for one in found}, "make the organization above so badly kept that each finds something"
