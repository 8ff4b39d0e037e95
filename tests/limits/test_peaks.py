"""Peaks among rows of minutes: over one key, a workspace and the organization, and by what each limiter counts."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from bot.admin.rows import UsageRow
from bot.kinds.limits.groups import Group, Limiter
from bot.kinds.limits.peaks.model import HOUR, Peak, Scope, Which, group_of, highest, peaks_of
from bot.kinds.limits.peaks.plan import KEPT, STEP, hours_of, newest_hour, spans_to_read

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def group(input_type: str = "input_tokens_per_minute_cache_aware") -> Group:
    limiters = {
        "requests": Limiter("requests_per_minute", 100),
        "input_tokens": Limiter(input_type, 10_000),
        "output_tokens": Limiter("output_tokens_per_minute", 1_000),
    }
    return Group("rl_opus", "Opus", ("claude-opus-5-5",), limiters)


def row(
    minute: int, key: str | None, output: int = 0, *, workspace: str = "w1", requests: int | None = 1, tier: str = "standard"
) -> UsageRow:
    at = TEN + minute * MINUTE
    counts = (70, 1000, 20, 10, output, requests, 0)
    return UsageRow(at, at + MINUTE, workspace, "claude-opus-5-5", key, None, *counts, None, tier)


def found(rows: list[UsageRow], limits: Group | None = None) -> dict[Which, Peak]:
    return dict(highest(peaks_of(rows, [limits or group()])[0]))


ORGANIZATION = Which(Scope("organization"), "rl_opus", "output_tokens")


def test_a_sum_of_peaks_is_no_peak_of_the_sum() -> None:
    peaks = found([row(1, "a", 500), row(1, "b", 100), row(2, "a", 100), row(2, "b", 550), row(2, "c", 1, workspace="w2")])
    assert peaks[ORGANIZATION].value == 651, "the highest minute of all together, not 500 + 550 + 1"
    assert (peaks[ORGANIZATION].minute, peaks[ORGANIZATION].driver, peaks[ORGANIZATION].driver_value) == (
        TEN + 2 * MINUTE, "b", 550,
    )  # fmt: skip
    each = {one.scope: peak.value for one, peak in peaks.items() if one.limiter == "output_tokens"}
    assert each == {
        Scope("organization"): 651,
        Scope("workspace", "w1"): 650,
        Scope("workspace", "w2"): 1,
        Scope("key", "w1", "a"): 500,
        Scope("key", "w1", "b"): 550,
        Scope("key", "w2", "c"): 1,
    }


def test_each_limiter_counts_what_it_counts() -> None:
    def value(rows: list[UsageRow], limiter: str, limits: Group | None = None) -> int | None:
        peak = found(rows, limits).get(Which(Scope("organization"), "rl_opus", limiter))
        return peak.value if peak else None

    assert value([row(1, "a")], "input_tokens") == 100, "what is read from the cache isn't counted"
    assert value([row(1, "a")], "input_tokens", group("input_tokens_per_minute")) == 1100, "but where the limiter says so"
    assert value([row(1, "a", 5), row(1, "a", 900, tier="batch")], "output_tokens") == 5, "batches have limits of their own"
    assert value([row(1, "a"), row(1, None)], "requests") == 2, "traffic without a key counts too"
    assert value([row(1, "a", requests=None)], "requests") is None, "not counted isn't zero"


def test_of_equal_minutes_the_earliest_counts_and_each_hour_has_its_own() -> None:
    peaks, unmatched = peaks_of([row(61, "a", 9), row(5, "a", 9), row(2, "a", 9)], [group()])
    mine = sorted(peak.minute for peak in peaks if peak.which == ORGANIZATION)
    assert mine == [TEN + 2 * MINUTE, TEN + 61 * MINUTE]
    assert found([row(61, "a", 9), row(5, "a", 9)])[ORGANIZATION].minute == TEN + 5 * MINUTE
    assert unmatched == frozenset()
    assert peaks_of([row(1, "a")._replace(model="claude-next")], [group()]) == ([], frozenset({"claude-next"}))


def test_minutes_are_summed_up_one_by_one() -> None:
    rows = [row(minute, f"key_{key}", key) for minute in range(60) for key in range(6)]
    tracemalloc.start()
    found(rows)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 500_000, "the sums of all minutes at once would be five times as much"


def test_a_dated_model_belongs_to_the_group_of_its_undated_name() -> None:
    for model, is_known in (("claude-opus-5-5", True), ("claude-opus-5-5-20260901", True), ("claude-opus-5", False),
                            ("claude-opus-5-5-fast", False)):  # fmt: skip
        assert (group_of(model, [group()]) is not None) is is_known, model


def test_every_hour_is_read_and_read_again_once_late_data_is_in() -> None:
    now, known, asked = TEN + 15 * MINUTE, dict[datetime, datetime](), 0
    assert newest_hour(TEN + 5 * MINUTE) == TEN - 2 * HOUR, "an hour that just ended may still lack requests"
    while spans := spans_to_read(now, known):
        for span in spans:
            assert span[1] - span[0] <= STEP * HOUR
            known |= dict.fromkeys(hours_of(span), now)
            asked += 1
        assert asked < 300
    assert max(known) == newest_hour(now)
    assert len(known) == KEPT / HOUR - 1
    assert asked <= KEPT / HOUR / STEP + 2, "few calls"
    tomorrow = now + timedelta(days=1)
    [fresh, oldest, late] = spans_to_read(tomorrow, known)
    assert fresh == (newest_hour(tomorrow) - 3 * HOUR, newest_hour(tomorrow) + HOUR), "what people ask about first"
    assert oldest[0] == newest_hour(now) + HOUR, "so that a report that is behind keeps no hour waiting"
    assert late == (newest_hour(now) - 3 * HOUR, newest_hour(now) + HOUR), "then what late data may have changed"
