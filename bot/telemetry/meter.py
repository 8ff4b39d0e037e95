"""What one process counts of itself; figures of the organization come from the database instead."""

from collections.abc import Callable

from bot.telemetry.model import Family, Labels, Metric, Value
from bot.telemetry.spans import Spans


class Meter:
    """Counts, sums and last values by metric and labels; lost with the process, as counters of Prometheus may be.

    `spans` are what it tells of its acts, one by one.
    """

    def __init__(self) -> None:
        self._values: dict[Metric, dict[Labels, Value]] = {}
        self._counts: dict[Metric, dict[Labels, int]] = {}
        self._looks: dict[Metric, Callable[[], Value]] = {}
        self.spans = Spans()

    def begin(self, metric: Metric, *labels: str) -> None:
        """Tell a counter or summary from now on, at 0 before its first event: Prometheus takes no first value for a rise."""
        self._values.setdefault(metric, {}).setdefault(labels, 0)
        if metric.kind == "summary":
            self._counts.setdefault(metric, {}).setdefault(labels, 0)

    def count(self, metric: Metric, *labels: str) -> None:
        """Add one."""
        values = self._values.setdefault(metric, {})
        values[labels] = values.get(labels, 0) + 1

    def set(self, metric: Metric, value: Value, *labels: str) -> None:
        """Keep the last value."""
        self._values.setdefault(metric, {})[labels] = value

    def forget(self, metric: Metric, first: str) -> None:
        """Tell nothing more of what the first label names."""
        values = self._values.get(metric, {})
        for labels in [one for one in values if one[0] == first]:
            del values[labels]

    def observe(self, metric: Metric, seconds: float, *labels: str) -> None:
        """Add one observation to a summary."""
        values, counts = self._values.setdefault(metric, {}), self._counts.setdefault(metric, {})
        values[labels] = float(values.get(labels, 0)) + seconds
        counts[labels] = counts.get(labels, 0) + 1

    def watch(self, metric: Metric, look: Callable[[], Value]) -> None:
        """Ask for the value of a gauge whenever it is told."""
        self._looks[metric] = look

    def families(self) -> list[Family]:
        """Return everything that is known now."""
        found = [Family(metric, dict(values), self._counts.get(metric)) for metric, values in self._values.items()]
        return [*found, *(Family(metric, {(): look()}) for metric, look in self._looks.items())]
