"""What a weekly summary said, until its days can't change any more. Then it is corrected once, in its thread, or right.

What was said and what is said instead are notes by the summary's subject, so that each correction is begun once.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from bot.claude_code import db as rows
from bot.claude_code.digests.schedule import WEEK
from bot.claude_code.digests.view import differences
from bot.claude_code.model import Use
from bot.claude_code.plan import is_settled
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Wanted
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.model import ONE_DAY
from bot.store.notes import drop_notes, note, noted_keys, write_note
from bot.store.session import Tx

TOPIC, DIGEST, CORRECTION = "claude_code", "digest", "correction"
_PREFIX = "code_said:"


class Said(NamedTuple):
    """What a summary said, and what it should have said; `new` is None until that is known."""

    old: Use
    new: Use | None = None


def days_of(subject: str) -> tuple[date, date]:
    """Return the first and last day of a summary, by its channel and Monday."""
    monday = date.fromisoformat(subject.rpartition(":")[2])
    return monday - WEEK, monday - ONE_DAY


async def remember(tx: Tx, subject: str, said: Use, now: datetime) -> None:
    """Note what a summary says, as it is sent."""
    await write_note(tx, f"{_PREFIX}{subject}", {"old": list(said)}, now)


async def said(tx: Tx, subject: str) -> Said | None:
    """Return what a summary said; None once it can't be corrected any more."""
    found = await note(tx, f"{_PREFIX}{subject}")
    if found is None:
        return None
    return Said(Use(*found[0]["old"]), Use(*found[0]["new"]) if "new" in found[0] else None)


async def forget(tx: Tx, subjects: Sequence[str]) -> None:
    """Forget what summaries said, because nothing is to be corrected any more."""
    await drop_notes(tx, [f"{_PREFIX}{one}" for one in subjects])


async def corrections_due(rt: Runtime, _now: datetime) -> list[str]:
    """Return the summaries whose days can't change any more, and of which nobody looked yet whether they said so."""
    async with rt.store.read() as tx:
        subjects = [one.removeprefix(_PREFIX) for one in await noted_keys(tx, _PREFIX)]
        return [one for one in subjects if await _is_settled(tx, one) and await _is_open(tx, one)]


async def correct(rt: Runtime, subject: str, now: datetime) -> None:
    """Say what a summary should have said, where it said something else by a share that matters; else forget it."""
    async with rt.store.write() as tx:
        found = await said(tx, subject)
        if found is None or found.new is not None or not await _is_settled(tx, subject):
            return
        new = (await rows.uses(tx, *days_of(subject))).get((), Use())
        if not differences(found.old, new):
            await forget(tx, [subject])
            return
        await write_note(tx, f"{_PREFIX}{subject}", {"old": list(found.old), "new": list(new)}, now)
        channel = subject.rpartition(":")[0]
        await posts.want(tx, TOPIC, subject, [Wanted(CORRECTION, channel, thread_of=DIGEST, redraws=False)], now)
    await converge(rt, TOPIC, subject)


async def _is_settled(tx: Tx, subject: str) -> bool:
    days = days_of(subject)
    known = await rows.read_days(tx, *days)
    return all(day in known and is_settled(known[day]) for day in days_between(*days))


async def _is_open(tx: Tx, subject: str) -> bool:
    found = await said(tx, subject)
    return found is not None and found.new is None
