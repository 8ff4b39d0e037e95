"""Claude Code through the front door: answers that equal the organization's own report, and who sees whom in them."""

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.claude_code import db
from bot.claude_code.sync import sync_code
from bot.jobs import JOBS, run_job
from bot.sandbox.people import SHARED_CHANNEL
from bot.sandbox.run import SandboxOptions
from bot.spend.scope import EVERYTHING
from tests.approvals.acting import settled
from tests.spend.reports.samples import times
from tests.world import ALICE, BOB, COSTS, DANA, World, prepared_world_of

Json = dict[str, Any]
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async def read(opened: World) -> None:
        await sync_code(opened.rt, opened.rt.now())
        async with opened.rt.store.write() as tx:
            await db.note_looked_back(tx, FIRST, is_over=True)

    async with prepared_world_of(tmp_path, "Claude Code", read, options=SandboxOptions(start=START)) as opened:
        yield opened


async def reported(world: World) -> list[Json]:
    """Every row of the week, asked for page by page and added up by nobody."""
    settings = world.rt.settings
    headers = {"x-api-key": settings.anthropic_admin_key.get_secret_value(), "anthropic-version": "2023-06-01"}
    rows, day = list[Json](), FIRST
    while day <= LAST:
        page: str | None = ""
        while page is not None:
            asked = {"starting_at": day.isoformat(), "limit": "7"} | ({"page": page} if page else {})
            url = f"{settings.anthropic_base_url}/v1/organizations/usage_report/claude_code"
            answer = (await world.http.get(url, params=asked, headers=headers)).json()
            rows += answer["data"]
            page = answer["next_page"]
        day += timedelta(days=1)
    return rows


def counted(rows: list[Json], by: str) -> dict[str, Counter[str]]:
    """The week's sums by one thing, straight from the rows."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        actor, core = row["actor"], row["core_metrics"]
        name = {"person": actor.get("email_address"), "day": row["date"][:10], "terminal": row["terminal_type"]}.get(by)
        sums = Counter({
            "sessions": core["num_sessions"], "lines_added": core["lines_of_code"]["added"],
            "lines_removed": core["lines_of_code"]["removed"], "commits": core["commits_by_claude_code"],
            "pull_requests": core["pull_requests_by_claude_code"],
        })  # fmt: skip
        for tool, choice in row["tool_actions"].items():
            sums.update(choice)
            found.setdefault(tool, Counter()).update(choice if by == "tool" else {})
        for one in row["model_breakdown"]:
            spent = {"tokens": sum(one["tokens"].values()), "cents": one["estimated_cost"]["amount"]}
            sums.update(spent)
            found.setdefault(one["model"], Counter()).update(spent if by == "model" else {})
        if by in ("person", "day", "terminal"):
            found.setdefault(name or f"Key {actor['api_key_name']}", Counter()).update(sums)
    return {name: sums for name, sums in found.items() if sums}


async def asked(world: World, user: str, words: str, channel: str = COSTS) -> Json:
    before = {message["ts"] for message in await world.messages(user, channel)}
    assert (await world.command(user, f"/claude-code {words}", channel))["ok"]
    return await answered(world, user, before, channel)


async def answered(world: World, user: str, before: set[str], channel: str = COSTS) -> Json:
    async def new() -> Json | None:
        return next((one for one in await world.messages(user, channel) if one["ts"] not in before), None)

    return await world.wait_for(new, "an answer")


async def file_of(world: World, user: str, answer: Json) -> list[dict[str, str]]:
    """The rows of the file that the answer's button sends."""
    files = world.sandbox.slack.files
    known = set(files)
    assert (await world.click_on(user, answer, "code_csv"))["ok"]

    async def shared() -> Any:
        return next((one for name, one in files.items() if name not in known and one.channels), None)

    content = (await world.wait_for(shared, "the file")).content
    await settled(world)  # also with saying that it was sent
    assert "As of <!date" in (await world.message(user, "Claude Code by "))["text"]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def check_columns(world: World, by_person: dict[str, Counter[str]]) -> None:
    """The report about people has the same, as soon as everybody may see names."""
    [find] = world.rt.more_about_people
    assert (await find(times(FIRST, LAST), EVERYTHING)).cells == {}
    world.rt.settings, kept = world.rt.settings.model_copy(update={"claude_code_people": "names"}), world.rt.settings
    cells = (await find(times(FIRST, LAST), EVERYTHING)).cells
    world.rt.settings = kept
    async for member in world.rt.admin.users():
        did = by_person.get(member.name, Counter())
        assert cells[member.id] == (did["sessions"], did["commits"], did["pull_requests"], did["lines_added"])


