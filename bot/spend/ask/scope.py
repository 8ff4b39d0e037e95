"""What a question is narrowed to, looked up: typed names become ids, and what no source tells is said at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import UserError
from bot.people.identity import member_behind
from bot.runtime import Runtime
from bot.slack.markup import Markup, code, escape, mention
from bot.spend.alike import meant_apart, of_this_name, told_apart
from bot.spend.ask.matching import NONE, all_matching, nearest_name
from bot.spend.ask.splits import DAY, HOUR, TOKEN_TYPE, TOKENS_BY_TYPE, Tags, in_ledger, tag_of
from bot.spend.ask.together import is_seen, nearest_seen, nearest_together, why_not
from bot.spend.ask.words import MENTION, PERSON, plain
from bot.spend.dimensions import COST_TYPE, KEY, MODEL, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import WITHOUT_COST
from bot.spend.ledger.names import workspaces
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import Filter, LedgerDay, Narrowed, SpendQuery
from bot.spend.phrases import days_in_words
from bot.spend.prices.load import price_table
from bot.spend.scope import NOT_TOLD, AllBut, Ids, Meant, in_both, opposite
from bot.spend.scope import Scope as Seen
from bot.store.names import named_like, names_of
from bot.store.session import Tx
from bot.words.folded import folded
from bot.words.wording import weekday_day

_IDS = {KEY.name: "apikey_", PERSON: "user_"}
"""How the ids of things begin whose names are kept, by dimension."""


class CantAnswer(UserError):
    """A question that makes sense and has no answer; `instead` is the nearest one that has."""

    said: Markup

    def __init__(self, sentence: Markup, instead: SpendQuery | None = None) -> None:
        super().__init__(sentence)
        self.said = sentence
        self.instead = instead


@dataclass(frozen=True)
class Scope:
    """The ids that count by dimension, the name of what is meant by `in`, and the rest as people know it."""

    ids: Meant
    workspaces: str | None = None
    narrowed: tuple[Narrowed, ...] = ()


def answerable(query: SpendQuery) -> SpendQuery:
    """Return a query as the ledger can answer it; CantAnswer where it can't."""
    if refusal := why_not(query):
        said: Markup = escape(refusal.sentence)
        raise CantAnswer(said, nearest_together(query))
    if query.measure == "requests":
        _check_requests(query)
    if TOKEN_TYPE not in [one.name for one in query.splits]:
        return query
    if query.measure == "tokens":
        by = tuple(TOKENS_BY_TYPE if one.name == TOKEN_TYPE else one for one in query.splits)
        return replace(query, by=by[0], and_by=by[1] if len(by) > 1 else None)
    if TOKENS_BY_TYPE in query.splits:
        raise CantAnswer("I can't split money by token type. I can split tokens.", replace(query, measure="tokens"))
    return query


def check_seen(query: SpendQuery, seen: Seen) -> None:
    """Raise CantAnswer with the nearest question that is told by what somebody may see, where this one isn't."""
    if not is_seen(query, seen):
        raise CantAnswer(NOT_TOLD, nearest_seen(query, seen))


def _check_requests(query: SpendQuery) -> None:
    """Raise CantAnswer where requests are asked for by what only tokens and money have."""
    asked = [*query.splits, *(one.by for one in query.where)]
    wrong = next((one for one in asked if one.name in (TOKEN_TYPE, COST_TYPE.name)), None)
    if wrong is not None:
        kind: Markup = escape(wrong.name)
        raise CantAnswer(f"Requests aren't told by {kind}. Tokens are.", replace(query, measure="tokens"))


