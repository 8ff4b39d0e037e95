"""Reads moments as people say them: "tomorrow 09:00", "monday 17:30", in a time zone."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORDS = re.compile(r"(today|tomorrow|" + "|".join(_DAYS) + r")\s+(\d{1,2}):(\d{2})")


def parse_moment(words: str, tz: str, now: datetime) -> datetime:
    """Return the UTC moment that `words` mean in `tz`. A weekday is the next one after today. Raises ValueError."""
    match = _WORDS.fullmatch(words.strip().lower())
    if match is None:
        raise ValueError(f'say "tomorrow 09:00" or "monday 09:00", not {words!r}')
    local = now.astimezone(ZoneInfo(tz))
    day = match[1]
    ahead = {"today": 0, "tomorrow": 1}.get(day, 0) if day not in _DAYS else (_DAYS.index(day) - local.weekday() - 1) % 7 + 1
    moment = (local + timedelta(days=ahead)).replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)
    return moment.astimezone(UTC)
