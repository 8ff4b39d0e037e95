"""Reading all facts once: the remembered directory, and a few statements on the database."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.admin.model import ApiKey, Member, Workspace
from bot.approvals.extensions import kind_of
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.model import Request
from bot.errors import UpstreamError
from bot.hygiene import db
from bot.hygiene.model import Bounds, Facts, RuleOfPolicy, Waiting
from bot.hygiene.seams import exports_of
from bot.people import db as links
from bot.people.roles import ADMIN_ROLES
from bot.policy.model import ApproverKind, Policy, Rule
from bot.runtime import Runtime
from bot.spend.alerts.db import thresholds
from bot.spend.digests.db import subscriptions
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.ledger.db import ledger_days
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.use import LOOKS_BACK, use_of_each
from bot.spend.limits import db as limits
from bot.spend.model import ONE_DAY, ZERO, Measures
from bot.spend.prices.load import price_table
from bot.store.session import Tx

MONTH = 30
WEEK = timedelta(days=7)


def bounds_of(rt: Runtime) -> Bounds:
    """Return from where on something is found, by the settings."""
    said = rt.settings
    return Bounds(
        unused=timedelta(days=said.advice_unused_days),
        oldest_key=timedelta(days=said.advice_key_days),
        admins=said.advice_admins,
    )


async def load_facts(rt: Runtime, now: datetime) -> Facts:
    """Return all facts as of now; UpstreamError where the organization can't be read."""
    directory, bounds = rt.directory, bounds_of(rt)
    workspaces, members, invites, keys, console, busy = await asyncio.gather(
        directory.workspaces(),
        directory.members(),
        directory.invites(),
        directory.keys(),
        _console_limits(rt),
        rt.busiest_minutes(now),
    )
    active = [one for one in keys if one.status == "active" and not _is_claude_codes(one, workspaces)]
    facts = Facts(
        now=now,
        prices=price_table(),
        bounds=bounds,
        policy=rt.policy,
        workspaces=workspaces,
        members=members,
        invites=invites,
        keys=active,
        uses=await use_of_each(rt.store, [one.id for one in active], now, bounds.unused + LOOKS_BACK),
        busy=busy,
        exports=exports_of(rt),
    )
    async with rt.store.read() as tx:
        return await _with_rows(rt, tx, facts, console)


async def _with_rows(rt: Runtime, tx: Tx, facts: Facts, console: set[str]) -> Facts:
    """Return facts with what the database has; `console` are the workspaces that the Console limits."""
    kinds, today = all_kinds(rt), facts.today
    tokens, before = await _tokens(tx, today, facts.workspaces)
    as_of, missing = await _known(tx, today)
    asked, owners = await _owners(tx, facts.keys, kinds)
    digests, alerts = await _watched(tx)
    waiting, expired = await _undecided(rt, tx, facts.now)
    return replace(
        facts,
        owners=owners,
        purposes=frozenset(key for key, (_, reason) in asked.items() if reason.strip()),
        active=await db.people_active(tx, today - facts.bounds.inactive, today),
        spent=_spent(tokens) if as_of else None,
        limited=await _limited(tx, console),
        digests=digests,
        alerts=alerts,
        tokens=tokens,
        tokens_before=before,
        waiting=waiting,
        expired=expired,
        rules=rules_of(rt.policy, kinds, facts.members, await _linked(tx, rt.policy, kinds)),
        as_of=as_of,
        missing=missing,
    )


async def _console_limits(rt: Runtime) -> set[str]:
    """Return the workspaces that the Console limits; nothing where that can't be asked."""
    try:
        found = await rt.directory.spend_limits()
    except UpstreamError:
        return set()
    return {one.workspace_id for one in found or () if one.workspace_id and one.is_enabled and one.amount is not None}


async def _limited(tx: Tx, console: set[str]) -> frozenset[str]:
    return frozenset(console | {one.workspace_id for one in await limits.live(tx) if one.workspace_id})


async def _watched(tx: Tx) -> tuple[tuple[tuple[str, ...], ...], tuple[str | None, ...]]:
    """Return what digests and alerts are about."""
    digests = tuple(one.workspace_ids for one in await subscriptions(tx))
    return digests, tuple(one.workspace_id for one in await thresholds(tx))