async def scope_of(rt: Runtime, query: SpendQuery, first: date, last: date) -> Scope:
    """Return what a query is narrowed to; CantAnswer with the nearest name where a filter means nothing."""
    ids: dict[Dimension, Ids] = {}
    where, narrowed = None, list[Narrowed]()
    for one in query.where:
        found, said = await _named(rt, query, one, first, last)
        found = opposite(found) if one.leaves_out else found
        by = WORKSPACE if tag_of(one.by) else one.by
        ids[by] = in_both(ids[by], found) if by in ids else found
        if not ids[by] and found:
            kind: Markup = escape(by.name)
            raise CantAnswer(f"That leaves no {kind}.", replace(query, where=without(query.where, one)))
        if one.by == WORKSPACE and not one.leaves_out:
            where = said
        else:
            narrowed.append(Narrowed(one.by.name, said, one.leaves_out))
    return Scope(ids, where, tuple(narrowed))


def without(filters: Iterable[Filter], wanted: Filter) -> tuple[Filter, ...]:
    """Return all filters but one."""
    return tuple(one for one in filters if one != wanted)


async def tags_of(rt: Runtime) -> Tags:
    """Return the tags of all workspaces by their id, also of archived ones."""
    found = [*await rt.directory.workspaces(), *await rt.directory.archived_workspaces()]
    return {one.id: one.tags for one in found}


async def _named(rt: Runtime, query: SpendQuery, wanted: Filter, first: date, last: date) -> tuple[Ids, str]:
    """Return the ids that a filter names, and how people know them."""
    if wanted.by == WORKSPACE:
        return await _workspaces(rt, query, wanted)
    if tag_of(wanted.by):
        return await _tagged(rt, query, wanted)
    return await _things(rt, query, wanted, first, last)


async def _tagged(rt: Runtime, query: SpendQuery, wanted: Filter) -> tuple[Ids, str]:
    """Return the workspaces that have one of these values of a tag; `none` are all others than those that have one."""
    tag, tags = tag_of(wanted.by), await tags_of(rt)
    values = {plain(one[tag]): one[tag] for one in tags.values() if one.get(tag)}
    found = {plain(value): value for value in wanted.values}
    for one, value in found.items():
        if one not in (*values, NONE):
            raise _unknown(query, wanted, value, values)
    ids = {one: plain(some[tag]) for one, some in tags.items() if some.get(tag)}
    said = " and ".join(values.get(one, value) for one, value in found.items())
    if NONE in found and NONE not in values:
        return AllBut(frozenset(one for one, value in ids.items() if value not in found)), said
    return frozenset(one for one, value in ids.items() if value in found), said


async def _workspaces(rt: Runtime, query: SpendQuery, wanted: Filter) -> tuple[Ids, str]:
    """Return ids and names of workspaces. An archived one may have left its name to another, and both are meant."""
    known = {one.id: one.name for one in await workspaces(rt)}
    apart = told_apart(known, known)
    found, names = list[str](), list[str]()
    for value in wanted.values:
        alike = {one for one, name in known.items() if folded(value) == folded(name)}
        some = {value} & known.keys() or meant_apart(value, known) | alike
        if not some:
            raise _unknown(query, wanted, value, known)
        found += some
        first = min(some)
        names.append(apart[first] if len(some) == 1 else of_this_name(known[first], len(some)))
    return frozenset(found), " and ".join(names)


async def _things(rt: Runtime, query: SpendQuery, wanted: Filter, first: date, last: date) -> tuple[Ids, str]:
    people = [one for one in wanted.values if MENTION.fullmatch(one)]
    members = await rt.directory.members() if people else ()
    ids = {one: await member_behind(rt, one[2:-1], members) for one in people}
    async with rt.store.read() as tx:
        labels = await _labels(tx, wanted.by, first, last)
    for one in people:
        if not ids[one]:
            who = mention(one[2:-1])
            raise CantAnswer(f"{who} is not in the Claude organization, or I can't tell which member they are.")
    named = {member.id: member.name or member.email for member in members}
    typed = [one for one in wanted.values if one not in ids]
    found, missing = all_matching(typed, wanted.by, labels)
    if missing is not None:
        raise _unknown(query, wanted, missing, labels)
    if wanted.by.name == PERSON:
        called = Counter(plain(one) for one in labels.values())
        typed = [of_this_name(one, max(called[plain(one)], 1)) for one in typed]
    said = [*typed, *(named.get(one, labels.get(one, one)) for one in ids.values())]
    return frozenset({*found, *(one for one in ids.values() if one)}), " and ".join(said)


