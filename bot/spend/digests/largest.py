"""A digest's day without most of its keys: what a message shows, and sums of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.spend.aggregate import total_of
from bot.spend.digests.build import WEEK, Keys, key_behind, most_up
from bot.spend.digests.view import IN_WORDS
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.ledger.apart import names_beside
from bot.spend.ledger.largest.db import KeySum, Largest, keys_of, largest_keys, risen_keys
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ONE_DAY, ZERO, Cell, LedgerDay
from bot.spend.render import TABLE_ROWS
from bot.spend.unlisted import Unlisted
from bot.store.session import Tx

_BY = tuple(one for one in DIMENSIONS if one is not KEY)
_MOST = TABLE_ROWS * 2
"""So many keys are looked at: some may be as large as the last that a page shows."""


@dataclass(frozen=True)
class Days:
    """A day and the day a week before, the week of the key that pushed the day up, and names; fields of a DigestInput."""

    cells: Sequence[Cell]
    week_ago: Sequence[Cell]
    week: Sequence[Cell]
    names: Mapping[str, str]
    keys: Keys | None = None


@dataclass(frozen=True)
class _Behind:
    """The cells of keys that may have pushed a day up, on both days and, of the one that did, in the week between."""

    cells: Sequence[Cell] = ()
    before: Sequence[Cell] = ()
    week: Sequence[Cell] = ()


async def without_keys(
    tx: Tx, known: Mapping[date, LedgerDay], day: date, only: Sequence[str], charted: Sequence[Cell]
) -> Days | None:
    """Return a day with its largest keys alone; None where nothing but all keys gives the same message."""
    before = day - WEEK
    if not all(SOURCES[known[one].source].tells(KEY) for one in (day, before) if one in known):
        return None
    is_compared = before in known and known[before].closed
    found = await largest_keys(tx, day, before if is_compared else None, _MOST, only)
    listed = _listed(found)
    if listed is None:
        return None
    cells, week_ago = [await table.cells(tx, one, one, _BY, only) for one in (day, before)]
    behind = await _behind(tx, day, only, cells, week_ago)
    names = await _names(tx, day, only, [*cells, *week_ago, *charted], {*(one.id for one in listed), *_ids(behind)})
    earlier = week_ago if is_compared else None
    keys = Keys(
        listed=[_cell(day, one.id, one.amount) for one in listed],
        before=[_cell(before, one.id, one.before) for one in listed] if is_compared else None,
        unlisted=_unlisted(found, listed, total_of(cells), None if earlier is None else total_of(earlier)),
        behind=behind.cells,
        behind_before=behind.before,
    )
    return Days(cells, week_ago, behind.week, names, keys)


def _listed(found: Largest) -> list[KeySum] | None:
    """Return the keys of a table's first page, and those as large as its last: names order them; all where they are few.

    None where that isn't known, or where only keys that cost less than nothing are left to be named in words.
    """
    if len(found.keys) < _MOST:
        return found.keys
    listed = [one for one in found.keys if one.amount >= found.keys[TABLE_ROWS - 1].amount]
    is_full = len(listed) < _MOST and sum(map(_is_part, listed)) >= TABLE_ROWS
    spent = sum(one.amount != 0 for one in listed)
    return listed if is_full and (spent >= IN_WORDS or spent == found.spent) else None


def _is_part(key: KeySum) -> bool:
    return bool(key.amount or key.before)


def _unlisted(found: Largest, listed: Sequence[KeySum], total: Decimal, before: Decimal | None) -> Unlisted | None:
    """Return what is known of the keys that aren't listed: of all of them together less those that are."""
    parts = found.parts - sum(map(_is_part, listed))
    if not parts:
        return None
    return Unlisted(
        parts=parts,
        spent=found.spent - sum(one.amount != 0 for one in listed),
        least=found.least,
        amount=total - sum((one.amount for one in listed), ZERO),
        before=None if before is None else before - sum((one.before for one in listed), ZERO),
    )


async def _behind(tx: Tx, day: date, only: Sequence[str], cells: Sequence[Cell], week_ago: Sequence[Cell]) -> _Behind:
    """Return the cells of those keys that carry at least half of the rise of the workspace that is up most."""
    pushing = most_up(cells, week_ago, total_of(cells))
    if pushing is None:
        return _Behind()
    workspace_id, change = pushing
    risen = await risen_keys(tx, day, day - WEEK, workspace_id, change)
    if not risen:
        return _Behind()
    of_keys = {WORKSPACE: [workspace_id], KEY: risen}
    now, before = [await table.cells(tx, one, one, workspace_ids=only, where=of_keys) for one in (day, day - WEEK)]
    behind = key_behind(workspace_id, change, now, before)
    return _Behind(now, before, await week_of_key(tx, day, workspace_id, behind[0]) if behind else ())


async def week_of_key(tx: Tx, day: date, workspace_id: str, key_id: str) -> list[Cell]:
    """Return the week up to a day by model, of the key that pushed the day up: of the others nobody reads it."""
    of_key = {WORKSPACE: [workspace_id], KEY: [key_id]}
    return await table.cells(tx, day - WEEK + ONE_DAY, day, ("day", MODEL, KEY), where=of_key)


async def _names(tx: Tx, day: date, only: Sequence[str], cells: Sequence[Cell], key_ids: set[str]) -> dict[str, str]:
    """Return names as they are told apart from those of all keys of both days."""

    async def there(ids: set[str]) -> set[str]:
        return await keys_of(tx, day, day - WEEK, ids, only)

    return await names_beside(tx, {one for cell in cells for one in cell.ids.values()} | key_ids, there)


def _ids(behind: _Behind) -> set[str]:
    return {cell.of(KEY) for cell in (*behind.cells, *behind.before)}


def _cell(day: date, key_id: str, amount: Decimal) -> Cell:
    return Cell(day, {KEY.column: key_id}, amount)
