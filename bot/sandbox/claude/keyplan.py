"""The made-up company's API keys and what each is for: the plan from which both the key list and the usage come."""

from collections.abc import Iterator
from dataclasses import dataclass

WORKSPACES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Default", "#8A8F98", {}),
    ("Claude Code", "#D97757", {"owner": "bob@acme.test"}),
    ("Production", "#6C5BB9", {"owner": "bob@acme.test", "env": "prod", "team": "platform", "cost_center": "1100"}),
    ("Staging", "#3B82C4", {"owner": "bob@acme.test", "env": "staging", "team": "platform", "cost_center": "1100"}),
    ("Research", "#2E9E6B", {"owner": "carol@acme.test", "team": "research", "cost_center": "2300"}),
    ("Data Platform", "#C48A1D", {"owner": "mei@acme.test", "team": "data", "cost_center": "1400"}),
    ("Support Bot", "#B84A6E", {"owner": "sofia@acme.test", "team": "support", "cost_center": "3100"}),
    ("Sandbox", "#5F7A8C", {"owner": "alice@acme.test", "team": "everyone"}),
)
"""Name, colour, tags. The first is the default workspace, the second belongs to Claude Code."""

WORKSPACE_COUNTS = {
    "Production": 22,
    "Staging": 18,
    "Research": 16,
    "Data Platform": 14,
    "Support Bot": 8,
    "Sandbox": 14,
    "Default": 8,
}
"""Keys per workspace; the Claude Code workspace gets 20 more, one per user."""


@dataclass(frozen=True)
class KeyPlan:
    """One key: `dollars` is its typical weekday at the seed day, 0 for a key that nobody ever used.

    `family` is a model family of `timeline.FAMILIES`, `rhythm` and `mix` are tables of `timeline`; `maker` is a handle of
    somebody in the organization, or `left:<handle>` for somebody who is gone; `bound` says whom the key acts as.
    """

    name: str
    workspace: str
    dollars: float = 0.0
    family: str = "sonnet"
    rhythm: str = "office"
    mix: str = "app"
    tier: str = "standard"
    geo: str = "global"
    maker: str = "bob"
    bound: str = ""
    age_days: int = 300
    ended: str = ""
    ended_days: int = 0
    expires_days: int | None = None
    searches: float = 0.0
    executes: bool = False


NAMED = (
    KeyPlan("ingest-prod", "Production", 46.0, rhythm="flat", bound="svac:ingest", age_days=380),
    KeyPlan("checkout-assistant", "Production", 38.0, age_days=360),
    KeyPlan("gateway-us", "Production", 27.0, geo="us", rhythm="flat", bound="svac:gateway", age_days=395),
    KeyPlan("gateway-eu", "Production", 19.0, rhythm="flat", bound="svac:gateway", age_days=395),
    KeyPlan("doc-extract", "Production", 13.0, family="opus", maker="mei", age_days=240),
    KeyPlan("search-rerank", "Production", 1.9, family="haiku", rhythm="flat", maker="noah", age_days=350),
    KeyPlan("ticket-triage", "Production", 2.6, family="haiku", maker="left:viktor", age_days=390),
    KeyPlan("partner-demo", "Production", 0.8, maker="left:grace", age_days=120, expires_days=-9),
    KeyPlan("ingest-staging", "Staging", 4.1, rhythm="flat", age_days=370),
    KeyPlan("load-test", "Staging", 3.0, family="haiku", rhythm="nightly", maker="ravi", age_days=90, expires_days=6),
    KeyPlan("checkout-staging", "Staging", 2.2, maker="frank", age_days=330),
    KeyPlan(
        "eval-runs",
        "Research",
        44.0,
        family="opus",
        rhythm="nightly",
        mix="batch",
        tier="batch",
        maker="carol",
        age_days=310,
    ),
    KeyPlan("agent-lab", "Research", 12.0, family="fable", maker="yuki", bound="user:yuki", age_days=110),
    KeyPlan("sandbox-exec", "Research", 5.0, executes=True, maker="felix", age_days=200),
    KeyPlan("paper-digest", "Research", 2.4, family="opus", maker="left:grace", age_days=280),
    KeyPlan("etl-enrich", "Data Platform", 26.0, rhythm="nightly", mix="batch", tier="batch", bound="svac:etl", maker="mei"),
    KeyPlan(
        "catalog-tagger", "Data Platform", 6.5, family="haiku", rhythm="nightly", mix="batch", maker="mei", age_days=210
    ),
    KeyPlan("claude-code-ci", "Data Platform", 4.5, mix="code", maker="mei", bound="svac:ci", age_days=150),
    KeyPlan("support-bot-prod", "Support Bot", 31.0, rhythm="flat", searches=0.02, maker="sofia", age_days=340),
    KeyPlan("support-summaries", "Support Bot", 2.8, family="haiku", maker="sofia", age_days=260),
    KeyPlan("hackday-2026", "Sandbox", 0.0, maker="alice", age_days=60, expires_days=20),
    KeyPlan("alice-notebook", "Sandbox", 1.7, maker="alice", bound="user:alice", age_days=130),
    KeyPlan("omar-experiments", "Sandbox", 0.9, family="opus", maker="omar", bound="user:omar", age_days=95),
    KeyPlan("legacy-intranet", "Default", 2.9, family="sonnet-4-5", maker="left:viktor", age_days=395),
    KeyPlan("first-key", "Default", 0.0, maker="left:viktor", age_days=395),
)

