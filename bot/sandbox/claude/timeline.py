"""How the made-up company's usage runs through days and hours: rhythms, models that come and go, and the streams they form.

A stream is one key (or one person at the Playground) on one model for a span of time. Everything reported is cut out of
streams, so every report agrees with every other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.claude.keyplan import KeyPlan
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.prices import UNITS_PER_CENT, has_geo, unit_prices
from bot.sandbox.claude.records import ApiKey
from bot.sandbox.claude.seed import fraction

FAMILIES: dict[str, tuple[tuple[str, int], ...]] = {
    "sonnet": (("claude-sonnet-4-5", 999), ("claude-sonnet-4-6", 270), ("claude-sonnet-5", 150), ("claude-sonnet-5-5", 55)),
    "sonnet-4-5": (("claude-sonnet-4-5", 999),),
    "opus": (
        ("claude-opus-4-5", 999),
        ("claude-opus-4-6", 290),
        ("claude-opus-4-8", 180),
        ("claude-opus-5", 110),
        ("claude-opus-5-5", 40),
    ),
    "haiku": (("claude-haiku-4-5", 999), ("claude-haiku-5-5", 60)),
    "fable": (("claude-fable-5", 999), ("claude-fable-5-1", 70), ("claude-fable-5-2", 12)),
}
"""Family -> models and the day before the start of the sandbox on which keys began to move to them."""

MIXES = {
    "app": (0.22, 0.62, 0.08, 0.0, 0.08, 6_000),
    "batch": (0.80, 0.0, 0.0, 0.0, 0.20, 4_000),
    "code": (0.04, 0.86, 0.06, 0.01, 0.03, 45_000),
    "chat": (0.70, 0.0, 0.0, 0.0, 0.30, 3_000),
}
"""Shares of uncached input, cache read, 5 min write, 1 h write, output; tokens in a request."""

WEEKDAYS = {
    "office": (0.97, 1.06, 1.08, 1.03, 0.90, 0.24, 0.20),
    "flat": (1.0, 1.02, 1.03, 1.01, 1.0, 0.93, 0.92),
    "nightly": (1.0, 1.0, 1.0, 1.0, 1.0, 0.80, 0.75),
}
HOURS = {
    "office": (1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 13, 14, 16, 17, 16, 14, 11, 8, 5, 3, 2, 2, 1),
    "flat": (6, 5, 5, 5, 5, 6, 7, 8, 9, 10, 10, 10, 10, 11, 11, 11, 10, 10, 9, 9, 8, 8, 7, 6),
    "nightly": (20, 26, 30, 28, 18, 9, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 14),
}

Span = tuple[str, datetime, datetime | None]
"""A model, and from when until when a key is on it."""

SPIKE_KEY = "ingest-prod"
SPIKE_MODEL = "claude-opus-5-5"
SPIKE_FACTOR = 1.15


@dataclass(frozen=True, slots=True)
class Stream:
    """`typical` is a normal weekday's counters at the seed day; `actor` is (actor type, id); `until` None: still running.

    The counters: uncached input, cache read, 5 min write, 1 h write, output, web searches, hundredths of container hours,
    requests, hundredths of session hours.
    """

    seed: str
    workspace_id: str
    key_id: str | None
    actor: tuple[str, str]
    model: str | None
    product: str | None
    tier: str | None
    context: str | None
    geo: str | None
    rhythm: str
    typical: tuple[float, ...]
    start: datetime
    until: datetime | None = None
    long_prompts: bool = False


def spike_moment(organization: ClaudeOrganization) -> datetime:
    """Return when the key of the spike moved to the dearer model: 14:00 UTC two days before the sandbox began."""
    return organization.seed_day - timedelta(days=2) + timedelta(hours=14)


def build_streams(organization: ClaudeOrganization) -> list[Stream]:
    """Return every stream of the company, those of keys first."""
    streams: list[Stream] = []
    for plan, key in organization.plans.values():
        if plan.dollars > 0:
            streams += key_streams(organization, plan, key)
        if plan.executes:
            streams.append(_execution(plan, key))
    return [*streams, *_playground(organization)]


def key_streams(organization: ClaudeOrganization, plan: KeyPlan, key: ApiKey) -> Iterator[Stream]:
    """Yield the streams of a key: one for each model that it was on, and two where a part of the prompts is long."""
    actor = ("api_actor", key.id) if key.principal is None else (f"{key.principal.kind}_actor", key.principal.id)
    product = "message_batches_api" if plan.tier == "batch" else "claude_code" if plan.mix == "code" else "messages_api"
    seed = f"{plan.workspace}/{plan.name}"
    spans: list[Span] = _spans(organization, plan.family, seed)
    if plan.name == SPIKE_KEY:
        moved = spike_moment(organization)
        spans = [(model, start, min(until or moved, moved)) for model, start, until in spans]
        spans.append((SPIKE_MODEL, moved, None))
    last = spans[-2 if plan.name == SPIKE_KEY else -1][0]
    long_share = 0.12 if plan.mix == "code" and plan.family == "opus" else 0.0
    for model, start, until in spans:
        if until is not None and until <= key.created_at:
            continue
        geo = plan.geo if has_geo(model) else None
        base = typical(plan.dollars * (0.4 if plan.family == "haiku" else 1.0), last, plan, organization.seed_day)
        factor = SPIKE_FACTOR if model == SPIKE_MODEL and plan.name == SPIKE_KEY else 1.0
        for context, share in (("0-200k", 1 - long_share), ("200k-1M", long_share)):
            if share > 0:
                counters = tuple(value * share * factor for value in base)
                begin = max(start, key.created_at + timedelta(hours=2))
                yield Stream(
                    seed,
                    key.workspace_id,
                    key.id,
                    actor,
                    model,
                    product,
                    plan.tier,
                    context,
                    geo,
                    plan.rhythm,
                    counters,
                    begin,
                    until,
                )


def _spans(organization: ClaudeOrganization, family: str, seed: str) -> list[Span]:
    """Return (model, from, until), moving to a new model up to 20 days after it came, at an hour of a working day."""
    moves = [
        organization.seed_day
        - timedelta(days=max(1, days - int(fraction(f"move:{seed}:{model}") * min(20, days))))
        + timedelta(hours=9 + int(fraction(f"hour:{seed}:{model}") * 8))
        for model, days in FAMILIES[family]
    ]
    ends: list[datetime | None] = [*moves[1:], None]
    return [(model, start, end) for (model, _), start, end in zip(FAMILIES[family], moves, ends, strict=True)]


def typical(dollars: float, model: str, plan: KeyPlan, day: datetime) -> tuple[float, ...]:
    """Return the counters of a day that costs `dollars` on `model`."""
    *usual, per_request = MIXES[plan.mix]
    shares = [share * (0.7 + 0.6 * fraction(f"mix:{plan.workspace}/{plan.name}:{n}")) for n, share in enumerate(usual)]
    prices = unit_prices(model, day.date(), plan.tier, plan.geo)
    per_token = sum(share * price for share, price in zip(shares, prices[:5], strict=True))
    tokens = dollars * 100 * UNITS_PER_CENT / per_token
    requests = tokens / per_request
    return (*(tokens * share for share in shares), requests * plan.searches, 0.0, requests, 0.0)


def _execution(plan: KeyPlan, key: ApiKey) -> Stream:
    """Return the code-execution stream of a key: no model, no product, container time instead of tokens."""
    counters = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6400.0, 210.0, 0.0)
    seed = f"{plan.workspace}/{plan.name}/execution"
    return Stream(
        seed,
        key.workspace_id,
        key.id,
        ("api_actor", key.id),
        None,
        None,
        None,
        None,
        None,
        plan.rhythm,
        counters,
        key.created_at,
    )


def _playground(organization: ClaudeOrganization) -> Iterator[Stream]:
    """Yield what people type into the Console: no key, the default workspace."""
    workspace_id = organization.default_workspace().id
    people = [*list(organization.users.values())[:40:5], *list(organization.former_users.values())[:1]]
    for n, user in enumerate(people):
        plan = KeyPlan("playground", "Default", 0.25 + n * 0.11, mix="chat", searches=0.05)
        seed = f"playground/{user.email}"
        gone = user.id in organization.former_users
        for model, start, until in _spans(organization, "sonnet", seed):
            counters = typical(plan.dollars, "claude-sonnet-5", plan, organization.seed_day)
            geo = "global" if has_geo(model) else None
            begin, end = max(start, user.added_at), until
            if gone:
                left = organization.seed_day - timedelta(days=20)
                end = left if until is None else min(until, left)
            if end is None or begin < end:
                yield Stream(
                    seed, workspace_id, None, ("user_actor", user.id), model, "claude_console", "standard", "0-200k", geo,
                    "office", counters, begin, end,
                )  # fmt: skip
