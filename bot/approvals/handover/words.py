"""What is said of a secret on its way to its requester. Pure."""

from bot.approvals.outcome import Outcome
from bot.slack.markup import Markup, code

TROUBLE = frozenset({"lost", "failed", "unseen"})
"""States of a hand-over after which a new key has to be asked for."""

_ON_CARD: dict[str, Markup] = {
    "ready": "the requester hasn't opened its secret yet",
    "shown": "its secret was shown once, then deleted",
    "unseen": "nobody opened its secret in time, so I deleted it: revoke the key and ask again",
    "lost": "its secret is lost: revoke the key and ask again",
    "failed": "its secret didn't reach its requester: revoke the key and ask again",
}
_ENDED: Markup = "it ended before anybody saw its secret, so I deleted the secret"
_TO_REQUESTER: dict[str, Markup] = {
    "lost": "its secret got lost on the way",
    "failed": "its secret could not be shown to you",
    "unseen": "you didn't open its secret in time, so I deleted it",
}


def is_trouble(outcome: Outcome) -> bool:
    """Tell whether a secret will never reach its requester."""
    return outcome.handover in TROUBLE and not outcome.key_ended


def key_hint(outcome: Outcome) -> Markup:
    """Return how a key is told apart, as markup: key `…igAA`; "" for none."""
    return f"key {code(f'…{outcome.hint[-4:]}')}" if outcome.hint else ""


def card_lines(outcome: Outcome) -> list[Markup]:
    """Return what a card says of a key and its secret."""
    of_secret = _ENDED if outcome.key_ended else _ON_CARD.get(outcome.handover or "", "")
    return [line for line in (key_hint(outcome), of_secret) if line]


def why_not_handed_over(outcome: Outcome) -> Markup:
    """Return to its requester why a secret will never arrive, or ""."""
    return _TO_REQUESTER.get(outcome.handover or "", "")