async def test_every_answer_says_what_the_report_says(world: World) -> None:
    rows = await reported(world)
    emails = {row["actor"].get("email_address") for row in rows} - {None}
    async for member in world.rt.admin.users():
        for row in rows:
            if row["actor"].get("email_address") == member.email:
                row["actor"]["email_address"] = member.name
    whole = sum(counted(rows, "person").values(), Counter[str]())
    await check_columns(world, counted(rows, "person"))
    for by in ("person", "tool", "model", "terminal", "day"):
        answer = await asked(world, BOB, f"last week by {by}")
        assert f"{whole['sessions']:,} sessions" in answer["text"]
        assert f"{whole['accepted']:,} of {whole['accepted'] + whole['rejected']:,} proposed edits" in answer["text"]
        assert f"about ${whole['cents'] / 100:,.2f} for {whole['tokens']:,} tokens" in answer["text"]
        assert f"{len(emails)} active people" in answer["text"]
        wanted = counted(rows, by)
        found = await file_of(world, BOB, answer)
        names = {"edit_tool": "Edit", "multi_edit_tool": "MultiEdit", "write_tool": "Write",
                 "notebook_edit_tool": "NotebookEdit"}  # fmt: skip
        assert {row[by] for row in found} == {names.get(name, name) for name in wanted}
        for name, sums in wanted.items():
            [row] = [one for one in found if one[by] == names.get(name, name)]
            said = {column: int(row[column]) for column in sums if column in row}
            assert said == {column: sums[column] for column in said}, (by, name)
            assert "estimated_cost" not in row or round(float(row["estimated_cost"]) * 100) == sums["cents"]


async def test_who_sees_names_is_decided_at_each_act_and_a_channel_sees_none(world: World) -> None:
    people = {member.name: member.email async for member in world.rt.admin.users()}
    real = {*people, *people.values()} - {"Alice Moreno", "alice@acme.test"}

    def named(message: Any) -> set[str]:
        return {name for name in real if name in str(message)}

    to_bob = await asked(world, BOB, "7d by person")
    to_alice = await asked(world, ALICE, "7d by person")
    assert named(to_bob)
    assert named(to_alice) == set()
    assert "Alice Moreno" in str(to_alice), "oneself by name"
    alices = await file_of(world, ALICE, to_alice)
    assert "Alice Moreno" in str(alices)
    assert named(alices) == set()
    assert named(await file_of(world, BOB, to_bob))
    before = {message["ts"] for message in await world.messages(DANA, COSTS)}
    assert (await world.click_on(BOB, to_bob, "code_share"))["ok"]
    shared = await answered(world, DANA, before)
    assert "Shared by" in shared["text"]
    assert named(shared["blocks"]) == set()
    assert "Bob" not in str(shared)
    world.sandbox.slack.groups["S0ADMINS"].users.remove(BOB)
    assert named(await file_of(world, BOB, to_bob)) <= {"Bob Tanaka", "bob@acme.test"}, "the policy of this moment counts"
    mine = await asked(world, ALICE, "me 7d")
    assert "*Your Claude Code*" in mine["text"]
    assert "Person" not in str(next(block for block in mine["blocks"] if block["type"] == "table")["rows"][1:])
    await world.command(ALICE, "/claude-code 7d", SHARED_CHANNEL)
    await world.message(ALICE, "where other companies can read them", SHARED_CHANNEL)


async def test_a_channel_gets_its_week_is_asked_once_and_can_end_it(world: World) -> None:
    said = await asked(world, DANA, "digset")
    assert (await world.click_on(DANA, said, "code_retry"))["ok"]
    await world.message(DANA, "gets the weekly Claude Code summary every Monday at 09:00 (America/New_York)", COSTS)
    assert (await world.post("/clock", advance=7 * 86400 + 2 * 3600 + 300))["ok"]
    await sync_code(world.rt, world.rt.now())
    jobs = [job for job in JOBS if job.name in ("claude_code_digests", "posts")]
    for job in jobs * 2:
        await run_job(world.rt, job)
    [digest] = [one for one in await world.messages(DANA, COSTS) if one["text"].startswith("📈 *Claude Code*")]
    assert "in the 7 days 23–29 Nov" in digest["text"]
    assert {"section", "data_visualization", "context", "actions"} == {block["type"] for block in digest["blocks"]}
    before = {message["ts"] for message in await world.messages(ALICE, COSTS)}
    assert (await world.click_on(ALICE, digest, "code_all"))["ok"]
    assert "Alice Moreno" in str(await answered(world, ALICE, before)), "whoever asks sees themselves"
    assert (await world.click_on(ALICE, digest, "code_digest_settings"))["ok"]
    shown = await world.message(ALICE, "The next one comes", COSTS)
    assert (await world.click_on(ALICE, shown, "code_digest_stop"))["ok"]
    await world.message(DANA, f"<@{ALICE}> ended the weekly Claude Code summary", COSTS)
