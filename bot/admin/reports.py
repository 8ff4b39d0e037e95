"""The usage, cost and Claude Code reports turned into rows, at a price close to decoding their JSON.

Plain loops on purpose: a model per row would cost several times what decoding the page costs.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.admin.rows import Amounts, ClaudeCodeRow, CostRow, Exact, ModelUse, Spender, UsageRow, rounded
from bot.admin.shapes import Cost, CostItem, Tokens, UsageItem

Json = dict[str, Any]
_CENT_DIGITS = 13
_PADDING = tuple(10 ** (_CENT_DIGITS - digits) for digits in range(_CENT_DIGITS + 1))
"""A cent is 10**13 parts of a nano-dollar; what an amount with so many decimals is multiplied with, its point taken out."""
_MOST = 100 * 10**9
"""Cents of one row, in either direction."""
_LONG = len(str(_MOST))
"""So many digits before the point may be more than that."""

DAYS_PER_CALL = 31
ROWS_PER_PAGE = 1000


def nanos(cents: str | int | Decimal) -> int:
    """Return nano-dollars for an amount in cents, rounded half to even below a nano-dollar. A float is a TypeError."""
    return rounded(exact(cents))


def exact(cents: str | int | Decimal) -> int:
    """Return an amount in cents in parts of a nano-dollar (`FINE` to one). A float is a TypeError.

    What is below such a part is rounded half to even; no price list times a discount has so many decimals. More than a
    billion dollars is a ValueError: no row costs that, and the ledger has room for few such rows.
    """
    if isinstance(cents, str):
        whole, _, part = cents.partition(".")
        digits, text = len(part), whole + part
        if text.isdigit() and digits < len(_PADDING) and len(whole) < _LONG:
            return int(text) * _PADDING[digits]
    elif isinstance(cents, float) or not isinstance(cents, (int, Decimal)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("an amount is a decimal string, an int or a Decimal")
    amount = Decimal(cents)
    if abs(amount) > _MOST:
        raise ValueError("an amount that no row has")
    return int(amount.scaleb(_CENT_DIGITS).to_integral_value())


def slices(starts: datetime, ends: datetime, minutes: bool = False) -> Iterator[tuple[datetime, datetime]]:
    """Cut [starts, ends) into what one call may ask for: 31 days, or one day of `minutes`."""
    step = timedelta(days=1 if minutes else DAYS_PER_CALL)
    while starts < ends:
        yield starts, min(starts + step, ends)
        starts += step


def moment(text: str) -> datetime:
    """Return an RFC 3339 time as aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


class Moments(dict[str, datetime]):
    """Parsed times by their text: a page repeats the same few thousands of times."""

    def __missing__(self, text: str) -> datetime:
        self[text] = found = moment(text)
        return found


def cost_rows(items: Iterable[CostItem]) -> list[CostRow]:
    """Read the rows of an `analytics/cost` page; amounts in another currency than USD are a ValueError."""
    times = Moments()
    rows: list[CostRow] = []
    for item in items:
        group, cost = item.group, item.cost
        rows.append(
            CostRow(
                times[item.starting_at],
                times[item.ending_at],
                group.workspace_id,
                group.model,
                group.api_key_id,
                spender(group.actor) if group.actor else None,
                group.cost_type,
                group.token_type,
                *amounts(cost),
                group.product,
                group.service_tier,
                group.context_window,
            )
        )
    return rows


def exact_amounts(cost: Cost) -> Exact:
    """Return what one row costs. Another currency than USD is a ValueError."""
    if cost.currency != "USD":
        raise ValueError("a currency other than USD")
    paid, at_list = exact(cost.amount), cost.list_amount
    return paid, paid if at_list == cost.amount else None if at_list is None else exact(at_list), cost.requests


def amounts(cost: Cost) -> Amounts:
    """Return what one row costs, rounded by itself. Another currency than USD is a ValueError."""
    paid, at_list, requests = exact_amounts(cost)
    return rounded(paid), None if at_list is None else rounded(at_list), requests


