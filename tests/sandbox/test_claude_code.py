"""The sandbox's Claude Code report lives: people come and go, a day is empty, rows are late and grow."""

from datetime import date, datetime, timedelta
from typing import Any

from tests.sandbox.claude_reports import rows
from tests.sandbox.claude_server import Api, World


def of_day(api: Api, day: date) -> list[dict[str, Any]]:
    return rows(api, "usage_report/claude_code", starting_at=day.isoformat())


def people(found: list[dict[str, Any]]) -> set[str]:
    return {row["actor"]["email_address"] for row in found if row["actor"]["type"] == "user_actor"}


def test_people_come_and_go_a_day_is_empty_rows_are_late_and_grow_afterwards() -> None:
    api = Api(World())
    seed = api.world.organization.seed_day
    assert of_day(api, (seed - timedelta(days=9)).date()) == []
    recent = [of_day(api, (seed - timedelta(days=back)).date()) for back in (1, 4, 5, 6)]
    older = [of_day(api, (seed - timedelta(days=back)).date()) for back in (32, 33, 34, 35)]
    now, before = set[str]().union(*map(people, recent)), set[str]().union(*map(people, older))
    assert now - before, "somebody is new"
    assert before - now, "somebody stopped"
    left = {user.email for user in api.world.organization.former_users.values()}
    assert before & left
    assert not now & left

    def closed(day: datetime, hours: int) -> list[dict[str, Any]]:
        api.world.clock.move_to(day + timedelta(days=1, hours=hours))
        return of_day(api, day.date())

    days = [seed + timedelta(days=n) for n in range(8)]
    counted = [[closed(day, hours) for hours in (2, 28, 40)] for day in days]
    assert any(len(early) < len(late) for early, late, _ in counted), "rows arrive after the day's end"
    commits = [
        [sum(row["core_metrics"]["commits_by_claude_code"] for row in found) for found in (late, settled)]
        for _, late, settled in counted
    ]
    assert any(late < settled for late, settled in commits), "what was told changes"
