"""Panels as data, and how grafana-foundation-sdk builds a dashboard of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueGraphMode,
    DataSourceRef,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult, VariableOption

Look = Literal["stat", "lines", "columns", "bars"]
"""One number · lines over time · columns over time, the parts of one query stacked · one bar for each series as of now."""
SOURCE_UID = "prometheus"
"""The data source that the dashboards begin with: Grafana's provisioning gives it this uid."""
NO_DATA = "no data"
_VARIABLE = "source"
_SOURCE = DataSourceRef("prometheus", f"${{{_VARIABLE}}}")
AnyPanel = bargauge.Panel | stat.Panel | timeseries.Panel


@dataclass(frozen=True)
class Panel:
    """One picture: what it shows, of which queries (each with its legend), in which unit.

    `words` are said instead of numbers; `top` is the end of the scale where the unit has one.
    """

    title: str
    look: Look
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    width: int = 12
    height: int = 8
    about: str = ""
    words: tuple[tuple[str, str], ...] = ()
    top: float | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Dashboard:
    """One file of Grafana."""

    uid: str
    title: str
    about: str
    since: str
    rows: tuple[Row, ...]

    @property
    def panels(self) -> Sequence[Panel]:
        """All panels, in their order."""
        return [panel for row in self.rows for panel in row.panels]


def written(one: Dashboard) -> str:
    """Return a dashboard as Grafana imports it."""
    source = dashboard.DatasourceVariable(_VARIABLE).label("Data source").type("prometheus")
    made = (
        dashboard.Dashboard(one.title)
        .uid(one.uid)
        .description(one.about)
        .tags(["quartermaster", "claude"])
        .timezone("utc")
        .refresh("1m")
        .time(one.since, "now")
        .editable()
        .with_variable(source.current(VariableOption(text="Prometheus", value=SOURCE_UID)))
    )
    number = 0
    for row in one.rows:
        made = made.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            number += 1
            made = made.with_panel(_built(panel).id(number))
    found: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    for place, panel in enumerate((one for one in found["panels"] if one["type"] == "row"), number + 1):
        panel["id"] = place
    return json.dumps(found, indent=2) + "\n"


def _built(panel: Panel) -> AnyPanel:
    made = _LOOKS[panel.look](panel).title(panel.title).datasource(_SOURCE).unit(panel.unit).no_value(NO_DATA)
    made = made.height(panel.height).span(panel.width)
    if panel.about:
        made = made.description(panel.about)
    if panel.decimals is not None:
        made = made.decimals(panel.decimals)
    if panel.top is not None:
        made = made.max(panel.top)
    if panel.words:
        made = made.mappings([ValueMap({value: ValueMappingResult(text=text) for value, text in panel.words})])
    for number, (expr, legend) in enumerate(panel.queries):
        asked = prometheus.Dataquery().ref_id(chr(65 + number)).datasource(_SOURCE).expr(expr).legend_format(legend)
        made = made.with_target(asked.instant() if panel.look in ("stat", "bars") else asked.range())
    return made


def _now() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


def _stat(_panel: Panel) -> AnyPanel:
    return stat.Panel().reduce_options(_now()).graph_mode(BigValueGraphMode.NONE)


def _bars(_panel: Panel) -> AnyPanel:
    found = bargauge.Panel().reduce_options(_now()).orientation(VizOrientation.HORIZONTAL).min(0)
    return found.display_mode(BarGaugeDisplayMode.BASIC)


def _lines(_panel: Panel) -> AnyPanel:
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    found = timeseries.Panel().legend(legend.show_legend(True)).show_points(VisibilityMode.NEVER)
    return found.min(0).line_width(2)


def _columns(panel: Panel) -> AnyPanel:
    found = _lines(panel)
    assert isinstance(found, timeseries.Panel)
    found = found.draw_style(GraphDrawStyle.BARS).interval("1h")
    if len(panel.queries) > 1:  # lines that were added and lines that were removed have no sum
        return found.fill_opacity(30)
    return found.fill_opacity(80).stacking(common.StackingConfig().mode(StackingMode.NORMAL))


_LOOKS = {"stat": _stat, "bars": _bars, "lines": _lines, "columns": _columns}
