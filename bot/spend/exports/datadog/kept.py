"""What Datadog made of the files that it took: 202 says that one is accepted, not that it is worked off (platform.md B1).

Once a day the list of files is compared with what was sent. What differs is told to those who ask, and sent by nobody again:
a second file would count twice.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from bot.runtime import Runtime
from bot.spend.exports.datadog import db
from bot.spend.exports.datadog.db import File
from bot.spend.exports.datadog.files import PROVIDER
from bot.spend.model import dollars
from bot.store.notes import note, write_note
from bot.store.session import Tx
from bot.telemetry.custom_costs import Api, Failed, Listed, listed

LOOK_EVERY = timedelta(hours=23)
WORKED_OFF_WITHIN = timedelta(days=1)
LOOKED_AT_FOR = timedelta(days=45)
"""For so long after it was taken a file is missed: what somebody deletes there on purpose is no trouble for ever."""
_SAYS_NO = re.compile(r"[\w ]*(?:fail|error|invalid|reject)[\w ]*", re.IGNORECASE)
"""Which states a file may have isn't documented, so only one that says so by its name counts as refused."""
_MAY_DIFFER = Decimal("0.01")
"""Dollars: a list tells sums as floats."""


async def look(rt: Runtime, api: Api, name: str, now: datetime) -> None:
    """Compare once a day what a target lists with what it took; where it doesn't answer, at the next run."""
    async with rt.store.read() as tx:
        before = await note(tx, _key(name))
        sent = await db.files_there(tx, name, now - LOOKED_AT_FOR, now - WORKED_OFF_WITHIN)
    if not (sent or before) or (before and timedelta(0) <= now - before[1] < LOOK_EVERY):
        return
    try:
        found = await listed(api, PROVIDER)
    except Failed:
        return
    wrong = {one.day.isoformat(): why for one in sent if (why := why_not_kept(one, found.get(one.file_id)))}
    async with rt.store.write() as tx:
        await write_note(tx, _key(name), {"days": wrong}, now)


async def days_not_kept(tx: Tx, name: str) -> Mapping[str, str]:
    """Return the days whose files a target doesn't have as they were sent, with the reason of each."""
    found = await note(tx, _key(name))
    return found[0].get("days", {}) if found else {}


def why_not_kept(sent: File, has: Listed | None) -> str:
    """Return in a few words how a file isn't there as it was sent, "" where nothing says so."""
    if not sent.held:
        return ""
    if has is None:
        return "the file is not there any more"
    if _SAYS_NO.fullmatch(has.status[:40]):
        return f"the file's status is {has.status[:40]}"
    differs = has.billed is not None and abs(Decimal(has.billed) - dollars(sum(sent.held.values()))) > _MAY_DIFFER
    return "the file has another total" if differs else ""


def _key(name: str) -> str:
    return f"custom_costs:kept:{name}"
