"""Claude Code's columns of the report about people: whose figures, who sees them, and what isn't known is no zero."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pytest

from bot.admin.model import Member
from bot.admin.rows import ClaudeCodeRow, Spender
from bot.claude_code import db
from bot.claude_code.columns import COLUMNS, columns_from, more_of
from bot.claude_code.model import Use
from bot.claude_code.plan import MAY_CHANGE_FOR, end_of, read_day
from bot.spend.aggregate import days_between
from bot.spend.ledger.pages import load_days
from bot.spend.reports.ask import report
from bot.spend.reports.model import Wanted
from bot.spend.scope import EVERYTHING, Scope
from bot.spend.table import Value
from bot.store.session import Store
from tests.claude_code.test_digest_desk import bot
from tests.spend.reports.samples import DAY, times
from tests.spend.world import DOLLAR, FRIDAY, NOW, OPUS, PROD, Slack, pages_of, row

NAMES = [column.name for column in COLUMNS]
NOTHING = [None, None, None, None]
USE = Use(sessions=4, commits=0, pull_requests=1, lines_added=120)
USES = {("user", "dana@acme.test"): USE, ("user", "left@acme.test"): USE, ("api", "ben@acme.test"): USE}
MEMBERS = [
    Member(id="user_dana", email="Dana@acme.test", name="Dana", role="developer"),
    Member(id="user_ben", email="ben@acme.test", name="Ben", role="developer"),
    Member(id="user_odd", email="Ödd@acme.test", name="Odd", role="developer"),
]
WEEK = days_between(FRIDAY - DAY * 6, FRIDAY)


def test_people_are_found_by_their_address_and_an_unread_day_is_no_zero() -> None:
    week = times(WEEK[0], FRIDAY)
    settled = {day: read_day(day, end_of(day) + MAY_CHANGE_FOR) for day in WEEK}
    whole = more_of(week, settled, USES, MEMBERS, EVERYTHING)
    assert whole.cells == {"user_dana": (4, 0, 1, 120), "user_ben": (0, 0, 0, 0)}, "a key of her name isn't somebody"
    assert whole.is_final
    assert "not final" not in whole.notes[0]
    young = more_of(week, {**settled, FRIDAY: read_day(FRIDAY, NOW)}, USES, MEMBERS, EVERYTHING)
    assert (young.cells, young.is_final) == (whole.cells, False)
    assert "not final yet" in young.notes[0]
    gap = more_of(week, {day: one for day, one in settled.items() if day != FRIDAY}, USES, MEMBERS, EVERYTHING)
    assert gap.cells == {"user_dana": (4, None, 1, 120), "user_ben": (None, None, None, None)}
    assert "not final yet, no data yet for Fri 20 Nov" in gap.notes[0]
    nothing = more_of(week, {}, {}, MEMBERS, EVERYTHING)
    assert (nothing.columns, nothing.cells) == (COLUMNS, {})
    assert "No figures of Claude Code yet" in nothing.notes[0]
    nobody = more_of(week, settled, USES, None, EVERYTHING)
    assert nobody.cells == {}
    assert "couldn't ask who is who" in nobody.notes[0]


def test_who_sees_a_part_sees_nobody_elses() -> None:
    settled = {day: read_day(day, NOW) for day in WEEK}
    seen = {
        scope: set(more_of(times(WEEK[0], FRIDAY), settled, USES, MEMBERS, scope).cells)
        for scope in (
            EVERYTHING,
            Scope(people=frozenset({"user_ben"}), workspaces=frozenset({PROD})),
            Scope(workspaces=frozenset({PROD})),
        )
    }
    assert [*seen.values()] == [{"user_dana", "user_ben"}, {"user_ben"}, set()]


class _Company:
    async def members(self) -> Sequence[Member]:
        return MEMBERS


async def reported(store: Store, setting: str, scope: Scope = EVERYTHING) -> tuple[dict[Value, list[Value]], str]:
    """Claude Code's cells of the report by person, and its notes."""
    rt = cast("Any", bot(store, Slack(), NOW, setting))
    rt.directory, rt.more_about_people = _Company(), (columns_from(lambda: rt),)
    built, _ = await report(rt, Wanted("team", "friday"), scope, NOW)
    table = built.parts[0].table
    at = [n for n, column in enumerate(table.columns) if column.name in NAMES]
    return {one[0]: [one[n] for n in at] for one in table.rows}, " ".join(built.notes)


async def use_it(store: Store, day: date) -> None:
    async with store.write() as tx:
        used = ClaudeCodeRow(day, "user", "DANA@acme.test", "api", "tmux", 2, 9, 3, 1, 5, {}, {})
        await db.replace_day(tx, read_day(day, NOW), [used])


@pytest.mark.both
async def test_the_report_has_them_where_everybody_may_see_names_and_nowhere_else(store: Store) -> None:
    spent = [
        row((FRIDAY, PROD, OPUS, "", DOLLAR))._replace(actor=Spender(kind, one, name=name))
        for kind, one, name in (("user", "user_dana", "Dana"), ("user", "user_ben", "Ben"), ("api", "apikey_ci", "ci"))
    ]
    await load_days(store, pages_of([spent]), FRIDAY, FRIDAY, NOW)
    assert {*map(tuple, (await reported(store, "names"))[0].values())} == {()}, "nobody here uses Claude Code"
    await use_it(store, FRIDAY - DAY)
    found, notes = await reported(store, "names")
    assert found == dict.fromkeys(found, NOTHING), "Friday wasn't read"
    assert "No figures of Claude Code yet" in notes
    await use_it(store, FRIDAY)
    found, notes = await reported(store, "names")
    cells = {str(name).partition(" ")[0]: one for name, one in found.items()}
    assert (cells.pop("Dana"), cells.pop("Ben"), [*cells.values()]) == ([2, 1, 5, 9], [0, 0, 0, 0], [NOTHING])
    assert "are Claude Code's, as of" in notes
    for setting in ("pseudonyms", "none"):
        found, notes = await reported(store, setting)
        assert ({*map(tuple, found.values())}, notes) == ({()}, ""), setting
    found, _ = await reported(store, "names", Scope(people=frozenset({"user_ben"}), workspaces=frozenset({PROD})))
    assert sorted(found.values(), key=str) == sorted([[0, 0, 0, 0], NOTHING, NOTHING], key=str)
