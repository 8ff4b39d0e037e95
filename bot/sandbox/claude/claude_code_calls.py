"""The Claude Code report: one UTC day, several rows per person, keys by name only, nothing of the last hour.

As in a real company people begin and stop: some took over from somebody who has left, some left their work to a colleague.
A day in two months is empty. Some rows arrive a day late, others grow afterwards.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.paging import read_cursor, write_cursor
from bot.sandbox.claude.prices import UNITS_PER_CENT
from bot.sandbox.claude.records import User
from bot.sandbox.claude.shapes import stamp
from bot.sandbox.claude.timeline import Stream
from bot.sandbox.claude.usage import Counters, UsageBook, cost_units

_TERMINALS = ("vscode", "iTerm.app", "tmux", "Apple_Terminal", "cursor", "WarpTerminal")
_TOOLS = {"edit_tool": 9, "multi_edit_tool": 3, "write_tool": 2, "notebook_edit_tool": 1}
_UNKNOWN_TOOL = "patch_tool"
"""A key that no document names: clients must not fail on it."""
_EMPTY_EVERY, _EMPTY_DAY = 61, 9
"""Nobody worked nine days before the sandbox began, and each 61 days before."""
_ARRIVES_LATE, _GROWS_LATE = timedelta(hours=26), timedelta(hours=30)
"""How long after its day a row arrives, or becomes another, where it is one of those."""


class ClaudeCodeReport:
    """`usage_report/claude_code` over one usage book, so that its tokens are those of the Claude Code keys."""

    def __init__(self, book: UsageBook) -> None:
        self._book = book

    def endpoints(self) -> list[Endpoint]:
        """Return the table row of the call."""
        return [Endpoint("GET", "/v1/organizations/usage_report/claude_code", self.report, heavy=True)]

    def report(self, call: Call) -> dict[str, Any]:
        """Return the rows of the day `starting_at`."""
        limit = params.integer(call.query, "limit", 20, 1, 1000)
        cursor = read_cursor(call.query)
        rows = self._rows(call.organization, _day(call))
        offset = 0 if cursor is None else cursor.offset
        upto = offset + limit
        more = upto < len(rows)
        return {
            "data": rows[offset:upto],
            "has_more": more,
            "next_page": write_cursor(call.query, upto) if more else None,
        }

    def _rows(self, organization: ClaudeOrganization, day: datetime) -> list[dict[str, Any]]:
        until = min(organization.clock.now() - timedelta(hours=1), day + timedelta(days=1))
        by_key: dict[str, list[tuple[Stream, Counters]]] = {}
        if until > day and not _is_empty(organization, day):
            for _, _, stream, counters in self._book.cells(day, until, timedelta(days=1), _is_claude_code):
                by_key.setdefault(stream.key_id or "", []).append((stream, counters))
        rows: list[dict[str, Any]] = []
        for key_id, cells in by_key.items():
            if _chance(key_id, day, 9) < 8 and organization.clock.now() < day + timedelta(days=1) + _ARRIVES_LATE:
                continue
            for n, (terminal, percent) in enumerate(_sittings(key_id, day)):
                row = _row(organization, day, cells, terminal, percent)
                if row is not None:
                    rows.append(row | {"is_remote": n == 1 and _chance(key_id, day, 5) < 90})
        return rows


def _is_empty(organization: ClaudeOrganization, day: datetime) -> bool:
    return (organization.seed_day - day).days % _EMPTY_EVERY == _EMPTY_DAY


def _is_claude_code(stream: Stream) -> bool:
    return stream.product == "claude_code"


def _day(call: Call) -> datetime:
    raw = call.query.get("starting_at")
    if raw is None:
        raise invalid("starting_at: Field required")
    try:
        return datetime.strptime(raw, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise invalid("starting_at: Input should be a date in the format YYYY-MM-DD") from None


def _chance(key_id: str, day: datetime, position: int) -> int:
    digest = hashlib.blake2b(f"{key_id}|{day.date()}".encode(), digest_size=16).digest()
    return digest[position]


def _sittings(key_id: str, day: datetime) -> list[tuple[str, int]]:
    """Return the terminals of somebody's day and the percent of it done there."""
    first = _TERMINALS[_chance(key_id, day, 0) % 6 if _chance(key_id, day, 1) < 60 else len(key_id + key_id[-1:]) % 6]
    second = _TERMINALS[(_TERMINALS.index(first) + 1 + _chance(key_id, day, 2) % 5) % 6]
    return [(first, 70), (second, 30)] if _chance(key_id, day, 3) < 100 else [(first, 100)]