def usage_rows(items: Iterable[UsageItem]) -> list[UsageRow]:
    """Read the rows of an `analytics/usage` page."""
    times, once = Moments(), dict[Any, Any]().setdefault  # rows repeat the same ids: each is held once
    rows: list[UsageRow] = []
    for item in items:
        group, usage = item.group, item.usage
        who = spender(group.actor) if group.actor else None
        rows.append(
            UsageRow(
                times[item.starting_at],
                times[item.ending_at],
                once(group.workspace_id, group.workspace_id),
                once(group.model, group.model),
                once(group.api_key_id, group.api_key_id),
                once(who, who),
                *tokens(usage),
                usage.requests,
                usage.server_tool_use.web_search_requests,
                once(group.product, group.product),
                once(group.service_tier, group.service_tier),
                once(group.context_window, group.context_window),
            )
        )
    return rows


def spender(actor: Json) -> Spender:
    """Read who caused usage: a user, a service account, a key, or a federated subject."""
    kind = str(actor["type"]).removesuffix("_actor")
    names = {"api": "api_key_id", "federated": "subject"}
    return Spender(
        kind,
        actor.get(names.get(kind, f"{kind}_id")),
        actor.get("email_address"),
        actor.get("name"),
        bool(actor.get("deleted", False)),
    )


def claude_code_row(item: Json) -> ClaudeCodeRow:
    """Read one row of the Claude Code report; tools and models that come later are kept under their names."""
    actor: Json = item["actor"]
    core: Json = item["core_metrics"]
    models: list[Json] = item["model_breakdown"]
    actor_type = str(actor["type"]).removesuffix("_actor")
    return ClaudeCodeRow(
        day=moment(item["date"]).date(),
        actor_type=actor_type,
        actor=_known_by(actor, actor_type),
        customer_type=item.get("customer_type"),
        terminal=item.get("terminal_type"),
        sessions=core["num_sessions"],
        lines_added=core["lines_of_code"]["added"],
        lines_removed=core["lines_of_code"]["removed"],
        commits=core["commits_by_claude_code"],
        pull_requests=core["pull_requests_by_claude_code"],
        tools={tool: (counts["accepted"], counts["rejected"]) for tool, counts in item["tool_actions"].items()},
        models=_model_uses(models),
        is_remote=bool(item.get("is_remote")),
        subscription_type=item.get("subscription_type"),
    )


def _known_by(actor: Json, kind: str) -> str:
    """Return a person's address or a key's name; of an actor of a kind that comes later its id, or what else it has."""
    if kind in ("user", "api"):
        return str(actor["email_address" if kind == "user" else "api_key_name"])
    others = (value for name, value in actor.items() if name != "type" and value)
    return str(actor.get(f"{kind}_id") or next(others, kind))


_TOKEN_CLASSES = ("input", "output", "cache_read", "cache_creation")


def _model_uses(models: list[Json]) -> dict[str, ModelUse]:
    """Sum the lines of each model. An estimate in another currency than USD is a ValueError."""
    found: dict[str, ModelUse] = {}
    for line in models:
        counts, cost = line["tokens"], line["estimated_cost"]
        if cost.get("currency", "USD") != "USD":
            raise ValueError("a currency other than USD")
        named = [counts.get(one, 0) for one in _TOKEN_CLASSES]
        use = (*named, sum(counts.values()) - sum(named), nanos(cost["amount"]))
        before = found.get(line["model"], ModelUse())
        found[line["model"]] = ModelUse(*map(sum, zip(before, use, strict=True)))
    return found


def tokens(usage: Tokens) -> tuple[int, int, int, int, int]:
    """Return uncached input, cache read, the two cache writes and output, which both kinds of usage report name alike."""
    writes = usage.cache_creation
    return (
        usage.uncached_input_tokens,
        usage.cache_read_input_tokens,
        writes.ephemeral_5m_input_tokens,
        writes.ephemeral_1h_input_tokens,
        usage.output_tokens,
    )
