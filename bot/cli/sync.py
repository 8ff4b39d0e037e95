"""`python -m bot sync`: brings costs and Claude Code up to date, and with `--history` loads all that the API gives."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import typer

from bot.app import build
from bot.claude_code import sync as claude_code
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.settings.model import Settings
from bot.spend.ledger.db import ledger_edges
from bot.spend.ledger.history import Reached, load_next
from bot.spend.ledger.sync import sync_costs
from bot.store.migrate import open_database
from bot.words.wording import plural

Say = Callable[[str], None]
_LOOKS_AGAIN = 2.0
"""Seconds between two looks whether the other process that reads the reports is done."""
_HOURS = 8
"""The hours of a day take about as long as so many days of history without them."""
_AGAIN = "What was read is kept. Run the same command again to go on from there."
_NOTHING = "Nothing was read yet. Run the same command again once that is fixed."


async def sync(
    settings: Settings, clock: AbstractAsyncContextManager[Callable[[], datetime]], say: Say, history: bool
) -> bool:
    """Read what is new, and all history if wanted; False where the Admin API didn't answer, which was said.

    Raises DatabaseTooNew, and QuartermasterError where the database can't be used.
    """
    async with clock as now:
        bot = await build(settings, now)
        try:
            await open_database(bot.runtime.store)
            return await sync_with(bot.runtime, say, history)
        finally:
            await bot.close()


async def sync_with(rt: Runtime, say: Say, history: bool) -> bool:
    """Do the same with a runtime."""
    try:
        await _bring_up_to_date(rt, say)
        has_all = not history or await _load_history(rt, say)
        try:
            await _load_claude_code(rt, say, history)
        except UpstreamError:
            say("Costs are read, and Claude Code's report isn't.")
            raise
    except UpstreamError as error:
        say(error.sentence)
        say(_AGAIN if await _has_figures(rt) else _NOTHING)
        return False
    return has_all


async def _has_figures(rt: Runtime) -> bool:
    async with rt.store.read() as tx:
        return await ledger_edges(tx) is not None


async def _bring_up_to_date(rt: Runtime, say: Say) -> None:
    has_said = False
    while (loaded := await sync_costs(rt, rt.now())) is None:
        if not has_said:
            say("Another process reads the reports, or was killed at it less than 2 minutes ago; waiting.")
        has_said = True
        await asyncio.sleep(_LOOKS_AGAIN)
    days = len(set(loaded.days))
    say(f"Read {plural(days, 'day')} of costs from the {loaded.source} report.")


async def _load_history(rt: Runtime, say: Say) -> bool:
    """Load month after month, then hours; False where the hours of some days couldn't be read, which was said.

    A terminal sees a bar, anything else a line for each step.
    """
    is_terminal = sys.stdout.isatty()
    with typer.progressbar(
        length=1000, label="History", file=sys.stdout if is_terminal else None, hidden=not is_terminal
    ) as bar:
        shown, said, hours_said = 0, "", 0
        while True:
            reached = await load_next(rt, rt.now())
            if reached.is_busy:
                await asyncio.sleep(_LOOKS_AGAIN)
                continue
            part = max(_part(reached), shown)
            bar.update(part - shown)
            shown = part
            if reached.is_done:
                bar.update(1000 - shown)
                break
            if not is_terminal and said != reached.first_day.isoformat():
                said = reached.first_day.isoformat()
                say(f"History is loaded back to {said}.")
            elif not is_terminal and hours_said != (hours_said := reached.with_hours):
                say(f"Hours of {plural(hours_said, 'day')} are loaded, {reached.without_hours} left.")
    first = reached.first_day.isoformat()
    if left := reached.without_hours:
        say(f"All days are loaded, back to {first}, and the hours of {plural(left, 'day')} couldn't be read.")
        say(_AGAIN)
        return False
    say(f"All that the API gives is loaded, back to {first}.")
    return True


async def _load_claude_code(rt: Runtime, say: Say, history: bool) -> None:
    """Read Claude Code's report, a month further back with each step."""
    said = ""
    while True:
        reading = await claude_code.load_next(rt, rt.now())
        if reading is None:
            await asyncio.sleep(_LOOKS_AGAIN)
            continue
        if reading.looked_back_to and said != (said := reading.looked_back_to.isoformat()):
            say(f"Claude Code's report is read back to {said}.")
        if reading.is_history_over or not history:
            return


def _part(reached: Reached) -> int:
    """Return how much of the way is done, in thousandths."""
    whole = (reached.today - reached.oldest).days + _HOURS * (reached.with_hours + reached.without_hours)
    done = (reached.today - reached.first_day).days + _HOURS * reached.with_hours
    return min(done * 1000 // max(whole, 1), 1000)
