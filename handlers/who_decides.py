"""Who will be asked, as a form says it before anything is sent."""

from datetime import datetime

from bot.approvals.authority import needs_in_words
from bot.approvals.kind import AnyKind
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, channel_mention, date
from bot.words.wording import listed


def who_decides(
    rt: Runtime,
    kind: AnyKind,
    workspace_id: str | None = None,
    workspace_name: str | None = None,
    ends_at: datetime | None = None,
) -> Markup:
    """Return the sentence in which a form says who will be asked; which workspace it is about may not be known yet.

    With `ends_at`, when what it is about ends, it waits for a decision no longer.
    """
    rule = rt.policy.rule_for(kind.name, workspace_id, workspace_name)
    if not rule.approvers:
        return f"⚠️ Nobody can approve this: {rule.nobody_because}."
    if not rule.channel:
        return "⚠️ Nobody can approve this: the policy names no channel for it."
    by_hand = kind.left_by_hand(rule) if workspace_id else ""
    by_hand = f" {by_hand[0].upper()}{by_hand[1:]}." if by_hand else ""
    now = rt.now()
    expires_at = rule.expires_at(now, ends_at if ends_at and ends_at > now else None)
    expires = f" Expires {date(expires_at)} if nobody decides."
    said = f"{needs_in_words(rule, workspace_name)}, in {channel_mention(rule.channel)}.{by_hand}{expires}"
    names = _with_own_rules(rt, kind) if workspace_id is None else []
    return f"{said} Other rules apply in {listed([bold(name) for name in names], most=3)}." if names else said


def _with_own_rules(rt: Runtime, kind: AnyKind) -> list[str]:
    """Return the workspaces, as the policy names them, in which somebody else or more people have to approve."""
    usual = rt.policy.rule_for(kind.name, None, None)
    rules = {key: rt.policy.rule_for(kind.name, key, key) for key in rt.policy.workspaces}
    return [
        key
        for key, rule in rules.items()
        if (rule.approvers, rule.quorum, rule.channel) != (usual.approvers, usual.quorum, usual.channel)
    ]
