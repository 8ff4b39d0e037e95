"""What targets take and don't take, for those who ask how the bot is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.spend.exports.datadog import costs
from bot.spend.exports.datadog import db as costs_db
from bot.spend.exports.datadog.kept import days_not_kept
from bot.spend.exports.otlp import db
from bot.telemetry.targets import read_targets
from bot.words.wording import calendar_day, listed, plural

_REJECTED_FOR = timedelta(days=7)
"""For how long it is said that a target didn't keep what it got, which can't be sent again."""
_NOTHING_IS_LOST = "Nothing is lost: I try again. On the server, python -m bot doctor says more."


@dataclass(frozen=True)
class Well:
    """A target that takes what it gets, and when the ledger was last looked through for it."""

    name: str
    looked_at: datetime


@dataclass(frozen=True)
class Targets:
    """How targets are: a sentence for each trouble, and those that took all that they got.

    One that got nothing yet is in neither.
    """

    troubles: Sequence[str] = ()
    well: Sequence[Well] = ()


def said_of(rejected: db.Rejected, target: str) -> str:
    """Return in plain text what a target didn't keep, and why; OTLP forbids to send it again."""
    what, of = plural(rejected.points, "figure"), plural(rejected.days, "day")
    why = f" ({listed(rejected.reasons, most=2)})" if rejected.reasons else ""
    return f"{target} answered that it didn't keep {what} of {of}{why}. They may not be sent again."


async def of_targets(rt: Runtime) -> Targets:
    """Return how the targets of OTLP are; a file that can't be read is a trouble."""
    try:
        targets = read_targets(rt.settings.otlp_targets)
    except QuartermasterError as error:
        return Targets([f"{error.sentence} Nobody gets telemetry. On the server, python -m bot check says where."])
    troubles, well = list[str](), list[Well]()
    async with rt.store.read() as tx:
        for target in targets:
            known = await db.known(tx, target.name)
            refused = await db.refused_days(tx, target.name)
            rejected = await db.rejected(tx, target.name, rt.now() - _REJECTED_FOR)
            if known and known.failure:
                tries = plural(known.failures, "try", "tries")
                troubles.append(f"{target.name} doesn't take figures ({known.failure}, {tries}). {_NOTHING_IS_LOST}")
            elif refused:
                days, why = plural(len(refused), "day"), listed(sorted(set(refused.values())))
                troubles.append(f"{target.name} refuses the figures of {days} ({why}). {_NOTHING_IS_LOST}")
            elif rejected:
                troubles.append(said_of(rejected, target.name))
            elif known and known.looked_at:
                well.append(Well(target.name, known.looked_at))
    return Targets(troubles, well)


async def of_costs(rt: Runtime) -> Targets:
    """Return whether Datadog takes the days that it should get as Custom Costs; nothing where that isn't set."""
    api = costs.api_of(rt.settings)
    if api is None:
        return Targets()
    async with rt.store.read() as tx:
        known = await costs_db.target(tx, costs.name_of(api))
        not_kept = await days_not_kept(tx, costs.name_of(api))
    if known and known.failure:
        tries = plural(known.failures, "try", "tries")
        return Targets([f"Datadog doesn't take closed days ({known.failure}, {tries}). {_NOTHING_IS_LOST}"])
    if not_kept:
        days, why = plural(len(not_kept), "day"), listed(sorted(set(not_kept.values())), most=2)
        which = listed([calendar_day(date.fromisoformat(one)) for one in sorted(not_kept)], most=3)
        said = f"Datadog took the costs of {days} ({which}) and doesn't have them as I sent them: {why}."
        return Targets([f"{said} Look at the files of Custom Costs there; I don't send them again."])
    return Targets(well=[Well("Datadog's Custom Costs", known.looked_at)] if known and known.looked_at else ())
