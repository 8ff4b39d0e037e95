"""What an answer adds up: money, tokens or requests, by one or two splits. Every total is the sum of its parts. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from heapq import nlargest
from itertools import chain, compress
from operator import attrgetter, itemgetter, not_
from typing import NamedTuple

from bot.spend.ask.splits import HOUR, TOKEN_CLASSES, TOKENS_BY_TYPE, Tags, bucket_of, is_time, tag_of
from bot.spend.dimensions import UNREPORTED, WORKSPACE, Dimension
from bot.spend.model import ZERO, Breakdown, Cell, DayFigure, Measure, Measures, Series, Slice
from bot.spend.unlisted import Unlisted
from bot.words.wording import plural

OTHERS = "others"
"""The id of the part that stands for all that aren't named; no id of the API is like it."""


class Count(NamedTuple):
    """How much of what is counted fell into one group on one day; None: the source didn't say."""

    day: date
    ids: Mapping[str, str]
    amount: Decimal | None


class Total(NamedTuple):
    """A sum, and whether all of its parts are known."""

    amount: Decimal
    is_known: bool


Counted = Cell | Count
"""What groups cost is counted as it is read."""
Key = tuple[str, ...]
"""The ids of a part in each split."""


class _Sums(NamedTuple):
    """The amount of each part, and the parts of which an amount is unknown."""

    amounts: Mapping[Key, Decimal]
    unknown: Collection[Key] = ()

    def of(self, key: Key) -> Total:
        """Return the sum of a part, which is nothing where it has none."""
        return Total(self.amounts.get(key, ZERO), key not in self.unknown)


def of_measures(found: Iterable[Measures], measure: Measure, splits: Sequence[Dimension]) -> list[Counted]:
    """Return the tokens or requests of groups; with the kind of tokens among the splits, one for each kind."""
    if measure == "requests":
        return [Count(one.day, one.ids, None if one.requests is None else Decimal(one.requests)) for one in found]
    if TOKENS_BY_TYPE not in splits:
        return [Count(one.day, one.ids, Decimal(one.input + one.output)) for one in found]
    return [
        Count(one.day, {**one.ids, TOKENS_BY_TYPE.column: kind}, Decimal(getattr(one, kind)))
        for one in found
        for kind in TOKEN_CLASSES
    ]


def unreported(counts: Iterable[Counted], untold: Mapping[date, Iterable[Dimension]]) -> list[Counted]:
    """Return counts of which those of some days don't say what their source can't split by, as those of money do."""
    marked = {day: {one.column: UNREPORTED for one in splits} for day, splits in untold.items()}
    return [one._replace(ids={**one.ids, **marked.get(one.day, {})}) for one in counts]


def total(counts: Iterable[Counted]) -> Total:
    """Return the sum of counts."""
    amounts = [one.amount for one in counts]
    known = [one for one in amounts if one is not None]
    return Total(sum(known, ZERO), len(known) == len(amounts))


def ids_in(counts: Iterable[Counted]) -> set[str]:
    """Return the ids in counts, of which those of one group have one object."""
    groups = {id(one.ids): one.ids for one in counts}
    return {one for ids in groups.values() for one in ids.values()}


def id_of(split: Dimension, tags: Tags) -> Callable[[Counted], str]:
    """Return what tells the id of a count's part in a split, "" for none. It is asked of each of many counts."""
    column, tag = split.column, tag_of(split)
    if is_time(split) and split != HOUR:

        @cache
        def bucket(day: date) -> str:
            return bucket_of(split, day).isoformat()

        return lambda one: bucket(one.day)
    if tag:
        return lambda one: tags.get(one.ids.get(column, ""), {}).get(tag, "")
    return lambda one: one.ids.get(column, "")