_TOPICS = [
    "mobile-app",
    "recommendations",
    "email-drafts",
    "fraud-notes",
    "translate",
    "moderation",
    "onboarding",
    "pricing",
    "reports",
    "catalog",
    "alerts",
    "forms",
    "contracts",
    "invoices",
    "insights",
    "reviews",
    "tagging",
    "routing",
    "briefing",
    "glossary",
    "images",
    "voice",
    "minutes",
    "quality",
    "planner",
    "audit",
]
_SUFFIX = {
    "Production": "prod",
    "Staging": "staging",
    "Research": "lab",
    "Data Platform": "job",
    "Support Bot": "bot",
    "Sandbox": "test",
}
_MAKERS = (
    "bob",
    "alice",
    "noah",
    "mei",
    "ravi",
    "lena",
    "left:viktor",
    "marco",
    "frank",
    "felix",
    "carol",
    "left:grace",
    "hana",
    "yuki",
)


def key_plans(coders: list[str], large: bool) -> list[KeyPlan]:
    """Return the plan of every key: 120, or 1,000 when `large`; `coders` are the handles of Claude Code's users."""
    plans = [*NAMED]
    factor = 9.2 if large else 1.0
    for workspace, wanted in WORKSPACE_COUNTS.items():
        have = sum(plan.workspace == workspace for plan in plans)
        plans += [_filler(workspace, n, factor) for n in range(round(wanted * factor) - have)]
    plans += list(_code_keys(coders))
    return plans[:1000]


def _filler(workspace: str, n: int, factor: float) -> KeyPlan:
    topic, round_number = _TOPICS[(n * 7 + len(workspace)) % len(_TOPICS)], n // len(_TOPICS)
    suffix = _SUFFIX.get(workspace, "legacy")
    name = f"{topic}-{suffix}" if round_number == 0 else f"{topic}-{suffix}-{round_number + 1}"
    ended = {0: "inactive", 3: "archived", 8: "archived"}.get(n % 11, "")
    unused = n % 5 == 4
    ceiling = {"Production": 2.4, "Research": 2.6, "Data Platform": 1.6, "Support Bot": 1.4}.get(workspace, 0.5)
    maker = _MAKERS[(n * 3 + len(workspace)) % len(_MAKERS)]
    return KeyPlan(
        name=name,
        workspace=workspace,
        dollars=0.0 if unused else round(ceiling * (0.15 + (n * 37 % 100) / 100) / factor, 3),
        family=("sonnet", "haiku", "sonnet", "opus")[n % 4],
        rhythm=("office", "office", "flat")[n % 3],
        maker=maker,
        bound=f"user:{maker}" if n % 9 == 2 and not maker.startswith("left:") else "",
        age_days=4 + (n * 53 + sum(map(ord, workspace)) * 29) % 388,
        ended=ended,
        ended_days=5 + n * 17 % 25 if ended else 0,
        expires_days={5: -14, 6: 30, 9: 160}.get(n % 13) if not ended else None,
    )


def _code_keys(coders: list[str]) -> Iterator[KeyPlan]:
    for n, handle in enumerate(coders):
        yield KeyPlan(
            name=f"claude_code_key_{handle}",
            workspace="Claude Code",
            dollars=1.2 + n * 29 % 40 / 10,
            family=("opus", "sonnet", "sonnet")[n % 3],
            mix="code",
            maker=handle,
            bound=f"user:{handle}",
            age_days=60 + n * 31 % 260,
        )
