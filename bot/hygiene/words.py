"""How rules name things and figures.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.admin.model import ApiKey
from bot.hygiene.model import Facts
from bot.slack.markup import Markup, bold, code
from bot.spend.dimensions import MODEL, short_model
from bot.spend.model import ONE_DAY, Measures
from bot.spend.phrases import shown
from bot.words.wording import listed

WEEK = 7


def key_in(facts: Facts, key: ApiKey) -> Markup:
    """Return ``Key `ingest-prod` in *Production*``."""
    home = facts.home_of(key)
    return f"Key {code(key.name)} in {bold(home.name)}" if home else f"Key {code(key.name)}"


def key_names(keys: Iterable[ApiKey]) -> Markup:
    """Return some names of keys."""
    return listed([code(name) for name in sorted(key.name for key in keys)], most=6)


def name_of(facts: Facts, workspace_id: str) -> Markup:
    """Return a workspace's name, or its id."""
    found = next((one.name for one in facts.workspaces if one.id == workspace_id), workspace_id)
    return bold(found or "Default")


def model_name(model: str) -> Markup:
    """Return a model as people call it."""
    return bold(short_model(model))


def in_30_days(amount: Decimal, facts: Facts) -> Markup:
    """Return `$412.70 in 30 days`, `at least` where days have no data."""
    return f"{'at least ' if facts.missing else ''}{shown(amount)} in 30 days"


def keys_of_model(model: str) -> str:
    """Return the question, as people type it, which keys used a model."""
    return f"30d by key model {short_model(model)}"


def by_model(tokens: Sequence[Measures], today: date) -> Mapping[str, Measures]:
    """Return what the last week counted of each model that was used in it. The day is one of them."""
    found: dict[str, Measures] = {}
    for one in tokens:
        model = one.of(MODEL)
        if not model.startswith("claude") or one.day <= today - ONE_DAY * WEEK:
            continue
        known = found.get(model)
        found[model] = one if known is None else known._replace(amount=known.amount + one.amount)
    return found
