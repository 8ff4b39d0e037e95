"""On a fresh ledger every surface says that there are no figures yet and what to do; before its tokens came none says 0."""

from typing import Any, cast

import pytest

from bot.claude_code.figures import code_figures
from bot.claude_code.model import CodeQuery
from bot.claude_code.naming import Sight
from bot.claude_code.view import render_code
from bot.runtime import Runtime
from bot.spend.ask.figures import figures
from bot.spend.ask.view import render_figures
from bot.spend.dashboard.load import dashboard, glance
from bot.spend.dashboard.view import glance_blocks, render_dashboard
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.view import render_digest
from bot.spend.exports.load import records
from bot.spend.exports.query import RecordsQuery
from bot.spend.exports.view import render_records
from bot.spend.model import SpendQuery
from bot.spend.phrases import NOT_READ, NOT_YET, not_yet
from bot.spend.prices.load import price_table
from bot.spend.reconcile.load import reconciliation
from bot.spend.reconcile.periods import read_wanted
from bot.spend.reconcile.view import render_reconciliation
from bot.spend.reports.ask import report
from bot.spend.reports.model import Wanted
from bot.spend.reports.registry import REPORTS
from bot.spend.reports.view import render_report
from bot.spend.scope import EVERYTHING, Scope
from bot.store.session import Store
from tests.claude_code.test_digest_desk import bot
from tests.spend.world import BUSY, FRIDAY, NOW, Slack, fill, subscribe


class _Company:
    async def listed(self) -> list[Any]:
        return []

    workspaces = archived_workspaces = members = spend_limits = listed


def running(store: Store) -> Runtime:
    rt = cast("Any", bot(store, Slack(), NOW))
    rt.directory, rt.more_about_people = _Company(), ()
    return rt


async def surfaces(rt: Runtime, period: str = "friday") -> dict[str, str]:
    """What each surface says of figures that are asked for by day, month or window."""
    month = read_wanted(("november",), NOW)
    assert month is not None
    found: dict[str, str] = {
        "dashboard": render_dashboard(await dashboard(rt, EVERYTHING, NOW)).text,
        "home": str(glance_blocks(await glance(rt, EVERYTHING, NOW))),
        "answer": render_figures(await figures(rt, SpendQuery(period), NOW)).text,
        "tokens": render_figures(await figures(rt, SpendQuery(period, measure="tokens"), NOW)).text,
        "records": render_records(await records(rt, RecordsQuery(period), EVERYTHING, NOW), "claude").text,
        "me": render_records(
            await records(rt, RecordsQuery(period, own=True), Scope(keys=frozenset({"apikey_evals"})), NOW), "claude"
        ).text,
        "reconcile": render_reconciliation(
            await reconciliation(rt, month.first, month.last), month, price_table(), NOW
        ).text,
    }
    for one in REPORTS:
        wanted = Wanted(one.name, period)
        found[one.name + " report"] = render_report(*await report(rt, wanted, EVERYTHING, NOW), wanted).text
    return found


async def test_on_a_fresh_ledger_every_surface_says_what_to_do_and_never_zero(store: Store) -> None:
    rt = running(store)
    found = await surfaces(rt)
    code = await code_figures(rt, CodeQuery(), Sight("none"), NOW)
    assert f"That isn't zero: {NOT_READ}" in render_code(code).text
    for name, said in found.items():
        assert NOT_YET in said or not_yet("claude") in said, name
        assert "/…" not in said, f"{name}: nobody can type that"
        assert not any(zero in said for zero in ("$0.00", "0 tokens", "0 requests", "0 sessions")), (name, said)
    digest = render_digest(build_digest(await digest_input(rt, await subscribe(store), FRIDAY)), 1, None).text
    assert "No figures for Fri 20 Nov yet" in digest
    assert "$0" not in digest


@pytest.mark.parametrize(
    ("period", "said"),
    [("2027-02", ", because it hasn't begun."), ("2025-07", ". The Claude API tells me costs of one year at most, and")],
)
async def test_of_days_of_which_no_figure_can_come_nobody_is_told_to_ask_again(store: Store, period: str, said: str) -> None:
    await fill(store, BUSY)
    rt = running(store)
    found = await surfaces(rt, period)
    month = read_wanted(("july", "2025"), NOW)
    assert month is not None
    old = await reconciliation(rt, month.first, month.last)
    found["old month"] = render_reconciliation(old, month, price_table(), NOW).text
    asked = {name for name in found if name not in ("dashboard", "home", "reconcile", "old month")}
    assert [name for name in asked if said not in found[name]] == []
    assert "one year at most" in found["old month"]
    if period == "2027-02":
        code = render_code(await code_figures(rt, CodeQuery(period), Sight("none"), NOW)).text
        assert code.startswith("There are no Claude Code figures for Feb 2027")


@pytest.mark.both
async def test_before_its_tokens_came_money_stands_beside_no_count(store: Store) -> None:
    await fill(store, BUSY)
    found = await surfaces(running(store))
    for name in ("tokens", "records", "me", "reconcile", "tokens report"):
        assert any(said in found[name] for said in ("known yet", "are known")), (name, found[name])
        assert not any(zero in found[name] for zero in (" 0 input", "*0 tokens", "is $0.00")), (name, found[name])
