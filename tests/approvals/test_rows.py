"""What a look costs does not grow with what was asked long ago: steps and rows of the database are counted, not time."""

import re
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.history import fill
from bot.admin.model import ApiKey
from bot.approvals import db as requests
from bot.approvals import queries
from bot.approvals.lookups import db as lookups
from bot.approvals.model import Event, Request, Status
from bot.hygiene.db import askers
from bot.kinds.registry import KINDS
from bot.organization.key_holders import members_with_keys
from bot.people.model import Who
from bot.sandbox.stage import Json
from bot.store.session import Store
from tests.approvals.acting import keys_named, press, told, until
from tests.approvals.samples import ASKED, a_request
from tests.handlers.test_requests import home_of, home_with
from tests.sizes import PAST_REQUESTS
from tests.templates import copy_sqlite, sqlite_url
from tests.world import ALICE, BOB, World, world_of

FEW, MANY = 50, PAST_REQUESTS
STEPS = 10
"""SQLite's virtual machine is asked after so many steps."""


@dataclass
class Work:
    """What statements cost: steps of SQLite's virtual machine, rows that came back, and tables that were read whole."""

    steps: int = 0
    rows: int = 0
    scans: tuple[str, ...] = ()


@asynccontextmanager
async def statements(engine: AsyncEngine) -> AsyncGenerator[list[tuple[str, Any]]]:
    """Collect the statements that are sent within the block."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def work_of(file: Path, seen: list[tuple[str, Any]]) -> Work:
    """Run what was read once more, by itself, and count what that takes."""
    work = Work()
    connection = sqlite3.connect(file)

    def count() -> int:
        work.steps += STEPS
        return 0

    for statement, parameters in seen:
        if not statement.startswith("SELECT"):
            continue
        plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        work.scans += tuple(
            line for line in plan if re.match(r"SCAN (request|decision|grant_holder|link|cost_day)\b(?!.*USING)", line)
        )
        connection.set_progress_handler(count, STEPS)
        work.rows += len(connection.execute(statement, parameters).fetchall())
        connection.set_progress_handler(None, 0)
    connection.close()
    return work


async def looked(folder: Path, past: int) -> Work:
    """Return the work of App Home, /claude-keys, /claude-requests and type-ahead, with so many past requests."""
    folder.mkdir()
    copy_sqlite(folder / "quartermaster.db")  # the steps of its virtual machine are counted, also in `make proof`
    async with world_of(folder) as world:
        await issued(world, ALICE, "hers")
        await world.ask_for_key(ALICE, "waits")
        await fill(world.rt.store, past, world.rt.now())
        async with statements(world.rt.store.engine) as seen:
            await everything_is_looked_at(world)
        url = world.rt.store.engine.url
        return work_of(Path(url.database), seen)


async def issued(world: World, user: str, name: str) -> str:
    """Ask for a key and have it approved; returns the key's id."""
    card = await world.ask_for_key(user, name)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    (key,) = await keys_named(world, name)
    return key.id


async def everything_is_looked_at(world: World) -> None:
    for user in (ALICE, BOB):
        await home_of(world, user, "hers" if user == ALICE else "waits")
        await world.command(user, "/claude-requests")
        await world.command(user, "/claude-members show <@U0ALICE>")
        await told(world, user, "*Alice Moreno* — developer")
        await world.command(user, "/claude-members list without keys")
    await told(world, BOB, "1 waiting for your decision")
    await world.command(ALICE, "/claude-keys")
    await told(world, ALICE, "hers in Staging (active")
    await world.command(ALICE, "/claude-keys disable")
    view = await world.modal(ALICE, "Key")
    await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_key", value="h")


@pytest.mark.proof
async def test_looks_cost_the_same_whatever_was_asked_long_ago(tmp_path: Path) -> None:
    few, many = await looked(tmp_path / "few", FEW), await looked(tmp_path / "many", MANY)
    assert many.scans == few.scans == ()
    assert few.rows
    assert many.rows <= 1.5 * few.rows
    assert many.steps <= 1.5 * few.steps


