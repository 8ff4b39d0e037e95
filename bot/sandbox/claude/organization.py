"""The state of the sandbox's Claude organization, its switches, and the acts that change it from outside the API."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.sandbox.claude import seed
from bot.sandbox.claude.disturbances import Disturbances
from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.keyplan import key_plans
from bot.sandbox.claude.records import Activity, ApiKey, Invite, Principal, SpendLimit, User, Workspace, tagged_id
from bot.sandbox.claude.revisions import Revision, Revisions
from bot.sandbox.clock import SandboxClock
from bot.sandbox.people import EVERYBODY

ADMIN_KEY = "sk-ant-admin01-sandbox-0000000000000000000000000000000000000000"
OAUTH_TOKEN = "sk-ant-oat01-sandbox-0000000000000000000000000000000000000000"
ORGANIZATION_ID = "5a1e0b7c-3c1d-4f5e-9a70-ac3e0000ac3e"
TIER_CAP_CENTS = "20000000"
"""Anthropic's own monthly cap of the Scale tier, 200,000 USD."""


@dataclass
class Flags:
    """What can be switched while the sandbox runs; None means no limit.

    `organization_kind` `enterprise` closes what only Console organizations have; it adds nothing of Claude Enterprise.
    """

    key_creation: bool = True
    spend_limits_preview: bool = False
    analytics_beta: bool = True
    rate_limit_per_minute: int | None = None
    org_api_key_limit: int | None = None
    workspace_api_key_limit: int | None = None
    org_member_limit: int | None = None
    workspace_member_limit: int | None = None
    workspace_limit: int = 100
    invite_domains: str | None = None
    user_removal_conflicts: int = 0
    discount_percent: Annotated[int, Field(ge=0, le=100)] = 0
    priority_tier: bool = False
    unknown_model: bool = False
    long_prompts: bool = False
    agent_sessions: bool = False
    peak_minute: bool = False
    compliance_enabled: bool = False
    webhooks_enabled: bool = False
    organization_kind: Literal["console", "enterprise"] = "console"


FLAG_HELP = {
    "analytics_beta": "Off: the analytics usage and cost reports are refused, and the legacy ones answer.",
    "discount_percent": "What all reports of money take off; list prices stay.",
    "priority_tier": "Two keys also send requests on the Priority Tier: in all reports but the legacy cost report.",
    "unknown_model": "One key also uses a model that no price table names.",
    "long_prompts": "One key also sends Haiku 5.5 prompts of more than 100,000 tokens, which its dearer band charges.",
    "agent_sessions": "One key also runs Managed Agents: tokens, and session time.",
    "peak_minute": "One key made 85 % of its models' limit of output tokens in one minute: 14:07 UTC of the day before.",
}
"""Flag of the figures -> what it does. Those that add streams add them to the past too: set them before figures are read."""


async def _nobody_watches() -> None:
    return None


