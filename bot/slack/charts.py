"""Charts: Slack's own chart block where it fits, else a PNG drawn in a child process.

matplotlib takes a second and 100 MB; a child keeps both away from the loop that must ack within 3 seconds.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, Self
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.slack.markup import EMPTY, clean, keep_ends, truncate

MAX_SERIES: Final = 6
COMPARED: Final = 2
"""Series that Slack's own chart may hold: it groups bars by their label and lays areas over each other (slack.md §3.2)."""
OTHER: Final = "other"
TOTAL: Final = "Total"
_MAX_POINTS: Final = 20
MAX_LABEL: Final = 20
_MAX_END: Final = 4
_MAX_PNG: Final = 4_000_000
_AT_ONCE: Final = 2
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "TEMP", "SYSTEMROOT", "MPLCONFIGDIR", "VIRTUAL_ENV")
_slots: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = WeakKeyDictionary()


class ChartError(Exception):
    """The picture could not be drawn. The text of a message goes out without it."""


class Series(BaseModel):
    """One named row of figures, one per category of its chart."""

    model_config = ConfigDict(frozen=True)
    name: str
    values: tuple[Decimal, ...]


class ChartSpec(BaseModel):
    """What a chart shows, drawn by Slack or as a picture. A pie takes its segments from the categories of its one series.

    `alt_text` states the finding ("Spend rose 8 % to $412.70"). `is_stacked`: the series are parts of a whole, which a
    picture puts on top of each other; Slack's own chart shows the whole, under `native_title`.
    """

    model_config = ConfigDict(frozen=True)
    kind: Literal["line", "bar", "area", "pie"]
    title: str
    categories: tuple[str, ...] = Field(max_length=400)
    series: tuple[Series, ...] = Field(min_length=1, max_length=200)
    x_label: str = ""
    y_label: str = ""
    alt_text: str
    is_stacked: bool = False
    native_title: str = ""

    @model_validator(mode="after")
    def _one_value_per_category(self) -> Self:
        if any(len(one.values) != len(self.categories) for one in self.series):
            raise ValueError("every series of a chart has one value per category")
        return self


def grouped(series: Sequence[Series]) -> list[Series]:
    """Return the series with the largest totals, in their order; at most six with `other`, the rest added up."""
    if len(series) <= MAX_SERIES:
        return list(series)
    largest = sorted(range(len(series)), key=lambda n: sum(abs(v) for v in series[n].values), reverse=True)
    largest = largest[: MAX_SERIES - 1]
    rest = [one for n, one in enumerate(series) if n not in largest]
    return [*(series[n] for n in sorted(largest)), Series(name=OTHER, values=_sums(rest))]


def segments(spec: ChartSpec) -> list[tuple[str, Decimal]]:
    """Return the parts of a pie that are above zero, largest first; at most six with `other`."""
    found = [(name, value) for name, value in zip(spec.categories, spec.series[0].values, strict=True) if value > 0]
    found.sort(key=lambda part: part[1], reverse=True)
    if len(found) <= MAX_SERIES:
        return found
    rest = sum((value for _, value in found[MAX_SERIES - 1 :]), Decimal(0))
    return [*found[: MAX_SERIES - 1], (OTHER, rest)]


def chart_block(spec: ChartSpec) -> dict[str, Any] | None:
    """Return Slack's chart block for a message (slack.md §3.2), or None for over 20 points or nothing to show.

    A workspace may still refuse the block; then the PNG takes its place.
    """
    chart = _pie(spec) if spec.kind == "pie" else _axes(spec)
    if chart is None:
        return None
    title = truncate(clean(spec.native_title or spec.title), 50) or EMPTY
    return {"type": "data_visualization", "title": title, "chart": chart}


def _pie(spec: ChartSpec) -> dict[str, Any] | None:
    parts = [(name, _number(value)) for name, value in segments(spec)]
    parts = [(name, value) for name, value in parts if value > 0]
    if not parts:
        return None
    labels = _labels([name for name, _ in parts])
    return {"type": "pie", "segments": [{"label": a, "value": v} for a, (_, v) in zip(labels, parts, strict=True)]}


