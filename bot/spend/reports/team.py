"""Team productivity: who spends what, with how many requests and tokens, on which models.

What other reports know of the same people joins as further columns, which the runtime has: `Runtime.more_about_people`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from bot.runtime import Runtime
from bot.slack.markup import Markup, bold
from bot.spend.aggregate import shares
from bot.spend.dimensions import MODEL, PERSON, UNREPORTED, UNSPLIT
from bot.spend.ledger.apart import names_apart
from bot.spend.model import ZERO, Measures
from bot.spend.phrases import as_plain_text, change_in_words, shown
from bot.spend.render import parts_chart
from bot.spend.reports.counts import is_uncounted, tokens
from bot.spend.reports.load import before, measured
from bot.spend.reports.model import Built, Part, Times, Wanted
from bot.spend.reports.phrases import against, no_figures, part_of, so_far, when
from bot.spend.scope import Scope
from bot.spend.table import Column, Row, Table, Value, with_days_compared
from bot.tasks import apart
from bot.words.wording import listed, plural


@dataclass(frozen=True)
class More:
    """Further columns about people, with their cells by the ledger's id of a person. Of others nothing is known.

    `notes` say what they are and how far they reach; `is_final`: nothing of them may still change.
    """

    columns: tuple[Column, ...] = ()
    cells: Mapping[str, tuple[Value, ...]] = field(default_factory=dict[str, tuple[Value, ...]])
    notes: tuple[Markup, ...] = ()
    is_final: bool = True


FindMore = Callable[[Times, Scope], Awaitable[More]]
"""Finds them for a report's days, as far as somebody may see them; it may ask the organization."""


async def build(rt: Runtime, times: Times, scope: Scope, _wanted: Wanted) -> Built:
    """Return the report."""
    more = [await find(times, scope) for find in cast("Sequence[FindMore]", rt.more_about_people)]
    async with rt.store.read() as tx:
        now = await measured(tx, times.first, times.last, (PERSON,), scope)
        by_model = await measured(tx, times.first, times.last, (PERSON, MODEL), scope)
        earlier = await before(tx, times, (PERSON,), scope, PERSON)
        names = await names_apart(tx, [one.of(PERSON) for one in (*now, *(earlier or ()))])
    was = None if earlier is None else {one.of(PERSON): one.amount for one in earlier}
    return await apart(len(now) + len(by_model), people, times, now, by_model, was, names, more)


def people(
    times: Times,
    now: Sequence[Measures],
    by_model: Sequence[Measures],
    was: Mapping[str, Decimal] | None,
    names: Mapping[str, str],
    more: Sequence[More] = (),
) -> Built:
    """Return people by what they spent, the largest first. They add up to the whole."""
    if times.as_of is None:
        return Built(no_figures(times))
    order = sorted(now, key=lambda one: (-one.amount, PERSON.label(one.of(PERSON), names)))
    used = _models_of(by_model)
    rows: list[Row] = []
    every, is_counted = [*order, *_no_more(times, now, was or {})], not is_uncounted(now)
    for one, part in zip(every, shares([one.amount for one in every]), strict=True):
        who = one.of(PERSON)
        change = () if was is None else (one.amount - was.get(who, ZERO),)
        extra = [cell for one in more for cell in one.cells.get(who, (None,) * len(one.columns))]
        rows.append(
            (
                PERSON.label(who, names),
                one.amount,
                part,
                *change,
                one.requests if is_counted else None,
                tokens(one) if is_counted else None,
                ", ".join(used.get(who, ())) or None,
                *extra,
            )
        )
    columns = (
        Column("name", "Person", "text"),
        Column("amount", "Amount", "money"),
        Column("share", "Share", "share"),
        *((Column("change", f"vs {against(times)}", "change"),) if was is not None else ()),
        Column("requests", "Requests", "count"),
        Column("tokens", "Tokens", "count"),
        Column("models", "Models", "text"),
        *(column for found in more for column in found.columns),
    )
    is_final = not times.open_days and all(found.is_final for found in more)
    table = Table(columns, tuple(rows), times.as_of, not is_final)
    finding = _finding(times, order, names, was)
    chart = parts_chart(table, "Spend by person (USD)", as_plain_text(finding))
    file = with_days_compared(table, times.before_first, times.before_last)
    return Built(finding, (Part("", "People", table),), chart, file, tuple(note for found in more for note in found.notes))


def _no_more(times: Times, now: Sequence[Measures], was: Mapping[str, Decimal]) -> list[Measures]:
    """Return those who spent something only before, so that the changes add up to that of the whole."""
    there = {one.of(PERSON) for one in now}
    gone = sorted((who for who, amount in was.items() if amount and who not in there), key=lambda who: (-was[who], who))
    return [Measures(times.first, {PERSON.column: who}, ZERO, requests=0) for who in gone]


def _models_of(by_model: Sequence[Measures]) -> dict[str, list[str]]:
    """Return by person the models that they used, by what those cost."""
    found: dict[str, list[str]] = {}
    for one in sorted(by_model, key=lambda one: (-one.amount, one.of(MODEL))):
        name = MODEL.label(one.of(MODEL), {})
        models = found.setdefault(one.of(PERSON), [])
        if one.of(MODEL) and name not in models:
            models.append(name)
    return found


def _finding(times: Times, order: Sequence[Measures], names: Mapping[str, str], was: Mapping[str, Decimal] | None) -> Markup:
    total = sum((one.amount for one in order), ZERO)
    spent: Markup = f"{shown(total)}{so_far(times)} {when(times)}"
    change = change_in_words(total, None if was is None else sum(was.values(), ZERO), against(times))
    tail: Markup = f" · {change}" if change else ""
    top = next((one for one in order if one.of(PERSON) not in ("", UNREPORTED, UNSPLIT)), None)
    if top is None:
        return f"*Nobody is named* for {spent}: the report of these days isn't split by person{tail}"
    name = PERSON.label(top.of(PERSON), names)
    return f"*{_who(order)}* spent {spent}; the most by {bold(name)}, {part_of(top.amount, total)}{tail}"


def _who(order: Sequence[Measures]) -> Markup:
    """Return how many people there are, and how many service accounts and keys of which no person is known."""
    ids = [one.of(PERSON) for one in order if one.of(PERSON) not in ("", UNREPORTED, UNSPLIT)]
    machines = sum(one.startswith(("svac_", "apikey_")) for one in ids)
    parts: list[Markup] = []
    if humans := len(ids) - machines:
        parts.append(plural(humans, "person", "people"))
    if machines:
        parts.append(plural(machines, "key or service account", "keys or service accounts"))
    return listed(parts)