async def looked_up(folder: Path, past: int) -> Work:
    """Return the work of what the App Home and a card read of somebody who asked for so much long ago."""
    folder.mkdir()
    copy_sqlite(folder / "quartermaster.db")
    store = Store(sqlite_url(folder / "quartermaster.db"))
    alice = Who(slack_id=ALICE, member_id="user_alice", email="alice@acme.test")
    await fill(store, past, ASKED, of=alice)
    async with store.write() as tx:
        for number in range(20):
            one = a_request(
                "change_role", Status.APPLYING, id=f"req_grant{number:011d}", ends_at=ASKED + timedelta(days=number)
            )
            assert await requests.insert(tx, one, f"role {number}")
            assert await requests.advance(tx, one, Event.DONE)
    rt: Any = SimpleNamespace(store=store, now=lambda: ASKED)
    async with statements(store.engine) as seen:
        assert len((await queries.asked_by(rt, ALICE, size=5)).items) == 5
        assert not (await queries.open_of(rt, ALICE, 5)).items
        page = await queries.grants_of(rt, ALICE, size=5)
        assert (len(page.items), page.total) == (5, 20)
        assert len((await queries.grants_of(rt, ALICE, page.next, 5)).items) == 5
        await queries.how_many_wait(rt)
        async with store.read() as tx:
            assert await askers(tx, ["create_key"], ["apikey_past1"]) == {"apikey_past1": ("user_alice", "Nightly job")}
        await members_with_keys(SimpleNamespace(store=store, directory=NoKeys(), kinds=KINDS))  # pyright: ignore[reportArgumentType]
    await store.close()
    return work_of(folder / "quartermaster.db", seen)


class NoKeys:
    """A directory without keys."""

    async def keys(self) -> list[ApiKey]:
        return []


async def test_of_whoever_asked_most_no_more_is_read_than_is_shown(tmp_path: Path) -> None:
    few, many = await looked_up(tmp_path / "few", FEW), await looked_up(tmp_path / "many", MANY)
    assert many.scans == ()
    assert many.rows == few.rows <= 60
    assert many.steps <= 1.5 * few.steps


async def pages_of(world: World, user: str, command: str, list_id: str, what: str) -> list[list[str]]:
    """Type a command that lists requests, turn to its last page and back to the first; returns what each page showed."""
    await world.command(user, command)
    message = await told(world, user, "There are more.")
    there, back = [re.findall(what, message["text"])], list[list[str]]()
    for end, seen in (("_next", there), ("_previous", back)):
        while f"{list_id}{end}" in str(message["blocks"]):
            before = message["text"]
            await press(world, user, message, f"{list_id}{end}")

            async def turned(ts: str = message["ts"], before: str = before) -> Json | None:
                shown = [m for m in await world.messages(user, "C0GENERAL") if m["ts"] == ts and m["text"] != before]
                return shown[0] if shown else None

            message = await world.wait_for(turned, "another page in the place of the first")
            seen.append(re.findall(what, message["text"]))
    assert back[::-1] == there[:-1]
    return there


async def test_whoever_asked_most_sees_the_newest_and_pages_through_the_rest(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await issued(world, ALICE, "hers")
        alice = Who(slack_id=ALICE, member_id="user_alice", email="alice@acme.test")
        await fill(world.rt.store, 25, world.rt.now(), of=alice)
        pages = await pages_of(world, ALICE, "/claude-requests mine", "page_mine", r"past-\d+|hers")
        shown = [name for page in pages for name in page]
        assert shown == ["hers", *(f"past-{number}" for number in range(25))]


@pytest.mark.proof
async def test_of_many_that_wait_none_is_out_of_reach(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.ask_for_key(ALICE, "more-00")
        async with world.rt.store.read() as tx:
            (first,) = await requests.with_status(tx, Status.PENDING)
        async with world.rt.store.write() as tx:
            for number in range(1, 25):
                assert await requests.insert(tx, _like(first, number), f"subject {number}")
        pages = await pages_of(world, BOB, "/claude-requests waiting", "page_waiting", r"more-\d+")
        assert [name for page in pages for name in page] == [f"more-{number:02d}" for number in range(25)]
        await home_of(world, BOB, "more-04")
        assert (await world.click(BOB, "page_waiting_next", home=True))["ok"]
        await home_with(world, BOB, "more-09", gone="more-04")


def _like(first: Request, number: int) -> Request:
    payload = first.payload | {"name": f"more-{number:02d}"}
    later = first.created_at + timedelta(seconds=number)
    return first.model_copy(update={"id": f"req_more{number:012d}", "payload": payload, "created_at": later})


async def test_whose_a_key_is_is_known_by_the_request_that_made_it(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await issued(world, ALICE, "hers")
        async with world.rt.store.read() as tx:
            assert await lookups.made_for(tx, "create_key", ALICE) == {key_id}
            assert await lookups.made_for(tx, "create_key", BOB) == frozenset()
            assert await lookups.askers_of(tx, "create_key", [key_id, *map(str, range(1000))]) == {key_id: ALICE}
            assert await lookups.askers_of(tx, "disable_key", [key_id]) == {}
