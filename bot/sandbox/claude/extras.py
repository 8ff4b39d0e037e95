"""Streams that switches add to the made-up company, for all its past: none of them runs unless its switch is on.

Batch, inference in the US, two context windows, web searches and code execution are there without a switch.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from bot.sandbox.claude.curves import day_factor, slice_of
from bot.sandbox.claude.keyplan import KeyPlan
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.prices import UNLISTED_MODEL
from bot.sandbox.claude.records import ApiKey
from bot.sandbox.claude.timeline import Stream, key_streams, typical

PRIORITY_KEYS = {"checkout-assistant": 9.0, "support-bot-prod": 4.0}
"""Keys that also send requests on the Priority Tier, and for how many dollars a weekday."""
UNLISTED_KEY = "agent-lab"
LONG_PROMPTS_KEY = "search-rerank"
SESSIONS_KEY = "sandbox-exec"
UNLISTED_SINCE = timedelta(days=6)
"""How long before the sandbox began its key moved a part of its work to the model that no table names."""

PEAK_KEY, PEAK_MODEL = "ingest-prod", "claude-opus-5-5"
PEAK_SHARE = 0.85
PEAK_BEFORE = timedelta(hours=9, minutes=53)
"""How long before the day on which the sandbox began: 14:07 UTC of the day before."""


def extra_switches(organization: ClaudeOrganization) -> tuple[bool, ...]:
    """Return which of the switches are on, in the order of `_EXTRAS`."""
    return tuple(bool(getattr(organization.flags, name)) for name in _EXTRAS)


def extra_streams(organization: ClaudeOrganization) -> list[Stream]:
    """Return the streams of the switches that are on."""
    made = (_EXTRAS[name](organization) for name, on in zip(_EXTRAS, extra_switches(organization), strict=True) if on)
    return [stream for streams in made for stream in streams]


def _priority(organization: ClaudeOrganization) -> Iterator[Stream]:
    for name, dollars in PRIORITY_KEYS.items():
        for plan, key in _planned(organization, name):
            at_priority = replace(plan, tier="priority", dollars=dollars, searches=0.0)
            yield from _apart(key_streams(organization, at_priority, key), "priority")


def _unlisted(organization: ClaudeOrganization) -> Iterator[Stream]:
    for plan, key in _planned(organization, UNLISTED_KEY):
        first, *_ = key_streams(organization, plan, key)
        counters = typical(7.0, UNLISTED_MODEL, plan, organization.seed_day)
        start = organization.seed_day - UNLISTED_SINCE + timedelta(hours=10)
        moved = replace(first, model=UNLISTED_MODEL, geo=plan.geo, typical=counters, start=start, until=None)
        yield from _apart(iter((moved,)), "unlisted")


def _long_prompts(organization: ClaudeOrganization) -> Iterator[Stream]:
    for plan, key in _planned(organization, LONG_PROMPTS_KEY):
        now_on = [stream for stream in key_streams(organization, plan, key) if stream.model == "claude-haiku-5-5"]
        yield from _apart((replace(stream, long_prompts=True) for stream in now_on), "long")


def _sessions(organization: ClaudeOrganization) -> Iterator[Stream]:
    """Yield an agent's tokens, and the time for which its sessions run: no model, no tier."""
    running = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0, 2300.0)
    for plan, key in _planned(organization, SESSIONS_KEY):
        usual = key_streams(organization, replace(plan, dollars=3.0), key)
        agents = [replace(stream, product="managed_agents_api") for stream in usual]
        time = replace(agents[-1], start=agents[0].start, model=None, tier=None, context=None, geo=None, typical=running)
        yield from _apart(iter(agents), "agent")
        yield from _apart(iter((time,)), "session")


def _peak(organization: ClaudeOrganization) -> Iterator[Stream]:
    """Yield one minute in which a key alone makes so much output that its model's group comes near its limit."""
    begins = organization.seed_day - PEAK_BEFORE
    minute = begins.hour * 60 + begins.minute
    for plan, key in _planned(organization, PEAK_KEY):
        usual = next(one for one in key_streams(organization, plan, key) if one.model == PEAK_MODEL)
        [apart] = _apart(iter((usual,)), "peak")
        factor = day_factor(apart.seed, apart.rhythm, begins.date(), organization.seed_day.date())
        [share] = slice_of(apart.rhythm, (10**12,), minute, minute + 1)
        days = 10**12 / share / factor
        output = PEAK_SHARE * _output_limit(organization)
        counters = (output * days / 2, 0.0, 0.0, 0.0, output * days, 0.0, 0.0, 600 * days, 0.0)
        yield replace(apart, typical=counters, start=begins, until=begins + timedelta(minutes=1))


def _output_limit(organization: ClaudeOrganization) -> int:
    groups = (one for one in organization.rate_limits.values() if PEAK_MODEL in (one.models or ()))
    return next(groups).limits["output_tokens_per_minute"]


_EXTRAS: dict[str, Callable[[ClaudeOrganization], Iterator[Stream]]] = {
    "priority_tier": _priority,
    "unknown_model": _unlisted,
    "long_prompts": _long_prompts,
    "agent_sessions": _sessions,
    "peak_minute": _peak,
}
"""Flag -> the streams that it adds."""


def _planned(organization: ClaudeOrganization, name: str) -> list[tuple[KeyPlan, ApiKey]]:
    """Return a key and its plan; nothing where the key costs nothing (any more)."""
    return [(plan, key) for plan, key in organization.plans.values() if plan.name == name]


def _apart(streams: Iterator[Stream], what: str) -> Iterator[Stream]:
    """Give streams days of their own: other ones than those of the key's usual streams."""
    return (replace(stream, seed=f"{stream.seed}/{what}") for stream in streams)
