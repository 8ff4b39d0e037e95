"""The arithmetic and the table: pure, so that a test can hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One bar: what bare and product needed in each round, in `unit`. A `bar` of None is for information only."""

    name: str
    unit: str
    bare: tuple[float, ...]
    ours: tuple[float, ...]
    bar: float | None

    @property
    def ratios(self) -> tuple[float, ...]:
        """The product against the bare counterpart, round by round."""
        return tuple(ours / bare for bare, ours in zip(self.bare, self.ours, strict=True))

    @property
    def ratio(self) -> float:
        """The figure that is held to the bar: the median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the bar is met; what has none is."""
        return self.bar is None or self.ratio <= self.bar


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, interpolated between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table: medians over the rounds, the ratio with its spread, the bar."""
    head = ("what", "bare", "ours", "ratio", "rounds", "bar", "")
    rows = [head, tuple("-" * len(title) for title in head), *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    low, high = min(figure.ratios), max(figure.ratios)
    verdict = "" if figure.bar is None else "ok" if figure.is_met else "MISSED"
    return (
        figure.name,
        f"{median(figure.bare):.1f} {figure.unit}",
        f"{median(figure.ours):.1f} {figure.unit}",
        f"{figure.ratio:.2f} ({low:.2f}-{high:.2f})",
        str(len(figure.ratios)),
        "-" if figure.bar is None else f"{figure.bar:.1f}",
        verdict,
    )


def verdict(figures: Sequence[Figure]) -> str:
    """Say in words which bars are missed and by how much."""
    missed = [figure for figure in figures if not figure.is_met]
    if not missed:
        return "All bars are met."
    return "\n".join(
        f"Missed: {figure.name} takes {figure.ratio:.2f} times the bare counterpart; the bar is {figure.bar:.1f}."
        for figure in missed
    )
