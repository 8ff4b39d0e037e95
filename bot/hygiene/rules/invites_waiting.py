"""Invites that nobody accepts.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.slack import ids
from bot.slack.markup import code, date


def waiting_invites(facts: Facts) -> Sequence[Finding]:
    """Find those that have waited for longer than the bound and can still be accepted."""
    return [
        Finding(
            "invite_waiting",
            one.id,
            f"The invite of {code(one.email)} waits",
            f"It was sent {date(one.invited_at)} and nobody accepted it; it expires {date(one.expires_at)}.",
            "Anyone who reads that mailbox can join the organization.",
            Ask("Withdraw…", f"{ids.OPEN_PREFIX}withdraw_invite", one.id),
            Risk.LOW,
        )
        for one in facts.invites
        if one.status == "pending" and one.expires_at > facts.now and facts.now - one.invited_at > facts.bounds.invite
    ]
