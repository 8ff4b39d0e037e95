"""`python -m bot export observability`: what OTLP's targets and Datadog would get now, or older days sent to them."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

import typer

from bot import __version__
from bot.app import build
from bot.cli import datadog
from bot.cli.database import Unreadable, absent_file, read_database
from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.settings.model import Settings
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.db import Sending
from bot.spend.exports.otlp.points import points_of
from bot.spend.exports.otlp.push import Pushed, first_day, push_alone
from bot.spend.exports.otlp.wanted import days_to_tell, sendings_of
from bot.spend.exports.trouble import said_of
from bot.spend.model import ONE_DAY
from bot.store.session import Tx
from bot.telemetry.targets import Target, read_targets
from bot.words.wording import listed

Say = Callable[[str], None]
Clock = AbstractAsyncContextManager[Callable[[], datetime]]
_LOOKS_AGAIN = 2.0
"""Seconds between two looks whether the running bot is done with a target."""


def observability(settings: Settings, clock: Clock, since: date | None, *, dry_run: bool, write: Say, say: Say) -> int:
    """Print each body that would be sent as a line of JSON, or send all days from `since` on; returns the exit code."""
    try:
        targets = read_targets(settings.otlp_targets)
    except QuartermasterError as error:
        say(error.sentence)
        return 2
    if not targets and not datadog.names_set(settings):
        say("There is nowhere to send to: set OTLP_TARGETS, DATADOG_API_KEY and DATADOG_APP_KEY, or DOGSTATSD_ADDRESS.")
        return 2
    if dry_run:
        return asyncio.run(_show_all(settings, targets, since, write, say))
    if since is None:
        say("Give --from DAY to send older days too, or --dry-run to see what would be sent.")
        return 2
    if absent := absent_file(settings.database_url.get_secret_value()):
        say(f"There is no database at {absent}.")
        return 2
    return asyncio.run(_send(settings, clock, targets, since, say))


async def _show_all(settings: Settings, targets: Sequence[Target], since: date | None, write: Say, say: Say) -> int:
    last: list[str] = []

    def shown(line: str) -> None:
        write(line)
        last[:] = [line]

    async def work(tx: Tx) -> None:
        for target in targets:
            await show(tx, target.name, since, settings.hours_kept, shown)
        await datadog.show(tx, settings, since, shown)
        if not last:
            say("Nothing is left to send: what is final and asked for is there. --from DAY asks for older days, too.")

    try:
        await read_database(settings, "What was told to targets", work)
    except Unreadable as error:
        say(str(error))
        return 2
    return 0


async def show(tx: Tx, target: str, since: date | None, hours_kept: int, write: Say) -> None:
    """Print what a target would get: what is written down and didn't arrive, and then each day that changed."""
    known = await db.known(tx, target)
    first = since or (known.since if known else first_day(tx.now))
    left = await db.unsent(tx, target)
    days, _ = days_to_tell(await db.days_to_look_at(tx, first, None), hours_kept, tx.now)
    for one in [*left, *[one for fact in days for one in await sendings_of(tx, target, fact)]]:
        write(json.dumps(_line(one)))


def _line(one: Sending) -> dict[str, object]:
    from bot.telemetry.otlp import as_json

    body = as_json(points_of(one.day, one.content), __version__)
    return {"target": one.target, "day": one.day.isoformat(), "number": one.number, "refused": one.refused, "body": body}


async def _send(settings: Settings, clock: Clock, targets: Sequence[Target], since: date, say: Say) -> int:
    async with clock as now:
        if since > (today := first_day(now()) + ONE_DAY):  # a target would get nothing until then
            say(f"--from is a day that is still to come, {since}; today is {today}.")
            return 2
        bot = await build(settings, now)
        try:
            ends = [await send_history(bot.runtime, target, since, say) for target in targets]
            await _leave_to_the_bot(bot.runtime, since, say)
        except Exception as error:  # drivers differ, and their texts repeat the address with its password
            say(f"The database can't be used ({type(error).__name__}). Is DATABASE_URL the bot's database, and has it run?")
            return 2
        finally:
            await bot.close()
    return 0 if all(ends) else 1


async def _leave_to_the_bot(rt: Runtime, since: date, say: Say) -> None:
    """Let the running bot upload Datadog's files of days from `since` on, where Custom Costs are set, and say so."""
    async with rt.store.write() as tx:
        names = await datadog.begin(tx, rt.settings, since)
    if names:
        who = ", ".join(names)
        say(f"Days from {since} on that aren't there yet will be sent by the running bot, within minutes, to {who}.")
    elif rt.settings.dogstatsd_address:
        say("DogStatsD takes no days that are over.")


async def send_history(rt: Runtime, target: Target, since: date, say: Say) -> bool:
    """Send one target all days from `since` on that it hasn't got; False where it didn't take them, which is said.

    A terminal sees a bar. What was sent is kept: the same command, or the running bot, resumes behind it. What the target
    refused before is tried at once.
    """
    async with rt.store.write() as tx:
        await db.begin(tx, target.name, since)
        await db.ask_refused_again(tx, target.name)
    is_terminal = sys.stdout.isatty()
    with typer.progressbar(
        length=1000, label=target.name, file=sys.stdout if is_terminal else None, hidden=not is_terminal
    ) as bar:
        ended = await _rounds(rt, target, lambda done, of: bar.update(done * 1000 // of - bar.pos), say)
        if ended is not Pushed.AWAY:
            bar.update(1000 - bar.pos)
    async with rt.store.read() as tx:
        known, left = await db.known(tx, target.name), await db.unsent(tx, target.name)
        rejected = await db.rejected(tx, target.name, since)
    if ended is Pushed.AWAY:
        say(f"{target.name} didn't take everything ({known.failure if known else None}). Nothing is lost: run this again.")
        return False
    if days := sorted({one.day.isoformat() for one in left}):
        say(f"{target.name} refuses what it is told of {listed(days, most=5)}. It is asked again once a day.")
        return False
    if rejected:
        say(said_of(rejected, target.name))
        return False
    waits = ", but for days that wait for their hours: the running bot sends them once they are known"
    say(f"{target.name} has all that is final from {since} on{waits if ended is Pushed.WAITS else ''}.")
    return True


async def _rounds(rt: Runtime, target: Target, tell: Callable[[int, int], None], say: Say) -> Pushed:
    """Push until the target has everything or doesn't take something."""
    has_said = False
    while (ended := await push_alone(rt, target, rt.now(), tell)) in (Pushed.BUSY, Pushed.MORE):
        if ended is Pushed.BUSY:
            if not has_said:
                say(f"Another process sends to {target.name}, or was killed at it less than 2 minutes ago; waiting.")
            has_said = True
            await asyncio.sleep(_LOOKS_AGAIN)
    return ended
