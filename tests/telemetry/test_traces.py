"""Spans of the bot's own acts, as a receiver gets them."""

import contextlib
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from bot.errors import NotAllowed
from bot.settings.model import Settings
from bot.telemetry.meter import Meter
from bot.telemetry.observed import meter_of
from bot.telemetry.spans import Spans
from bot.telemetry.targets import Target
from bot.telemetry.tracing import Traced, ids_of
from bot.telemetry.wire import Way
from tests.telemetry.collector import collector

REQUEST = "req_0123456789abcdef"


async def test_two_processes_that_know_nothing_of_each_other_write_one_trace_and_no_error_says_its_text() -> None:
    async with collector() as target:
        aimed = Target("a", target.url, {}, target.url.replace("metrics", "traces"))
        one, other = (Traced([aimed], lambda _url: Way(), Meter()) for _ in range(2))
        with one.span("request", request=REQUEST, begins=True):
            pass
        with contextlib.suppress(NotAllowed), one.span("click", request=f"details:{REQUEST}"):
            raise NotAllowed("sk-ant-hidden")
        with contextlib.suppress(ValueError), other.span("job"), other.span("post", request=REQUEST):
            raise ValueError("sk-ant-hidden")
        for traced in (one, other, one):
            await traced.close()
    spans = {span.name: span for span in target.spans}
    trace_id, root_id = (number.to_bytes(size, "big") for number, size in zip(ids_of(REQUEST), (16, 8), strict=True))
    assert {name for name, span in spans.items() if span.trace_id == trace_id} == {"request", "click", "post"}
    assert (spans["request"].parent_span_id, spans["request"].span_id) == (b"", root_id)
    assert spans["click"].parent_span_id == spans["post"].parent_span_id == root_id
    assert [link.span_id for link in spans["post"].links] == [spans["job"].span_id]
    assert (_kinds(spans["click"]), spans["click"].status.code) == ({"NotAllowed"}, Status.STATUS_CODE_UNSET)
    assert (_kinds(spans["post"]), spans["post"].status.code) == ({"ValueError"}, Status.STATUS_CODE_ERROR)
    assert "hidden" not in str(target.spans)


def _kinds(span: Span) -> set[str]:
    return {one.value.string_value for one in span.attributes if one.key == "error.type"}


def test_figures_alone_make_no_spans_and_a_file_with_faults_stops_nobody(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    for text in ('[a]\nurl = "http://x/v1/metrics"\n', "[a"):
        file.write_text(text)
        assert type(meter_of(Settings.model_construct(otlp_targets=file)).spans) is Spans
