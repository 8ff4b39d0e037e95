"""Groups, peaks and answers that several tests of limits look at."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.kinds.limits.groups import Group, Limiter
from bot.kinds.limits.peaks.asked import Asked
from bot.kinds.limits.peaks.build import At, LimitFigures, lines_of, tier_of
from bot.kinds.limits.peaks.model import Level, Peak, Scope, Which

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def group(name: str = "Opus", *values: int, cached: str = "_cache_aware") -> Group:
    requests, inputs, outputs = values or (100, 10_000, 1_000)
    limiters = {
        "requests": Limiter("requests_per_minute", requests),
        "input_tokens": Limiter(f"input_tokens_per_minute{cached}", inputs),
        "output_tokens": Limiter("output_tokens_per_minute", outputs),
    }
    return Group(f"rl_{name.lower()}", f"Claude {name}", (f"claude-{name.lower()}-5-5",), limiters)


def peak(value: int, limiter: str = "output_tokens", *, name: str = "opus", driver: str = "apikey_1") -> Peak:
    return Peak(Which(Scope("organization"), f"rl_{name}", limiter), value, TEN + MINUTE, driver, value // 2 + 1)


def figures(
    peaks: Mapping[At, Peak], *groups: Group, level: Level = "organization", requests_known: bool = True
) -> LimitFigures:
    known: dict[str, bool] = dict.fromkeys(("day", "week", "month"), True)
    every = groups or (group(),)
    lines = lines_of(every, {}, dict.fromkeys(known, peaks), known, requests_known=requests_known)
    hours = tuple(TEN - n * timedelta(hours=1) for n in range(3))
    return LimitFigures(
        Asked(), "", level, tuple(lines), tier_of(every), TEN, 5, requests_known, (), {"apikey_1": "ingest-<prod>"}, hours,
        {TEN: 850}, may_ask=True,
    )  # fmt: skip
