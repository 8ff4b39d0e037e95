"""Names of which no two look the same in one list of figures: the organization lets several things have one. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.spend.dimensions import short_model
from bot.words.reading import as_read

_MODEL = "claude-"
_APART = re.compile(r"(.+) \((?:…|\.\.\.)?(\w{4,})\)")


def told_apart(ids: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of ids. Those that read alike have the end of their id, too: `Staging (…x3f2)`.

    Only things of one sort are compared. Two versions of a model have their date.
    """
    every = sorted(set(ids))
    known = {one: names[one] for one in every if one in names}
    counts = Counter(_read(one, name) for one, name in known.items())
    apart = {one: apart_by_id(one, name) if counts[_read(one, name)] > 1 else name for one, name in known.items()}
    models = [one for one in every if one not in known and one.startswith(_MODEL)]
    short = Counter(short_model(one) for one in models)
    return {**names, **apart, **{one: one.removeprefix(_MODEL) for one in models if short[short_model(one)] > 1}}


def apart_by_id(thing_id: str, name: str) -> str:
    """Return a name with the end of its thing's id: `Staging (…x3f2)`."""
    return f"{name} (…{thing_id[-4:]})"


def meant_apart(typed: str, names: Mapping[str, str]) -> set[str]:
    """Return the ids that a name means which tells its thing apart, as people copy it: `Staging (…x3f2)`, or a whole id."""
    found = _APART.fullmatch(typed)
    if found is None:
        return set()
    name, end = as_read(found[1]), found[2]
    meant = {one for one, known in names.items() if one.lower().endswith(end.lower()) and as_read(known) == name}
    return {one for one in meant if one.endswith(end)} or meant


def ways_to_name(names: Mapping[str, str]) -> list[str]:
    """Return what people may call ids: their names, and of those that read alike also what tells them apart, and the ids."""
    apart = told_apart(names, names)
    twins = [one for one, name in names.items() if apart[one] != name]
    return [*names.values(), *(apart[one] for one in twins), *twins]


def of_this_name(said: str, count: int) -> str:
    """Return a name as it is told what figures are of: several that have one name are counted together."""
    return said if count == 1 else f"{said} ({count} of this name)"


def _read(thing_id: str, name: str) -> tuple[str, str]:
    """Return what tells a name from others: the sort of thing, which its id begins with, and how people read it."""
    return thing_id.partition("_")[0], as_read(name)
