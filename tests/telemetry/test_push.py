"""Finished hours and days arrive at a collector: each once, whatever happens between the bot and it."""

import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from bot.cli.check_targets import ask_targets
from bot.cli.observability import send_history, show
from bot.jobs import JOBS, run_job
from bot.log import configure_logging
from bot.runtime import Runtime
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.db import DayFact
from bot.spend.exports.otlp.push import Pushed, push, push_alone
from bot.spend.exports.otlp.wanted import sendings_of, waits_for_hours
from bot.spend.exports.trouble import of_targets
from bot.spend.ledger.cuts import WHEN, WHO
from bot.spend.ledger.hours.db import write_hours
from bot.store.leases import LASTS, acquire_lease
from bot.store.session import Store
from bot.telemetry.otlp import as_json
from bot.telemetry.targets import read_targets
from bot.telemetry.wire import Verdict, Way, post
from tests.spend.world import DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, Figure, fill, runtime, set_clock
from tests.telemetry.collector import Collector, collector, last_pushes, rejecting

JOB = next(job for job in JOBS if job.name == "exports")
SECRET = "hcaik_never_to_be_seen"
COST = "claude.org.cost"
SATURDAY = FRIDAY + DAY


def _figures(friday: int) -> list[Figure]:
    return [
        (FRIDAY, PROD, OPUS, "apikey_ingest", friday * DOLLAR + 1),
        (FRIDAY, LAB, OPUS, "apikey_evals", 7 * DOLLAR),
        (SATURDAY, LAB, OPUS, "apikey_evals", 5 * DOLLAR),
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
        assert one.headers[0]["content-type"] == "application/x-protobuf"
        assert {dict(identity[1])["revision"] for identity in one.points} == {"0", "1", "2"}


async def _hours(store: Store, amounts: dict[int, int]) -> None:
    """Write down what the hours of Saturday cost."""
    cost = {(hour, LAB, OPUS, "apikey_evals", "", ""): (amount * DOLLAR, None, None) for hour, amount in amounts.items()}
    async with store.write() as tx:
        await write_hours(tx, {WHO: {SATURDAY: cost}, WHEN: {}}, {WHO: {}, WHEN: {}}, NOW)


def _hour(number: int) -> tuple[datetime, datetime]:
    starts = datetime.combine(SATURDAY, time(number), UTC)
    return starts, starts + timedelta(hours=1)


async def test_an_hour_is_told_once_it_is_over_and_the_day_by_its_hours(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        await fill(store, [(SATURDAY, LAB, OPUS, "apikey_evals", 5 * DOLLAR)])
        await _hours(store, {6: 1, 7: 3, 8: 1})  # 8:00 has just begun
        await _run(rt, NOW)
        assert target.times(COST) == {_hour(6), _hour(7)}
        assert target.total(COST) == 4
        later = NOW + DAY
        await fill(store, [(SATURDAY, LAB, OPUS, "apikey_evals", 9 * DOLLAR)], later, later)
        await _hours(store, {6: 1, 7: 2, 8: 6})
        for seconds in range(2):
            await _run(rt, later + timedelta(seconds=seconds))
        assert (target.total(COST), target.twice, len(target.headers)) == (9, 0, 2)
        assert target.times(COST) == {_hour(6), _hour(7), _hour(8)}


def test_a_closed_day_waits_for_its_hours_only_where_they_are_to_be_expected() -> None:
    fact = DayFact(FRIDAY, "analytics", True, NOW, NOW, has_hours=False, was_asked_for_hours=False)
    assert waits_for_hours(fact, 90, NOW)
    assert not waits_for_hours(fact, 0, NOW)
    assert not waits_for_hours(fact, 1, NOW)
    assert not waits_for_hours(fact, 90, NOW + DAY)
    assert not waits_for_hours(DayFact(FRIDAY, "legacy", True, NOW, NOW, False, False), 90, NOW)
    assert not waits_for_hours(DayFact(FRIDAY, "analytics", True, NOW, NOW, False, True), 90, NOW)


async def test_a_target_that_is_away_for_a_day_gets_everything_later_and_is_left_in_peace_meanwhile(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target, collector() as well:
        configure_logging()
        rt, now = _aimed(store, tmp_path, target, well), NOW
        target.answers = [web.Response(status=429, headers={"Retry-After": "120"}), web.Response(status=500)]
        await fill(store, _figures(100), now, now)
        await _run(rt, now)
        await _run(rt, now + timedelta(seconds=119))
        assert (len(target.headers), target.total(COST), well.total(COST)) == (1, 0, _expected(100))
        await _run(rt, now + timedelta(seconds=121))
        assert (len(target.headers), target.total(COST)) == (2, 0)
        target.answers = [web.Response(status=401) for _ in range(9)]
        for hours in range(9):
            await _run(rt, now + timedelta(hours=2 + 2.5 * hours))
        assert (len(target.headers), target.answers) == (11, [])
        assert [said[:53] for said in (await of_targets(rt)).troubles] == [
            "t0 doesn't take figures (HTTP 401, 11 tries). Nothing"
        ]
        assert [one.name for one in (await of_targets(rt)).well] == ["t1"]
        assert last_pushes(rt) == {("t1", "done"): now, ("t0", "failed"): now + timedelta(hours=22)}
        target.answers, later = [], now + timedelta(hours=26)
        await fill(store, _figures(110), later, later)
        await _run(rt, later)  # Saturday is over by then, too
        assert (await of_targets(rt)).troubles == []
        assert [(one.name, one.looked_at) for one in (await of_targets(rt)).well] == [("t0", later), ("t1", later)]
        assert (target.total(COST), target.twice) == (_expected(110) + 5, 0) == (well.total(COST), well.twice)
        assert last_pushes(rt)["t0", "done"] == later
        said = "".join(capsys.readouterr())
        assert "export_not_taken" in said
        assert SECRET not in said


async def test_what_is_refused_as_it_is_keeps_nothing_waiting_and_what_is_rejected_in_part_is_not_sent_again(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target:
        configure_logging()
        rt, later = _aimed(store, tmp_path, target), NOW + DAY
        figures = [(FRIDAY - DAY, LAB, OPUS, "apikey_evals", DOLLAR), *_figures(100)]
        async with store.write() as tx:
            await db.begin(tx, "t0", FRIDAY - DAY)
        target.answers = [web.Response(status=400), web.Response(status=413)]
        await fill(store, figures)
        await _run(rt, NOW)
        assert (target.total(COST), len(target.headers)) == (0, 2)
        (said,) = (await of_targets(rt)).troubles
        assert said.startswith("t0 refuses the figures of 2 days (HTTP 400 and HTTP 413). Nothing is lost")
        await fill(store, figures, later, later)
        await _run(rt, later - timedelta(minutes=1))  # Saturday goes past what was refused
        assert (target.total(COST), len(target.headers)) == (5, 3)
        target.answers = [web.Response(status=400)]
        await fill(store, [figures[0], *_figures(110)], later, later)
        for seconds in range(3):  # one that is refused for good keeps no other one back, nor a revision
            await _run(rt, later + timedelta(seconds=seconds))
            assert (target.total(COST), len(target.headers)) == (_expected(110) + 5, 6)
        target.answers = [rejecting(1)]
        for seconds in range(3, 6):
            await _run(rt, later + DAY + timedelta(seconds=seconds))
        assert (target.total(COST), target.twice, len(target.headers)) == (_expected(110) + 6, 0, 7)
        async with store.read() as tx:
            assert await db.unsent(tx, "t0") == []
        (said,) = (await of_targets(rt)).troubles
        assert said == "t0 answered that it didn't keep 1 figure of 1 day (too old). They may not be sent again."
        assert ("t0", "rejected") in last_pushes(rt)
        set_clock(rt, later + DAY * 9)
        assert (await of_targets(rt)).troubles == []


async def test_a_name_that_means_another_receiver_is_logged_once(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target:
        configure_logging()
        rt = _aimed(store, tmp_path, target)
        await fill(store, _figures(100))
        file = cast("Path", rt.settings.otlp_targets)
        for seconds, host in enumerate(("127.0.0.1", "localhost", "localhost")):
            file.write_text(file.read_text().replace("127.0.0.1", host))
            await _run(rt, NOW + timedelta(seconds=seconds))
            assert capsys.readouterr().out.count("export_target_moved") == (seconds == 1), seconds
        assert target.total(COST) == _expected(100)


async def test_of_a_target_that_was_taken_out_of_the_file_metrics_tell_nothing_more(store: Store, tmp_path: Path) -> None:
    async with collector() as target, collector() as away:
        rt = _aimed(store, tmp_path, target, away)
        await fill(store, _figures(100))
        away.answers = [web.Response(status=503)]
        await _run(rt, NOW)
        assert set(last_pushes(rt)) == {("t0", "done"), ("t1", "failed")}
        _aimed(store, tmp_path, target)
        await _run(rt, NOW + timedelta(minutes=5))
        assert set(last_pushes(rt)) == {("t0", "done")}, "nobody is alarmed about it for good"


async def test_a_target_that_refuses_everything_is_logged_once_a_round(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target:
        configure_logging()
        rt = _aimed(store, tmp_path, target)
        async with store.write() as tx:
            await db.begin(tx, "t0", FRIDAY - DAY * 3)
        target.answers = [web.Response(status=one) for one in (400, 400, 413, 400)]
        await fill(store, [*((FRIDAY - DAY * n, LAB, OPUS, "apikey_evals", DOLLAR) for n in (1, 2, 3)), *_figures(100)])
        await _run(rt, NOW)
        assert (target.answers, target.total(COST)) == ([], 0)
        assert capsys.readouterr().out.count("export_not_taken") == 2, "each reason once"


@pytest.mark.both
async def test_whoever_dies_around_the_sending_sends_the_very_same_again_and_says_so(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with collector() as target:
        configure_logging()
        rt = _aimed(store, tmp_path, target)
        await fill(store, _figures(100))
        async with store.write() as tx:  # a process that died before it sent
            await db.begin(tx, "t0", FRIDAY)
            (fact,) = await db.days_to_look_at(tx, FRIDAY, None)
            await db.intend(tx, await sendings_of(tx, "t0", fact))
        target.answers, target.loses = [web.Response(status=503)], True  # the points arrive, and the answer doesn't
        await push(rt, "t0", NOW)
        assert target.total(COST) == _expected(100)
        async with store.read() as tx:
            (left,) = await db.unsent(tx, "t0")
        assert left.doubts == 1
        later = NOW + timedelta(minutes=20)
        await fill(store, _figures(110), later, later)  # meanwhile the day was revised
        await push(rt, "t0", later)
        assert target.total(COST) == _expected(110)
        assert target.bodies[0] == target.bodies[1]
        assert target.twice == 2  # money of two workspaces, each known by its identity
        assert len(target.points) == 3
        assert capsys.readouterr().out.count("export_may_be_there_twice") == 1


async def test_a_push_that_is_cut_off_behind_its_arrival_is_sent_again_as_the_very_same(
    store: Store, tmp_path: Path
) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        await fill(store, _figures(100))
        target.holds = asyncio.Event()
        dying = asyncio.create_task(push(rt, "t0", NOW))
        await target.arrived.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        target.holds.set()
        await push(rt, "t0", NOW + timedelta(minutes=1))
        assert (target.total(COST), target.twice) == (_expected(100), 2)
        assert target.bodies[0] == target.bodies[1]
        async with store.read() as tx:
            (told,) = await db.of_day(tx, "t0", FRIDAY)
        assert (told.is_sent, told.doubts) == (True, 1)


async def test_a_push_that_was_paused_notes_nothing_once_another_process_follows(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        await fill(store, _figures(100))
        target.holds = asyncio.Event()
        paused = asyncio.create_task(push_alone(rt, read_targets(rt.settings.otlp_targets)[0], NOW))
        await target.arrived.wait()
        async with store.write() as tx:
            assert await acquire_lease(tx, "export:t0", tx.now + LASTS * 2, LASTS)
        target.holds.set()
        assert await paused is Pushed.BUSY
        async with store.read() as tx:
            assert [one.is_sent for one in await db.of_day(tx, "t0", FRIDAY)] == [False]


async def test_a_target_that_is_surely_not_reached_leaves_no_doubt(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
    await fill(store, _figures(100))  # nobody listens any more
    assert await push_alone(rt, read_targets(rt.settings.otlp_targets)[0], NOW) is Pushed.AWAY
    async with store.read() as tx:
        (left,) = await db.unsent(tx, "t0")
        known = await db.known(tx, "t0")
    assert (left.doubts, known and known.failure) == (0, "ConnectError")


async def test_an_answer_that_comes_too_late_leaves_doubt(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt = _aimed(store, tmp_path, target)
        (aimed,) = read_targets(rt.settings.otlp_targets)
        target.holds = asyncio.Event()
        receipt = await post(aimed, aimed.url, b"", Way(), within=0.05)
        target.holds.set()
    assert (receipt.verdict, len(target.bodies)) == (Verdict.UNKNOWN, 1)


async def test_history_is_sent_on_command_resumes_and_what_is_there_stays(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt, said = _aimed(store, tmp_path, target), list[str]()
        older: list[Figure] = [(FRIDAY - DAY * n, PROD, OPUS, "apikey_ingest", DOLLAR) for n in range(1, 4)]
        await fill(store, [*older, *_figures(100)])
        await _run(rt, NOW)
        assert target.total(COST) == _expected(100)
        (aimed,) = read_targets(rt.settings.otlp_targets)
        target.answers = [web.Response(), web.Response(status=429)]
        assert not await send_history(rt, aimed, FRIDAY - DAY * 2, said.append)
        assert await send_history(rt, aimed, FRIDAY - DAY * 2, said.append)
        assert (target.total(COST), target.twice, len(target.headers)) == (_expected(100) + 2, 0, 4)
        assert said == [
            "t0 didn't take everything (HTTP 429). Nothing is lost: run this again.",
            "t0 has all that is final from 2026-11-18 on.",
        ]
        rt.settings.hours_kept = 90
        assert await send_history(rt, aimed, FRIDAY - DAY * 3, said.append)
        assert said[2:] == [
            "t0 has all that is final from 2026-11-17 on, but for days that wait for their hours: the running bot sends "
            "them once they are known."
        ]


async def test_what_was_refused_is_tried_at_once_on_command(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt, said = _aimed(store, tmp_path, target), list[str]()
        await fill(store, _figures(100))
        target.answers = [web.Response(status=413), web.Response(status=413)]
        await _run(rt, NOW)
        (aimed,) = read_targets(rt.settings.otlp_targets)
        assert not await send_history(rt, aimed, FRIDAY, said.append)
        assert said == ["t0 refuses what it is told of 2026-11-20. It is asked again once a day."]
        assert await send_history(rt, aimed, FRIDAY, said.append), "somebody mended it"
        assert (target.total(COST), target.twice) == (_expected(100), 0)


async def test_a_target_that_did_not_keep_the_history_has_not_all(store: Store, tmp_path: Path) -> None:
    async with collector() as target:
        rt, said = _aimed(store, tmp_path, target), list[str]()
        await fill(store, _figures(100))
        (aimed,) = read_targets(rt.settings.otlp_targets)
        target.answers = [rejecting(3), rejecting(2)]
        for _ in range(2):  # such as after a run that was broken off
            assert not await send_history(rt, aimed, FRIDAY, said.append)
            assert said.pop() == "t0 answered that it didn't keep 3 figures of 1 day (too old). They may not be sent again."
            set_clock(rt, rt.now() + timedelta(minutes=1))


async def test_a_dry_run_shows_the_very_points_that_are_sent(store: Store, tmp_path: Path) -> None:
    await fill(store, _figures(100))
    async with collector() as target:
        rt, lines = _aimed(store, tmp_path, target), list[str]()
        async with store.read() as tx:
            await show(tx, "t0", FRIDAY, 0, lines.append)
        await _run(rt, NOW)
    (line,) = [json.loads(line) for line in lines]
    assert (line["target"], line["day"], line["number"]) == ("t0", "2026-11-20", 0)
    (metric,) = line["body"]["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    assert metric["name"] == COST
    assert len(metric["sum"]["dataPoints"]) == len(target.points) == 2
    assert as_json([], "1.0")
    assert SECRET not in lines[0]


async def test_the_doctor_asks_each_target_and_says_how_to_mend_it(store: Store, tmp_path: Path) -> None:
    async with collector() as target, collector() as refuses:
        rt = _aimed(store, tmp_path, target, refuses)
        mends = {
            401: "Check the key in its headers.",
            302: "It sends elsewhere, where I don't follow: give the address behind that.",
            405: "It answers, but not as a receiver of OTLP does.",
            429: "It asks to come later. Nothing is lost: I try again.",
            503: "It, or a gateway before it, fails. Nothing is lost: I try again.",
        }
        for status, mend in mends.items():
            refuses.answers = [web.Response(status=status, headers={"Location": "/elsewhere"})]
            assert await ask_targets(rt.settings) == [
                (True, "The target t0 of OTLP_TARGETS takes figures."),
                (False, f"The target t1 of OTLP_TARGETS doesn't take figures (HTTP {status}). {mend}"),
            ]
    assert (target.points, len(target.headers)) == ({}, 5)
