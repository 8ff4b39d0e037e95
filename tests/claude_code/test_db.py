"""The report's rows on the store: whole days, sums of every split, late data, days that change or empty."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from bot.admin.rows import ClaudeCodeRow, ModelUse
from bot.claude_code import db
from bot.claude_code.model import BYS, DAY, MODEL, PERSON, TOOL, Reading, Use, total
from bot.claude_code.plan import read_day
from bot.store.session import Store

DAY_1, DAY_2 = date(2026, 11, 20), date(2026, 11, 21)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROW = ClaudeCodeRow(
    DAY_1, "user", "Anna@acme.test", "api", "vscode", 3, 100, 20, 4, 1, {"edit_tool": (9, 1), "later_tool": (1, 1)},
    {"opus": ModelUse(1, 2, 3, 4, 5, 10**16), "haiku": ModelUse(input=7, nanos=3)},
)  # fmt: skip
ROWS = [
    ROW,
    ROW._replace(terminal="tmux", is_remote=True),
    ROW._replace(actor="anna@acme.test"),
    ROW._replace(actor_type="api", actor="ci", terminal=None, customer_type=None, tools={}, models={}),
]


class LaterUse(NamedTuple):
    """A model's use as it may look when somebody adds to it: other fields, in another order."""

    nanos: int
    something_new: int
    output: int
    input: int
    other: int
    cache_write: int
    cache_read: int


async def load(store: Store, day: date, rows: list[ClaudeCodeRow], now: datetime = NOW) -> bool:
    async with store.write() as tx:
        return await db.replace_day(tx, read_day(day, now), [row._replace(day=day) for row in rows])


async def whole(store: Store) -> Use:
    async with store.read() as tx:
        return (await db.uses(tx, DAY_1, DAY_2)).get((), Use())


async def test_what_a_model_used_is_read_by_its_fields_wherever_those_stand(store: Store) -> None:
    later: Any = LaterUse(10**9, 99, 2, 1, 5, 4, 3)
    assert await load(store, DAY_1, [ROW._replace(models={"opus": later})])
    found = await whole(store)
    assert (found.input, found.output, found.cache_read, found.cache_write, found.other, found.nanos) == (
        1,
        2,
        3,
        4,
        5,
        10**9,
    )


@pytest.mark.both
async def test_every_split_adds_up_and_two_rows_of_one_person_are_one_person(store: Store) -> None:
    assert await load(store, DAY_1, ROWS)
    assert await load(store, DAY_2, ROWS[:1])
    async with store.read() as tx:
        splits = {by: await db.uses(tx, DAY_1, DAY_2, by) for by in BYS}
        mine = (await db.uses(tx, DAY_1, DAY_2, only="ANNA@acme.test"))[()]
        actors = await db.actors(tx, DAY_1, DAY_2)
    all_of_it = await whole(store)
    assert (all_of_it.sessions, all_of_it.accepted, all_of_it.nanos) == (15, 40, 4 * (10**16 + 3))
    for by, found in splits.items():
        added = total(found.values())
        if by in (TOOL, MODEL):
            counts = ("accepted", "rejected") if by is TOOL else ("input", "other", "nanos")
            assert [getattr(added, name) for name in counts] == [getattr(all_of_it, name) for name in counts]
        else:
            assert added == all_of_it, by
    assert actors == {("user", "anna@acme.test"), ("api", "ci")}
    assert mine.sessions == 12
    assert splits[PERSON][("user", "anna@acme.test")] == mine
    assert list(splits[DAY]) == [(DAY_1,), (DAY_2,)]


async def test_a_day_is_replaced_as_a_whole_and_never_by_an_older_reading(store: Store) -> None:
    await load(store, DAY_1, ROWS)
    assert await load(store, DAY_1, [ROW._replace(sessions=50, tools={})], NOW + timedelta(hours=1))
    changed = await whole(store)
    assert (changed.sessions, changed.accepted, changed.commits) == (50, 0, 4)
    assert not await load(store, DAY_1, ROWS, NOW)
    assert await whole(store) == changed
    async with store.read() as tx:
        known = (await db.read_days(tx, DAY_1, DAY_2))[DAY_1]
        assert (known.read_at, known.closed, await db.oldest_day(tx)) == (NOW + timedelta(hours=1), True, DAY_1)


async def test_a_reading_by_a_clock_that_ran_ahead_is_replaced(store: Store) -> None:
    await load(store, DAY_1, ROWS, NOW + timedelta(days=400))
    assert await load(store, DAY_1, [ROW._replace(sessions=50)], NOW)
    assert (await whole(store)).sessions == 50


@pytest.mark.both
async def test_a_day_that_is_suddenly_empty_is_believed_only_when_it_still_is_a_while_later(store: Store) -> None:
    assert await load(store, DAY_2, []), "it was never anything else"
    await load(store, DAY_1, ROWS)
    before = await whole(store)
    for minutes, is_taken in ((60, False), (75, False), (91, True)):
        assert await load(store, DAY_1, [], NOW + timedelta(minutes=minutes)) is is_taken
        assert (await whole(store) == before) is not is_taken
    await load(store, DAY_1, ROWS, NOW + timedelta(hours=2))
    assert not await load(store, DAY_1, [], NOW + timedelta(hours=3)), "each emptiness is doubted anew"
    assert await load(store, DAY_1, ROWS, NOW + timedelta(hours=4))
    assert not await load(store, DAY_1, [], NOW + timedelta(hours=5))


@pytest.mark.both
async def test_how_far_it_was_read_is_kept(store: Store) -> None:
    async with store.write() as tx:
        assert await db.reading(tx) == Reading()
        await db.note_reading(tx, NOW, "The Claude API refused.")
        await db.note_looked_back(tx, DAY_1, is_over=False)
    async with store.write() as tx:
        failed = await db.reading(tx)
        assert failed == Reading(DAY_1, False, None, NOW, "The Claude API refused.")
        await db.note_reading(tx, NOW)
        await db.note_looked_back(tx, DAY_1, is_over=True)
    async with store.read() as tx:
        assert await db.reading(tx) == replace(failed, is_history_over=True, succeeded_at=NOW, failed_at=None, failure=None)
