"""Finds out at the start and once a day what the organization and its key can do, and says what isn't offered and why."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.directory.capabilities import ONLY_WHEN_CREATED, Can, Capabilities, Capability
from bot.directory.probe import find_out, with_creation
from bot.policy.checks import KindFacts
from bot.policy.model import Policy
from bot.runtime import Runtime
from bot.status.db import creations
from bot.store.notes import claim_note
from bot.words.wording import listed

ASKING_LASTS = timedelta(minutes=5)
"""One process asks at a time, and those that start together ask once."""


async def due(rt: Runtime, now: datetime) -> list[str]:
    """Return one key where it is time to ask, or this process hasn't since its start: its key may be a new one."""
    known = await rt.capabilities.all()
    if known.asked_at and timedelta() <= now - known.asked_at < ASKING_LASTS:
        rt.capabilities.asked_here = True
    if rt.capabilities.asked_here and not known.is_due(now):
        return []
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, "capabilities:look", now, ASKING_LASTS) else []


async def ask(rt: Runtime, _key: str, _now: datetime) -> None:
    """Ask, behind everything that people wait for, and keep what is known now."""
    probed = await find_out(rt.admin.background(), rt.settings.anthropic_base_url, rt.now())
    creation = probed.capabilities.of(Can.CREATE_KEYS)
    if creation.because == ONLY_WHEN_CREATED:
        probed = with_creation(probed, await _as_seen(rt, creation))
    await rt.capabilities.keep(probed.capabilities)
    rt.capabilities.asked_here = True


async def known_now(rt: Runtime) -> Capabilities:
    """Return what is known, with what creations of keys have shown since it was asked last."""
    known = await rt.capabilities.all()
    creation = known.of(Can.CREATE_KEYS)
    if creation.because != ONLY_WHEN_CREATED:
        return known
    return known.model_copy(update={"found": known.found | {Can.CREATE_KEYS: await _as_seen(rt, creation)}})


async def _as_seen(rt: Runtime, unknown: Capability) -> Capability:
    """Return what the newest creation of a key has shown."""
    async with rt.store.read() as tx:
        made, refused = await creations(tx, [kind for kind, facts in rt.kinds.items() if facts.issues_keys])
    if made and (refused is None or made >= refused):
        return Capability(can=True, because="", found_at=made)
    if refused:
        return Capability(can=False, because="The last attempt to create one was turned away.", found_at=refused)
    return unknown


def api_ways(policy: Policy, kinds: Mapping[str, KindFacts]) -> list[str]:
    """Return where the policy lets the API create keys: workspaces as it names them, and "all other workspaces"."""
    issuing = [kind for kind, facts in kinds.items() if facts.issues_keys]
    if policy.nobody_because or not issuing:
        return []
    places = [(key, key) for key in policy.workspaces]
    named = [key for key, _ in places if any(policy.rule_for(kind, key, key).issue_keys == "api" for kind in issuing)]
    by_default = any(policy.rule_for(kind, None, None).issue_keys == "api" for kind in issuing)
    return [*named, *([f"all {'other ' if policy.workspaces else ''}workspaces"] if by_default else [])]


def unkept_ways(policy: Policy, kinds: Mapping[str, KindFacts], known: Capabilities) -> str:
    """Return in plain text where the policy asks for keys by API though the API creates none; "" where that is fine."""
    places = api_ways(policy, kinds) if known.of(Can.CREATE_KEYS).can is False else []
    if not places:
        return ""
    return (
        f'issue_keys = "api" is set for {listed(places)}, but the Claude API creates no keys, so approved requests for keys '
        'fail there. Set issue_keys = "console".'
    )