async def _labels(tx: Tx, dimension: Dimension, first: date, last: date) -> dict[str, str]:
    """Return what a dimension's values are called by id: those with names, and those that cost something in these days.

    Models without a cost in these days are known by their list price: `sonnet-5` never means `sonnet-5-5` instead. One that
    has a cost under another name, with a date or an alias, is no such model: its cost would read as $0.
    """
    prefix = _IDS.get(dimension.name)
    known = {one.id: one.name for one in await named_like(tx, prefix)} if prefix else {}
    if prefix == "apikey_":
        return {**known, "": dimension.missing}
    ids = {cell.of(dimension) for cell in await table.cells(tx, first, last, (dimension,))}
    ids |= WITHOUT_COST.get(dimension, frozenset()) | {*dimension.ids}
    names = await names_of(tx, ids)
    used = {one: dimension.label(one, names) for one in ids}
    others = _without_cost(ids) if dimension == MODEL else {}
    return {**others, **known, **used, "": dimension.missing}


def _without_cost(used: Iterable[str]) -> dict[str, str]:
    prices = price_table()
    same = {prices.model_of(one) for one in used}
    return {one: MODEL.label(one, {}) for one in prices.by_model if one not in same}


def _unknown(query: SpendQuery, wanted: Filter, value: str, labels: Mapping[str, str]) -> CantAnswer:
    name = wanted.by.name
    near = nearest_name(value, labels)
    kind: Markup = escape(name)
    said = f"I don't know a {kind} {code(value)}."
    if near is None:
        by_all = replace(query, by=wanted.by, and_by=None, where=without(query.where, wanted))
        return CantAnswer(said, by_all if why_not(by_all) is None else None)
    values = tuple(near if one == value else one for one in wanted.values)
    where = tuple(replace(one, values=values) if one == wanted else one for one in query.where)
    return CantAnswer(said, replace(query, where=where))


def check_compared(query: SpendQuery, asked: tuple[date, date], compared: tuple[date, date]) -> None:
    """Raise CantAnswer where a period is compared with its own days: `december last year vs december` in November."""
    if asked == compared:
        days = days_in_words(*asked, date.max)
        raise CantAnswer(f"Both are {days}, so there is nothing to compare.", replace(query, versus=""))


def check_told(query: SpendQuery, known: Mapping[date, LedgerDay], days: Iterable[date]) -> None:
    """Raise CantAnswer where the source of a day doesn't tell by what a query is narrowed: nothing would read as $0."""
    for one in query.where:
        by = WORKSPACE if tag_of(one.by) else one.by
        if any(day in known and not SOURCES[known[day].source].tells(by) for day in days):
            kind: Markup = escape(one.by.name)
            raise CantAnswer(
                f"The report of these days isn't split by {kind}, so I can't say what belongs to it.",
                replace(query, where=without(query.where, one)),
            )


def check_hours(query: SpendQuery, known: Mapping[date, LedgerDay], hourly: Collection[date]) -> None:
    """Raise CantAnswer where the hours of a day with figures aren't known: the parts wouldn't add up."""
    if any(day not in hourly for day in known):
        by = tuple(DAY if one == HOUR else one for one in query.splits)
        instead = replace(query, by=by[0], and_by=by[1] if len(by) > 1 and by[1] != by[0] else None)
        kept: Markup = f"I have hours since {weekday_day(min(hourly))}" if hourly else "I have no hours of these days"
        raise CantAnswer(f"{kept}, so I can't split all of it by hour. I can by day.", instead)


def untold(splits: Sequence[Dimension], known: Mapping[date, LedgerDay]) -> dict[date, list[Dimension]]:
    """Return by day the dimensions of an answer that the day's source can't split by."""
    asked = in_ledger(splits)
    return {day: [one for one in asked if not SOURCES[fact.source].tells(one)] for day, fact in known.items()}
