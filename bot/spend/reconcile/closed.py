"""Months that somebody closed: who took a month's reconciliation is told when that month costs something else later.

What they took is a note by person and month; what they are told is in the subject of its post, so each change is told once.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, code, escape
from bot.slack.model import Message
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.doubts.db import doubts
from bot.spend.model import ONE_DAY, ZERO, dollars, nanos
from bot.spend.phrases import month_in_title, shown
from bot.spend.reconcile import periods
from bot.spend.reconcile.model import Reconciliation
from bot.spend.visibility import still_sees_all
from bot.store.notes import drop_notes, note, noted_keys, write_note
from bot.store.session import Tx
from bot.words.dates import months_later
from bot.words.wording import in_cents, money_change

TOPIC, PERSON = "closed_month", "person"
FINAL_AFTER, REVISED_FOR = timedelta(days=30), timedelta(days=35)
"""The API may revise a day for 30 days (admin-api.md §4.10); some more are for what is read twice."""
_PREFIX = "closed_month:"


async def remember(rt: Runtime, slack_id: str, found: Reconciliation) -> None:
    """Note what a whole month cost as somebody took it away; they are told what it costs from then on."""
    if found.first.day != 1 or found.last != _last(found.first) or found.as_of is None:
        return
    async with rt.store.write() as tx:
        known = await note(tx, _key(slack_id, found.first))
        number = known[0]["number"] if known else 0
        is_final = not (found.missing or found.open_days)
        taken = _taken(found.total.billed, number, is_final=is_final)
        await write_note(tx, _key(slack_id, found.first), taken, rt.now())


def _key(slack_id: str, month: date) -> str:
    return f"{_PREFIX}{slack_id}:{month}"


def _taken(total: Decimal, number: int, *, is_final: bool) -> dict[str, int]:
    return {"nanos": nanos(total), "number": number, "final": int(is_final)}


def _last(month: date) -> date:
    return months_later(month, 1) - ONE_DAY


def _whose(key: str) -> tuple[str, date]:
    slack_id, _, month = key.removeprefix(_PREFIX).rpartition(":")
    return slack_id, date.fromisoformat(month)


async def due(rt: Runtime, now: datetime) -> list[str]:
    """Return the notes of months that cost something else by now, or that can't change any more."""
    async with rt.store.read() as tx:
        return [key for key in await noted_keys(tx, _PREFIX) if await _is_over(tx, key, now) or await _change(tx, key)]


async def _is_over(tx: Tx, key: str, now: datetime) -> bool:
    """Tell whether a month can't change any more, and was read since: after an absence its figures come late."""
    month = _whose(key)[1]
    last, known = _last(month), await table.cursor(tx)
    if now.date() <= last + REVISED_FOR or known is None or known.read_deep_on is None:
        return False
    return known.read_deep_on > last + FINAL_AFTER and not await doubts(tx, days_between(month, last))


async def _change(tx: Tx, key: str) -> tuple[Decimal, Decimal, Mapping[str, Any]] | None:
    """Return what a month cost as it was taken and costs now, and the note of it.

    None where it reads the same, or where not all of its days are final.
    """
    found, month = await note(tx, key), _whose(key)[1]
    days = days_between(month, _last(month))
    known = await table.ledger_days(tx, month, _last(month))
    if found is None or any(day not in known or not known[day].closed for day in days) or await doubts(tx, days):
        return None
    old, new = dollars(found[0]["nanos"]), sum((one.total for one in known.values()), ZERO)
    return None if in_cents(old) == in_cents(new) else (old, new, found[0])


async def tell(rt: Runtime, key: str, now: datetime) -> None:
    """Tell those who exported a month what it costs now, once for each change, as long as they may see all figures."""
    slack_id, month = _whose(key)
    is_seen = await still_sees_all(rt, slack_id)
    subject = ""
    async with rt.store.write() as tx:
        change = await _change(tx, key)
        if change and is_seen:
            old, new, taken = change
            subject = f"{slack_id}:{month}:{taken['number']}:{nanos(old)}:{nanos(new)}:{taken['final']}"
            await write_note(tx, key, _taken(new, taken["number"] + 1, is_final=True), now)
            await posts.want(tx, TOPIC, subject, [Wanted(PERSON, slack_id, redraws=False)], now)
        elif not is_seen or await _is_over(tx, key, now):
            await drop_notes(tx, [key])
    if subject:
        await converge(rt, TOPIC, subject)


def render_changed(month: date, old: Decimal, new: Decimal, prefix: str, *, was_final: bool = True) -> Message:
    """Return what they read."""
    again = code(f"/{prefix}-spend reconcile {periods.Wanted(month, _last(month)).typed}")
    difference: Markup = escape(money_change(new - old, cents=True))
    why: Markup = "The Claude API changed its figures." if was_final else "Not all of its days were final then."
    text = (
        f"⚠️ *{month_in_title(month)} costs {shown(new)} now*, {difference} since you took its reconciliation ({shown(old)})."
        f" {why} {again} has the new ones."
    )
    return Message(text, [section(text)])


class ClosedMonthTopic(Notices):
    """The topic of these messages; its subject says who took which month, and what it cost before and now."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Return what is told, to nobody who lost that right before it was sent."""
        slack_id, month, _, old, new, was_final = subject.split(":")
        changed = date.fromisoformat(month), dollars(int(old)), dollars(int(new))
        is_seen = await still_sees_all(rt, slack_id)

        def content(_post: Post) -> Content | None:
            told = render_changed(*changed, rt.settings.command_prefix, was_final=was_final == "1")
            return plain(told) if is_seen else None

        return Drawing(content, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give up telling somebody whom Slack doesn't let the bot write to."""
        return True
