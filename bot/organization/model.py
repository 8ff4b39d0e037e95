"""What is known of the organization and of a person's place in it, as cards and the App Home show it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.admin.model import MonthSpend


@dataclass(frozen=True)
class PlaceRole:
    """A workspace, by its name, and a role that was given there."""

    workspace: str
    role: str


@dataclass(frozen=True)
class Places:
    """Where somebody has a role: the one that comes with their role in the organization, and those that were given.

    `looked` of `total` workspaces are known; the default one has no list of members and counts as neither.
    """

    everywhere: str = ""
    given: tuple[PlaceRole, ...] = ()
    looked: int = 0
    total: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every workspace was looked at."""
        return self.looked == self.total


@dataclass(frozen=True)
class Glance:
    """Counts of what the organization has; None where it can't be read now. `next_expiry` is that of the pending invites."""

    members: int | None
    admins: int | None
    invites: int | None
    next_expiry: datetime | None
    workspaces: int | None
    keys: int | None
    waiting: int | None
    month: MonthSpend | None
