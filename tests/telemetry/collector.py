"""A receiver of OTLP on loopback that keeps arrivals, decoded by the official library, and answers as it is told to."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.runtime import Runtime
from bot.telemetry.names import PUSHED

Identity = tuple[Any, ...]
"""(metric, sorted attributes, start, end)."""


def rejecting(points: int) -> web.Response:
    """The answer of a target that won't take some points of a push."""
    partial = ExportMetricsPartialSuccess(rejected_data_points=points, error_message="too old")
    body = ExportMetricsServiceResponse(partial_success=partial).SerializeToString()
    return web.Response(body=body, content_type="application/x-protobuf")


@dataclass
class Collector:
    """`answers` are used up one by one; after them everything is taken. While it `loses`, what it refuses is taken, too."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list[web.Response])
    loses: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    holds: asyncio.Event | None = None
    """Keeps answers back until it is set."""
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[bytes] = field(default_factory=list[bytes])
    metrics: list[Metric] = field(default_factory=list[Metric])
    spans: list[Span] = field(default_factory=list[Span])
    points: dict[Identity, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    """What a point of a delta is known by -> each value that arrived for it."""

    async def take(self, request: web.Request) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer.status == 200 or self.loses:
            self.bodies.append(await request.read())
            self._keep(self.bodies[-1])
            self.arrived.set()
        if self.holds:
            await self.holds.wait()
        return answer

    async def take_spans(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        for resource in ExportTraceServiceRequest.FromString(await request.read()).resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)
        return web.Response()

    def _keep(self, body: bytes) -> None:
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for scope in resource.scope_metrics:
                self.metrics.extend(scope.metrics)
                for metric in scope.metrics:
                    if metric.sum.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA:
                        self._keep_points(metric)

    def _keep_points(self, metric: Metric) -> None:
        assert not metric.sum.is_monotonic
        for point in metric.sum.data_points:
            attributes = tuple(sorted((one.key, one.value.string_value) for one in point.attributes))
            value = Decimal(repr(point.as_double)) if point.WhichOneof("value") == "as_double" else Decimal(point.as_int)
            times = (_at(point.start_time_unix_nano), _at(point.time_unix_nano))
            self.points[metric.name, attributes, *times].append(value)

    def total(self, metric: str) -> Decimal:
        """The sum over all points, each counted once; a point that arrived twice must have had the same value."""
        mine = [values for identity, values in self.points.items() if identity[0] == metric]
        assert all(len(set(values)) == 1 for values in mine)
        return sum((values[0] for values in mine), Decimal(0))

    def times(self, metric: str) -> set[tuple[datetime, datetime]]:
        """Start and end of each point of a metric."""
        return {(identity[2], identity[3]) for identity in self.points if identity[0] == metric}

    @property
    def twice(self) -> int:
        """How many points arrived more than once."""
        return sum(len(values) > 1 for values in self.points.values())


def _at(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC)


@asynccontextmanager
async def collector() -> AsyncGenerator[Collector]:
    found = Collector()
    app = web.Application()
    app.router.add_post("/v1/metrics", found.take)
    app.router.add_post("/v1/traces", found.take_spans)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/metrics"
    try:
        yield found
    finally:
        await runner.cleanup()


def last_pushes(rt: Runtime) -> dict[tuple[str, ...], datetime]:
    """Return when each target last took figures, or didn't, by target and outcome."""
    (found,) = [family.values for family in rt.meter.families() if family.metric == PUSHED]
    return {labels: datetime.fromtimestamp(float(value), UTC) for labels, value in found.items()}
