"""Closed days at Datadog: each counts once there, whatever happens between the bot and it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.jobs import JOBS, run_job
from bot.log import configure_logging
from bot.runtime import Runtime
from bot.sandbox.datadog.costs import API_KEY, APP_KEY, Costs, running_costs
from bot.spend.exports.datadog import costs, db
from bot.spend.exports.datadog.costs import LISTED_WITHIN
from bot.spend.exports.datadog.kept import LOOKED_AT_FOR
from bot.spend.exports.trouble import of_costs
from bot.spend.ledger.db import ledger_days
from bot.store.session import Store
from bot.telemetry.names import PUSHED, TASK_RUNS
from tests.spend.world import DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, Figure, fill, runtime, set_clock


def _pushes(rt: Any) -> dict[Any, Any]:
    """Return when a target last took something, or didn't, as metrics tell it."""
    return dict(next(family.values for family in rt.meter.families() if family.metric == PUSHED))


JOB = next(job for job in JOBS if job.name == "custom_costs")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def _figures(friday: int) -> list[Figure]:
    return [
        (FRIDAY, PROD, OPUS, "apikey_ingest", friday * DOLLAR + 1),
        (FRIDAY, LAB, OPUS, "apikey_evals", 7 * DOLLAR),
        (FRIDAY + DAY, LAB, OPUS, "apikey_evals", 5 * DOLLAR),
    ]


def _expected(friday: int) -> Decimal:
    return friday + 7 + Decimal("1E-9")


def _aimed(store: Store, at: Costs, api_key: str = API_KEY) -> Runtime:
    rt = runtime(store)
    settings: Any = cast("Any", rt).settings
    settings.datadog_api_key, settings.datadog_app_key = SecretStr(api_key), SecretStr(APP_KEY)
    settings.datadog_url, settings.datadog_site, settings.ssl_cert_file = at.url, "datadoghq.com", None
    settings.proxy_for = _directly
    at.today = lambda: FRIDAY
    return rt


def _changes(at: Costs) -> list[str]:
    return [method for method in at.calls if method != "GET"]


def _directly(_url: str) -> None:
    return None


async def _run(rt: Runtime, now: datetime) -> None:
    set_clock(rt, now)
    await run_job(rt, JOB)


async def _same_as_ledger(store: Store, at: Costs, first: date = FRIDAY) -> None:
    async with store.read() as tx:
        days = await ledger_days(tx, first, FRIDAY)
    assert {day: at.total(day) for day in days} == {day: known.total for day, known in days.items()}


async def test_a_closed_day_is_one_file_and_a_revision_takes_its_place(store: Store) -> None:
    async with running_costs() as at:
        rt = _aimed(store, at)
        for number, friday in enumerate((100, 110, 105)):
            now = NOW + 20 * MINUTE * number
            await fill(store, _figures(friday), now, now)
            for seconds in range(3):  # nothing is sent again
                await _run(rt, now + seconds * SECOND)
            assert (at.total(), len(at.files), at.calls.count("PUT")) == (_expected(friday), 1, number + 1)
            await _same_as_ledger(store, at)
        assert at.most_at_once == 1
        assert at.calls.count("DELETE") == 2


async def test_what_was_taken_without_an_answer_is_found_and_not_sent_again(store: Store) -> None:
    for now, first_page, tells_id in ((NOW, 1, True), (NOW + timedelta(hours=2), 0, False)):
        async with running_costs() as at:
            at.first_page, at.tells_id, at.loses = first_page, tells_id, 1
            rt = _aimed(store, at)
            await fill(store, _figures(100), now, now)
            await _run(rt, now)
            assert (at.total(), at.calls.count("PUT")) == (_expected(100), 1)
            at.lists = False  # not yet
            await _run(rt, now + 2 * MINUTE)
            assert at.calls.count("PUT") == 1
            at.lists = True
            later = now + LISTED_WITHIN
            await fill(store, _figures(110), later, later)  # meanwhile it was revised
            await _run(rt, later)
            assert (at.total(), at.most_at_once, at.calls.count("PUT")) == (_expected(110), 1, 2)
            await fill(store, _figures(120), later + 20 * MINUTE, later + 20 * MINUTE)
            await _run(rt, later + 20 * MINUTE)
            assert (at.total(), at.most_at_once) == (_expected(120), 1)


