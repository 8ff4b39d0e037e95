"""Two organizations as facts: one that is well kept, and one with everything that a rule finds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.admin.model import ApiKey, Invite, Member, Workspace
from bot.directory.use import KeyUse
from bot.hygiene.model import BusyMinute, Facts, RuleOfPolicy, Waiting
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.model import Measures
from bot.spend.prices.load import price_table

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = NOW.date()
PROD, LAB, DEFAULT = "wrkspc_prod", "wrkspc_lab", "wrkspc_default"
OPUS, OLD_OPUS, SONNET_45 = "claude-opus-5-5", "claude-opus-5", "claude-sonnet-4-5-20250929"
MILLION = 1_000_000


def workspace(one: str, name: str, **more: Any) -> Workspace:
    values: dict[str, Any] = {"created_at": NOW - 400 * DAY, "tags": {"owner": "bob@acme.test"}}
    return Workspace(id=one, name=name, **values | more)


def key(name: str, home: str = PROD, **more: Any) -> ApiKey:
    values: dict[str, Any] = {
        "status": "active",
        "workspace_id": home,
        "created_at": NOW - 90 * DAY,
        "created_by": "user_bob",
    }
    return ApiKey(id=f"apikey_{name}", name=name, **values | more)


def member(name: str, role: str = "developer", days: int = 200) -> Member:
    email = f"{name}@acme.test"
    return Member(id=f"user_{name}", email=email, name=name.title(), role=role, added_at=NOW - days * DAY)


def used(last_day_ago: int | None = 0, month: int = 50) -> KeyUse:
    last = None if last_day_ago is None else TODAY - last_day_ago * DAY
    return KeyUse(Decimal(9), True, Decimal(month), True, last, 100, NOW)


def tokens(model: str, place: str = PROD, cached: int = 8, plain: int = 2, days_ago: int = 1) -> Measures:
    """Millions of input tokens on one day."""
    ids = {WORKSPACE.column: place, MODEL.column: model}
    counts: Mapping[str, int] = {"uncached_input": plain * MILLION, "cache_read": cached * MILLION, "output": MILLION}
    return Measures(TODAY - days_ago * DAY, ids, Decimal(30), None, 10, **counts)


def busy(value: int, place: str = "", limit: int = 1000) -> BusyMinute:
    limiter, words = "output_tokens", "output tokens per minute"
    return BusyMinute(place, "rl_opus", "Claude Opus 5.x", limiter, words, value, limit, NOW - DAY, "ingest-<prod>")


WELL_KEPT = Facts(
    now=NOW,
    prices=price_table(),
    workspaces=(workspace(PROD, "Production"), workspace(LAB, "Research"), workspace(DEFAULT, "Default", is_default=True)),
    members=(member("bob", "admin"), member("dana")),
    invites=(
        Invite(
            id="invite_new", email="new@acme.test", role="user", status="pending", invited_at=NOW - DAY, expires_at=NOW + DAY
        ),
    ),
    keys=(key("ingest-prod"), key("evals", LAB)),
    uses={"apikey_ingest-prod": used(), "apikey_evals": used(20)},
    owners={"apikey_ingest-prod": "user_bob", "apikey_evals": "user_bob"},
    purposes=frozenset({"apikey_ingest-prod", "apikey_evals"}),
    active=frozenset({"dana@acme.test"}),
    spent={PROD: Decimal(400), LAB: Decimal(100)},
    limited=frozenset({PROD, LAB}),
    digests=((),),
    alerts=(None,),
    tokens=(tokens(OPUS, cached=80, plain=20),),
    tokens_before=(tokens(OPUS, cached=85, plain=15, days_ago=40),),
    waiting=(Waiting("req_new", "API key new", NOW - timedelta(hours=2)),),
    rules=(
        RuleOfPolicy("create_key", "Request an API key", "", 1, 2, True),
        RuleOfPolicy("invite_members", "Invite people", "", 2, None, True),
    ),
    busy=(busy(799), busy(399, PROD, 500)),
    exports=("prometheus",),
    as_of=NOW,
)
_UNOWNED = Workspace(id=LAB, name="R&D <*_~>", created_at=NOW - 400 * DAY)
BADLY_KEPT = replace(
    WELL_KEPT,
    bounds=replace(WELL_KEPT.bounds, admins=2),
    workspaces=(WELL_KEPT.workspaces[0], _UNOWNED, WELL_KEPT.workspaces[2]),
    members=(*WELL_KEPT.members, member("ann", "admin"), member("joe", "admin"), member("idle")),
    invites=(
        Invite(
            id="invite_old",
            email="old@acme.test",
            role="user",
            status="pending",
            invited_at=NOW - 9 * DAY,
            expires_at=NOW + 9 * DAY,
        ),
    ),
    keys=(
        key("ingest-prod"),
        key("ingest-staging"),
        key("unused", LAB),
        key("ends", LAB, expires_at=NOW + 5 * DAY),
        key("left", LAB, created_by="user_gone"),
        key("old", LAB, created_at=NOW - 400 * DAY),
        key("nobody-knows", LAB),
        key("team-dev", DEFAULT),
    ),
    uses={
        f"apikey_{name}": used()
        for name in ("ingest-prod", "ingest-staging", "ends", "left", "old", "nobody-knows", "team-dev")
    }
    | {"apikey_unused": used(70)},
    owners={"apikey_ingest-prod": "user_bob", "apikey_left": "user_gone"},
    purposes=frozenset(
        f"apikey_{name}" for name in ("ingest-prod", "ingest-staging", "unused", "ends", "left", "old", "team-dev")
    ),
    limited=frozenset({PROD}),
    digests=((PROD,),),
    alerts=(PROD,),
    tokens=(
        tokens(OPUS, cached=50, plain=50),
        tokens(OLD_OPUS, LAB, cached=0, plain=20),
        tokens(SONNET_45, DEFAULT, 1, 1),
        tokens("claude-novel-1", DEFAULT, 1, 1),
    ),
    waiting=(Waiting("req_old", "API key <slow>", NOW - timedelta(hours=30)),),
    expired=(Waiting("req_late", "API key <late>", NOW - 2 * DAY),),
    rules=(
        RuleOfPolicy("create_key", "Request an API key", "Research", 3, 2, True),
        RuleOfPolicy("remove_member", "Remove somebody", "", 1, 2, False),
    ),
    busy=(busy(800), busy(480, PROD, 500)),
    exports=(),
)
FOUND = {
    f"environments:{PROD}",
    f"environments:{DEFAULT}",
    f"unlimited:{LAB}",
    f"unwatched:{LAB}",
    f"ownerless:{LAB}",
    "no_export:organization",
    "near_limit:organization:rl_opus",
    f"near_limit:{PROD}:rl_opus",
    "key_unused:apikey_unused",
    "key_expiring:apikey_ends",
    "key_orphaned:apikey_left",
    "key_old:apikey_old",
    "key_purpose:apikey_nobody-knows",
    "invite_waiting:invite_old",
    "member_inactive:user_idle",
    "admins:organization",
    f"model_retiring:{SONNET_45}",
    "model_unknown:claude-novel-1",
    f"model_dearer:{OLD_OPUS}",
    f"model_dearer:{SONNET_45}",
    f"cache:{PROD}",
    f"cache:{LAB}",
    "approval_waiting:req_old",
    "approval_waiting:expired",
    "policy:create_key:Research",
    "policy:remove_member:",
}
"""The keys of what is found in the badly kept one; that nobody watches anything is found where it has no digest at all."""
