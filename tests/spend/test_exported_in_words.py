"""What the command line exports in words is the file that Slack sends, and Slack's hint is such a command."""

import asyncio
import random
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.as_last_read import runtime_of
from bot.cli.export import OF_SLACK, worded
from bot.cli.exports import Outcome, export_words
from bot.runtime import Runtime
from bot.spend.ask.figures import figures
from bot.spend.ask.splits import HOUR, MONTH, by_tag
from bot.spend.dimensions import KEY, MODEL, PERSON, WORKSPACE
from bot.spend.exports.answer import figures_file
from bot.spend.exports.files import records_file
from bot.spend.exports.hint import command_of
from bot.spend.exports.query import RecordsQuery
from bot.spend.exports.send import MOST_ROWS, Export, too_large
from bot.spend.ledger.names import sync_names, workspaces_as_read
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import Filter, SpendQuery
from bot.spend.reports.registry import REPORTS
from bot.spend.scope import EVERYTHING, Scope
from bot.store.session import Store
from tests.spend.test_exported import rows_in, settings_of
from tests.spend.test_hours import Hourly, living, spent
from tests.spend.world import DOLLAR, FRIDAY, NOW

DAY = FRIDAY.isoformat()
AT_DANA = Filter(PERSON, ("<@U0DANA>",))


async def ledger(store: Store) -> Runtime:
    """One day by the hour, with names, of which the same sum is in every split."""
    dice = random.Random(3)
    rt = living(store, Hourly(hourly=[spent(FRIDAY, hour, (hour + 1) * DOLLAR + hour, dice) for hour in range(24)]))
    await sync_names(rt, NOW)
    await sync_costs(rt, NOW)

    async def members() -> Sequence[Any]:
        return [SimpleNamespace(id="user_dana", name="Dana", email="u0dana@acme.test")]

    async def places() -> Sequence[Any]:
        async with store.read() as tx:
            found = await workspaces_as_read(tx)
        return found[0] if found else []

    async def nothing() -> Sequence[Any]:
        return []

    cast("Any", rt).directory = SimpleNamespace(members=members, workspaces=places, archived_workspaces=nothing)
    return rt


async def ran(store: Store, folder: Path, words: Sequence[str]) -> Outcome:
    """Run what follows `python -m bot export`."""
    made, asked = worded(words[0], words[1:])
    return await export_words(settings_of(store), made, asked, str(folder / "out.csv"), final=False, now=NOW)


def test_each_report_of_slack_is_exported_and_told_in_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for one in REPORTS:
        assert one.name in OF_SLACK, f"bot/cli/export.py: add {one.name} to OF_SLACK"
        assert f"`report {one.name}" in readme, f"README.md: add {one.name} to the table of reports"


