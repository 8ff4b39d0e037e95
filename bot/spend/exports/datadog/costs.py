"""Uploads closed days as Custom Costs: each once, and one that changed in place of the file that was there.

Datadog adds up what is uploaded, so a file is looked for there before it is uploaded: its upload may not have been answered,
or the database may come from a backup. One that is out of date is removed first: in between a day is missing there, and at
no moment it counts twice.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import structlog

from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.settings.model import Settings
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.datadog import db
from bot.spend.exports.datadog.db import File
from bot.spend.exports.datadog.files import PROVIDER, TAG, held
from bot.spend.exports.datadog.kept import look
from bot.spend.ledger import db as table
from bot.spend.model import ONE_DAY
from bot.store.leases import hold_lease
from bot.store.names import names_of
from bot.store.session import Tx
from bot.telemetry import names as metrics
from bot.telemetry.custom_costs import Api, Failed, Reply, marked, remove, upload

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
LISTED_WITHIN = timedelta(minutes=5)
"""For so long after an upload that wasn't answered its file may be missing in Datadog's list."""


def api_of(settings: Settings) -> Api | None:
    """Return Datadog's API as the settings have it, None where no keys are set."""
    if settings.datadog_api_key is None or settings.datadog_app_key is None:
        return None
    url = settings.datadog_url or f"https://api.{settings.datadog_site}"
    return Api(url, settings.datadog_api_key, settings.datadog_app_key, settings.proxy_for(url), settings.ssl_cert_file)


