"""The answer's parts as a neutral table and as bars. One that is shown holds less than the one that becomes a file. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.claude_code.build import weight
from bot.claude_code.model import DAY, MODEL, TOOL, By, CodeFigures, Part, Use, total
from bot.slack.charts import OTHER, ChartSpec, Series
from bot.spend.render import chart_of
from bot.spend.table import Column, Row, Table, Value
from bot.words.own import Own

_BARS = 20
TOOL_NAMES: Mapping[str, Own] = {
    "edit_tool": "Edit",
    "multi_edit_tool": "MultiEdit",
    "write_tool": "Write",
    "notebook_edit_tool": "NotebookEdit",
}
_NOWHERE: Own = "not told"

_ACTIVITY = (
    Column("sessions", "Sessions", "count"),
    Column("lines_added", "Lines added", "count"),
    Column("lines_removed", "Removed", "count"),
    Column("commits", "Commits", "count"),
    Column("pull_requests", "Pull requests", "count"),
)
_ACCEPTANCE = Column("acceptance", "Accepted", "share")
_CHOICES = (Column("accepted", "Accepted", "count"), Column("rejected", "Rejected", "count"))
_CLASSES = (
    Column("input", "Input", "count"),
    Column("output", "Output", "count"),
    Column("cache_read", "Cache read", "count"),
    Column("cache_write", "Cache write", "count"),
)
_OTHER_TOKENS = Column("other", "Other tokens", "count")
_TOKENS = Column("tokens", "Tokens", "count")
_COST, _CHANGE = Column("cost", "Estimated cost", "money"), Column("change", "vs before", "change")


@dataclass(frozen=True)
class UseTable(Table):
    """A table whose ratios are computed again where rows are added up; `uses` are by the first cell of their row."""

    uses: Mapping[Value, Use] = field(default_factory=dict[Value, Use])

    def totals(self, first: str, rows: Iterable[Row] | None = None) -> Row:
        """Return the sums of all rows, or of those, with the acceptance of all of them together."""
        added = list(self.rows if rows is None else rows)
        row = Table.totals(self, first, added)
        whole = total(self.uses[one[0]] for one in added)
        return tuple(
            whole.acceptance if column.kind == "share" else value for column, value in zip(self.columns, row, strict=True)
        )


def shown_table(figures: CodeFigures) -> UseTable:
    """Return the table of an answer."""
    by = figures.query.by
    if by is TOOL:
        columns = (*_CHOICES, Column("acceptance", "Rate", "share"))
    elif by is MODEL:
        has_others = any(part.use.other for part in figures.parts)
        columns = (*_CLASSES, *((_OTHER_TOKENS,) if has_others else ()), _COST)
    else:
        columns = (*_ACTIVITY, _ACCEPTANCE, _TOKENS, _COST)
    has_change = by is not DAY and by is not TOOL and figures.before is not None
    return _table(figures, (*columns, *((_CHANGE,) if has_change else ())))


def file_table(figures: CodeFigures) -> UseTable:
    """Return the same with every count, for a file."""
    tokens = (*_CLASSES, _OTHER_TOKENS, _TOKENS)
    if figures.query.by is TOOL:
        return _table(figures, (*_CHOICES, _ACCEPTANCE))
    if figures.query.by is MODEL:
        return _table(figures, (*tokens, Column("estimated_cost", "", "money")))
    return _table(figures, (*_ACTIVITY, *_CHOICES, _ACCEPTANCE, *tokens, Column("estimated_cost", "", "money")))


def _table(figures: CodeFigures, columns: tuple[Column, ...]) -> UseTable:
    by = figures.query.by
    head = Column(by.name, by.heading, "day" if by is DAY else "text")
    names = [name_of(figures, part) for part in figures.parts]
    rows = [
        (name, *(_cell(column.name, part) for column in columns)) for name, part in zip(names, figures.parts, strict=True)
    ]
    uses = dict[Value, Use](zip(names, (part.use for part in figures.parts), strict=True))
    return UseTable((head, *columns), tuple(rows), figures.as_of, not is_final(figures), uses=uses)


def is_final(figures: CodeFigures) -> bool:
    """Tell whether nothing of an answer may still change."""
    return not (figures.open_days or figures.missing or figures.unsettled)


def name_of(figures: CodeFigures, part: Part) -> str | date:
    """Return what a part is called."""
    if isinstance(part.id, tuple):
        return figures.names[part.id]
    if isinstance(part.id, date):
        return part.id
    return TOOL_NAMES.get(part.id, part.id) if figures.query.by is TOOL else part.id or _NOWHERE


def _cell(name: str, part: Part) -> Value:
    if name == "change":
        return None if part.before is None else part.use.cost - part.before.cost
    if name == "estimated_cost":
        return part.use.cost
    return getattr(part.use, name)


_MEASURED: Mapping[By, Own] = {TOOL: "proposals", MODEL: "estimated USD"}


def answer_chart(figures: CodeFigures, finding: str) -> ChartSpec | None:
    """Return one series: sessions of each day, or the parts by size; None with fewer than two bars."""
    if figures.query.by is DAY:
        sessions = Column("sessions", "Sessions", "count")
        rows = [(day, None if use is None else Decimal(use.sessions)) for day, use in figures.days]
        days = Table((Column("day", "Day", "day"), sessions), tuple(rows), figures.as_of, currency="sessions")
        return chart_of(days, "Claude Code sessions per day", finding, figures.open_days)
    return _parts_chart(figures, finding)


def _parts_chart(figures: CodeFigures, finding: str) -> ChartSpec | None:
    by = figures.query.by
    bars = [(str(name_of(figures, part)), _height(by, part.use)) for part in figures.parts]
    bars = [bar for bar in bars if bar[1]]
    if len(bars) < 2:
        return None
    if len(bars) > _BARS:
        rest = bars[_BARS - 1 :]
        bars = [*bars[: _BARS - 1], (OTHER, sum((one for _, one in rest), Decimal(0)))]
    measured = _MEASURED.get(by, "sessions")
    title = f"Claude Code {measured} by {by.name}"
    heights = Series(name=measured.capitalize(), values=tuple(height for _, height in bars))
    names = tuple(name for name, _ in bars)
    return ChartSpec(kind="bar", title=title, categories=names, series=(heights,), y_label=measured, alt_text=finding)


def _height(by: By, use: Use) -> Decimal:
    return use.cost if by is MODEL else Decimal(weight(by, use)[0])
