"""What targets take and don't take, for those who ask how the bot is doing."""

from dataclasses import dataclass
from datetime import datetime

from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.spend.exports.datadog import costs
from bot.spend.exports.datadog import db as costs_db
from bot.spend.exports.otlp import db
from bot.telemetry.targets import read_targets
from bot.words.wording import plural

_NOTHING_IS_LOST = "Nothing is lost: I try again. On the server, python -m bot doctor says more."


@dataclass(frozen=True)
class Well:
    """A target that takes what it gets, and when the ledger was last looked through for it."""

    name: str
    looked_at: datetime


async def targets_in_trouble(rt: Runtime) -> list[str]:
    """Return a sentence for each target that doesn't take what it should get, or for the file that names them."""
    try:
        targets = read_targets(rt.settings.otlp_targets)
    except QuartermasterError as error:
        return [f"{error.sentence} Nobody gets telemetry. On the server, python -m bot check says where."]
    found: list[str] = []
    async with rt.store.read() as tx:
        for target in targets:
            known = await db.known(tx, target.name)
            refused = await db.refused_days(tx, target.name)
            if known and known.failure:
                tries = plural(known.failures, "try", "tries")
                found.append(f"{target.name} doesn't take figures ({known.failure}, {tries}). {_NOTHING_IS_LOST}")
            elif refused:
                found.append(f"{target.name} refuses the figures of {plural(len(refused), 'day')}. {_NOTHING_IS_LOST}")
    return found


async def costs_in_trouble(rt: Runtime) -> list[str]:
    """Return a sentence where Datadog doesn't take the days that it should get as Custom Costs."""
    known = await _costs(rt)
    if known is None or not known.failure:
        return []
    tries = plural(known.failures, "try", "tries")
    return [f"Datadog doesn't take closed days ({known.failure}, {tries}). {_NOTHING_IS_LOST}"]


async def targets_well(rt: Runtime) -> list[Well]:
    """Return the targets that took all that they got, those of OTLP first; one that got nothing yet is none of them."""
    try:
        targets = read_targets(rt.settings.otlp_targets)
    except QuartermasterError:
        targets = ()
    found: list[Well] = []
    async with rt.store.read() as tx:
        for target in targets:
            known = await db.known(tx, target.name)
            if known and known.looked_at and not known.failure and not await db.refused_days(tx, target.name):
                found.append(Well(target.name, known.looked_at))
    money = await _costs(rt)
    return (
        [*found, Well("Datadog's Custom Costs", money.looked_at)]
        if money and money.looked_at and not money.failure
        else found
    )


async def _costs(rt: Runtime) -> costs_db.Target | None:
    api = costs.api_of(rt.settings)
    if api is None:
        return None
    async with rt.store.read() as tx:
        return await costs_db.target(tx, costs.name_of(api))
