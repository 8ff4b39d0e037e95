"""The organization as it stands when the sandbox starts: people, workspaces, memberships, keys, limits.

Everything hangs on the day on which the sandbox was started and on names, never on chance, so that two runs on one day
show the same company.
"""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.sandbox.claude.keyplan import WORKSPACES, KeyPlan
from bot.sandbox.claude.records import ApiKey, Invite, Principal, RateLimit, ServiceAccount, User, Workspace, tagged_id
from bot.sandbox.people import EVERYBODY

FORMER = {"viktor": "Viktor Aldous", "grace": "Grace Imanov"}
"""People who left the organization: handle -> name. Their keys and their usage are still there."""

HISTORY = timedelta(days=396)


def fraction(seed: str) -> float:
    """Return a number in [0, 1) that depends on `seed` only."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=6).digest(), "big") / 2**48


def build_users(today: datetime, *, large: bool) -> dict[str, User]:
    """Return the members by id: everybody of the demo with a role, and 5,000 altogether when `large`."""
    people = [(p.handle, p.name, p.address, p.role) for p in EVERYBODY if p.role is not None]
    if large:
        people += [
            (f"member{n:04d}", f"Member {n:04d}", f"member{n:04d}@acme.test", "developer") for n in range(5000 - len(people))
        ]
    users: dict[str, User] = {}
    for n, (handle, name, address, role) in enumerate(people):
        age = timedelta(days=390 - n * 9 % 340, minutes=int(fraction(f"joined:{handle}") * 540))
        user = User(tagged_id("user", handle), address, name, role, today - age + timedelta(hours=8))
        users[user.id] = user
    return users


def former_users() -> dict[str, User]:
    """Return the people who left, for the reports, which still name them."""
    long_ago = datetime(2025, 1, 7, 9, tzinfo=UTC)
    return {
        (user_id := tagged_id("user", handle)): User(user_id, f"{handle}@acme.test", name, "developer", long_ago)
        for handle, name in FORMER.items()
    }


def build_workspaces(today: datetime) -> dict[str, Workspace]:
    """Return the 8 workspaces by id."""
    workspaces: dict[str, Workspace] = {}
    for n, (name, color, tags) in enumerate(WORKSPACES):
        workspace = Workspace(
            id=tagged_id("wrkspc", name),
            name=name,
            created_at=today - HISTORY + timedelta(days=n * 3, hours=12),
            display_color=color,
            compartment_id=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.acme.test")),
            tags=dict(tags),
            is_default=n == 0,
            is_claude_code=name == "Claude Code",
        )
        workspaces[workspace.id] = workspace
    return workspaces


def build_memberships(users: dict[str, User], workspaces: dict[str, Workspace]) -> dict[tuple[str, str], str]:
    """Return the explicit memberships: (workspace id, user id) -> role. Admins and billing members inherit theirs."""
    found: dict[tuple[str, str], str] = {}
    owners = {workspace.id: workspace.tags.get("owner") for workspace in workspaces.values()}
    for user in users.values():
        if user.role in ("admin", "billing"):
            continue
        for workspace in workspaces.values():
            if workspace.is_default:
                continue
            chance = fraction(f"member:{workspace.name}:{user.email}")
            if owners[workspace.id] == user.email:
                found[workspace.id, user.id] = "workspace_admin"
            elif workspace.is_claude_code and user.role in ("developer", "claude_code_user"):
                found[workspace.id, user.id] = "workspace_user"
            elif user.role == "developer" and chance < 0.35:
                found[workspace.id, user.id] = "workspace_developer" if chance < 0.28 else "workspace_restricted_developer"
    return found


def build_invites(today: datetime) -> dict[str, Invite]:
    """Return four invites: two pending, one accepted, one expired."""
    rows = (
        ("theo@acme.test", "developer", 2, False),
        ("nina@acme.test", "user", 9, False),
        ("priya@acme.test", "developer", 60, True),
        ("walter@acme.test", "claude_code_user", 34, False),
    )
    invites: dict[str, Invite] = {}
    for email, role, days, accepted in rows:
        at = today - timedelta(days=days) + timedelta(hours=10)
        accepted_at = at + timedelta(days=1) if accepted else None
        invite = Invite(tagged_id("invite", email), email, role, at, at + timedelta(days=21), accepted_at)
        invites[invite.id] = invite
    return invites


def coders(users: dict[str, User], *, large: bool) -> list[str]:
    """Return the handles of those who use Claude Code: 20, or 80 when `large`."""
    allowed = [u.email.split("@")[0] for u in users.values() if u.role in ("developer", "claude_code_user", "admin")]
    return allowed[: 80 if large else 20]


def build_key(plan: KeyPlan, today: datetime) -> ApiKey:
    """Return the key of one plan, with the state it has by now."""
    seed = f"{plan.workspace}/{plan.name}"
    created = today - timedelta(days=plan.age_days) + timedelta(hours=8, seconds=int(fraction(f"key:{seed}") * 36000))
    hint = tagged_id("x", seed)
    key = ApiKey(
        id=tagged_id("apikey", seed),
        name=plan.name,
        workspace_id=tagged_id("wrkspc", plan.workspace),
        created_at=created,
        hint=f"sk-ant-api03-{hint[4:7]}...{hint[-4:]}",
        created_by=Principal("user", tagged_id("user", plan.maker.removeprefix("left:"))) if plan.age_days < 394 else None,
        principal=_principal(plan.bound),
        expires_at=None if plan.expires_days is None else today + timedelta(days=plan.expires_days, hours=17),
    )
    if plan.ended:
        key.set_state(plan.ended, max(created + timedelta(hours=1), today - timedelta(days=plan.ended_days)))
    return key


def build_service_accounts(plans: Iterable[tuple[KeyPlan, ApiKey]]) -> dict[str, ServiceAccount]:
    """Return by id the service accounts to which the planned keys are bound."""
    accounts: dict[str, ServiceAccount] = {}
    for plan, key in plans:
        kind, _, name = plan.bound.partition(":")
        if kind == "svac":
            maker = None if key.created_by is None else key.created_by.id
            account = ServiceAccount(tagged_id("svac", name), name, key.created_at, key.created_at, maker)
            accounts.setdefault(account.id, account)
    return accounts


def _principal(bound: str) -> Principal | None:
    if not bound:
        return None
    kind, _, name = bound.partition(":")
    return (
        Principal("user", tagged_id("user", name))
        if kind == "user"
        else Principal("service_account", tagged_id("svac", name))
    )


_MODEL_GROUPS = (
    ("Claude Fable 5.x", ("claude-fable-5-2", "claude-fable-5-1", "claude-fable-5"), 4000, 4_000_000, 800_000),
    ("Claude Opus 5.x", ("claude-opus-5-5", "claude-opus-5"), 10000, 10_000_000, 2_000_000),
    (
        "Claude Opus 4.x",
        ("claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"),
        10000,
        10_000_000,
        2_000_000,
    ),
    ("Claude Sonnet 5.x", ("claude-sonnet-5-5", "claude-sonnet-5"), 10000, 10_000_000, 2_000_000),
    (
        "Claude Sonnet 4.x",
        ("claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        10000,
        10_000_000,
        2_000_000,
    ),
    ("Claude Haiku 5.x", ("claude-haiku-5-5",), 10000, 10_000_000, 2_000_000),
    ("Claude Haiku 4.x", ("claude-haiku-4-5", "claude-haiku-4-5-20251001"), 10000, 10_000_000, 2_000_000),
)
_OTHER_GROUPS = (
    ("batch", {"requests_per_minute": 4000, "enqueued_batch_requests": 500_000}),
    ("token_count", {"requests_per_minute": 8000}),
    ("files", {"requests_per_minute": 1000}),
    ("skills", {"requests_per_minute": 1000}),
    ("web_search", {"tool_uses_per_second": 30}),
)


def build_rate_limits() -> dict[str, RateLimit]:
    """Return the organization's rate limits by entry id: the Scale tier of the pricing pages of autumn 2026."""
    entries: list[RateLimit] = []
    for name, models, requests, inputs, outputs in _MODEL_GROUPS:
        limits = {
            "requests_per_minute": requests,
            "input_tokens_per_minute_cache_aware": inputs,
            "output_tokens_per_minute": outputs,
        }
        entries.append(RateLimit(tagged_id("rl", name), tagged_id("rlg", name), "model_group", name, models, limits))
    entries += [
        RateLimit(tagged_id("rl", kind), tagged_id("rlg", kind), kind, None, None, dict(limits))
        for kind, limits in _OTHER_GROUPS
    ]
    return {entry.id: entry for entry in entries}
