"""Looking each day, and telling the admins once a week what is new."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.hygiene.advise import Advice, advice_of
from bot.hygiene.model import LastLook
from bot.hygiene.view import weekly
from bot.policy.contacts import admins_of
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.ledger.db import ledger_edges
from bot.store.notes import ONCE, claim_note, drop_notes, note, write_note
from bot.store.session import Tx
from bot.words.calendars import UTC_DAYS
from bot.words.own import own

TOPIC, NEW = "advice", "new"
LOOK_EVERY = timedelta(hours=23)
MOST_TITLES = 10
_LOOK, _LATEST, _TOLD = "advice:look", "advice:latest", "advice:told"


def week_of(now: datetime) -> str:
    """Return the Monday of a moment's UTC week."""
    today = UTC_DAYS.day_of(now)
    return (today - timedelta(days=today.weekday())).isoformat()


async def to_look_at(rt: Runtime, now: datetime) -> list[str]:
    """Return one key, to one process a day; without any figures yet, half of the rules would be silent."""
    async with rt.store.read() as tx:
        latest, has_figures = await note(tx, _LATEST), await ledger_edges(tx) is not None
    if not has_figures or (latest and timedelta() <= now - latest[1] < LOOK_EVERY):
        return []
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, _LOOK, now, timedelta(minutes=15)) else []


async def look(rt: Runtime, _key: str, now: datetime) -> None:
    """Remember how many findings there are, and want the message of the week if it has none yet and something is new."""
    advice, week = await advice_of(rt, now), week_of(now)
    async with rt.store.write() as tx:
        await write_note(tx, _LATEST, {"count": len(advice.open)}, now)
        is_told = await _tell(rt, tx, advice, week)
    if is_told:
        await converge(rt, TOPIC, week)


async def _tell(rt: Runtime, tx: Tx, advice: Advice, week: str) -> bool:
    """Want the message of a week. What was found before and is no more is new when it comes back."""
    told = await note(tx, _TOLD)
    before = set(told[0].get("keys", ())) if told else set[str]()
    now_found = {one.key for one in advice.open}
    new = [one for one in advice.open if one.key not in before]
    channels = admins_of(rt.policy)
    if new and channels and await claim_note(tx, f"{_TOLD}:{week}", advice.now, ONCE):
        content = {"titles": [one.title for one in new[:MOST_TITLES]], "total": len(new)}
        await write_note(tx, f"{_LATEST}:{week}", content, advice.now)
        await write_note(tx, _TOLD, {"keys": sorted(now_found)}, advice.now)
        await posts.want(tx, TOPIC, week, [Wanted(NEW, one, redraws=False) for one in channels], advice.now)
        return True
    await write_note(tx, _TOLD, {"keys": sorted(before & now_found)}, advice.now)
    return False


async def last_look(rt: Runtime) -> LastLook | None:
    """Return what the last look found, None before the first one."""
    async with rt.store.read() as tx:
        latest = await note(tx, _LATEST)
    return LastLook(int(latest[0].get("count", 0)), latest[1]) if latest else None


class AdviceTopic(Notices):
    """The topic of these messages. Its subject is a Monday."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read what was new in a week, as it was found then."""
        async with rt.store.read() as tx:
            found = await note(tx, f"{_LATEST}:{subject}")
        if found is None:
            return None
        content: Mapping[str, Any] = found[0]
        titles: list[Markup] = [own(str(one)) for one in content["titles"]]  # markup when it was written
        message = weekly(titles, int(content["total"]), rt.settings.command_prefix)
        return Drawing(lambda _post: plain(message), dropped=_untold, is_over=True)


async def _untold(tx: Tx, post: Post) -> None:
    """Let everything be new again next week where nobody could be told."""
    if not any(one.ts for one in await posts.of_subject(tx, TOPIC, post.subject)):
        await drop_notes(tx, [_TOLD])
