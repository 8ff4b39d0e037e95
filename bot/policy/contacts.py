"""Whom the policy names for what concerns the whole bot. Pure."""

from bot.policy.model import ApproverKind, Policy


def admins_of(policy: Policy) -> list[str]:
    """Return where the admins are told: the channel of all requests, else each channel of some, else the people named."""
    if policy.defaults.channel:
        return [policy.defaults.channel]
    return list(policy.channels) or people_of(policy)


def people_of(policy: Policy) -> list[str]:
    """Return the Slack ids of the people whom the groups name, each once."""
    return sorted({ref.id for group in policy.groups.values() for ref in group if ref.kind is ApproverKind.USER and ref.id})


def user_groups_of(policy: Policy) -> list[str]:
    """Return the ids of the user groups that the groups name, each once."""
    named = (ref for group in policy.groups.values() for ref in group)
    return sorted({ref.id for ref in named if ref.kind is ApproverKind.USERGROUP and ref.id})
