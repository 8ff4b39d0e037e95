"""Datadog on the command line: what it would get now, older days for it, and whether it answers."""

import json
from collections.abc import Callable, Sequence
from datetime import date

from bot.settings.model import Settings
from bot.settings.network import MENDS
from bot.spend.exports.datadog import costs, db
from bot.spend.exports.datadog.gauges import gauges
from bot.spend.exports.datadog.live import load
from bot.store.session import Tx
from bot.telemetry.custom_costs import Api, probe
from bot.telemetry.dogstatsd import probe as probe_agent

Say = Callable[[str], None]


def names_set(settings: Settings) -> list[str]:
    """Return the receivers at Datadog that are set, by their addresses."""
    api, agent = costs.api_of(settings), settings.dogstatsd_address
    return [*([costs.name_of(api)] if api else []), *([agent] if agent else [])]


async def begin(tx: Tx, settings: Settings, since: date) -> list[str]:
    """Let Custom Costs, where they are set, get days from `since` on; returns who gets some."""
    api = costs.api_of(settings)
    if api is None:
        return []
    await db.begin(tx, costs.name_of(api), since)
    return [f"Custom Costs at {costs.name_of(api)}"]


async def show(tx: Tx, settings: Settings, since: date | None, write: Say) -> None:
    """Print what Datadog would get now: each file that it lacks, and each live value of the ledger."""
    if api := costs.api_of(settings):
        await _show_costs(tx, api, since, write)
    if settings.dogstatsd_address:
        for one in gauges(await load(tx, tx.now), tx.now):
            said = {"target": "dogstatsd", "metric": one.name, "value": one.written, "tags": dict(one.tags)}
            write(json.dumps(said, ensure_ascii=False))


async def _show_costs(tx: Tx, api: Api, since: date | None, write: Say) -> None:
    name = costs.name_of(api)
    known = await db.target(tx, name)
    first = since or (known.since if known else costs.first_day(tx.now))
    days = {*await db.days_written(tx, first, None), *await db.days_unfinished(tx, name)}
    for day in sorted(days):
        if one := await costs.wanted(tx, name, day):
            head = json.dumps({"target": name, "day": day.isoformat(), "number": one.number, "as_of": one.as_of})
            write(f'{head[:-1]}, "body": {one.body.decode() if one.held else "null"}}}')


async def examine_datadog(settings: Settings) -> Sequence[tuple[bool, str]]:
    """Say of each receiver that is set whether it answers, and what to do where it doesn't."""
    found = list[tuple[bool, str]]()
    if api := costs.api_of(settings):
        found.append(await _examine_costs(api))
    if address := settings.dogstatsd_address:
        wrong = await probe_agent(address)
        said = f"No Datadog Agent at DOGSTATSD_ADDRESS, {address} ({wrong}). Start it with DogStatsD, or fix the address."
        there = f"DogStatsD: nothing says that {address} is wrong." if address.startswith("udp") else "DogStatsD answers."
        found.append((not wrong, said if wrong else there))
    return found


async def _examine_costs(api: Api) -> tuple[bool, str]:
    reply = await probe(api)
    where = f"Datadog's Custom Costs at {costs.name_of(api)}"
    if not reply.failure:
        return True, f"{where} can be read."
    if reply.status in (401, 403):
        return False, (
            f"{where} refuse the keys ({reply.failure}). Check DATADOG_API_KEY, DATADOG_APP_KEY and DATADOG_SITE, and that"
            " the application key may cloud_cost_management_read and cloud_cost_management_write."
        )
    mend = MENDS.get(reply.failure, "Check DATADOG_SITE and the network.")
    return False, f"{where} can't be reached ({reply.failure}). {mend}"
