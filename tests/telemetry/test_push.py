"""Finished days arrive at a collector: each once, whatever happens between the bot and it."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from bot.cli.observability import show
from bot.jobs import JOBS, run_job
from bot.runtime import Runtime
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.push import body_of, push, wanted
from bot.store.session import Store
from tests.spend.world import DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, Figure, fill, runtime, set_clock
from tests.telemetry.collector import Collector, collector

JOB = next(job for job in JOBS if job.name == "exports")
SECRET = "hcaik_never_to_be_seen"
COST = "claude.org.cost"


def _figures(friday: int) -> list[Figure]:
    return [
        (FRIDAY, PROD, OPUS, "apikey_ingest", friday * DOLLAR + 1),
        (FRIDAY, LAB, OPUS, "apikey_evals", 7 * DOLLAR),
        (FRIDAY + DAY, LAB, OPUS, "apikey_evals", 5 * DOLLAR),
    ]


def _expected(friday: int) -> Decimal:
    return friday + 7 + Decimal("1E-9")


def _aimed(store: Store, folder: Path, *targets: Collector) -> Runtime:
    rt, file = runtime(store), folder / "targets.toml"
    tables = [
        f'[t{number}]\nurl = "{one.url}"\nheaders = {{x-honeycomb-team = "{SECRET}"}}\n'
        for number, one in enumerate(targets)
    ]
    file.write_text("".join(tables))
    settings = cast("Any", rt).settings
    settings.otlp_targets, settings.proxy_for, settings.ssl_cert_file = file, _directly, None
    return rt


def _directly(_url: str) -> None:
    return None


async def _run(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    await run_job(rt, JOB)


async def test_a_closed_day_arrives_once_with_its_revisions_up_and_down_and_the_running_day_never(
    store: Store, tmp_path: Path
) -> None:
    async with collector() as one, collector() as other:
        rt = _aimed(store, tmp_path, one, other)
        for number, friday in enumerate((100, 110, 105)):
            now = NOW + timedelta(minutes=20 * number)
            await fill(store, _figures(friday), now, now)
            for seconds in range(3):  # nothing is sent again
                await _run(rt, now + timedelta(seconds=seconds))
            for target in (one, other):
                assert (target.total(COST), target.twice, len(target.headers)) == (_expected(friday), 0, number + 1)
        assert one.headers[0]["x-honeycomb-team"] == SECRET
        assert {dict(identity[1])["revision"] for identity in one.points} == {"0", "1", "2"}


async def test_a_target_that_refuses_gets_everything_later_and_is_left_in_peace_meanwhile(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target, collector() as well:
        rt, now = _aimed(store, tmp_path, target, well), NOW
        target.answers = [web.Response(status=429, headers={"Retry-After": "120"}), web.Response(status=500)]
        await fill(store, _figures(100), now, now)
        await _run(rt, now)
        await _run(rt, now + timedelta(seconds=119))
        assert (len(target.headers), target.total(COST), well.total(COST)) == (1, 0, _expected(100))
        await _run(rt, now + timedelta(seconds=121))
        assert (len(target.headers), target.total(COST)) == (2, 0)
        later = now + timedelta(hours=12)
        await fill(store, _figures(110), later, later)
        await _run(rt, later)
        assert (target.total(COST), target.twice) == (_expected(110), 0)
        target.answers = [web.json_response({"partialSuccess": {"rejectedDataPoints": "1", "errorMessage": "old"}})]
        await fill(store, _figures(120), later + timedelta(minutes=20), later + timedelta(minutes=20))
        for seconds in range(3):
            await _run(rt, later + timedelta(minutes=20, seconds=seconds))
        assert len(target.headers) == 5  # what was rejected in part isn't sent again
        async with store.read() as tx:
            assert await db.unsent(tx, "t0") == []
        assert SECRET not in "".join(capsys.readouterr())


async def test_after_a_crash_before_or_behind_the_sending_the_very_same_points_are_sent(
    store: Store, tmp_path: Path
) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        await fill(store, _figures(100))
        async with store.write() as tx:  # a process that died before it sent
            await db.begin(tx, "t0", FRIDAY)
            one = await wanted(tx, "t0", FRIDAY)
            assert one
            await db.intend(tx, one)
        target.answers, target.loses = [web.Response(status=503)], True  # the points arrive, and the answer doesn't
        await push(rt, "t0", NOW)
        assert target.total(COST) == _expected(100)
        later = NOW + timedelta(minutes=20)
        await fill(store, _figures(110), later, later)  # meanwhile the day was revised
        await push(rt, "t0", later)
        assert target.total(COST) == _expected(110)
        assert target.twice == 2  # money of two workspaces, each known by its identity
        assert len(target.points) == 3


async def test_a_back_fill_sends_older_days_and_those_that_are_there_stay(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        older: list[Figure] = [(FRIDAY - DAY * n, PROD, OPUS, "apikey_ingest", DOLLAR) for n in range(1, 4)]
        await fill(store, [*older, *_figures(100)])
        await _run(rt, NOW)
        assert target.total(COST) == _expected(100)
        async with store.write() as tx:
            await db.begin(tx, "t0", FRIDAY - DAY * 2)
        await _run(rt, NOW + timedelta(seconds=1))
        assert (target.total(COST), target.twice) == (_expected(100) + 2, 0)


async def test_a_dry_run_shows_the_very_bodies_that_are_sent(store: Store, tmp_path: Path) -> None:
    await fill(store, _figures(100))
    lines: list[str] = []
    async with store.read() as tx:
        await show(tx, "t0", FRIDAY, lines.append)
        again = await wanted(tx, "t0", FRIDAY)
    (line,) = [json.loads(line) for line in lines]
    assert again
    assert (line["day"], line["revision"], line["body"]) == ("2026-11-20", 0, body_of(again))
    assert SECRET not in lines[0]
