"""What a target has to get of a day, so that it has what the ledger has."""

from datetime import date, datetime, timedelta

from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.otlp import db
from bot.spend.exports.otlp.db import DayFact, Sending
from bot.spend.exports.otlp.points import Held, contents_of, held, held_by_hour, held_in, missing, wanted
from bot.spend.ledger.hours.db import hours
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.sources import SOURCES
from bot.store.names import names_of
from bot.store.session import Tx

_BY = (WORKSPACE, MODEL)
HOURS_COME_WITHIN = timedelta(days=1)
"""A closed day of which hours are to be expected isn't told as a whole before this is over."""


def waits_for_hours(fact: DayFact, hours_kept: int, now: datetime) -> bool:
    """Tell whether a closed day is put off, because its hours weren't asked for yet."""
    is_kept = fact.day > (now - timedelta(days=hours_kept)).date() and SOURCES[fact.source].tells_hours
    is_asked = fact.has_hours or fact.was_asked_for_hours
    return fact.closed and is_kept and not is_asked and now - fact.synced_at < HOURS_COME_WITHIN


async def sendings_of(tx: Tx, target: str, fact: DayFact) -> list[Sending]:
    """Return what a target lacks of a day. It isn't written down yet."""
    before = await db.of_day(tx, target, fact.day)
    sent = [held_in(one.content) for one in before]
    day = held(await measures(tx, fact.day, fact.day, _BY)) if fact.closed else None
    rest = missing(wanted(day, await _by_hour(tx, fact), sent), sent)
    names = await names_of(tx, {key[2] for key in rest})
    contents = contents_of(rest, [one.content for one in before], names)
    return [Sending(target, fact.day, number, one) for number, one in enumerate(contents, db.next_number(before))]


async def _by_hour(tx: Tx, fact: DayFact) -> Held | None:
    if not fact.has_hours:
        return None
    return held_by_hour(await hours(tx, fact.day, fact.day, _BY), fact.refreshed_at)


def days_to_tell(facts: list[DayFact], hours_kept: int, now: datetime) -> tuple[list[DayFact], list[date]]:
    """Return the days that can be told now, and those that are put off."""
    put_off = [one.day for one in facts if waits_for_hours(one, hours_kept, now)]
    return [one for one in facts if one.day not in put_off], put_off
