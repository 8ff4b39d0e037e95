"""Who took a month's reconciliation hears when that month costs something else later, once for each change."""

from datetime import date, timedelta

from sqlalchemy import delete

from bot.jobs import JOBS, run_job
from bot.runtime import Runtime
from bot.spend.ledger import db as table
from bot.spend.ledger.sources import ANALYTICS
from bot.spend.reconcile.closed import remember
from bot.spend.reconcile.load import reconciliation
from bot.spend.scope import EVERYBODY
from bot.store.notes import noted_keys
from bot.store.session import Store
from bot.store.tables import DoubtRow
from tests.spend.test_unseen import Organization, bot
from tests.spend.world import DAY, DOLLAR, NOW, OPUS, PROD, Slack, fill, set_clock, steady

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
OCTOBER = steady(FIRST, LAST)
JOB, POSTS = (next(one for one in JOBS if one.name == name) for name in ("closed months", "posts"))
DANA, BOB = "U0DANA", "U0BOB"


async def _pass(rt: Runtime, days: int) -> None:
    set_clock(rt, NOW + DAY * days)
    for minutes in range(3):
        set_clock(rt, NOW + DAY * days + timedelta(minutes=10 * minutes))
        await run_job(rt, JOB)


async def _revised(store: Store, extra: int, days: int) -> None:
    when = NOW + DAY * days
    await fill(store, [*OCTOBER, (LAST, PROD, OPUS, "apikey_late", extra)], when, when)


async def test_each_change_of_a_closed_month_is_told_once_to_those_who_took_it(store: Store) -> None:
    slack = Slack(people={DANA, BOB})
    rt = bot(store, slack, Organization())
    await fill(store, OCTOBER)
    await remember(rt, DANA, await reconciliation(rt, FIRST, LAST))
    await remember(rt, BOB, await reconciliation(rt, FIRST, LAST - DAY))  # a part of it closes nothing
    await _pass(rt, 0)
    assert slack.posts == []
    for number, extra in enumerate((1850 * DOLLAR // 100, DOLLAR // 1000, 1850 * DOLLAR // 100), 1):
        await _revised(store, extra, number)
        await _pass(rt, number)
    assert [(one.channel, one.message.text) for one in slack.posts] == [
        (
            DANA,
            f"⚠️ *Oct 2026 costs ${new} now*, {change} since you took its reconciliation (${old})."
            " The Claude API changed its figures. `/claude-spend reconcile 2026-10` has the new ones.",
        )
        for old, new, change in (
            ("3,100.00", "3,118.50", "+$18.50"),
            ("3,118.50", "3,100.00", "−$18.50"),
            ("3,100.00", "3,118.50", "+$18.50"),
        )
    ]


async def test_what_was_taken_before_it_was_final_is_told_once_it_is_to_those_who_may_see_it(store: Store) -> None:
    slack, organization = Slack(people={DANA}), Organization()
    rt = bot(store, slack, organization)
    evening = NOW.replace(month=10, day=31)
    await fill(store, OCTOBER[:-2], evening, evening)
    await remember(rt, DANA, await reconciliation(rt, FIRST, LAST))
    await _pass(rt, 0)
    assert slack.posts == []
    await fill(store, OCTOBER)
    await _pass(rt, 0)
    (told,) = slack.posts
    assert told.message.text.startswith("⚠️ *Oct 2026 costs $3,100.00 now*, +$100.00 since")
    assert "Not all of its days were final then." in told.message.text
    organization.role = "developer"
    await _revised(store, DOLLAR, 1)
    await _pass(rt, 1)
    organization.role = "admin"
    await _pass(rt, 2)
    assert slack.posts == [told]


async def test_who_lost_the_right_or_left_before_it_was_sent_reads_nothing(store: Store) -> None:
    slack, organization = Slack(people={DANA}, is_down=True), Organization()
    rt = bot(store, slack, organization)
    await fill(store, OCTOBER)
    await remember(rt, DANA, await reconciliation(rt, FIRST, LAST))
    await _revised(store, DOLLAR, 1)
    await _pass(rt, 1)
    slack.is_down, organization.role = False, "developer"
    for minutes in (60, 120):
        set_clock(rt, NOW + DAY + timedelta(minutes=minutes))
        await run_job(rt, POSTS)
    organization.role, slack.gone = "admin", {DANA}
    rt.settings.spend_visible_to = (EVERYBODY,)
    await _revised(store, 2 * DOLLAR, 2)
    await _pass(rt, 2)
    assert slack.posts == []
    async with rt.store.read() as tx:
        assert await noted_keys(tx, "closed_month:") == []


async def _read_deep(store: Store, on: date) -> None:
    async with store.write() as tx:
        await table.move_cursor(tx, ANALYTICS.name, read_deep_on=on, succeeded_at=NOW)


async def test_what_was_revised_during_an_absence_of_any_length_is_told_once_it_is_read(store: Store) -> None:
    slack = Slack(people={DANA})
    rt = bot(store, slack, Organization())
    await fill(store, OCTOBER)
    await _read_deep(store, NOW.date())
    await remember(rt, DANA, await reconciliation(rt, FIRST, LAST))
    await _pass(rt, 60)  # the first jobs after the absence, before anything was read
    await _revised(store, 10 * DOLLAR, 60)
    await _pass(rt, 60)
    assert [one.message.text.split("*")[1] for one in slack.posts] == ["Oct 2026 costs $3,110.00 now"]


async def test_a_month_is_forgotten_once_it_cannot_change_any_more_and_none_of_its_days_is_doubted(store: Store) -> None:
    rt = bot(store, Slack(people={DANA}), Organization())
    await fill(store, OCTOBER)
    await remember(rt, DANA, await reconciliation(rt, FIRST, LAST))
    await _read_deep(store, (NOW + DAY * 30).date())
    async with store.write() as tx:
        tx.session.add(DoubtRow(day=LAST, since=NOW, seen={}))
    await _pass(rt, 30)
    async with store.write() as tx:
        assert len(await noted_keys(tx, "closed_month:")) == 1
        await tx.execute(delete(DoubtRow))
    await _pass(rt, 31)
    async with store.read() as tx:
        assert await noted_keys(tx, "closed_month:") == []
