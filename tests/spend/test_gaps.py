"""What was missed while nobody was there is read afterwards: gaps, days left open, the month of a digest, old months."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.spend.ledger import db as table
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sync import load_history, sync_costs
from bot.store.notes import claim_note, note
from bot.store.session import Store
from tests.spend.world import DAY, NOW, Organization, Slack, fill, run_digests, runtime, steady, subscribe

TODAY = NOW.date()
AWAY = 150
"""Days for which the bot was switched off."""
LEFT = TODAY - DAY * AWAY


async def left_behind(store: Store, slack: Slack | None = None) -> tuple[Organization, Slack]:
    """Return an organization that was read 150 days ago, at ten in the morning, and went on spending."""
    then = midnight(LEFT) + timedelta(hours=10)
    organization = Organization(steady(LEFT - DAY * 20, TODAY), refreshed_at=then, page_rows=1000)
    await fill(store, [f for f in organization.figures if f[0] <= LEFT], then, then)
    organization.refreshed_at = NOW
    return organization, slack or Slack()


async def known_days(store: Store) -> set[date]:
    async with store.read() as tx:
        return set(await table.ledger_days(tx, date(2026, 1, 1), TODAY))


async def test_a_long_absence_is_read_once_and_then_no_more(store: Store) -> None:
    organization, slack = await left_behind(store)
    rt = runtime(store, organization, slack)
    await sync_costs(rt, NOW)
    assert len(await known_days(store)) == AWAY + 21
    async with store.read() as tx:
        assert (await table.ledger_days(tx, LEFT, LEFT))[LEFT].closed, "the day on which it was switched off"
    assert all(ends - starts <= DAY * 31 for starts, ends in organization.asked), "a month at a time"
    organization.asked.clear()
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert organization.asked[0] == (TODAY - DAY * 2, TODAY + DAY)
    assert all(ends <= LEFT for _, ends in organization.asked[1:]), "history only"


async def test_a_digest_that_comes_before_the_sync_reads_its_month_and_hides_no_gap(store: Store) -> None:
    organization, slack = await left_behind(store)
    await subscribe(store)
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, NOW) == 1
    [post] = slack.top()
    assert "without data" not in post.message.text
    assert "on last Friday" in post.message.text or "like its weekday before" in post.message.text
    await sync_costs(rt, NOW)
    assert len(await known_days(store)) == AWAY + 21


async def test_a_digest_reads_two_days_where_nothing_is_missing(store: Store) -> None:
    night = midnight(TODAY) - timedelta(hours=4)
    await fill(store, steady(TODAY - DAY * 40, TODAY - DAY), night, night)
    await subscribe(store)
    organization = Organization(steady(TODAY - DAY * 40, TODAY), refreshed_at=NOW)
    assert await run_digests(runtime(store, organization, Slack()), NOW) == 1
    assert organization.asked == [(TODAY - DAY * 2, TODAY + DAY)]


async def test_history_goes_on_behind_months_in_which_nothing_was_spent(store: Store) -> None:
    figures = [*steady(TODAY - DAY * 200, TODAY - DAY * 150), *steady(TODAY - DAY * 40, TODAY)]
    rt = runtime(store, Organization(figures, page_rows=1000))
    await sync_costs(rt, NOW)
    while await load_history(rt, NOW):
        pass
    assert min(await known_days(store)) == TODAY - DAY * 200
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert len(await known_days(store)) == 201, "the quiet months between are $0"


async def test_a_sync_that_took_too_long_leaves_its_successor_the_turn(store: Store) -> None:
    turn: list[datetime] = []

    class Endless(Organization):
        async def usage(self, *_: Any, **__: Any) -> Any:
            if not turn:
                turn.append(NOW + timedelta(minutes=16))
                async with store.write() as tx:
                    assert await claim_note(tx, "sync:turn", turn[0], timedelta(minutes=15))
            return await Organization.usage(self)

    await sync_costs(runtime(store, Endless(steady(TODAY - DAY, TODAY))), NOW)
    async with store.read() as tx:
        held = await note(tx, "sync:turn")
    assert held is not None
    assert held[1] == turn[0]
