"""Finds out what the organization and its Admin key can do, by a few cheap reads; nothing is changed or created for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.admin.http import DEFAULT_BASE_URL
from bot.admin.model import Organization
from bot.admin.rows import CostRow, Report
from bot.directory.capabilities import ONLY_WHEN_CREATED, Can, Capabilities, Capability
from bot.errors import PreviewUnavailable, UpstreamAuth, UpstreamError, UpstreamMissing
from bot.ports.admin import Admin

_MAY_NOT = "The Claude API says that the bot's Admin key may not do this."
_NO_SUCH_CALL = "The Claude API at this address has no such call."
_CREATES_NONE = "The Claude API creates no keys."
_OLD_SHAPE = "The Claude API at this address doesn't say by which id a limit is changed."
_OLD_REPORTS = "The usage and cost analytics are not switched on."


@dataclass(frozen=True)
class Probed:
    """What a probe found; `organization` is None where the key wasn't even told whose it is, for the reason `trouble`.

    `figures_at` says how far the cost report reaches, where it says so; `is_cost_refused`: no report can be read at all.
    """

    capabilities: Capabilities
    organization: Organization | None = None
    trouble: str = ""
    figures_at: datetime | None = None
    is_cost_refused: bool = False


async def find_out(admin: Admin, base_url: str, now: datetime) -> Probed:
    """Ask the organization at `base_url` what can be done; never raises an UpstreamError."""
    try:
        organization = await admin.me()
    except UpstreamError as error:
        # A key that isn't accepted, or no answer, says nothing about what the organization has.
        unknown = {what: Capability(because=error.sentence) for what in Can}
        return Probed(Capabilities(asked_at=now, found=unknown), trouble=error.sentence)
    keys, spend, activities, rates, (cost, report) = await asyncio.gather(
        _try(now, lambda: _first(admin.workspaces())),
        _try(now, admin.spend_limits),
        _try(now, lambda: _first(admin.activities())),
        _rate_limits(admin, now),
        _cost(admin, now),
    )
    found = {
        Can.KEYS: keys, Can.SPEND_LIMITS: spend, Can.ACTIVITIES: activities, Can.RATE_LIMITS: rates, Can.COST_BY_KEY: cost,
        Can.CREATE_KEYS: _creation(base_url, now),
    }  # fmt: skip
    known = Capabilities(organization=organization.id, asked_at=now, found=found)
    at = report.refreshed_at if report else None
    return Probed(known, organization, figures_at=at, is_cost_refused=report is None and cost.can is False)


async def _try(now: datetime, ask: Callable[[], Awaitable[object]]) -> Capability:
    """Return yes where a read is answered, no where it is refused for good, and unknown after any other failure."""
    try:
        await ask()
    except UpstreamError as error:
        return _from_error(error, now)
    return Capability(can=True, because="", found_at=now)


def _from_error(error: UpstreamError, now: datetime) -> Capability:
    if isinstance(error, PreviewUnavailable):
        return Capability(can=False, because=error.sentence, found_at=now)
    if isinstance(error, UpstreamAuth) and error.status == 403:
        return Capability(can=False, because=_MAY_NOT, found_at=now)
    if isinstance(error, UpstreamMissing) or error.status == 405:
        return Capability(can=False, because=_NO_SUCH_CALL, found_at=now)
    return Capability(because=error.sentence)


async def _first(rows: AsyncIterator[object]) -> None:
    async for _ in rows:
        return


async def _rate_limits(admin: Admin, now: datetime) -> Capability:
    """Return yes where limits can be read with the ids that a change names. That needs no more rights (§3, §4.9)."""
    try:
        limits = await admin.rate_limits()
    except UpstreamError as error:
        return _from_error(error, now)
    if limits and not any(limit.id for limit in limits):
        return Capability(can=False, because=_OLD_SHAPE, found_at=now)
    return Capability(can=True, because="", found_at=now)


async def _cost(admin: Admin, now: datetime) -> tuple[Capability, Report[CostRow] | None]:
    """Return whether cost can be split by key, which the older reports can't (§4.11), and the report where there is one."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        report = await admin.cost(today - timedelta(days=2), today + timedelta(days=1), bucket="1d")
    except UpstreamError as error:
        return _from_error(error, now), None
    is_old = report.source == "legacy"
    return Capability(can=not is_old, because=_OLD_REPORTS if is_old else "", found_at=now), report


def _creation(base_url: str, now: datetime) -> Capability:
    """Return whether keys can be created: no at Anthropic's own address (§4.6), anywhere else only a creation tells."""
    if base_url.rstrip("/") == DEFAULT_BASE_URL:
        return Capability(can=False, because=_CREATES_NONE, found_at=now)
    return Capability(because=ONLY_WHEN_CREATED)


def with_creation(probed: Probed, known: Capability) -> Probed:
    """Return a probe with what creations of keys have shown."""
    found = probed.capabilities.found | {Can.CREATE_KEYS: known}
    return replace(probed, capabilities=probed.capabilities.model_copy(update={"found": found}))