def _axes(spec: ChartSpec) -> dict[str, Any] | None:
    if not 1 <= len(spec.categories) <= _MAX_POINTS:
        return None
    rows = _whole(spec)
    categories, names = _labels(spec.categories), _labels([row.name for row in rows])
    drawn = [
        {"name": name, "data": [{"label": a, "value": _number(v)} for a, v in zip(categories, row.values, strict=True)]}
        for name, row in zip(names, rows, strict=True)
    ]
    titles = {"x_label": truncate(clean(spec.x_label), 50), "y_label": truncate(clean(spec.y_label), 50)}
    axis = {"categories": categories} | {name: title for name, title in titles.items() if title}
    return {"type": spec.kind, "series": drawn, "axis_config": axis}


def _whole(spec: ChartSpec) -> list[Series]:
    """Return what a chart shows that doesn't stack: a series, two that are compared, or what all of them are together."""
    if len(spec.series) == 1 or (len(spec.series) <= COMPARED and not spec.is_stacked):
        return list(spec.series)
    return [Series(name=TOTAL, values=_sums(spec.series))]


def _sums(series: Sequence[Series]) -> tuple[Decimal, ...]:
    return tuple(sum(values, Decimal(0)) for values in zip(*(one.values for one in series), strict=True))


def _number(value: Decimal) -> float:
    return float(round(value, 4))


def _labels(names: Sequence[str]) -> list[str]:
    """Return the names in at most 20 characters each, no two alike: Slack matches points to categories by them."""
    taken: list[str] = []
    for name, label in zip(names, shortened(names, MAX_LABEL), strict=True):
        shown, count = clean(name) or EMPTY, 1
        while label in taken:
            count += 1
            label = _cut(shown, MAX_LABEL - len(f" ({count})")) + f" ({count})"
        taken.append(label)
    return taken


def shortened(names: Sequence[str], most: int) -> list[str]:
    """Return names in at most so many characters each; of those that would look alike, the beginning and the end."""
    shown = [clean(name) or EMPTY for name in names]
    cut = [_cut(name, most) for name in shown]
    often = Counter(cut)
    return [keep_ends(name, most) if often[short] > 1 else short for name, short in zip(shown, cut, strict=True)]


def _cut(name: str, most: int) -> str:
    """Return a name in at most so many characters. The end of an id, `Service account …gzNk`, stays, since it tells who."""
    head, mark, end = name.rpartition("…")
    if len(name) <= most or not head.strip() or not 0 < len(end) <= _MAX_END:
        return truncate(name, most)
    return f"{truncate(head.strip(), most - len(end) - 1).removesuffix(mark)}{mark}{end}"


async def render_png(spec: ChartSpec, *, seconds: float = 30.0) -> bytes:
    """Return the chart as a PNG of 1200 x 600, drawn in a child process; at most two are drawn at once.

    Raises ChartError when the child fails or takes longer than `seconds`.
    """
    slot = _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    async with slot:
        return await _draw(spec.model_dump_json().encode(), seconds)


async def _draw(request: bytes, seconds: float) -> bytes:
    try:
        process = await _started()
    except OSError as error:  # no further process may run, or another Python was installed in the place of this one
        raise ChartError(f"nothing could be started that draws the chart ({error.strerror})") from None
    try:
        async with asyncio.timeout(seconds):
            picture, _ = await process.communicate(request)
    except TimeoutError:
        raise ChartError(f"the chart was not drawn within {seconds:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not picture.startswith(b"\x89PNG") or len(picture) > _MAX_PNG:
        raise ChartError(f"the chart could not be drawn (exit {process.returncode})")
    return picture


async def _started() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.slack.chart_png",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    # The bot's environment holds tokens; a child that draws needs none of them.
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
