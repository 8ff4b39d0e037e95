"""One movable clock for both sandbox servers, so that "tomorrow 09:00" needs no waiting."""

from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Real time plus an offset. It keeps ticking after it was moved. All times are aware UTC."""

    def __init__(self, start: datetime | None) -> None:
        self._offset = timedelta(0)
        if start is not None:
            self.move_to(start)

    def now(self) -> datetime:
        """Return the sandbox's present moment."""
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Set the present moment; ValueError unless `moment` is aware and in the years 2000 to 2099."""
        if moment.tzinfo is None:
            raise ValueError("the clock takes aware times only")
        self._set(moment.astimezone(UTC) - datetime.now(UTC))

    def advance(self, by: timedelta) -> None:
        """Move the present moment by `by`, which may be negative; ValueError outside the years 2000 to 2099."""
        self._set(self._offset + by)

    def _set(self, offset: timedelta) -> None:
        try:
            year = (datetime.now(UTC) + offset).year
        except OverflowError:
            year = 0
        if not 2000 <= year < 2100:
            # Message ids count from 1970, reports look years back, and Python's calendar has ends.
            raise ValueError("the clock goes from the year 2000 to 2099 only")
        self._offset = offset