def _person(organization: ClaudeOrganization, user: User, day: datetime) -> User:
    """Return who used somebody's key on a day: they, the person they took over from, or whom they left their work to."""
    draw = hashlib.blake2b(f"story|{user.email}".encode(), digest_size=2).digest()
    since_seed = (day - organization.seed_day).days
    if draw[0] % 7 == 0 and since_seed < -6 - draw[1] % 20:
        left = sorted(organization.former_users.values(), key=lambda one: one.email)
        return left[draw[1] % len(left)] if left else user
    if draw[0] % 7 == 1 and since_seed >= -3 - draw[1] % 12:
        others = [one for one in organization.users.values() if one.id != user.id and one.role == "developer"]
        return others[draw[1] % len(others)] if others else user
    return user


def _row(
    organization: ClaudeOrganization, day: datetime, cells: list[tuple[Stream, Counters]], terminal: str, percent: int
) -> dict[str, Any] | None:
    stream = cells[0][0]
    key_id = stream.key_id or ""
    work = sum(counters[7] for _, counters in cells) * percent // 100
    if work == 0:
        return None
    key = organization.keys[key_id]
    user = organization.users.get(stream.actor[1]) or organization.former_users.get(stream.actor[1])
    by_person = stream.actor[0] == "user_actor" and user is not None
    actor = (
        {"type": "user_actor", "email_address": _person(organization, user, day).email}
        if by_person and user
        else {"type": "api_actor", "api_key_name": key.name}
    )
    is_settled = organization.clock.now() >= day + timedelta(days=1) + _GROWS_LATE
    late = 2 if is_settled and _chance(key_id, day, 10) < 16 else 0
    lines = work * (6 + late + _chance(key_id, day, 4) % 14)
    return {
        "date": stamp(day),
        "actor": actor,
        "organization_id": organization.id,
        "customer_type": "api",
        "subscription_type": None,
        "terminal_type": terminal if by_person else "non-interactive",
        "core_metrics": {
            "num_sessions": 1 + work // 30,
            "lines_of_code": {"added": lines, "removed": lines * (20 + _chance(key_id, day, 6) % 40) // 100},
            "commits_by_claude_code": work // 14 + late,
            "pull_requests_by_claude_code": work // 55,
        },
        "tool_actions": _tools(key_id, day, work),
        "model_breakdown": [_model(stream, day, counters, percent) for stream, counters in cells],
    }


def _tools(key_id: str, day: datetime, work: int) -> dict[str, dict[str, int]]:
    refused = 5 + _chance(key_id, day, 7) % 20
    actions = {name: work * weight // 12 for name, weight in _TOOLS.items()}
    if _chance(key_id, day, 8) < 80:
        actions[_UNKNOWN_TOOL] = work // 6
    return {name: {"accepted": n - n * refused // 100, "rejected": n * refused // 100} for name, n in actions.items()}


def _model(stream: Stream, day: datetime, counters: Counters, percent: int) -> dict[str, Any]:
    part = tuple(value * percent // 100 for value in counters)
    units = sum(cost_units(stream, day.date(), part))
    return {
        "model": stream.model,
        "tokens": {"input": part[0], "output": part[4], "cache_read": part[1], "cache_creation": part[2] + part[3]},
        "estimated_cost": {"currency": "USD", "amount": round(units / UNITS_PER_CENT)},
    }
