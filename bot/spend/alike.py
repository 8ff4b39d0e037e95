"""Names of which no two look the same in one list of figures: the organization lets several things have one. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.spend.dimensions import short_model
from bot.words.reading import as_read

_MODEL = "claude-"


def told_apart(ids: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of ids. Those that read alike have the end of their id, too: `Staging (…x3f2)`.

    Only things of one sort are compared. Two versions of a model have their date.
    """
    every = sorted(set(ids))
    known = {one: names[one] for one in every if one in names}
    counts = Counter(_read(one, name) for one, name in known.items())
    apart = {one: f"{name} (…{one[-4:]})" if counts[_read(one, name)] > 1 else name for one, name in known.items()}
    models = [one for one in every if one not in known and one.startswith(_MODEL)]
    short = Counter(short_model(one) for one in models)
    return {**names, **apart, **{one: one.removeprefix(_MODEL) for one in models if short[short_model(one)] > 1}}


def _read(thing_id: str, name: str) -> tuple[str, str]:
    """Return what tells a name from others: the sort of thing, which its id begins with, and how people read it."""
    return thing_id.partition("_")[0], as_read(name)
