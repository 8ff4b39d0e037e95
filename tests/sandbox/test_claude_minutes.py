"""Minutes are hours are days, in every counter, every cost and every dimension, wherever a span begins and ends."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.claude.report import WIDTHS, Value, collect
from bot.sandbox.claude.timeline import Stream
from bot.sandbox.claude.usage import UsageBook
from tests.sandbox.claude_reports import TODAY
from tests.sandbox.claude_server import World

WORLD = World()
WORLD.organization.set_flags(dict.fromkeys(("priority_tier", "unknown_model", "long_prompts", "agent_sessions"), True))
BOOK = UsageBook(WORLD.organization)
KEYS = {WORLD.key(name) for name in ("checkout-assistant", "agent-lab", "sandbox-exec", "gateway-us", "ingest-prod")}
BY = (
    "actor", "actor_type", "api_key_id", "context_window", "inference_geo", "model", "product", "service_tier", "speed",
    "workspace_id",
)  # fmt: skip


def kept(stream: Stream) -> bool:
    return stream.key_id in KEYS


def sums(start: datetime, end: datetime, width: timedelta | None, by: str) -> Counter[tuple[Value, int]]:
    """What every counter and every cost of every value of a dimension amounts to."""
    found: Counter[tuple[Value, int]] = Counter()
    for row in collect(BOOK, WORLD.organization, start, end, width, [by], kept, TODAY):
        for n, value in enumerate((*row.counters, *row.costs)):
            found[row.values[0], n] += value
    return found


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 4 * 1440), st.integers(1, 150), st.sampled_from(BY))
def test_minutes_add_up_to_whatever_span_holds_them(back: int, length: int, by: str) -> None:
    start = TODAY - timedelta(days=5) + timedelta(minutes=back)
    end = start + timedelta(minutes=length)
    whole = sums(start, end, None, by)
    assert whole
    for width in WIDTHS.values():
        assert sums(start, end, width, by) == whole, width


def test_whole_days_are_what_their_hours_are_however_they_are_cut() -> None:
    start, end = TODAY - timedelta(days=3), TODAY
    for by in BY:
        assert sums(start, end, WIDTHS["1d"], by) == sums(start, end, WIDTHS["1h"], by) == sums(start, end, None, by)
    halves = sums(start, start + timedelta(minutes=1717), WIDTHS["1h"], "model")
    halves.update(sums(start + timedelta(minutes=1717), end, WIDTHS["1h"], "model"))
    assert halves == sums(start, end, WIDTHS["1h"], "model")
