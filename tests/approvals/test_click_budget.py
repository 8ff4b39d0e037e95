"""What a click costs: transactions, and upstream calls that wait for each other."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats

from bot.sandbox.faults import Fault
from bot.sandbox.wire import Exchange
from tests.approvals.acting import press
from tests.world import ALICE, APPROVALS, BOB, World, world_of

MOST_TRANSACTIONS = 9
MOST_STATEMENTS = 35
LOCKS_ON_POSTGRESQL = 2
"""Statements that lock the audit chain's end: SQLite has one writer anyway."""
STEPS_FOR_A_PERSON = 1
"""What is left to a person is told to them in one message more, which is one more transaction, and statement, to note."""
MOST_CALLS_IN_A_ROW = 4
AWAY = 0.2
"""Seconds that each upstream call takes, so that those which wait for each other are apart."""
ATTEMPTS = 6
"""A busy machine delays calls that wait for nothing; it never brings together those that wait for each other."""


async def quiet(world: World) -> None:
    """Wait until the bot has asked for nothing for a while."""
    newest = -1
    while world.sandbox.wire.after(0)[-1].seq != newest:
        newest = world.sandbox.wire.after(0)[-1].seq
        await asyncio.sleep(AWAY * 3)


def in_a_row(calls: list[Exchange]) -> int:
    """Return how many calls waited for another; each is noted as it ends, about `AWAY` after it began."""
    ends = sorted(call.at.timestamp() for call in calls)
    found, last = 0, 0.0
    for end in ends:
        if end - last > AWAY / 2:
            found, last = found + 1, end
    return found


@contextmanager
def run_on(world: World) -> Generator[list[Any]]:
    """Note the statements that are run, as the objects that the bot made of them."""
    run: list[Any] = []

    def note(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            assert context.cache_hit is not CacheStats.NO_CACHE_KEY, f"compiled anew for each click: {statement}"
            run.append(context.invoked_statement)

    event.listen(world.rt.store.engine.sync_engine, "after_cursor_execute", note)
    yield run
    event.remove(world.rt.store.engine.sync_engine, "after_cursor_execute", note)


async def costs_of(world: World, name: str, workspace: str) -> tuple[int, list[Any], int]:
    """Approve a request for a key; returns the transactions, the statements, and the calls in a row."""
    card = await world.ask_for_key(ALICE, name, workspace)
    await quiet(world)
    for target in ("slack", "claude"):
        world.sandbox.faults.add(Fault(target, "*", "slow", 1_000_000, AWAY))
    before, begun = world.sandbox.wire.after(0)[-1].seq, 0

    def count(_connection: Any) -> None:
        nonlocal begun
        begun += 1

    engine = world.rt.store.engine.sync_engine
    event.listen(engine, "begin", count)
    with run_on(world) as run:
        await press(world, BOB, card, "request_approve")
        await quiet(world)
    event.remove(engine, "begin", count)
    world.sandbox.faults.clear()
    return begun, run, in_a_row([call for call in world.sandbox.wire.after(before) if call.direction == "in"])


async def test_an_approval_takes_few_transactions_and_statements_and_few_calls_after_one_another(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "warms-up")
        with run_on(world) as before:
            await press(world, BOB, card, "request_approve")
            await world.message(BOB, "issued to", APPROVALS)
            await quiet(world)
        for workspace, more in (("Staging", 0), ("Production", STEPS_FOR_A_PERSON)):
            calls = 0
            for attempt in range(ATTEMPTS):
                begun, statements, calls = await costs_of(world, f"{workspace.lower()}-{attempt}", workspace)
                assert begun <= MOST_TRANSACTIONS + more
                locks = LOCKS_ON_POSTGRESQL if world.rt.store.dialect == "postgresql" else 0
                assert len(statements) <= MOST_STATEMENTS + locks + more
                anew = [str(one) for one in statements if not any(one is known for known in before)]
                assert len(anew) <= more, "making a statement for each click takes several times as long as running it"
                if calls <= MOST_CALLS_IN_A_ROW:
                    break
            assert calls <= MOST_CALLS_IN_A_ROW
