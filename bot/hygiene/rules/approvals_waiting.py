"""Requests that wait too long for a decision, or for which nobody decided in time.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids
from bot.slack.markup import date, escape
from bot.words.wording import listed, plural

_STAKES = "People who wait too long find a way around the request."


def waiting_approvals(facts: Facts) -> Sequence[Finding]:
    """Find each that was asked longer ago than the bound, and once that some of the last 7 days expired undecided."""
    waiting = [
        Finding(
            "approval_waiting",
            one.id,
            f"A request waits too long: {escape(one.title)}",
            f"It was asked {date(one.asked_at)} and isn't decided.",
            _STAKES,
            Ask("Details", ids.DETAILS, one.id),
            Risk.MIDDLE,
        )
        for one in facts.waiting
        if facts.now > facts.bounds.decision.after(one.asked_at, facts.policy.hours)
    ]
    return [*waiting, *_expired(facts)]


def _expired(facts: Facts) -> Sequence[Finding]:
    if not facts.expired:
        return []
    titles = listed([escape(one.title) for one in facts.expired], most=3)
    return [
        Finding(
            "approval_waiting",
            "expired",
            "Requests expire because nobody decides about them",
            f"{plural(len(facts.expired), 'request')} expired undecided in the last 7 days: {titles}.",
            _STAKES,
            Ask("Details of the latest", ids.DETAILS, facts.expired[0].id),
            Risk.MIDDLE,
        )
    ]
