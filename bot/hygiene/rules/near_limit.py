"""Traffic near a rate limit.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, BusyMinute, Facts, Finding, Risk
from bot.hygiene.words import name_of
from bot.slack import ids
from bot.slack.markup import Markup, bold, code, date, escape
from bot.words.counts import exact_count
from bot.words.wording import share


def traffic_near_limit(facts: Facts) -> Sequence[Finding]:
    """Find the limits to which the busiest minute of the last week came near: the organization's, and workspaces' own."""
    return [_finding(facts, one) for one in facts.busy if one.used >= facts.bounds.near_limit]


def _finding(facts: Facts, one: BusyMinute) -> Finding:
    place = one.workspace_id
    said: Markup = f"{bold(one.group)} is near the organization's rate limit"
    ask = Ask("What to tell Anthropic", ids.LIMITS_TELL, one.group_id)
    if place:
        said = f"{name_of(facts, place)} is near its own rate limit for {bold(one.group)}"
        ask = Ask("Ask for a higher limit…", ids.LIMITS_ASK, f"{place} {one.group_id} {one.limiter}")
    return Finding(
        "near_limit",
        f"{place or 'organization'}:{one.group_id}",
        said,
        f"The busiest minute {_span(one)}, {date(one.at)}, took {escape(share(one.used))} of it:"
        f" {exact_count(one.value)} of {exact_count(one.limit)} {one.limit_of}{_by(one)}.",
        "Above the limit, requests fail with error 429.",
        ask,
        Risk.HIGH,
    )


def _by(one: BusyMinute) -> Markup:
    return f", mostly by {code(one.key)}" if one.key else ""


def _span(one: BusyMinute) -> Markup:
    return f"since its limit changed {date(one.since)}" if one.since else "of the last 7 days"
