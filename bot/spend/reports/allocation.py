"""Cost allocation: what each value of a tag of workspaces cost, and first of all what has no value of it."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from bot.admin.model import Workspace
from bot.runtime import Runtime
from bot.slack.markup import Markup, code
from bot.spend.aggregate import shares
from bot.spend.dimensions import WORKSPACE
from bot.spend.model import ZERO, Measures
from bot.spend.phrases import as_plain_text, change_in_words, shown
from bot.spend.render import parts_chart
from bot.spend.reports.load import before, measured
from bot.spend.reports.model import Built, Part, Times, Untagged, Wanted
from bot.spend.reports.phrases import against, no_figures, part_of, so_far, when
from bot.spend.scope import Scope
from bot.spend.table import Column, Row, Table
from bot.store.names import names_of
from bot.tasks import apart
from bot.words.wording import plural

COST_CENTRE = "cost_center"
NOT_ALLOCATED = "Not allocated"


class Place(NamedTuple):
    """A workspace as costs are allocated: its id in the ledger, its name, and its tags."""

    id: str
    name: str
    tags: Mapping[str, str]
    is_taggable: bool = True


async def tags_in_use(rt: Runtime) -> tuple[str, ...]:
    """Return the tags of workspaces, the cost centre first."""
    found = {tag for one in await rt.directory.workspaces() for tag in one.tags}
    return (COST_CENTRE, *sorted(found - {COST_CENTRE}))


async def build(rt: Runtime, times: Times, scope: Scope, wanted: Wanted) -> Built:
    """Return the report; UpstreamError where the tags can't be read."""
    active, archived = await asyncio.gather(rt.directory.workspaces(), rt.directory.archived_workspaces())
    async with rt.store.read() as tx:
        now = await measured(tx, times.first, times.last, (WORKSPACE,), scope)
        earlier = await before(tx, times, (WORKSPACE,), scope, WORKSPACE)
        every = [*now, *(earlier or ())]
        names = await names_of(tx, [one.of(WORKSPACE) for one in every])
    tags = (COST_CENTRE, *sorted({tag for one in active for tag in one.tags} - {COST_CENTRE}))

    def built() -> Built:
        places = places_of([*active, *archived], every, names)
        compared = None if earlier is None else by_place(earlier, places)
        return allocation(times, wanted.tag or COST_CENTRE, places, by_place(now, places), compared, tags)

    return await apart(len(active) + len(every), built)


def places_of(workspaces: Sequence[Workspace], measured: Sequence[Measures], names: Mapping[str, str]) -> dict[str, Place]:
    """Return by its id in the ledger every workspace, known or not; older reports name the default one by no id."""
    found = {one.id: Place(one.id, one.name, one.tags, not one.archived_at) for one in workspaces}
    default = next((found[one.id] for one in workspaces if one.is_default), Place("", WORKSPACE.missing, {}, False))
    unknown = {one.of(WORKSPACE) for one in measured} - set(found)
    return {one: Place(one, WORKSPACE.label(one, names), {}, False) for one in unknown} | found | {"": default}


def by_place(measured: Sequence[Measures], places: Mapping[str, Place]) -> dict[str, Decimal]:
    """Return what each place cost, by its id. The places add up to the whole."""
    sums: dict[str, Decimal] = {}
    for one in measured:
        place = places[one.of(WORKSPACE)].id
        sums[place] = sums.get(place, ZERO) + one.amount
    return sums


def allocation(
    times: Times,
    tag: str,
    places: Mapping[str, Place],
    now: Mapping[str, Decimal],
    earlier: Mapping[str, Decimal] | None,
    tags: Sequence[str] = (),
) -> Built:
    """Return what each value of a tag cost, given what each workspace cost. The values add up to the whole."""
    if times.as_of is None:
        return Built(no_figures(times), tag=tag, tags=tuple(tags))
    total = sum(now.values(), ZERO)
    by_value = _by_value(now, places, tag)
    was = {} if earlier is None else _by_value(earlier, places, tag)
    values = sorted({**by_value, **was}, key=lambda one: (one == "", -by_value.get(one, ZERO), one))
    finding = _finding(times, tag, by_value, total, None if earlier is None else sum(earlier.values(), ZERO))
    amounts = [by_value.get(one, ZERO) for one in values]
    rows: list[Row] = [
        (
            one or NOT_ALLOCATED,
            sum(places[place].tags.get(tag, "") == one for place in now),
            amount,
            part,
            *(() if earlier is None else (amount - was.get(one, ZERO),)),
        )
        for one, amount, part in zip(values, amounts, shares(amounts), strict=True)
    ]
    columns = (
        Column("name", words_of_tag(tag).capitalize(), "text"),
        Column("workspaces", "Workspaces", "count"),
        Column("amount", "Amount", "money"),
        Column("share", "Share", "share"),
        *((Column("change", f"vs {against(times)}", "change"),) if earlier is not None else ()),
    )
    is_open = bool(times.open_days)
    first = Table(columns, tuple(rows), times.as_of, is_open)
    untagged = sorted(
        (places[one] for one in now if not places[one].tags.get(tag)), key=lambda one: (-now[one.id], one.name)
    )
    return Built(
        finding,
        (Part("", "By value", first),),
        parts_chart(first, f"Cost by {words_of_tag(tag)} (USD)", as_plain_text(finding)),
        _by_workspace(times, tag, places, now),
        tag=tag,
        tags=tuple(tags),
        untagged=tuple(Untagged(one.id, one.name, part_of(now[one.id], total), one.is_taggable) for one in untagged),
    )


def _by_value(amounts: Mapping[str, Decimal], places: Mapping[str, Place], tag: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for place, amount in amounts.items():
        value = places[place].tags.get(tag, "")
        sums[value] = sums.get(value, ZERO) + amount
    return sums


def _by_workspace(times: Times, tag: str, places: Mapping[str, Place], now: Mapping[str, Decimal]) -> Table:
    """Return what the file has: each workspace with its value, largest first."""
    columns = (
        Column("workspace", "Workspace", "text"),
        Column("tag", "Tag", "text"),
        Column("value", "Value", "text"),
        Column("cost_usd", "Cost", "money"),
        Column("share", "Share", "share"),
    )
    order = sorted(now, key=lambda one: (-now[one], places[one].name))
    parts = shares([now[one] for one in order])
    rows = [
        (places[one].name, tag, places[one].tags.get(tag) or None, now[one], part)
        for one, part in zip(order, parts, strict=True)
    ]
    return Table(columns, tuple(rows), times.as_of, bool(times.open_days))


def _finding(times: Times, tag: str, by_value: Mapping[str, Decimal], total: Decimal, earlier: Decimal | None) -> Markup:
    named = plural(sum(1 for one in by_value if one), "value")
    nothing, noun = by_value.get("", ZERO), tag_in_words(tag)
    if not nothing:
        said: Markup = f"*All of {shown(total)}{so_far(times)} has a {noun}* ({named}) {when(times)}"
    else:
        said = f"*{part_of(nothing, total)} of {shown(total)}{so_far(times)} has no {noun}* {when(times)}"
    change = change_in_words(total, earlier, against(times))
    return f"{said} · total {change}" if change else said


def words_of_tag(tag: str) -> str:
    """Return a tag in plain words: `cost centre`, `team`."""
    return "cost centre" if tag == COST_CENTRE else tag


def tag_in_words(tag: str) -> Markup:
    """Return a tag as a sentence names it."""
    return "cost centre" if tag == COST_CENTRE else f"tag {code(tag)}"
