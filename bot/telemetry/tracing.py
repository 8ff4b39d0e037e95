"""The bot's own traces and metrics by OpenTelemetry's SDK. Import it only where a target wants them.

A request's trace is known by the request's id alone: each process that takes part finds it without being told, however
much later. What surrounds it, such as a job, is a trace of its own to which its spans are linked.
"""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from bot import __version__
from bot.errors import UserError
from bot.telemetry import names
from bot.telemetry.meter import Meter
from bot.telemetry.model import Metric
from bot.telemetry.spans import Note, Spans
from bot.telemetry.targets import Target
from bot.telemetry.wire import Verdict, Way, post_now

log = structlog.get_logger()

WITHIN = 5.0
"""Seconds that a target may take for the bot's own telemetry, which is lost otherwise."""
SPANS_EVERY, METRICS_EVERY = 5_000, 60_000
"""Milliseconds."""
_REQUEST = re.compile(r"req_[0-9a-f]{16}")
_given: ContextVar[tuple[int, int] | None] = ContextVar("given", default=None)


def ids_of(request_id: str) -> tuple[int, int]:
    """Return the ids of a request's trace and of its root."""
    digest = hashlib.sha256(request_id.encode()).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")


class Traced(Spans):
    """Spans that are sent to each target with a `traces_url`, and metrics to each with `own_metrics`."""

    def __init__(self, targets: Iterable[Target], way_to: Callable[[str], Way], meter: Meter) -> None:
        targets, self._is_closed = list(targets), False
        me = {"service.name": "quartermaster", "service.version": __version__, "service.instance.id": str(uuid.uuid4())}
        resource = Resource(me)  # without an id of their own, counters of several replicas would be one
        self._provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=_Ids())
        for one in targets:
            if one.traces_url:
                exporter = _Exporter(_Sender(one, one.traces_url, way_to(one.traces_url)))
                self._provider.add_span_processor(BatchSpanProcessor(exporter, 2048, SPANS_EVERY, 512, WITHIN * 1000))
        self._tracer = self._provider.get_tracer("quartermaster", __version__)
        readers = [
            PeriodicExportingMetricReader(
                _MetricExporter(_Sender(one, one.url, way_to(one.url))), METRICS_EVERY, WITHIN * 1000
            )
            for one in targets
            if one.own_metrics
        ]
        self._metrics = MeterProvider(readers, resource, shutdown_on_exit=False) if readers else None
        if self._metrics:
            _observe(self._metrics, meter)

    @contextmanager
    def span(
        self, name: str, *, request: str = "", begins: bool = False, outgoing: bool = False, **attributes: str | int
    ) -> Generator[Note]:
        """Return a span around a block, as `Spans.span` says."""
        span = self._start(name, request, begins, outgoing)

        def note(**more: str | int) -> None:
            span.set_attributes({f"quartermaster.{key}": value for key, value in more.items()})

        note(**attributes)
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield note
            except BaseException as error:  # its text may hold what nobody else should read
                span.set_attribute("error.type", type(error).__name__)
                if not isinstance(error, UserError):
                    span.set_status(trace.StatusCode.ERROR)
                raise

    def _start(self, name: str, request: str, begins: bool, outgoing: bool) -> trace.Span:
        kind = trace.SpanKind.CLIENT if outgoing else trace.SpanKind.INTERNAL
        found, around = _REQUEST.search(request), trace.get_current_span().get_span_context()
        if found is None:
            return self._tracer.start_span(name, kind=kind)
        ids, about = ids_of(found[0]), {"quartermaster.request": found[0]}
        if around.trace_id == ids[0]:
            return self._tracer.start_span(name, kind=kind, attributes=about)
        links = [trace.Link(around)] if around.is_valid else []
        root = trace.SpanContext(*ids, is_remote=True, trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED))
        context = Context() if begins else trace.set_span_in_context(trace.NonRecordingSpan(root), Context())
        token = _given.set(ids if begins else None)
        try:
            return self._tracer.start_span(name, context, kind, about, links)
        finally:
            _given.reset(token)

    async def close(self) -> None:
        """Send what is left, within seconds, and end; doing it again does nothing."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._shut_down)

    def _shut_down(self) -> None:
        self._provider.shutdown()
        if self._metrics:
            self._metrics.shutdown(WITHIN * 1000)


class _Ids(RandomIdGenerator):
    """Random ids, but for the root of a request's trace."""

    def generate_span_id(self) -> int:
        given = _given.get()
        return given[1] if given else super().generate_span_id()

    def generate_trace_id(self) -> int:
        given = _given.get()
        return given[0] if given else super().generate_trace_id()


class _Sender:
    """Posts to an address of a target, in a thread of the SDK. That nothing is taken any more is logged once."""

    def __init__(self, target: Target, url: str, way: Way) -> None:
        self._target, self._url, self._way = target, url, way
        self._is_taken = True

    def send(self, body: bytes) -> bool:
        """Tell whether the target has it; else it is lost."""
        receipt = post_now(self._target, self._url, body, self._way, WITHIN)
        is_taken = receipt.verdict is Verdict.TAKEN
        if self._is_taken and not is_taken:
            log.warning("telemetry_not_taken", target=self._target.name, because=receipt.because)
        elif is_taken and not self._is_taken:
            log.info("telemetry_taken_again", target=self._target.name)
        self._is_taken = is_taken
        return is_taken


class _Exporter(SpanExporter):
    """Sends spans."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        is_taken = self._sender.send(encode_spans(spans).SerializeToString())
        return SpanExportResult.SUCCESS if is_taken else SpanExportResult.FAILURE


class _MetricExporter(MetricExporter):
    """Sends metrics; sums are cumulative."""

    def __init__(self, sender: _Sender) -> None:
        super().__init__()
        self._sender = sender

    def export(self, metrics_data: MetricsData, timeout_millis: float = 0, **_more: Any) -> MetricExportResult:
        is_taken = self._sender.send(encode_metrics(metrics_data).SerializeToString())
        return MetricExportResult.SUCCESS if is_taken else MetricExportResult.FAILURE

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 0, **_more: Any) -> None:
        pass


def _observe(provider: MeterProvider, meter: Meter) -> None:
    """Let the SDK ask for the counters and gauges that this process keeps of itself."""
    told = provider.get_meter("quartermaster", __version__)
    for metric in names.HEALTH:
        if metric.kind == "counter":
            told.create_observable_counter(metric.name, [_asks(meter, metric)], description=metric.help)
        elif metric.kind == "gauge":
            told.create_observable_gauge(metric.name, [_asks(meter, metric)], description=metric.help)


def _asks(meter: Meter, metric: Metric) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def ask(_options: CallbackOptions) -> list[Observation]:
        try:
            found = [family for family in meter.families() if family.metric == metric]
        except RuntimeError:  # a metric was counted for the first time just now, in another thread
            return []
        return [
            Observation(float(value), dict(zip(metric.labels, labels, strict=True)))
            for family in found
            for labels, value in family.values.items()
        ]

    return ask
