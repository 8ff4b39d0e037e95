"""The registry of kinds: to add one, write its file and add it to the last line."""

from bot.approvals.kinds.base import Kind
from bot.approvals.kinds.change_role import CHANGE_ROLE
from bot.approvals.kinds.create_key import CREATE_KEY
from bot.approvals.kinds.key_status import DISABLE_KEY, ENABLE_KEY, REVOKE_KEY

KINDS: dict[str, Kind] = {}


def register_kinds(*kinds: Kind) -> None:
    """Make kinds known: their forms, cards, policy tables and jobs come from here when the bot is built."""
    KINDS.update({kind.name: kind for kind in kinds})


def find_kind(name: str) -> Kind:
    """Return a kind by its name; KeyError for one that doesn't exist."""
    return KINDS[name]


register_kinds(CREATE_KEY, DISABLE_KEY, ENABLE_KEY, REVOKE_KEY, CHANGE_ROLE)
