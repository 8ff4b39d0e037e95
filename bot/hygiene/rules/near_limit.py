"""Traffic near a rate limit.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import name_of
from bot.slack import ids
from bot.slack.markup import date, escape
from bot.words.wording import number


def traffic_near_limit(facts: Facts) -> Sequence[Finding]:
    """Find the workspaces whose busiest minute came near what they may do in one."""
    return [
        Finding(
            "near_limit",
            f"{one.workspace_id}:{one.group}",
            f"{name_of(facts, one.workspace_id)} is near its rate limit for {escape(one.group)}",
            f"Its busiest minute, {date(one.at)}, used {number(one.percent)} % of what it may do.",
            "Above the limit, Claude refuses requests with the error 429.",
            Ask("Ask for a rate limit…", f"{ids.OPEN_PREFIX}set_rate_limit", one.workspace_id),
            Risk.HIGH,
        )
        for one in facts.peaks
        if one.percent >= facts.bounds.near_limit
    ]