class ClaudeOrganization:
    """One Console organization with its people, workspaces, keys, limits; `changed` tells watchers to look again."""

    def __init__(self, clock: SandboxClock, *, large: bool = False, key_creation: bool = True) -> None:
        self.clock = clock
        self.id = ORGANIZATION_ID
        self.name = "Acme"
        self.flags = Flags(key_creation=key_creation)
        self.changed: Callable[[], Awaitable[None]] = _nobody_watches
        self.seed_day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.created_at = self.seed_day - seed.HISTORY
        self.users = seed.build_users(self.seed_day, large=large)
        self.former_users = seed.former_users()
        self.invites = seed.build_invites(self.seed_day)
        self.workspaces = seed.build_workspaces(self.seed_day)
        self.memberships = seed.build_memberships(self.users, self.workspaces)
        self.coders = seed.coders(self.users, large=large)
        self.plans = {(key := seed.build_key(plan, self.seed_day)).id: (plan, key) for plan in key_plans(self.coders, large)}
        self.keys: dict[str, ApiKey] = {key_id: key for key_id, (_, key) in self.plans.items()}
        self.service_accounts = seed.build_service_accounts(self.plans.values())
        self.service_memberships = {
            (key.workspace_id, key.principal.id): "workspace_developer"
            for key in self.keys.values()
            if key.principal is not None and key.principal.kind == "service_account"
        }
        self.rate_limits = seed.build_rate_limits()
        self.overrides: dict[tuple[str, str], dict[str, int]] = {}
        self.spend_limits: dict[str, SpendLimit] = {}
        self.activities: list[Activity] = []
        self.revisions = Revisions()
        self.disturbances = Disturbances(self.revisions)
        self.admin_key_owner = next(user.id for user in self.users.values() if user.role == "admin")
        self._seed_limits()

    def _seed_limits(self) -> None:
        born = self.created_at
        tier = SpendLimit(tagged_id("spl", "usage_tier"), "usage_tier", None, TIER_CAP_CENTS, born, born)
        whole = SpendLimit(tagged_id("spl", "organization"), "organization", None, "2000000", born, born)
        research = self.workspace_named("Research")
        own = SpendLimit(tagged_id("spl", "Research"), "workspace", research.id, "250000", self.seed_day, self.seed_day)
        self.spend_limits = {limit.id: limit for limit in (tier, whole, own)}
        sonnet = next(entry for entry in self.rate_limits.values() if entry.display_name == "Claude Sonnet 5.x")
        self.overrides[self.workspace_named("Sandbox").id, sonnet.id] = {"requests_per_minute": 500}

    def workspace_named(self, name: str) -> Workspace:
        """Return a workspace by its name; KeyError when there is none."""
        for workspace in self.workspaces.values():
            if workspace.name == name:
                return workspace
        raise KeyError(name)

    def user_by_email(self, email: str) -> User | None:
        """Return the member with this address, without regard to case and `+suffix`."""
        wanted = plain_email(email)
        return next((user for user in self.users.values() if plain_email(user.email) == wanted), None)

    def default_workspace(self) -> Workspace:
        """Return the workspace that nobody can rename or archive."""
        return next(workspace for workspace in self.workspaces.values() if workspace.is_default)

    def inherited_role(self, user: User) -> str | None:
        """Return the workspace role that the organization role gives everywhere, or None."""
        return {"admin": "workspace_admin", "billing": "workspace_billing"}.get(user.role)

    def check_key_limits(self, workspace_id: str) -> None:
        """Refuse one more active key where a limit is reached."""
        now = self.clock.now()
        active = [key for key in self.keys.values() if key.status(now) == "active"]
        whole, own = self.flags.org_api_key_limit, self.flags.workspace_api_key_limit
        if whole is not None and len(active) >= whole:
            raise invalid("The organization has reached its limit of active API keys.", "org_api_key_limit_exceeded")
        if own is not None and sum(key.workspace_id == workspace_id for key in active) >= own:
            raise invalid("The workspace has reached its limit of active API keys.", "workspace_api_key_limit_exceeded")

    def create_key(
        self,
        workspace_id: str,
        name: str,
        *,
        created_by: str | None,
        expires_at: datetime | None = None,
        acts_as: Principal | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key and return it with its secret, which is kept nowhere; ApiError where a rule forbids it.

        It is a workspace key unless it `acts_as` somebody.
        """
        workspace, now = self.workspaces.get(workspace_id), self.clock.now()
        if workspace is None:
            raise not_found("Workspace")
        if workspace.archived_at is not None:
            raise invalid("Keys cannot be created in an archived workspace.")
        if workspace.is_claude_code:
            raise invalid("Keys of the Claude Code workspace are created by signing in to Claude Code.")
        if expires_at is not None and expires_at <= now:
            raise invalid("expires_at: must be in the future")
        self.check_key_limits(workspace_id)
        secret = f"sk-ant-api03-{secrets.token_urlsafe(64)}AA"
        key = ApiKey(
            id=tagged_id("apikey", secrets.token_hex(16)),
            name=name,
            workspace_id=workspace_id,
            created_at=now,
            hint=f"{secret[:16]}...{secret[-4:]}",
            created_by=None if created_by is None else Principal("user", created_by),
            expires_at=expires_at,
            principal=acts_as,
        )
        self.keys[key.id] = key
        return key, secret

    def accept_invite(self, invite_id: str) -> User:
        """Let the invited person join, as a click in the invitation mail does. The id may also be the address invited."""
        now, pending = self.clock.now(), {invite.email.lower(): invite for invite in self.pending_invites()}
        invite = self.invites.get(invite_id) or pending.get(invite_id.lower())
        if invite is None:
            raise not_found("Invite")
        if invite.status(now) != "pending":
            raise invalid("Only pending invites can be accepted.")
        invite.accepted_at = now
        handle = invite.email.split("@")[0]
        names = {person.address: person.name for person in EVERYBODY}
        name = names.get(invite.email.lower(), handle.title())
        user = User(tagged_id("user", f"{handle}:{invite.id}"), invite.email, name, invite.role, now)
        self.users[user.id] = user
        return user

    def remove_user(self, user: User) -> None:
        """Take somebody out: memberships go, keys bound to the person stop, workspace keys stay."""
        self.former_users[user.id] = self.users.pop(user.id)
        for pair in [pair for pair in self.memberships if pair[1] == user.id]:
            del self.memberships[pair]
        self.end_personal_keys(user, tuple(self.workspaces))

    def end_personal_keys(self, user: User, workspace_ids: tuple[str, ...]) -> None:
        """Archive the keys that act as one person in some workspaces."""
        now = self.clock.now()
        for key in self.keys.values():
            if key.principal == Principal("user", user.id) and key.workspace_id in workspace_ids:
                key.set_state("archived", now)

    def note_activity(self, kind: str, by: User | None, **about: str) -> None:
        """Put something that was done into the activity feed. Without a person it was done with the Admin key."""
        actor = {"type": "admin_api_key_actor"}
        if by is not None:
            actor = {"type": "user_actor", "user_id": by.id, "email_address": by.email}
        made = Activity(tagged_id("activity", secrets.token_hex(16)), kind, self.clock.now(), actor, about)
        self.activities.append(made)

    def pending_invites(self) -> list[Invite]:
        """Return the invites that can still be accepted."""
        now = self.clock.now()
        return [invite for invite in self.invites.values() if invite.status(now) == "pending"]

    def revise(self, day: date, workspace_id: str | None, factor: Decimal) -> None:
        """Multiply the figures of one UTC day (of one workspace, or of all) by `factor`, on top of earlier revisions."""
        self.revisions.add(Revision(day=day, factor=factor, workspace_id=workspace_id))

    def set_flags(self, changes: dict[str, Any]) -> None:
        """Switch flags. An unknown name and a value that doesn't fit are a 400, and nothing changes."""
        known = {field.name for field in fields(Flags)}
        for name in changes:
            if name not in known:
                raise invalid(f"{name}: no such flag")
        try:
            self.flags = TypeAdapter(Flags).validate_python(vars(self.flags) | changes)
        except ValidationError as wrong:
            raise invalid(f"{wrong.errors()[0]['loc'][0]}: {wrong.errors()[0]['msg']}") from None


def plain_email(email: str) -> str:
    """Return the address as the API compares it: lower case, without a `+suffix`."""
    local, _, domain = email.strip().lower().partition("@")
    return f"{local.split('+')[0]}@{domain}"


INVITE_LIFETIME = timedelta(days=21)
