"""What a report says of itself, held against what was asked: a page that answers something else is an error, not figures."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.admin.errors import TOLD_TWICE, contradiction
from bot.admin.rows import ClaudeCodeRow, CostBucket, CostRow, UsageRow

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the API's clock may be ahead of this machine's."""
_WIDTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_span(
    rows: Collection[CostRow | UsageRow | CostBucket], starts: datetime, ends: datetime, bucket: str | None
) -> None:
    """Raise UpstreamDown unless the rows lie in [starts, ends), widened to whole buckets.

    With a `bucket` each row is one of them, or the part of one that was asked for. Without one, the API rounds bounds down
    to the hour (admin-api.md §4.10).
    """
    width = _WIDTHS[bucket or "1h"]
    first = _floor(starts, width)
    last = _floor(ends - timedelta.resolution, width) + width
    # Thousands of rows share a few spans.
    for begun, ended in {(row.starts_at, row.ends_at) for row in rows}:
        if not first <= begun < ended <= last:
            raise contradiction("it has rows outside of the time that was asked for")
        if bucket and (ended - begun > width or (_floor(begun, width) != begun and begun != starts)):
            raise contradiction("it has rows of another width than was asked for")


def check_new(rows: Collection[CostRow | UsageRow | CostBucket], seen: set[datetime]) -> None:
    """Raise UpstreamDown where a bucket was `seen` on another page, and add those of this one.

    The legacy reports count pages in buckets, so that one is never cut.
    """
    begun = {row.starts_at for row in rows}
    if begun & seen:
        raise contradiction(TOLD_TWICE)
    seen |= begun


def check_once(rows: Sequence[CostRow | UsageRow]) -> None:
    """Raise UpstreamDown where the same row comes twice, as it does when a page is repeated."""
    if len(set(rows)) != len(rows):
        raise contradiction(TOLD_TWICE)


def check_day(rows: Collection[ClaudeCodeRow], day: date) -> None:
    """Raise UpstreamDown unless the rows are of the day, and each row of a person comes once, as no repeated page has them.

    Keys are told by names, which aren't unique, so that two of them can have the same row.
    """
    if any(row.day != day for row in rows):
        raise contradiction("it has rows of another day than was asked for")
    of_people = [repr(row) for row in rows if row.actor_type == "user"]
    if len(set(of_people)) != len(of_people):
        raise contradiction(TOLD_TWICE)


def check_freshness(refreshed_at: datetime | None, now: datetime) -> None:
    """Raise UpstreamDown where figures are said to be complete up to a moment that is still to come.

    Such a moment would close days that aren't over. Where this machine's clock is slow, the sentence says so, too.
    """
    if refreshed_at is not None and refreshed_at > now + CLOCKS_DIFFER:
        raise contradiction("its figures are of the future, or the clock of this machine is slow")


def _floor(moment: datetime, width: timedelta) -> datetime:
    return moment - (moment - _EPOCH) % width
