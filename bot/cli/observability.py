"""`python -m bot export observability`: what OTLP targets and Datadog would get now, and from which day on they get days."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from bot.cli import datadog
from bot.errors import QuartermasterError
from bot.settings.model import Settings
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.push import body_of, first_day, wanted
from bot.store.session import Store, Tx
from bot.telemetry.targets import Target, read_targets

Say = Callable[[str], None]


def observability(settings: Settings, since: date | None, *, dry_run: bool, write: Say, say: Say) -> int:
    """Print each body that would be sent as a line of JSON, or ask for days from `since` on; returns the exit code."""
    try:
        targets = read_targets(settings.otlp_targets)
    except QuartermasterError as error:
        say(error.sentence)
        return 2
    if not targets and not datadog.names_set(settings):
        say("There is nowhere to send to: set OTLP_TARGETS, DATADOG_API_KEY and DATADOG_APP_KEY, or DOGSTATSD_ADDRESS.")
        return 2
    if since is None and not dry_run:
        say("Give --from DAY to send older days too, or --dry-run to see what would be sent.")
        return 2
    return asyncio.run(_with_store(settings, targets, since, write if dry_run else None, say))


async def _with_store(settings: Settings, targets: Sequence[Target], since: date | None, write: Say | None, say: Say) -> int:
    store = Store(settings.database_url.get_secret_value(), settings.audit_key_bytes)
    try:
        if write:
            async with store.read() as tx:
                for target in targets:
                    await show(tx, target.name, since, write)
                await datadog.show(tx, settings, since, write)
            return 0
        async with store.write() as tx:
            for target in targets:
                await db.begin(tx, target.name, since or first_day(datetime.now(UTC)))
            more = await datadog.begin(tx, settings, since or first_day(datetime.now(UTC)))
        names = ", ".join([*(target.name for target in targets), *more]) or "nobody: DogStatsD takes no days that are over"
        say(f"Days from {since} on that aren't there yet will be sent by the running bot, within minutes, to {names}.")
    except Exception as error:  # drivers differ, and their texts repeat the address with its password
        say(f"The database can't be used ({type(error).__name__}). Is DATABASE_URL the bot's database, and has it run?")
        return 2
    finally:
        await store.close()
    return 0


async def show(tx: Tx, target: str, since: date | None, write: Say) -> None:
    """Print what a target would get: what is written down and didn't arrive, and then each day that changed."""
    known = await db.known(tx, target)
    first = since or (known.since if known else first_day(tx.now))
    left = await db.unsent(tx, target)
    days = await db.days_to_look_at(tx, first, None)
    for one in [*left, *[found for day in days if (found := await wanted(tx, target, day))]]:
        write(json.dumps({"target": target, "day": one.day.isoformat(), "revision": one.number, "body": body_of(one)}))
