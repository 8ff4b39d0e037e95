"""Keys without a purpose on record.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in
from bot.slack import ids


def keys_without_purpose(facts: Facts) -> Sequence[Finding]:
    """Find those that nobody asked me for with a reason."""
    return [
        Finding(
            "key_purpose",
            key.id,
            f"{key_in(facts, key)} has no purpose on record",
            "Nobody asked me for it, so no reason is on record. Accept this with its purpose, or revoke the key.",
            "When it leaks, nobody knows what stops with it.",
            Ask("Show the key", ids.SHOW_KEY, key.id),
            Risk.LOW,
        )
        for key in facts.keys
        if key.id not in facts.purposes
    ]
