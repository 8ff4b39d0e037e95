"""What a person does about a request that was approved and not done, in a sentence. Pure."""

from typing import Final

from bot.approvals.outcome import Outcome
from bot.errors import UpstreamAuth, UpstreamError, UpstreamMissing, UpstreamRefused
from bot.words.own import Own

CHECK: Final = "It may have been done. Check first, then press Retry."
FIRST: Final = "An earlier try may have done it. Retry checks that first."
SAFE: Final = "I checked: it was not done, so Retry is safe."
LATE: Final = (
    "It isn't there yet, but what I sent may still arrive. Retry waits up to 3 minutes, looks again, and only then does it."
)
REST: Final = "Retry does what is missing."
FINAL: Final = (UpstreamMissing, UpstreamRefused)
"""Answers that stay the same however often one asks: a person has to look."""
MOST_ATTEMPTS: Final = 5
"""How often something is tried without anybody being asked."""
_LASTING: Final = frozenset({"already_member", "organization_type_not_supported"})
"""Refusals that nobody can lift; what stands in the way of others, such as a limit, people can mend."""


def without_doubt(failure: str, *, is_begun: bool) -> str:
    """Return why something failed as it is known once it was looked for in vain."""
    so = REST if is_begun else SAFE
    return failure.replace(CHECK, so).replace(FIRST, so).replace(LATE, so)


def is_final(error: UpstreamError) -> bool:
    """Tell whether a try that surely changed nothing would end the same way each time: what it is about is gone."""
    return isinstance(error, UpstreamMissing) or error.error_code in _LASTING


def tries_again(outcome: Outcome, attempts: int, *, is_safe: bool) -> bool:
    """Tell whether a failed request is tried again by itself once what was sent was looked for in vain.

    `is_safe`: what comes late all the same does no harm. What surely did nothing is tried again as well.
    """
    is_harmless = is_safe and outcome.in_doubt and outcome.sent and not outcome.is_final and attempts < MOST_ATTEMPTS
    return outcome.passes or is_harmless


def what_next(error: UpstreamError) -> Own:
    """Return what follows a try that surely changed nothing."""
    if is_final(error):
        return "Nothing was changed. Trying again won't help: ask for something else, or give up."
    if isinstance(error, UpstreamAuth):
        return "Nothing was changed. Tell the people who run Quartermaster, then press Retry."
    if isinstance(error, FINAL):
        return "Nothing was changed. Give up, or press Retry once that is fixed."
    return "Nothing was changed, so Retry is safe."
