"""OTLP's messages as the official library has them: points encoded, answers read. Import it only where something is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from google.protobuf.json_format import Error as JsonError
from google.protobuf.json_format import MessageToDict, Parse
from google.protobuf.message import Error as ProtobufError
from google.protobuf.message import Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_DELTA,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from bot.telemetry.point import UNITS, Point


def metrics_request(points: Sequence[Point], version: str) -> bytes:
    """Return the body of a push of points."""
    return _request(points, version).SerializeToString(deterministic=True)


def as_json(points: Sequence[Point], version: str) -> object:
    """Return the same in OTLP's mapping to JSON, for people to read."""
    return MessageToDict(_request(points, version))


def empty_request() -> bytes:
    """Return a push of nothing, of metrics or traces: it asks whether a target would take one."""
    return ExportMetricsServiceRequest().SerializeToString()


def rejected_of(content: bytes, content_type: str) -> tuple[int, str]:
    """Return how many points a target says it won't take, and why. They may not be sent again (OTLP, partial success).

    What can't be read says nothing of the kind.
    """
    answer = ExportMetricsServiceResponse()
    try:
        if content_type.lower().startswith("application/json"):
            Parse(content or b"{}", answer, ignore_unknown_fields=True)
        else:
            answer.ParseFromString(content)
    except (ProtobufError, JsonError, ValueError):
        return 0, ""
    return answer.partial_success.rejected_data_points, answer.partial_success.error_message


def _request(points: Sequence[Point], version: str) -> Message:
    metrics = [_metric(name, [one for one in points if one.metric == name]) for name in UNITS]
    scope = InstrumentationScope(name="quartermaster", version=version)
    resource = Resource(attributes=_attributes({"service.name": "quartermaster", "gen_ai.provider.name": "anthropic"}))
    scoped = ScopeMetrics(scope=scope, metrics=[one for one in metrics if one.sum.data_points])
    return ExportMetricsServiceRequest(resource_metrics=[ResourceMetrics(resource=resource, scope_metrics=[scoped])])


def _metric(name: str, points: Sequence[Point]) -> Metric:
    """A correction may be negative, so the sums aren't monotonic."""
    found = Sum(
        aggregation_temporality=AGGREGATION_TEMPORALITY_DELTA, is_monotonic=False, data_points=map(_data_point, points)
    )
    return Metric(name=name, unit=UNITS[name], sum=found)


def _data_point(one: Point) -> NumberDataPoint:
    found = NumberDataPoint(
        start_time_unix_nano=_nanoseconds(one.starts),
        time_unix_nano=_nanoseconds(one.ends),
        attributes=_attributes({**one.attributes, "revision": str(one.revision)}),
    )
    if isinstance(one.value, Decimal):
        found.as_double = float(one.value)
    else:
        found.as_int = one.value
    return found


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000_000


def _attributes(attributes: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]