def parts(
    splits: Sequence[Dimension],
    now: Sequence[Counted],
    before: Sequence[Counted] | None,
    names: Mapping[str, str],
    tags: Tags,
    most: int | None = None,
) -> Breakdown:
    """Return the parts of a total with what each was before; units of time in their order, else the largest first.

    `before` is None where there is nothing to compare with, as with units of time, each of which was only once. With `most`
    the others of many may be unlisted.
    """
    compared = None if before is None or any(is_time(one) for one in splits) else before
    earlier = None if compared is None else _sums(splits, compared, tags)
    sums = _sums(splits, now, tags)
    labels = [_labels(split, names) for split in splits]
    times = [at for at, one in enumerate(splits) if is_time(one)]
    found = dict[Key, list[Slice]]()
    listed, unlisted = _listed(sums, earlier, most, times) if most else (None, None)
    for key in listed or {**sums.amounts, **(earlier.amounts if earlier else {})}:
        part = _slice(labels, key, sums.of(key), earlier.of(key) if earlier is not None else None)
        found.setdefault(tuple([key[at] for at in times]) if times else (), []).append(part)
    # Each time by itself: no other thread runs while a list is sorted.
    ordered = [_largest_first(found[one]) for one in sorted(found)]
    return Breakdown(splits[0], tuple(chain(*ordered)), splits[1] if len(splits) > 1 else None, unlisted)


def _listed(sums: _Sums, earlier: _Sums | None, most: int, times: Sequence[int]) -> tuple[list[Key], Unlisted | None]:
    """Return the largest parts with those as large as the last, and what all others are; nothing where one is unknown.

    Of units of `time`, which stand in their own order, the first ones with all of their parts.
    """
    if sums.unknown or (earlier and earlier.unknown):
        return [], None
    was: Mapping[Key, Decimal] = earlier.amounts if earlier else {}
    now = {**dict.fromkeys(was, ZERO), **sums.amounts} if was else sums.amounts
    told = [key for key, amount in now.items() if amount or was.get(key)]
    if len(told) <= most:
        return told, None
    kept, rest = _first(told, times, most) if times else _largest(told, now, most)
    amounts = [now[key] for key in rest]
    if not rest or (times and min(amounts) < 0):
        return told, None
    before = None if earlier is None else sum((was.get(key, ZERO) for key in rest), ZERO)
    return [*kept], Unlisted(len(rest), sum(map(bool, amounts)), min(amounts), sum(amounts, ZERO), before)


def _largest(told: Sequence[Key], now: Mapping[Key, Decimal], most: int) -> tuple[Sequence[Key], Sequence[Key]]:
    """Return so many of the largest parts, and the others."""
    least = nlargest(most, [now[key] for key in told])[-1]
    if least <= 0:  # whoever names those with an amount needs the credits behind those without
        return told, ()
    return [key for key in told if now[key] >= least], [key for key in told if now[key] < least]


def _first(told: Sequence[Key], times: Sequence[int], most: int) -> tuple[Sequence[Key], Sequence[Key]]:
    """Return the parts of the first units of time, which are so many or more, and the others."""
    units = [*map(itemgetter(*times), told)]
    left, last = most, max(units)
    for unit, parts in sorted(Counter(units).items()):
        left -= parts
        if left <= 0:
            last = unit
            break
    is_kept = [unit <= last for unit in units]
    return [*compress(told, is_kept)], [*compress(told, map(not_, is_kept))]


def _sums(splits: Sequence[Dimension], counts: Sequence[Counted], tags: Tags) -> _Sums:
    """Return the sums of parts. A split at a time, because there may be hundreds of thousands of counts."""
    keys = zip(*[[*map(id_of(split, tags), counts)] for split in splits], strict=True)
    amounts: dict[Key, Decimal] = {}
    unknown: set[Key] = set()
    for key, one in zip(keys, counts, strict=True):
        amount = one.amount
        if amount is None:
            unknown.add(key)
            amount = ZERO
        amounts[key] = amounts[key] + amount if key in amounts else amount
    return _Sums(amounts, unknown)


def _largest_first(found: list[Slice]) -> list[Slice]:
    """Return parts by their amount, and those that are alike by their names. Two short sorts take half as long as one."""
    by_name = sorted(found, key=attrgetter("name", "and_name"))
    return sorted(by_name, key=attrgetter("amount"), reverse=True)


