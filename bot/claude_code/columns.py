"""What people did with Claude Code, as further columns of a report that names people."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from bot.admin.model import Member
from bot.claude_code import db
from bot.claude_code.build import Uses, as_of
from bot.claude_code.figures import read_members
from bot.claude_code.model import PERSON, ReadDay, Use
from bot.claude_code.people import sight_of
from bot.claude_code.plan import is_settled
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.slack.markup import date as shown_date
from bot.spend.phrases import missing_in_words
from bot.spend.reports.model import Times
from bot.spend.reports.team import FindMore, More
from bot.spend.scope import Scope
from bot.spend.table import Column, Value
from bot.words.addresses import same_form

COLUMNS = (
    Column("claude_code_sessions", "Sessions", "count"),
    Column("claude_code_commits", "Commits", "count"),
    Column("claude_code_pull_requests", "Pull requests", "count"),
    Column("claude_code_lines_added", "Lines added", "count"),
)
_WHAT: Markup = "Sessions, commits, pull requests and lines are Claude Code's"


def columns_from(running: Callable[[], Runtime]) -> FindMore:
    """Return what finds the columns of a report's days, as far as somebody may see them."""

    async def find(times: Times, scope: Scope) -> More:
        return await _find(running(), times, scope)

    return find


async def _find(rt: Runtime, times: Times, scope: Scope) -> More:
    """Return the columns. None where not everybody may see everybody's name, nor before anything was read."""
    if (await sight_of(rt, None)).others != "names":
        return More()
    async with rt.store.read() as tx:
        if await db.oldest_day(tx) is None:
            return More()
        known = await db.read_days(tx, times.first, times.last)
        uses = await db.uses(tx, times.first, times.last, PERSON)
    return more_of(times, known, uses, await read_members(rt) if known else (), scope)


def more_of(times: Times, known: Mapping[date, ReadDay], uses: Uses, members: Sequence[Member] | None, scope: Scope) -> More:
    """Return the columns of the days that are `known`, with the cells of those whom a scope holds by name.

    The report knows people by their address, so members alone are found, and none where `members` couldn't be asked.
    """
    until = as_of(known, times.first, times.last)
    if until is None:
        return More(COLUMNS, notes=("No figures of Claude Code yet for these days",))
    missing = [day for day in times.days if day not in known]
    if members is None:
        note: Markup = f"{_WHAT}: I couldn't ask who is who, so try again in a minute"
        return More(COLUMNS, notes=(note,), is_final=False)
    cells = {
        one.id: _cells(uses.get(("user", same_form(one.email)), Use()), is_whole=not missing)
        for one in members
        if one.email.isascii() and (scope.is_all or one.id in scope.people)
    }
    is_final = not missing and all(is_settled(one) for one in known.values())
    not_final: Markup = "" if is_final else ", not final yet"
    gaps: Markup = f", {missing_in_words(missing, times.today)}" if missing else ""
    return More(COLUMNS, cells, (f"{_WHAT}, as of {shown_date(until)}{not_final}{gaps}",), is_final)


def _cells(use: Use, *, is_whole: bool) -> tuple[Value, ...]:
    """Return somebody's counts; while a day is missing, none is known to be zero."""
    counts = (use.sessions, use.commits, use.pull_requests, use.lines_added)
    return counts if is_whole else tuple(count or None for count in counts)
