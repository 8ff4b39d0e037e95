"""The registry of kinds: to add one, write its file and add it to the last line."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.approvals.kind import AnyKind
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.keys.rename import RENAME_KEY
from bot.kinds.keys.status import DISABLE_KEY, ENABLE_KEY, REVOKE_KEY
from bot.kinds.limits.rate import SET_RATE_LIMIT
from bot.kinds.limits.spend import SET_SPEND_LIMIT
from bot.kinds.people.change_role import CHANGE_ROLE
from bot.kinds.people.invite import INVITE_MEMBERS
from bot.kinds.people.remove import REMOVE_MEMBER
from bot.kinds.people.withdraw import WITHDRAW_INVITE
from bot.kinds.workspaces.access import WORKSPACE_ACCESS
from bot.kinds.workspaces.archive import ARCHIVE_WORKSPACE
from bot.kinds.workspaces.create import CREATE_WORKSPACE
from bot.kinds.workspaces.update import UPDATE_WORKSPACE


def registry_of(*kinds: AnyKind) -> Mapping[str, AnyKind]:
    """Return kinds by their names: forms, cards, policy tables and jobs come from here when the bot is built."""
    return MappingProxyType({kind.name: kind for kind in kinds})


KINDS = registry_of(
    CREATE_KEY,
    DISABLE_KEY,
    ENABLE_KEY,
    REVOKE_KEY,
    RENAME_KEY,
    CHANGE_ROLE,
    INVITE_MEMBERS,
    WITHDRAW_INVITE,
    REMOVE_MEMBER,
    CREATE_WORKSPACE,
    UPDATE_WORKSPACE,
    ARCHIVE_WORKSPACE,
    WORKSPACE_ACCESS,
    SET_SPEND_LIMIT,
    SET_RATE_LIMIT,
)
