"""What targets don't take, for those who ask how the bot is doing."""

from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.spend.exports.otlp import db
from bot.telemetry.targets import read_targets
from bot.words.wording import plural

_NOTHING_IS_LOST = "Nothing is lost: I try again. On the server, python -m bot doctor says more."


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
