"""No observability platform gets the figures.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids


def no_export(facts: Facts) -> Sequence[Finding]:
    """Find it once. Where nobody can say what is set up, nothing is found."""
    if facts.exports is None or facts.exports:
        return []
    return [
        Finding(
            "no_export",
            "organization",
            "No observability platform gets our figures",
            "I send nothing to Prometheus, OpenTelemetry, Honeycomb or Datadog.",
            "The people who run your services don't see Claude's usage in their dashboards.",
            Ask("Show status", ids.HELP_STATUS),
            Risk.LOW,
        )
    ]
