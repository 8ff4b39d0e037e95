"""What the sandbox's Claude organization remembers: plain mutable records, and ids that are the same in every run."""

import functools
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

OLD_VERSION = "2023-06-01"
NEW_VERSION = "2026-10-21"

ASSIGNABLE_ROLES = ("user", "developer", "billing", "claude_code_user")
ROLES = (*ASSIGNABLE_ROLES, "admin")
WORKSPACE_ROLES = (
    "workspace_user",
    "workspace_restricted_developer",
    "workspace_developer",
    "workspace_admin",
    "workspace_billing",
)


@functools.cache
def tagged_id(prefix: str, seed: str) -> str:
    """Return an id such as `user_01Wcz…`: the prefix, `01` and 22 characters that depend on prefix and `seed` only."""
    number = int.from_bytes(hashlib.sha256(f"{prefix}:{seed}".encode()).digest()[:20], "big")
    characters: list[str] = []
    for _ in range(22):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return f"{prefix}_01{''.join(characters)}"


@dataclass
class User:
    """A member of the organization."""

    id: str
    email: str
    name: str
    role: str
    added_at: datetime


@dataclass
class Invite:
    """An invitation; `expired` is not stored but follows from the clock."""

    id: str
    email: str
    role: str
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    deleted: bool = False

    def status(self, now: datetime) -> str:
        """Return `accepted`, `deleted`, `expired` or `pending`."""
        if self.deleted:
            return "deleted"
        if self.accepted_at is not None:
            return "accepted"
        return "expired" if now >= self.expires_at else "pending"


@dataclass
class Workspace:
    """A workspace; exactly one is the default, at most one belongs to Claude Code."""

    id: str
    name: str
    created_at: datetime
    display_color: str
    compartment_id: str
    tags: dict[str, str] = field(default_factory=dict[str, str])
    allowed_inference_geos: str | list[str] = "unrestricted"
    default_inference_geo: str = "global"
    archived_at: datetime | None = None
    external_key_id: str | None = None
    user_profile_id: str | None = None
    is_default: bool = False
    is_claude_code: bool = False


@dataclass(frozen=True)
class Principal:
    """Who a key acts as, or who made it. `kind` is `user` or `service_account`."""

    kind: str
    id: str


@dataclass
class ServiceAccount:
    """An identity of a workload: a name without a secret; `created_by` and the like are ids of who did it."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    created_by: str | None
    description: str = ""
    organization_role: str = "developer"
    archived_at: datetime | None = None
    updated_by: str | None = None
    archived_by: str | None = None


@dataclass
class ApiKey:
    """A key's metadata. `state` is what somebody set; `status` adds what the clock did; `pauses`: times out of use."""

    id: str
    name: str
    workspace_id: str
    created_at: datetime
    hint: str
    created_by: Principal | None = None
    principal: Principal | None = None
    expires_at: datetime | None = None
    scope: str = "workspace"
    state: str = "active"
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list[tuple[datetime, datetime | None]])

    def status(self, now: datetime) -> str:
        """Return `active`, `inactive`, `archived` or `expired`."""
        if self.state != "archived" and self.expires_at is not None and now >= self.expires_at:
            return "expired"
        return self.state

    def set_state(self, state: str, at: datetime) -> None:
        """Switch the key. Its usage pauses while it is not active."""
        if self.state == "active" and state != "active":
            self.pauses.append((at, None))
        elif self.state != "active" and state == "active" and self.pauses:
            self.pauses[-1] = (self.pauses[-1][0], at)
        self.state = state


@dataclass
class SpendLimit:
    """A monthly limit in whole cents. `scope` is `organization`, `workspace` or `usage_tier`."""

    id: str
    scope: str
    workspace_id: str | None
    amount: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Activity:
    """An entry of the activity feed; `about` are the fields that its type has."""

    id: str
    type: str
    created_at: datetime
    actor: dict[str, str]
    about: dict[str, str]


@dataclass
class RateLimit:
    """One entry of the organization's rate limits. `kind` is the group's type; `group_id` is the same everywhere."""

    id: str
    group_id: str
    kind: str
    display_name: str | None
    models: tuple[str, ...] | None
    limits: dict[str, int]
