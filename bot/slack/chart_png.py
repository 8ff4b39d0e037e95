"""Draws one chart: a ChartSpec as JSON on stdin, a PNG on stdout. Runs as a child of the bot, see `bot.slack.charts`."""

import io
import sys
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any, Final, cast

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.slack.charts import OTHER, ChartSpec, Series, grouped, segments, shortened
from bot.slack.markup import clean, truncate
from bot.words.wording import money_short, share

# Six colours that people with any colour vision tell apart, also in grey; the rest is grey.
COLOURS: Final = ("#0b6e99", "#e07b39", "#2e8b57", "#a63d62", "#c9a227", "#5b5ea6")
GREY: Final = "#9aa0a6"
_INK, _FAINT = "#1d1c1d", "#e3e5e8"
_MAX_TICKS = 12
_MAX_NAME, _MAX_TICK, _MAX_AXIS = 28, 14, 60
"""Characters of what stands in a legend, below the axis, and beside one."""
_OWN_FONT: Final = "DejaVu Sans"
_WITH_MORE: Final = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",  # of Debian's without Korean
)
"""Fonts of Chinese, Japanese and Korean, which matplotlib's own lacks. The Docker image has the third."""
_STYLE = {
    "font.size": 12,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    # Names come from people: a `$` in them is a dollar, not the start of a formula.
    "text.parse_math": False,
}


def draw(spec: ChartSpec) -> bytes:
    """Return the chart as a PNG of 1200 x 600 on a white card, readable in Slack's light and dark mode."""
    # matplotlib's own types are too partial for strict checking; `Any` says so once.
    with cast("Any", mpl).rc_context(_STYLE | {"font.family": families(font_manager.get_font_names())}):
        picture = io.BytesIO()
        metadata = {"Software": None, "Description": truncate(spec.alt_text, 500)}
        figure_of(spec).savefig(picture, format="png", metadata=metadata)
    return picture.getvalue()


def families(installed: Collection[str]) -> list[str]:
    """Return the fonts to draw with: what one lacks is drawn with the next."""
    return [_OWN_FONT, *(one for one in _WITH_MORE if one in installed)]


def figure_of(spec: ChartSpec) -> Any:
    """Return the chart as matplotlib has it."""
    figure: Any = Figure(figsize=(10, 5), dpi=120, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.15, h_pad=0.12)
    axes: Any = figure.add_subplot()
    axes.set_title(truncate(clean(spec.title), 90), loc="left", fontsize=16, fontweight="bold", pad=14)
    if not spec.categories or (spec.kind == "pie" and not segments(spec)):
        _draw_nothing(axes)
    elif spec.kind == "pie":
        _draw_pie(axes, spec)
    else:
        _draw_axes(axes, spec)
    return figure


def _draw_nothing(axes: Any) -> None:
    axes.text(0.5, 0.5, "Nothing to show", ha="center", va="center", fontsize=14)
    axes.axis("off")


def _draw_pie(axes: Any, spec: ChartSpec) -> None:
    parts = segments(spec)
    total = sum((value for _, value in parts), Decimal(0))
    wedges, *_ = axes.pie(
        [float(value) for _, value in parts],
        colors=_colours([name for name, _ in parts]),
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": "white", "linewidth": 2, "width": 0.45},
    )
    # Isolated, a name that is written from the right leaves the figures behind it as they are.
    names = shortened([name for name, _ in parts], _MAX_NAME)
    labels = [
        f"\u2068{name}\u2069   {_figure(spec, value)}   {share(value / total)}"
        for name, (_, value) in zip(names, parts, strict=True)
    ]
    axes.legend(wedges, labels, loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=13)


def _draw_axes(axes: Any, spec: ChartSpec) -> None:
    rows = grouped(spec.series)
    lowest = min(value for row in rows for value in row.values)
    # An area needs two points, and layers of both signs would cover each other.
    kind = "bar" if spec.kind == "area" and (len(spec.categories) < 2 or lowest < 0) else spec.kind
    drawn = {"bar": _bars, "area": _areas, "line": _lines}[kind](axes, rows, _colours([row.name for row in rows]))
    if lowest >= 0:
        axes.set_ylim(bottom=0)
    count = len(spec.categories)
    step = max(-(-count // _MAX_TICKS), 1)
    places = list(range(0, count, step))
    axes.set_xticks(places, shortened([spec.categories[n] for n in places], _MAX_TICK))
    axes.yaxis.set_major_formatter(_formatter(spec))
    axes.set_xlabel(truncate(clean(spec.x_label), _MAX_AXIS))
    axes.set_ylabel(truncate(clean(spec.y_label), _MAX_AXIS))
    axes.grid(axis="y", color=_FAINT)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.margins(x=0.02)
    if len(rows) > 1:
        # With names of its own: it leaves out what is labelled with an underscore in front.
        names = shortened([row.name for row in rows], _MAX_NAME)
        axes.legend(drawn, names, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, frameon=False, fontsize=12)


def _formatter(spec: ChartSpec) -> Callable[[float, int | None], str]:
    return lambda value, _: _figure(spec, Decimal(str(round(value, 6))))


def _bars(axes: Any, rows: Sequence[Series], colours: Sequence[str]) -> list[Any]:
    drawn: list[Any] = []
    above = [0.0] * len(rows[0].values)
    below = list(above)
    for row, colour in zip(rows, colours, strict=True):
        values = [float(value) for value in row.values]
        bottoms = [above[n] if value >= 0 else below[n] for n, value in enumerate(values)]
        bars = axes.bar(range(len(values)), values, 0.72, bottom=bottoms, color=colour, edgecolor="white", linewidth=0.6)
        drawn.append(bars)
        above = [base + max(value, 0.0) for base, value in zip(above, values, strict=True)]
        below = [base + min(value, 0.0) for base, value in zip(below, values, strict=True)]
    return drawn


def _areas(axes: Any, rows: Sequence[Series], colours: Sequence[str]) -> list[Any]:
    values = [[float(value) for value in row.values] for row in rows]
    return axes.stackplot(range(len(rows[0].values)), values, colors=colours, edgecolor="white")


def _lines(axes: Any, rows: Sequence[Series], colours: Sequence[str]) -> list[Any]:
    drawn: list[Any] = []
    for row, colour, marker in zip(rows, colours, "os^Dvpx", strict=False):
        values = [float(value) for value in row.values]
        drawn += axes.plot(values, color=colour, marker=marker, markersize=5, linewidth=2.2)
    return drawn


def _colours(names: Sequence[str]) -> list[str]:
    return [GREY if name == OTHER else COLOURS[n % len(COLOURS)] for n, name in enumerate(names)]


def _figure(spec: ChartSpec, value: Decimal) -> str:
    if value == 0:
        return "0"
    is_money = "USD" in spec.y_label or "$" in spec.y_label or not spec.y_label
    return money_short(value) if is_money else money_short(value).replace("$", "").removesuffix(".00")


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(ChartSpec.model_validate_json(sys.stdin.buffer.read())))
