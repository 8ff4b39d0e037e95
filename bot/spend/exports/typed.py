"""Answers and records as the command line exports them: asked in the words that Slack takes, with the file that it sends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.people.identity import member_behind
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.ask.figures import figures
from bot.spend.ask.grammar import NotUnderstood, parse_query
from bot.spend.ask.names import known_names, known_workspaces
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.splits import values_of
from bot.spend.ask.view import answer_file, not_understood_in_words
from bot.spend.ask.words import MENTION, PERSON, plain, words_of
from bot.spend.dimensions import ASKED
from bot.spend.exports.asked import Answer, CannotExport, answer_of
from bot.spend.exports.load import CantList, all_rows, check_listed, count, select
from bot.spend.exports.query import RecordsQuery, Refused, read_query
from bot.spend.exports.records import record_columns, unsplit_days
from bot.spend.ledger import db as table
from bot.spend.ledger.names import workspaces_as_read
from bot.spend.model import Filter
from bot.spend.phrases import as_plain_text
from bot.spend.scope import EVERYTHING
from bot.store.names import named_like
from bot.store.session import Tx
from bot.words.wording import calendar_day

Names = Mapping[str, Sequence[str]]


async def answer(rt: Runtime, tx: Tx, words: Sequence[str], now: datetime) -> Answer:
    """Return what `/claude-spend WORDS` answers; CannotExport where it answers nothing."""
    _check_words(words)
    places = await known_workspaces(rt)
    query = parse_query(words, places, ASKED, await names_for_words(rt, now), await _tags(tx))
    if isinstance(query, NotUnderstood):
        raise CannotExport(_not_understood(query))
    try:
        found = await figures(rt, query, now)
    except CantAnswer as refusal:
        raise CannotExport(_instead(refusal.said, words_of(refusal.instead) if refusal.instead else "")) from None
    if found.as_of is None:
        raise CannotExport(
            f"The ledger has no figures from {calendar_day(found.first)} to {calendar_day(found.last)}."
            " That isn't $0: they weren't read yet."
        )
    return answer_of(answer_file(found), missing=found.missing, open_days=found.open_days)


async def records(rt: Runtime, tx: Tx, words: Sequence[str], now: datetime) -> Answer:
    """Return what `/claude-spend records WORDS` lists; CannotExport where it lists nothing."""
    _check_words(words)
    places = await known_workspaces(rt)
    query = read_query(words, places, await names_for_words(rt, now), await _tags(tx))
    if isinstance(query, Refused):
        raise CannotExport(_instead(query.said, query.instead))
    if isinstance(query, NotUnderstood):
        raise CannotExport(_not_understood(query))
    try:
        return await _records(rt, tx, query, now)
    except CantList as refusal:
        raise CannotExport(_instead(refusal.refused.said, refusal.refused.instead)) from None


async def _records(rt: Runtime, tx: Tx, query: RecordsQuery, now: datetime) -> Answer:
    if query.own:
        raise CannotExport("The command line doesn't know whose 'me' is. Name the person: for NAME.")
    selection, _ = await select(rt, query, now)
    known = await table.ledger_days(tx, selection.first, selection.last)
    if not known:
        days = f"from {calendar_day(selection.first)} to {calendar_day(selection.last)}"
        raise CannotExport(f"The ledger has no figures {days}. That isn't $0: they weren't read yet.")
    await check_listed(tx, query, selection, known)
    found = await count(tx, selection, EVERYTHING, known)
    unsplit = unsplit_days(selection, known)
    return Answer(
        record_columns(selection),
        all_rows(tx, selection, found, known),
        max(fact.refreshed_at for fact in known.values()),
        [day for day, fact in sorted(known.items()) if not fact.closed],
        [day for day in days_between(selection.first, selection.last) if day not in known],
        [f"The report of {len(unsplit)} of these days isn't split like this, so parts may be missing."] if unsplit else [],
    )


async def names_for_words(rt: Runtime, now: datetime) -> Names:
    """Return the names that a question may mean, and the ids of people: two may have the same name."""
    found = await known_names(rt, now)
    async with rt.store.read() as tx:
        people = [one.id for one in await named_like(tx, "user_")]
    return {**found, PERSON: [*found[PERSON], *people]}


async def spelled(rt: Runtime, where: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return filters as a program can type them: mentions become names, or ids where two people have the same."""
    mentioned = [value for one in where for value in one.values if MENTION.fullmatch(value)]
    if not mentioned:
        return tuple(where)
    members = await rt.directory.members()
    who = {one: await member_behind(rt, one[2:-1], members) for one in mentioned}
    async with rt.store.read() as tx:
        names = {one.id: one.name for one in await named_like(tx, "user_")}
    every = [plain(name) for name in names.values()]
    called = {one: name if every.count(plain(name := names.get(one, ""))) == 1 else one for one in who.values()}
    return tuple(replace(one, values=tuple(called[who[v]] if v in who else v for v in one.values)) for one in where)


async def _tags(tx: Tx) -> Names:
    read = await workspaces_as_read(tx)
    return values_of(one.tags for one in read[0]) if read else {}


def _check_words(words: Sequence[str]) -> None:
    if mentioned := next((one for one in words if MENTION.fullmatch(one)), None):
        raise CannotExport(f"{mentioned} means somebody in Slack alone. Type their name as the figures have it.")


def _not_understood(problem: NotUnderstood) -> str:
    return _instead(not_understood_in_words(problem), problem.suggestion or "")


def _instead(said: str, words: str) -> str:
    return f"{as_plain_text(said)}{f' Did you mean: {words}?' if words else ''}"