def _labels(split: Dimension, names: Mapping[str, str]) -> Callable[[str], str]:
    """Return what calls an id by its name, once for each: with two splits many parts have the same."""

    @cache
    def label(thing_id: str) -> str:
        return split.label(thing_id, names)

    return label


def _slice(labels: Sequence[Callable[[str], str]], key: Key, now: Total, was: Total | None) -> Slice:
    before = was.amount if was is not None and was.is_known else None
    if len(key) == 1:
        return Slice(key[0], labels[0](key[0]), now.amount, before, "", now.is_known)
    return Slice("\t".join(key), labels[0](key[0]), now.amount, before, labels[1](key[1]), now.is_known)


def narrowed(found: Breakdown, top: int | None, over: Decimal | None) -> Breakdown:
    """Return the parts that are large enough, at most `top`, and all others as one, so that they add up as before."""
    slices = found.slices
    large = [at for at, part in enumerate(slices) if over is None or part.amount > over]
    kept = set(large if top is None else sorted(large, key=lambda at: -slices[at].amount)[:top])
    rest = [part for at, part in enumerate(slices) if at not in kept]
    if not rest:
        return found
    before = [part.before for part in rest]
    was = sum((one for one in before if one is not None), ZERO) if None not in before else None
    others = Slice(
        OTHERS,
        plural(len(rest), "other"),
        sum((part.amount for part in rest), ZERO),
        was,
        "–" if found.and_by else "",
        all(part.is_known for part in rest),
    )
    named = (part for at, part in enumerate(slices) if at in kept)
    return Breakdown(found.dimension, (*named, others), found.and_by)


def stacked_by(splits: Sequence[Dimension]) -> Dimension | None:
    """Return the split by which an answer's chart is stacked, None where it is split by time alone."""
    return next((one for one in splits if not is_time(one)), None)


def series_of(
    splits: Sequence[Dimension],
    days: Sequence[date],
    known: Container[date],
    counts: Iterable[Counted],
    names: Mapping[str, str],
    tags: Tags,
) -> Series:
    """Return days, or the unit of time among the splits, stacked by the first other split, the largest part first.

    All OTHERS come last. A unit of which no day is `known` has no data; a split by time alone has one part.
    """
    unit = next((one for one in splits if is_time(one)), None)
    stacked = stacked_by(splits)
    part_of = id_of(stacked, tags) if stacked else None
    sums: dict[date, dict[str, Decimal]] = {}
    totals: dict[str, Decimal] = {}

    @cache
    def begins(day: date) -> date:
        return bucket_of(unit, day) if unit else day

    for one in counts:
        part = part_of(one) if part_of else ""
        bucket = sums.setdefault(begins(one.day), {})
        bucket[part] = bucket.get(part, ZERO) + (one.amount or ZERO)
        totals[part] = totals.get(part, ZERO) + (one.amount or ZERO)
    order = sorted(totals, key=lambda part: (part == OTHERS, -totals[part], part))
    starts = dict.fromkeys(bucket_of(unit, day) if unit else day for day in days)
    told = {bucket_of(unit, day) if unit else day for day in days if day in known}
    figures = tuple(DayFigure(start, sums.get(start, {}) if start in told else None) for start in starts)
    labels = {part: stacked.label(part, names) if stacked else "Total" for part in order}
    return Series(figures, tuple(labels.items()))


def untagged(
    splits: Sequence[Dimension], counts: Iterable[Counted], names: Mapping[str, str], tags: Tags
) -> tuple[str, ...]:
    """Return the names of the workspaces that have no value of a tag by which counts are split, without those of nothing."""
    found: set[str] = set()
    asked = [id_of(split, tags) for split in splits if tag_of(split)]
    for one in counts if asked else ():
        if one.amount and any(not find(one) for find in asked):
            found.add(WORKSPACE.label(one.ids.get(WORKSPACE.column, ""), names))
    return tuple(sorted(found))