async def test_refusals_lose_nothing_and_double_nothing(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    async with running_costs() as at:
        rt, now = _aimed(store, at), NOW
        await fill(store, _figures(100), now, now)
        at.refusals = [web.Response(status=429, headers={"Retry-After": "120"})]
        await _run(rt, now)
        (runs,) = [family.values for family in rt.meter.families() if family.metric == TASK_RUNS]
        assert dict(runs) == {("custom_costs", "failed"): 1}
        assert {labels[1]: at for labels, at in _pushes(rt).items()} == {"failed": now.timestamp()}
        await _run(rt, now + 119 * SECOND)
        assert _changes(at) == ["PUT"]
        page = web.Response(text="<h1>Sign in</h1>", content_type="text/html")
        for answer in (page, *(web.Response(status=status) for status in (400, 403, 413, 429, 500, 503))):
            at.refusals = [answer]
            now += timedelta(hours=2)
            await _run(rt, now)
            assert at.refusals == []
            assert at.total() == 0
        told = await of_costs(rt)
        (said,) = told.troubles
        assert said.startswith("Datadog doesn't take closed days (HTTP 503, 8 tries). Nothing is lost")
        assert told.well == ()
        now += timedelta(days=1)  # it was away for a day, in which the figures changed
        await fill(store, _figures(110)[:2], now, NOW)
        await _run(rt, now)
        assert (at.total(FRIDAY), at.most_at_once) == (_expected(110), 1)
        async with store.read() as tx:
            known = await db.target(tx, costs.name_of(cast("Any", costs.api_of(rt.settings))))
            assert await db.days_unfinished(tx, f"127.0.0.1:{at.url.rpartition(':')[2]}") == []
        assert known
        assert (known.failure, known.failures) == (None, 0)
        assert {labels[1]: at for labels, at in _pushes(rt).items()}["done"] == now.timestamp()
        told = await of_costs(rt)
        assert (told.troubles, [one.name for one in told.well]) == ((), ["Datadog's Custom Costs"])
        assert API_KEY not in "".join(capsys.readouterr())


async def test_one_refused_file_keeps_no_other_waiting(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    async with running_costs() as at:
        configure_logging()
        rt = _aimed(store, at)
        older: list[Figure] = [(FRIDAY - DAY * n, PROD, OPUS, "apikey_ingest", DOLLAR) for n in range(1, 4)]
        await fill(store, [*older, *_figures(100)])
        name = costs.name_of(cast("Any", costs.api_of(rt.settings)))
        async with store.write() as tx:
            await db.begin(tx, name, FRIDAY - DAY * 2)
        at.refusals = [web.Response(status=413), web.Response(status=413)]  # the two oldest days
        await _run(rt, NOW)
        assert at.total() == _expected(100)
        assert capsys.readouterr().out.count("custom_costs_not_taken") == 1, "one reason"
        await _run(rt, NOW + 2 * MINUTE)
        await _same_as_ledger(store, at, FRIDAY - DAY * 2)
        assert at.total(FRIDAY - DAY * 3) == 0  # before what was asked for
        later = NOW + 60 * MINUTE
        await fill(store, _figures(100)[2:], later, later)  # a later writing, of the running day alone
        await _run(rt, later)
        async with store.write() as tx:
            await db.begin(tx, name, FRIDAY - DAY * 3)
        await _run(rt, later + MINUTE)
        await _same_as_ledger(store, at, FRIDAY - DAY * 3)
        assert at.most_at_once == 1


@pytest.mark.both
async def test_a_process_that_dies_after_any_step_of_a_replacement_leaves_nothing_lost_or_double(store: Store) -> None:
    steps = ("intended", "removed", "tried", "arrived")
    async with running_costs() as at:
        rt, now = _aimed(store, at), NOW
        name = costs.name_of(cast("Any", costs.api_of(rt.settings)))
        await fill(store, _figures(100), now, now)
        await _run(rt, now)
        for number, step in enumerate(steps, 1):
            now += timedelta(hours=1)
            await fill(store, _figures(100 + number), now, now)
            async with store.write() as tx:
                fresh = await costs.wanted(tx, name, FRIDAY)
                assert fresh
                await db.intend(tx, fresh)
            if step != "intended":
                at.files.clear()  # removed there, and not noted here
            if step in ("tried", "arrived"):
                async with store.write() as tx:
                    await db.change(tx, (await db.files(tx, name, FRIDAY))[-2], removed_at=now)
                    await db.change(tx, fresh, tried_at=now)
            if step == "arrived":
                api = costs.api_of(rt.settings)
                assert api
                await costs.upload(api, fresh.body)
            await _run(rt, now + LISTED_WITHIN)
            assert (step, at.total(), at.most_at_once) == (step, _expected(100 + number), 1)


async def test_a_day_that_fell_to_nothing_is_removed_and_nothing_is_uploaded_for_it(store: Store) -> None:
    async with running_costs() as at:
        rt, nothing = _aimed(store, at), [(FRIDAY, PROD, OPUS, "apikey_ingest", 0), *_figures(100)[2:]]
        await fill(store, _figures(100))
        await _run(rt, NOW)
        at.removals_fail = [500]
        for hours in (1, 2, 3):  # it is believed at the second reading; the first removal fails
            now = NOW + timedelta(hours=hours)
            await fill(store, nothing, now, now)
            await _run(rt, now)
        assert (at.files, _changes(at)) == ({}, ["PUT", "DELETE", "DELETE"])
        now += timedelta(hours=1)
        await fill(store, _figures(100), now, now)
        await _run(rt, now)
        assert at.total(FRIDAY) == _expected(100)


async def test_a_bot_whose_database_knows_nothing_of_a_file_finds_it_there(store: Store) -> None:
    async with running_costs() as at:
        await fill(store, _figures(100))
        await _run(_aimed(store, at), NOW)
        (before,) = at.files
        at.url = at.url.replace("127.0.0.1", "localhost")  # the same Datadog by a name that isn't known yet
        again = _aimed(store, at)
        await _run(again, NOW + MINUTE)
        assert (list(at.files), _changes(at), at.total()) == ([before], ["PUT"], _expected(100))
        later = NOW + 20 * MINUTE
        await fill(store, _figures(110), later, later)
        await _run(again, later)
        assert (at.total(), at.most_at_once) == (_expected(110), 1)


async def test_what_datadog_took_and_did_not_keep_is_said(store: Store) -> None:
    async with running_costs() as at:
        rt, now = _aimed(store, at), NOW
        await fill(store, _figures(100))
        await _run(rt, now)
        cases: list[tuple[dict[str, Any], str]] = [
            ({}, ""),
            ({"status": "processing"}, ""),
            ({"status": "failed"}, "the file's status is failed"),
            ({"billed_cost": 107.2}, "the file has another total"),
            ({"status": None, "billed_cost": None}, ""),
        ]
        for says, why in cases:
            at.says, now = says, now + timedelta(days=1, minutes=5)
            await _run(rt, now)
            assert [one.partition("sent them: ")[2].partition(".")[0] for one in (await of_costs(rt)).troubles] == [
                *([why] if why else [])
            ]
        at.says, calls = {"status": "failed"}, at.calls.count("GET")
        await _run(rt, now + timedelta(hours=1))
        assert at.calls.count("GET") == calls, "once a day"
        at.files.clear()
        await _run(rt, now + timedelta(days=1))
        (said,) = (await of_costs(rt)).troubles
        assert said.startswith("Datadog took the costs of 1 day (20 Nov 2026) and doesn't have them as I sent")
        await _run(rt, now + LOOKED_AT_FOR)
        assert not (await of_costs(rt)).troubles, "what was deleted there is missed for a while"