def name_of(api: Api) -> str:
    """Return what a target is known by: its host, without what an address may hold besides."""
    parts = urlsplit(api.url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def first_day(now: datetime) -> date:
    """Return the first day that a new target gets: days before are sent when they are asked for."""
    return now.astimezone(UTC).date() - ONE_DAY


async def due(rt: Runtime, now: datetime) -> Sequence[str]:
    """Return the target if it may be tried now."""
    api = api_of(rt.settings)
    if api is None:
        return ()
    async with rt.store.read() as tx:
        known = await db.target(tx, name_of(api))
    waits = known and known.retry_at and now < known.retry_at <= now + timedelta(seconds=2 * LONGEST_PAUSE)
    return () if waits else (name_of(api),)


async def push(rt: Runtime, name: str, now: datetime) -> None:
    """Upload what the target hasn't got; one process at a time does. Raises QuartermasterError for what is refused."""
    api = api_of(rt.settings)
    if api is None or name_of(api) != name:
        return
    async with hold_lease(rt.store, f"custom_costs:{name}") as is_ours:
        if not is_ours:
            return
        failure = await _push(rt, api, name, now)
        async with rt.store.write() as tx:
            await _conclude(tx, name, failure, now)
    if failure:
        raise QuartermasterError(f"Datadog didn't take everything ({failure.failure}).")


async def _push(rt: Runtime, api: Api, name: str, now: datetime) -> Reply | None:
    """Settle each day that changed or waits; returns the failure that ended it, or the last of single files."""
    async with rt.store.write() as tx:
        if await db.target(tx, name) is None:
            await db.begin(tx, name, first_day(now))
    async with rt.store.read() as tx:
        until, days = await db.written_until(tx), await days_to_settle(tx, name)
    refused: Reply | None = None
    reasons = set[str]()
    listed = _Listed(rt, api, name)
    for day in days:
        try:
            await _settle(rt, listed, day, now)
        except Failed as error:
            rt.meter.set(metrics.PUSHED, now.timestamp(), name, "failed")
            if error.reply.failure not in reasons:  # a target that refuses everything says so once
                log.warning("custom_costs_not_taken", target=name, day=day.isoformat(), because=error.reply.failure)
            reasons.add(error.reply.failure)
            if not error.reply.is_content:
                return error.reply
            refused = error.reply  # of this file alone; it waits on its own
    async with rt.store.write() as tx:
        await db.note(tx, name, looked_at=until)
    await look(rt, api, name, now)
    return refused


async def days_to_settle(tx: Tx, name: str) -> list[date]:
    """Return the days that a target may lack, oldest first."""
    known = await db.target(tx, name)
    written = await db.days_written(tx, known.since, known.looked_at) if known else []
    return sorted({*written, *await db.days_unfinished(tx, name)})


async def _conclude(tx: Tx, name: str, failure: Reply | None, now: datetime) -> None:
    """Note when a target is tried again."""
    if failure is None:
        await db.note(tx, name, failures=0, failure=None, retry_at=None)
        return
    known = await db.target(tx, name)
    failures = known.failures + 1 if known else 1
    pause = failure.retry_after or min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    await db.note(tx, name, failures=failures, failure=failure.failure, retry_at=now + timedelta(seconds=pause))


class _Listed:
    """The files at Datadog that the database doesn't know, by their mark; listed once, when the first one is looked for."""

    def __init__(self, rt: Runtime, api: Api, name: str) -> None:
        self.api, self.name = api, name
        self._rt = rt
        self._found: dict[str, str] | None = None

    async def find(self, one: File) -> str:
        """Return the id of a file, "" where it isn't listed; raises Failed."""
        if self._found is None:
            async with self._rt.store.read() as tx:
                known = await db.known_ids(tx, self.name)
            self._found = await marked(self.api, PROVIDER, TAG, known)
        return self._found.get(one.mark, "")


async def _settle(rt: Runtime, listed: _Listed, day: date, now: datetime) -> None:
    """Bring what Datadog has of a day up to what the ledger has; raises Failed. May stop anywhere and begin again."""
    async with rt.store.read() as tx:
        unsure = [one for one in await db.files(tx, listed.name, day) if one.tried_at and one.taken_at is None]
    for one in unsure:
        if one.tried_at and timedelta(0) <= now - one.tried_at < LISTED_WITHIN:
            return
        file_id = await listed.find(one)
        async with rt.store.write() as tx:
            await db.change(tx, one, **({"taken_at": now, "file_id": file_id} if file_id else {"tried_at": None}))
    async with rt.store.write() as tx:
        fresh = await wanted(tx, listed.name, day)
        if fresh is None:
            return
        await db.intend(tx, fresh)
        older = [one for one in await db.files(tx, listed.name, day) if one.number < fresh.number and one.is_there]
    for one in older:
        await _take_away(rt, listed, one, now)
    await _upload(rt, listed, fresh, now)


async def wanted(tx: Tx, name: str, day: date) -> File | None:
    """Return the file that a target should get of a day, None where it has the figures already."""
    files = await db.files(tx, name, day)
    last = files[-1] if files else None
    cells = held(await table.cells(tx, day, day, (WORKSPACE, MODEL)))
    if (last is None and not cells) or (last and last.taken_at and last.held == cells):
        return None
    number = 0 if last is None else last.number + 1 if last.taken_at else last.number
    known = (await table.ledger_days(tx, day, day)).get(day)
    names = await names_of(tx, {workspace for workspace, _ in cells})
    return File(name, day, number, cells, dict(names), known.refreshed_at.isoformat() if known else "")


async def _take_away(rt: Runtime, listed: _Listed, one: File, now: datetime) -> None:
    """Remove a file that is out of date; one of which no id was told is looked for."""
    file_id = one.file_id or await listed.find(one)
    if not file_id:
        raise Failed(Reply("the file to replace isn't listed"))
    reply = await remove(listed.api, file_id)
    if reply.failure:
        raise Failed(reply)
    async with rt.store.write() as tx:
        await db.change(tx, one, removed_at=now)


async def _upload(rt: Runtime, listed: _Listed, one: File, now: datetime) -> None:
    """Upload a file, unless it is there or has no lines."""
    file_id = await listed.find(one) if one.held else ""
    async with rt.store.write() as tx:
        await db.change(tx, one, tried_at=rt.now())
    reply = Reply()
    if one.held and not file_id:
        reply, file_id = await upload(listed.api, one.body)
    async with rt.store.write() as tx:
        if not reply.failure:
            await db.change(tx, one, taken_at=now, file_id=file_id or None)
            rt.meter.set(metrics.PUSHED, rt.now().timestamp(), listed.name, "done")
        elif not reply.is_unsure:
            await db.change(tx, one, tried_at=None)
    if reply.failure:
        raise Failed(reply)
