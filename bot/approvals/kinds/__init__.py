"""The registry of kinds: to add one, write its file and add its line."""

from bot.approvals.kinds.base import Kind
from bot.approvals.kinds.change_role import CHANGE_ROLE
from bot.approvals.kinds.create_key import CREATE_KEY
from bot.approvals.kinds.key_status import DISABLE_KEY, ENABLE_KEY, REVOKE_KEY

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CREATE_KEY, DISABLE_KEY, ENABLE_KEY, REVOKE_KEY, CHANGE_ROLE)}


def find_kind(name: str) -> Kind:
    """Return a kind by its name; KeyError for one that doesn't exist."""
    return KINDS[name]
