"""Limits that are raised, lowered, set and taken back in between: each peak is compared with what held then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from bot.admin.model import RateLimit, RateLimitGroup
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.asked import Asked
from bot.kinds.limits.peaks.figures import limit_figures
from bot.kinds.limits.peaks.model import HOUR, HourRead, Peak, Scope, Which
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.holding import Holding, holding
from bot.kinds.limits.peaks.own.model import Change, Kept, Limits, change_of_both, changes_between, changes_of
from bot.kinds.limits.peaks.phrases import about, headline
from bot.runtime import Runtime
from bot.spend.scope import EVERYTHING
from bot.store.session import Store
from tests.limits.samples import TEN, group
from tests.spend.world import runtime, set_clock

OUTPUT = "output_tokens_per_minute"
NOON = TEN + timedelta(hours=2, minutes=15)
OPUS, AT = group(), ("", "rl_opus", "output_tokens")


def limits(value: int | None) -> Limits:
    return {"rl_opus": {} if value is None else {OUTPUT: value}}


def test_each_limit_has_a_last_change_of_its_own() -> None:
    kept = Kept({"rl_opus": {OUTPUT: 500, "requests_per_minute": 7}})
    assert changes_between(kept, kept.limits, TEN) == {}
    lower = changes_between(kept, {"rl_opus": {OUTPUT: 400, "requests_per_minute": 7}}, TEN)
    assert lower == {"rl_opus": {OUTPUT: Change(TEN, 500)}}
    gone = changes_between(Kept(kept.limits, lower), {}, NOON)
    assert gone == {"rl_opus": {OUTPUT: Change(NOON, 500), "requests_per_minute": Change(NOON, 7)}}


def test_what_held_in_a_span_is_found_though_it_was_changed_in_it_or_after_it() -> None:
    day = timedelta(days=1)
    for changed_at, until, now, wanted in (
        (TEN - day, None, 1000, (1000, TEN - HOUR)),
        (TEN, None, 1000, (1000, TEN)),
        (TEN + timedelta(minutes=1), None, 1000, (1000, TEN + HOUR)),
        (TEN + day, TEN + HOUR, 1000, (500, TEN - HOUR)),
        (TEN, TEN + day, 1000, (1000, TEN)),
    ):
        kept = {"": Kept(limits(now), {"rl_opus": {OUTPUT: Change(changed_at, 500)}})}
        found = holding(kept, [OPUS], (TEN - HOUR, until), NOON)[AT]
        assert (found.value, found.start) == wanted, (changed_at, until)
    unkept = holding({}, [OPUS], (TEN, None), NOON)
    assert unkept[AT] == Holding(1000, TEN)
    just_now = holding({"": Kept(limits(900))}, [OPUS], (TEN, NOON - day), NOON)
    assert just_now[AT] == Holding(900, TEN), "it isn't kept yet, and what was before holds before"


def test_the_lower_of_both_says_whether_what_holds_has_changed() -> None:
    early, late = Change(TEN, 300), Change(NOON, 1000)
    for own, own_change, org, org_change, wanted in (
        (500, None, 1000, None, None),
        (500, early, 1000, None, Change(TEN, 300)),
        (500, None, 2000, late, None),
        (None, Change(NOON, 500), 1000, None, Change(NOON, 500)),
        (None, None, 2000, late, late),
        (1500, early, 2000, late, Change(NOON, 1000)),
    ):
        assert change_of_both(own, own_change, org, org_change) == wanted
    assert changes_of({}, [OPUS], {}, "", NOON) == {}


class _Upstream:
    limit = 1000

    async def rate_limits(self) -> list[Any]:
        model_group = RateLimitGroup(type="model_group", display_name="Opus")
        return [RateLimit(id="rl_opus", group=model_group, models=("claude-opus-5-5",), limits={OUTPUT: self.limit})]

    async def keys(self) -> list[Any]:
        return []

    async def workspaces(self) -> list[Any]:
        return []


async def _known(store: Store, minute: Any, value: int) -> None:
    which = Which(Scope("organization"), "rl_opus", "output_tokens")
    hour = HourRead(minute.replace(minute=0), minute + HOUR, "analytics")
    async with store.write() as tx:
        await db.replace_hours(tx, [hour], [Peak(which, value, minute, "apikey_1", value)] if value else [])


@pytest.mark.both
async def test_a_limit_that_was_raised_says_that_the_former_one_was_hit(store: Store) -> None:
    rt, upstream = cast("Any", runtime(store)), _Upstream()
    rt.directory = rt.admin = upstream
    set_clock(cast("Runtime", rt), NOON)
    await _known(store, TEN - HOUR, 990)
    async with store.write() as tx:
        await own_limits.keep(tx, "", limits(1000), TEN - HOUR)
    upstream.limit = 2000

    async def said() -> str:
        found = await limit_figures(rt, Asked(), EVERYTHING, NOON)
        return "\n".join([headline(found), *about(found)])

    assert "I don't know the traffic since then yet. That isn't zero." in await said(), "changed, and not read again yet"
    async with store.write() as tx:
        await own_limits.keep(tx, "", limits(2000), TEN)
    await _known(store, TEN + HOUR, 400)
    found = await limit_figures(rt, Asked(), EVERYTHING, NOON)
    assert found.tightest
    assert found.tightest.used == Decimal("0.2")
    assert found.hours == (TEN + HOUR,), "the chart has no hour of another limit"
    told = await said()
    assert "reached 20 % of *Opus, output tokens per minute*" in told
    assert "⚠️ *Opus, output tokens per minute*: I saw this limit change from 1,000 to 2,000" in told
    assert "Before, the busiest known minute reached 99 %, 990 (" in told
    assert "`apikey_1` (100 %)" in told
    mine = await limit_figures(rt, Asked(), replace(EVERYTHING, is_all=False), NOON)
    assert not mine.before, "nothing of others is told"
