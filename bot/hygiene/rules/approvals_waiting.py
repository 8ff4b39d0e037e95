"""Requests that wait too long for a decision.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids
from bot.slack.markup import date, escape


def waiting_approvals(facts: Facts) -> Sequence[Finding]:
    """Find those that were asked longer ago than the bound."""
    return [
        Finding(
            "approval_waiting",
            one.id,
            f"A request waits too long: {escape(one.title)}",
            f"It was asked {date(one.asked_at)} and isn't decided.",
            "People who wait too long find a way around the request.",
            Ask("Details", ids.DETAILS, one.id),
            Risk.MIDDLE,
        )
        for one in facts.waiting
        if facts.now - one.asked_at > facts.bounds.decision
    ]