async def _undecided(rt: Runtime, tx: Tx, now: datetime) -> tuple[list[Waiting], list[Waiting]]:
    """Return the requests that wait, and those that expired lately."""

    def titled(found: Sequence[Request]) -> list[Waiting]:
        return [Waiting(one.id, kind_of(rt, one).title(one), one.created_at) for one in found]

    return titled(await db.waiting(tx)), titled(await db.expired(tx, now - WEEK))


def _is_claude_codes(key: ApiKey, workspaces: Sequence[Workspace]) -> bool:
    return any(one.id == key.workspace_id and one.is_claude_code for one in workspaces)


async def _tokens(tx: Tx, today: date, workspaces: Sequence[Workspace]) -> tuple[list[Measures], list[Measures]]:
    """Return what was counted by day, workspace and model in 30 days, and in those before."""
    default = next((one.id for one in workspaces if one.is_default), "")
    first = today - ONE_DAY * MONTH
    now = await measures(tx, first + ONE_DAY, today, ("day", WORKSPACE, MODEL))
    before = await measures(tx, first - ONE_DAY * (MONTH - 1), first, ("day", WORKSPACE, MODEL))
    return [_placed(one, default) for one in now], [_placed(one, default) for one in before]


def _placed(one: Measures, default: str) -> Measures:
    """Return counts under the default workspace's id: older reports name it by none."""
    return one if one.of(WORKSPACE) else one._replace(ids={**one.ids, WORKSPACE.column: default})


async def _known(tx: Tx, today: date) -> tuple[datetime | None, int]:
    """Return when the figures of the 30 days were made, and how many of the days before today have none."""
    days = await ledger_days(tx, today - ONE_DAY * (MONTH - 1), today)
    missing = MONTH - 1 - sum(day < today for day in days)
    return max((one.refreshed_at for one in days.values()), default=None), missing


def _spent(tokens: Sequence[Measures]) -> dict[str, Decimal]:
    """Return dollars by workspace."""
    found: dict[str, Decimal] = {}
    for one in tokens:
        place = one.of(WORKSPACE)
        found[place] = found.get(place, ZERO) + one.amount
    return found


async def _owners(
    tx: Tx, keys: Sequence[ApiKey], kinds: Mapping[str, AnyKind]
) -> tuple[Mapping[str, tuple[str, str]], dict[str, str]]:
    """Return who asked for keys and why; and whose they are: the new owner's, else the asker's, else the maker's."""
    asked = await db.askers(tx, [kind.name for kind in kinds.values() if kind.issues_keys], [one.id for one in keys])
    given = await db.new_owners(tx)
    made = {one.id: one.created_by or "" for one in keys}
    whose = {key: given.get(key) or asked.get(key, ("", ""))[0] or maker for key, maker in made.items()}
    return asked, {key: member for key, member in whose.items() if member}


def rules_of(
    policy: Policy, kinds: Mapping[str, AnyKind], members: Sequence[Member], linked: Mapping[str, str]
) -> list[RuleOfPolicy]:
    """Return what the policy says of each kind, anywhere and in each workspace that it names.

    `linked` are the members behind Slack ids, as far as they are known: who is named twice is one person.
    """
    return [
        RuleOfPolicy(kind.name, kind.label, place, rule.quorum, _able(rule, members, linked), bool(rule.channel))
        for kind, place, rule in _rules(policy, kinds)
    ]


def _rules(policy: Policy, kinds: Mapping[str, AnyKind]) -> Iterator[tuple[AnyKind, str, Rule]]:
    for kind in kinds.values():
        for place in ("", *(policy.workspaces if kind.has_workspace else ())):
            yield kind, place, policy.rule_for(kind.name, place or None, place or None)


def _able(rule: Rule, members: Sequence[Member], linked: Mapping[str, str]) -> int | None:
    sorts = {ref.kind for ref in rule.approvers}
    if not sorts <= {ApproverKind.USER, ApproverKind.ORG_ADMINS}:
        return None
    named = {ref.id for ref in rule.approvers if ref.kind is ApproverKind.USER and ref.id}
    people = {linked.get(one, one) for one in named}
    admins = {one.id for one in members if one.role in ADMIN_ROLES}
    return len(people | admins if ApproverKind.ORG_ADMINS in sorts else people)


async def _linked(tx: Tx, policy: Policy, kinds: Mapping[str, AnyKind]) -> dict[str, str]:
    named = {ref.id for _, _, rule in _rules(policy, kinds) for ref in rule.approvers if ref.id}
    return {one: link.member_id for one, link in (await links.find_all(tx, named)).items()}
