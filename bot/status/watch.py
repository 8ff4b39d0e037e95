"""The watch over the Claude API: while nothing can be read from it, those who rely on that are told, and once it works."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bot.admin.errors import REFUSED_KEY
from bot.errors import OrganizationOnHold, OwnQueueFull, UpstreamAuth, UpstreamError
from bot.policy.contacts import admins_of
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.spend.alerts.db import thresholds
from bot.spend.ask.fresh import figures_as_of, last_reading
from bot.spend.digests.db import subscriptions
from bot.spend.reports.schedule.db import subscriptions as reports
from bot.status.db import code_failure, summarized
from bot.status.outage import ADMINS, OVER, READERS, STALE_AFTER, Outage, render
from bot.store.notes import claim_note, note, write_note
from bot.store.session import Tx

log = structlog.get_logger()

TOPIC = "outage"
LOOK_EVERY = timedelta(seconds=45)
NOT_LOOKED = timedelta(hours=1)
"""After so long without a look nothing was running: nobody knows whether the Claude API answered meanwhile."""
_NOW, _CODE = "outage:now", "outage:code"


class _Seen(NamedTuple):
    """What fails, in words, and whether that waits for a person."""

    sentence: str
    is_refused: bool
    is_on_hold: bool = False
    is_stale: bool = False
    is_code: bool = False


async def to_look_at(rt: Runtime, now: datetime) -> list[str]:
    """Return one key, to one process at a time."""
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, "outage:look", now, LOOK_EVERY) else []


async def look(rt: Runtime, _key: str, _now: datetime) -> None:
    """Ask the Claude API for a sign of life, remember what it did, and want the words that this causes."""
    seen = await _failure(rt)
    await _follow(rt, _NOW, seen)
    if seen is None:  # else nobody knows whether it fails alone
        await _follow(rt, _CODE, await _code_alone(rt))


async def _follow(rt: Runtime, which: str, seen: _Seen | None) -> None:
    now = rt.now()
    async with rt.store.write() as tx:
        known, looked_at = await _current(tx, which)
        outage = _next(known, looked_at, seen, now)
        if outage is None:
            return
        await write_note(tx, f"outage:{outage.id}", outage.model_dump(mode="json"), now)
        await write_note(tx, which, {"id": None if outage.ended_at else outage.id}, now)
        await _want(rt, tx, outage, now, is_news=outage != known)
    if outage != known:
        log.warning(
            "claude_api",
            code_only=outage.is_code,
            ended=outage.ended_at is not None,
            refused=outage.is_refused,
            detail=outage.sentence,
        )
    await converge(rt, TOPIC, outage.id)


async def current_outage(rt: Runtime) -> Outage | None:
    """Return the outage of this moment, as far as the watch has seen one."""
    async with rt.store.read() as tx:
        return (await _current(tx, _NOW))[0]


async def _failure(rt: Runtime) -> _Seen | None:
    """Return what fails, None while organization and figures can be read."""
    try:
        await rt.admin.background().me()
    except UpstreamError as error:
        if not isinstance(error, OwnQueueFull):  # the bot's own queue says nothing about the API
            return _Seen(error.sentence, isinstance(error, UpstreamAuth), isinstance(error, OrganizationOnHold))
    reading = await last_reading(rt)
    if reading is None or not reading.is_failing:
        return await _stale(rt)
    return _Seen(reading.failure or "", reading.failure == REFUSED_KEY)


async def _stale(rt: Runtime) -> _Seen | None:
    """Return that answers come whose figures end long ago, which no call fails by; None where they move on."""
    as_of = await figures_as_of(rt)
    if as_of is None or rt.now() - as_of <= STALE_AFTER:
        return None
    return _Seen("It answers, but its figures are more than a day old.", is_refused=False, is_stale=True)


async def _code_alone(rt: Runtime) -> _Seen | None:
    """Return that the report of Claude Code fails; None where it can be read, or never could: not everybody has it."""
    async with rt.store.read() as tx:
        failure = await code_failure(tx)
    return _Seen(failure[0], is_refused=False, is_code=True) if failure and failure[1] else None


def _next(known: Outage | None, looked_at: datetime, seen: _Seen | None, now: datetime) -> Outage | None:
    """Return the outage as it is now, None where there was none and is none; it was looked at last at `looked_at`.

    Time in which nobody looked is no failure: what was told to nobody until then counts from now.
    """
    if seen is None:
        return known.model_copy(update={"ended_at": now}) if known else None
    if known is None:
        return Outage(id=f"out_{secrets.token_hex(8)}", since=now, **seen._asdict())
    # What has to be mended stays, also while no answer comes at all for a while.
    if seen.is_stale == known.is_stale and not (seen.is_refused or seen.is_on_hold):
        is_new = now - looked_at > NOT_LOOKED and not known.concerns_admins(looked_at)
        return known.model_copy(update={"since": now}) if is_new else known
    return known.model_copy(update=seen._asdict())


async def _current(tx: Tx, which: str) -> tuple[Outage | None, datetime]:
    """Return the outage of this moment, and when it was looked at last."""
    pointer = await note(tx, which)
    outage_id = pointer[0].get("id") if pointer else None
    return (await _load(tx, str(outage_id)) if outage_id else None), pointer[1] if pointer else tx.now


async def _load(tx: Tx, outage_id: str) -> Outage | None:
    found = await note(tx, f"outage:{outage_id}")
    return Outage.model_validate(found[0]) if found else None


async def _want(rt: Runtime, tx: Tx, outage: Outage, now: datetime, *, is_news: bool) -> None:
    """Want a word to everybody whom it concerns by now; once it is over, one more to those who were told."""
    if is_news:
        await posts.touch(tx, TOPIC, outage.id, now)  # first: who is telling somebody right now is waited for, see `_sent`
    wanted: list[Wanted] = []
    if outage.ended_at:
        told = {post.channel for post in await posts.of_subject(tx, TOPIC, outage.id) if post.ts}
        wanted = [_over_in(one) for one in sorted(told)]
    elif outage.concerns_admins(now):
        admins = admins_of(rt.policy)
        wanted = [Wanted(f"{ADMINS}:{one}", one) for one in admins]
        if outage.concerns_readers(now) and not outage.is_code:  # a summary comes, and names the days that it lacks
            readers = await _readers(tx)
            wanted += [Wanted(f"{READERS}:{one}", one) for one in readers if one not in admins]
    await posts.want(tx, TOPIC, outage.id, wanted, now)


def _over_in(channel: str) -> Wanted:
    return Wanted(f"{OVER}:{channel}", channel, redraws=False)


async def _sent(tx: Tx, post: Post, _ts: str) -> None:
    """Want it told that an outage is over where its first word was on its way as it ended."""
    outage = await _load(tx, post.subject)
    if outage and outage.ended_at and not post.purpose.startswith(f"{OVER}:"):
        await posts.want(tx, TOPIC, outage.id, [_over_in(post.channel)], tx.now)


async def _readers(tx: Tx) -> list[str]:
    """Return the channels that get something by itself: digests, alerts, reports on a schedule, summaries of Claude Code."""
    told = [*await subscriptions(tx), *await thresholds(tx), *await reports(tx)]
    return sorted({*(one.channel for one in told), *await summarized(tx)})


class OutageTopic(Notices):
    """The topic of these messages. Its subject is an outage's id."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the outage. Nobody hears only now of one that is over."""
        async with rt.store.read() as tx:
            outage = await _load(tx, subject)
        if outage is None:
            return None

        def content(post: Post) -> Content | None:
            purpose = post.purpose.partition(":")[0]
            is_news = post.ts is not None or purpose == OVER or outage.ended_at is None
            return plain(render(outage, purpose)) if is_news else None

        return Drawing(content, sent=_sent, is_over=outage.ended_at is not None)

    def is_restored(self, post: Post) -> bool:
        """Return True: what was said is kept."""
        return True