def hint(export: Export) -> list[str]:
    """What somebody would type who reads the sentence under a file that is too large."""
    said = too_large(export, MOST_ROWS + 1) or ""
    (command,) = re.findall(r"`(.*)`", said)
    return shlex.split(command.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@pytest.mark.proof
async def test_the_hint_that_slack_prints_is_a_command_that_gives_the_same_file(store: Store, tmp_path: Path) -> None:
    rt = await ledger(store)
    lists = [
        RecordsQuery("friday", (HOUR,)),
        RecordsQuery("friday", (HOUR, KEY)),
        RecordsQuery("7d", (WORKSPACE, MODEL), (AT_DANA, Filter(MODEL, ("opus", "sonnet*")))),
        RecordsQuery("7d", (MODEL, KEY), (replace(AT_DANA, leaves_out=True), Filter(by_tag("team"), ("core",)))),
    ]
    asked = [
        SpendQuery("friday", PERSON, (Filter(WORKSPACE, ("Production",)),), MODEL),
        SpendQuery("7d", HOUR, (AT_DANA,)),
        SpendQuery("friday", MODEL, (Filter(WORKSPACE, ("Research",), leaves_out=True), Filter(by_tag("team"), ("core",)))),
        SpendQuery("this week", MONTH, measure="tokens"),
        SpendQuery("yesterday", KEY, top=1, over=Decimal("0.5")),
    ]
    made = [await records_file(rt, one, EVERYTHING, NOW) for one in lists]
    made += [await figures_file(rt, await figures(rt, one, NOW)) for one in asked]
    for one in made:
        assert not isinstance(one, str)
        exported, file = one
        assert re.match(r"As of <!date\^\d+", file.fresh)
        assert any(word in file.fresh + file.about for word in ("final", "still running", "no data yet for"))
        typed_in = hint(exported)
        assert typed_in[:4] == ["python", "-m", "bot", "export"]
        assert typed_in[-2:] == ["--csv", "FILE"]
        assert "<@" not in exported.command
        code, said = await ran(store, tmp_path, typed_in[4:-2])
        assert (code, said[-1].split(",")[0].split(" ")[0]) == (0, str(file.rows)), exported.command
        assert (tmp_path / "out.csv").read_bytes() == file.content, exported.command
    first = made[0]
    assert not isinstance(first, str)
    argv, place = hint(first[0])[3:-1], tmp_path / "whole.csv"
    env = {"DATABASE_URL": settings_of(store).database_url.get_secret_value()}
    run = await asyncio.to_thread(CliRunner().invoke, app, [*argv, str(place)], env=env)
    assert (run.exit_code, place.read_bytes()) == (0, first[1].content)


async def test_no_command_is_offered_that_gives_more_than_somebody_may_see(store: Store) -> None:
    rt = await ledger(store)
    seen = Scope(keys=frozenset({"k1"}))
    mine = await records_file(rt, RecordsQuery("friday", (KEY,), own=True), EVERYTHING, NOW)
    some = await records_file(rt, RecordsQuery("friday", (KEY,)), seen, NOW)
    answer = await figures_file(rt, await figures(rt, SpendQuery("friday"), NOW, None, seen))
    for one in (mine, some, answer):
        assert not isinstance(one, str)
        assert one[0].command == ""
        assert "Ask for fewer days" in (too_large(one[0], MOST_ROWS + 1) or "")


@pytest.mark.both
async def test_every_report_is_exported_and_adds_up_to_the_same(store: Store, tmp_path: Path) -> None:
    await ledger(store)
    sums: dict[str, Decimal] = {}
    for words, column in {
        f"answer {DAY}..{DAY} by hour": "amount_usd",
        f"answer {DAY}..{DAY} by person and product": "amount_usd",
        f"answer {DAY}..{DAY} by tag team": "amount_usd",
        f"records {DAY}..{DAY} by hour": "cost_usd",
        f"records {DAY}..{DAY}": "cost_usd",
        f"tokens {DAY}..{DAY}": "",
        f"allocation {DAY}..{DAY} by team": "cost_usd",
        f"team {DAY}..{DAY}": "amount_usd",
        f"models {DAY}..{DAY}": "amount_usd",
        f"reconcile {DAY}..{DAY}": "billed_usd",
    }.items():
        code, said = await ran(store, tmp_path, words.split())
        assert code == 0, (words, said)
        rows = rows_in(tmp_path)
        named = column or next(name for name in rows[0] if name in ("cost_usd", "amount", "amount_usd", "cost"))
        sums[words] = sum((Decimal(row[named]) for row in rows), Decimal(0))
        assert not words.startswith(("team", "models")) or {"person", "model"} & set(rows[0])
        if "by team" in words:
            assert {row["value"] for row in rows} == {"core", ""}, "tags come from the database"
    assert set(sums.values()) == {Decimal(300) + Decimal(276) / 10**9}, sums


REFUSED = (
    ("answer friday by shoe", "I read friday; I don't know by shoe."),
    ("answer friday by person and context", "Spend can't be split by person and context at once."),
    ("answer 2026-01 by model", "That isn't $0: they weren't read yet."),
    ("answer friday for <@U0DANA>", "<@U0DANA> means somebody in Slack alone."),
    ("records me 7d", "doesn't know whose 'me' is"),
    ("records friday top 3", "Records can't take top 3."),
    ("reconcile shoe", "I can't reconcile 'shoe'."),
    ("tokens shoe", "I don't know 'shoe'."),
    ("allocation friday by shoe", "There is no tag 'shoe'."),
    ("models 2026-01", "That isn't $0"),
    ("claude-code by person", "By person takes the bot's own settings"),
    ("claude-code by tool", "That isn't zero: they weren't read yet."),
    ("claude-code 2025-01 by tool", "its report begins on 24 Feb 2025."),
    ("claude-code me", "doesn't know whose 'me' is"),
)


async def test_what_cant_be_exported_is_one_plain_sentence(store: Store, tmp_path: Path) -> None:
    await ledger(store)
    for words, sentence in REFUSED:
        code, [said] = await ran(store, tmp_path, words.split(" "))
        assert (code, sentence in said) == (2, True), said
        assert not any(mark in said for mark in ("*", "&lt;", "&amp;")), said


async def test_tags_that_werent_read_are_no_missing_tags(store: Store, tmp_path: Path) -> None:
    code, [said] = await ran(store, tmp_path, ["allocation", "friday"])
    assert (code, "weren't read yet" in said) == (2, True)
    assert await runtime_of(store, None).directory.workspaces() == []


def test_a_name_that_looks_like_an_option_is_none_in_the_hint() -> None:
    assert command_of("records", 'friday in "-x y"') == "python -m bot export --csv FILE records -- friday in '-x y'"
