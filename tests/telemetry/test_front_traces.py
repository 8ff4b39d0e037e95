"""One trace tells a request's story, from the ask over the click to the card, whichever process did what."""

from pathlib import Path

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.approvals.cards.plan import TOPIC
from bot.approvals.db import statuses
from bot.posts.converge import repair
from bot.telemetry.tracing import ids_of
from tests.telemetry.collector import collector
from tests.world import ALICE, APPROVALS, BOB, world_of

SECRET = "hcaik_never_to_be_seen"


def _said(span: Span) -> dict[str, str]:
    return {one.key: _text(one.value) for one in span.attributes}


def _text(value: AnyValue) -> str:
    return str(getattr(value, value.WhichOneof("value") or "string_value"))


def _above(span: Span, spans: list[Span]) -> list[str]:
    """The names of a span and those above it, up to its trace's root."""
    parent = next((one for one in spans if one.span_id == span.parent_span_id), None)
    return [span.name, *(_above(parent, spans) if parent else [])]


async def test_one_trace_has_the_ask_the_click_the_decision_the_effect_and_the_card_and_no_secret(tmp_path: Path) -> None:
    async with collector() as target:
        traces, file = target.url.replace("metrics", "traces"), tmp_path / "targets.toml"
        headers = f'headers = {{x-honeycomb-team = "{SECRET}"}}'
        file.write_text(f'[a]\nurl = "{target.url}"\ntraces_url = "{traces}"\nown_metrics = true\n{headers}\n')
        async with world_of(tmp_path, more={"OTLP_TARGETS": str(file)}, spenders=1) as world:
            card = await world.ask_for_key(ALICE, "ingest-nightly")
            assert (await world.click_on(BOB, card, "request_approve"))["ok"]
            await world.message(BOB, "issued to", APPROVALS)
            await world.rt.tasks.drain(20)
            async with world.rt.store.read() as tx:
                ((request_id, _),) = await statuses(tx)
            await repair(world.rt, (TOPIC, request_id), world.rt.now())  # as another process does a minute later
        spans, metrics = target.spans, {one.name for one in target.metrics}
    trace_id, root_id = (number.to_bytes(size, "big") for number, size in zip(ids_of(request_id), (16, 8), strict=True))
    mine = [one for one in spans if one.trace_id == trace_id]
    (root,) = [one for one in mine if not one.parent_span_id]
    assert (root.name, root.span_id) == ("request", root_id)
    (effect,) = [one for one in mine if one.name == "effect"]
    (decision,) = [one for one in mine if one.name == "decision"]
    cards = [_above(one, mine) for one in mine if one.name == "post"]
    assert _above(effect, mine) == ["effect", "click", "request"]
    assert _above(decision, mine) == ["decision", "click", "request"]
    assert cards.count(["post", "request"]) == 2  # after the ask, and by the job
    assert ["post", "click", "request"] in cards
    assert {"slack chat.postMessage", "slack chat.update"} <= {one.name for one in mine}
    asked = [one for one in spans if one.name.startswith("admin GET")]
    assert {_said(one)["quartermaster.status"] for one in asked} == {"2xx"}
    assert _said(decision)["quartermaster.verdict"] == "approve"
    told = str(spans) + str(target.metrics)
    for hidden in (SECRET, "ingest-nightly", "@acme", "xoxb-", "sk-ant-", "Nightly job"):
        assert hidden not in told
    assert "claude_chatops_admin_api_requests_total" in metrics
