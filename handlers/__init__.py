"""The Bolt edge: one file per feature, its commands, buttons and modals together, and one visible list of them."""

from typing import Any

from bot.approvals.kind import all_kinds
from bot.runtime import Runtime
from handlers import (
    admin,
    advice,
    by_hand,
    claude_code,
    events,
    forms,
    home,
    invites,
    keys,
    limits,
    member_card,
    member_lists,
    members,
    members_picked,
    rate_limits,
    request_lists,
    requests,
    spend,
    spend_ask,
    spend_forms,
    spend_reconcile,
    spend_records,
    spend_reports,
    spend_scheduled,
    workspaces,
)
from handlers.edge import register as edge
from handlers.typed import opening_forms

FEATURES: tuple[edge.Feature, ...] = (
    requests.FEATURE,
    request_lists.FEATURE,
    by_hand.FEATURE,
    keys.FEATURE,
    members.FEATURE,
    workspaces.FEATURE,
    member_lists.FEATURE,
    member_card.FEATURE,
    members_picked.FEATURE,
    invites.FEATURE,
    spend.FEATURE,
    spend_ask.FEATURE,
    spend_forms.FEATURE,
    spend_records.FEATURE,
    spend_reports.FEATURE,
    spend_scheduled.FEATURE,
    spend_reconcile.FEATURE,
    claude_code.FEATURE,
    forms.FEATURE,
    limits.FEATURE,
    rate_limits.FEATURE,
    home.FEATURE,
    admin.FEATURE,
    advice.FEATURE,
    events.FEATURE,
)


def register(app: Any, rt: Runtime) -> None:
    """Register every feature with a Bolt app."""
    features = [*map(opening_forms, FEATURES), *(forms.feature_of(kind) for kind in all_kinds(rt).values())]
    edge.register_features(app, rt, features)
