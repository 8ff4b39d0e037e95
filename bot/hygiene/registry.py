"""Every rule, in one list.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Facts, Finding, Rule, worst_first
from bot.hygiene.rules.approvals_waiting import waiting_approvals
from bot.hygiene.rules.cache_use import cache_use
from bot.hygiene.rules.dearer_models import dearer_models
from bot.hygiene.rules.environments import shared_environments
from bot.hygiene.rules.invites_waiting import waiting_invites
from bot.hygiene.rules.key_expiring import expiring_keys
from bot.hygiene.rules.key_old import old_keys
from bot.hygiene.rules.key_orphaned import orphaned_keys
from bot.hygiene.rules.key_purpose import keys_without_purpose
from bot.hygiene.rules.key_unused import unused_keys
from bot.hygiene.rules.members_inactive import inactive_members
from bot.hygiene.rules.near_limit import traffic_near_limit
from bot.hygiene.rules.no_export import no_export
from bot.hygiene.rules.nobody_watches import nobody_watches
from bot.hygiene.rules.ownerless import spending_without_owner
from bot.hygiene.rules.retiring_models import retiring_models
from bot.hygiene.rules.too_many_admins import too_many_admins
from bot.hygiene.rules.unfulfillable_rules import unfulfillable_rules
from bot.hygiene.rules.unknown_models import unknown_models
from bot.hygiene.rules.unlimited import spending_without_limit
from bot.hygiene.rules.unwatched import spending_unwatched

RULES: tuple[Rule, ...] = (
    shared_environments,
    spending_without_limit,
    spending_unwatched,
    spending_without_owner,
    nobody_watches,
    no_export,
    traffic_near_limit,
    unused_keys,
    expiring_keys,
    orphaned_keys,
    old_keys,
    keys_without_purpose,
    waiting_invites,
    inactive_members,
    too_many_admins,
    retiring_models,
    unknown_models,
    dearer_models,
    cache_use,
    waiting_approvals,
    unfulfillable_rules,
)


def findings_in(facts: Facts) -> Sequence[Finding]:
    """Return what all rules find, the worst first."""
    return worst_first([found for rule in RULES for found in rule(facts)])
