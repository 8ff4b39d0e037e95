"""No part tells more series than it may, and what has none of its own is told together."""

from decimal import Decimal

from bot.claude_code.metrics import MOST_TERMINALS, code_counts
from bot.claude_code.model import Use
from bot.kinds.limits.groups import Group, Limiter
from bot.kinds.limits.metrics import MOST_GROUPS, noted, rate_families
from bot.spend.alerts.model import Threshold
from bot.spend.exports.metrics.limits import MOST_SCOPES, limit_families
from bot.telemetry.names import ALL, HEALTH
from tests.spend.world import NOW

PEOPLE = {"user", "user_id", "user_email", "actor", "api_key_id", "key", "name"}


def test_no_label_is_a_person_or_a_key() -> None:
    assert not PEOPLE & {label for one in ALL for label in one.labels}


def test_terminals_and_models_beyond_the_largest_are_one() -> None:
    terminals = {(f"t{n:02}",): Use(sessions=n, commits=1) for n in range(1, 41)}
    models = {(f"m{n:02}",): Use(nanos=n) for n in range(1, 31)}
    found = code_counts(terminals, models)
    sessions = {labels: value for (name, labels), value in found.items() if "sessions" in name}
    assert len(sessions) == MOST_TERMINALS + 1
    assert sessions[("other",)] == sum(range(1, 21))
    assert sum(value for (name, _), value in found.items() if "commits" in name) == 40
    cost = {labels: value for (name, labels), value in found.items() if "cost" in name}
    assert (len(cost), cost[("other",)], sum(cost.values())) == (21, sum(range(1, 11)), sum(range(1, 31)))


def test_limits_beyond_the_largest_are_left_out_and_that_of_all_never() -> None:
    some = [Threshold(str(n), "C", "monthly", f"w{n:03}", Decimal(n), "U", NOW) for n in range(1, 101)]
    watched = [*some, Threshold("all", "C", "monthly", None, Decimal(1), "U", NOW)]
    budgets = next(one for one in limit_families([], watched, {}) if one.metric.name == "claude_org_budget_usd").values
    assert len(budgets) == MOST_SCOPES
    assert budgets[("organization",)] == 1
    assert ("w100",) in budgets
    assert ("w051",) not in budgets
    assert limit_families([], watched, None)[-1].values == {}


def test_groups_of_one_name_are_told_apart_and_a_limit_of_nothing_known_is_left_out() -> None:
    groups = [Group(f"rl_{n}", "Opus", ("m",), {"requests": Limiter("rpm", n or None)}) for n in range(2)]
    (spend, limits, *_) = rate_families(noted(groups, [], []), [])
    assert spend.values == {}
    assert limits.values == {("Opus rl_1", "requests_per_minute"): 1}
    assert MOST_GROUPS * 3 * 2 < 200


def test_health_is_bounded_by_what_the_bot_is_made_of() -> None:
    labels = {label for one in HEALTH for label in one.labels}
    assert labels == {"status", "task", "outcome", "route", "status_class", "target"}
