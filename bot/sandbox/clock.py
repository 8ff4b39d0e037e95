"""One movable clock for both sandbox servers, so that "tomorrow 09:00" needs no waiting."""

from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Real time plus an offset; it keeps ticking after it was moved. All times are aware UTC."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta(0)
        if start is not None:
            self.move_to(start)

    def now(self) -> datetime:
        """Return the sandbox's present moment."""
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Set the present moment; `moment` must be aware."""
        if moment.tzinfo is None:
            raise ValueError("the clock takes aware times only")
        self._offset = moment.astimezone(UTC) - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the present moment by `by`, which may be negative."""
        self._offset += by
