"""The rules over a whole payload: counts, ids, shared budgets, views, messages; and that no input breaks the validator."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.validation import Surface, validate_blocks, validate_message, validate_payload, validate_view
from tests.sandbox.block_samples import (
    BLOCK_SAMPLES,
    BUTTON,
    DATA_TABLE,
    DIVIDER,
    ELEMENT_SAMPLES,
    INPUT,
    MODAL,
    TABLE,
    Json,
    chart,
    hold,
    mrkdwn,
    on,
    plain,
    pointers,
)


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_surface_holds_so_many_blocks_and_no_more(surface: Surface, most: int) -> None:
    assert validate_blocks([DIVIDER] * most, surface) == []
    (problem,) = validate_blocks([DIVIDER] * (most + 1), surface)
    assert problem.constraint == {"type": "max_items", "expected": most, "got": most + 1}


def test_second_table_of_a_message_is_refused_by_name_also_inside_a_container() -> None:
    nested = {"type": "container", "title": plain(), "child_blocks": [TABLE]}
    (problem,) = validate_blocks([TABLE, nested], "message")
    assert (problem.code, problem.pointer) == ("only_one_table_allowed", "/1/child_blocks/0")
    assert validate_blocks([TABLE, TABLE], "home") == []


def test_third_chart_of_a_message_is_refused() -> None:
    assert validate_blocks([chart("bar")] * 2, "message") == []
    assert len(validate_blocks([chart("bar")] * 3, "message")) == 1


def test_markdown_blocks_share_twelve_thousand_characters() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert validate_blocks([half, half], "message") == []
    assert len(validate_blocks([half, half, {"type": "markdown", "text": "x"}], "message")) == 1


@pytest.mark.parametrize(
    ("block", "most", "code", "pointer"),
    [
        (TABLE, 1, "only_one_table_allowed", "/attachments/1/blocks/0"),
        (chart("bar"), 2, "failed_constraint", "/attachments/1/blocks"),
        (DIVIDER | {"block_id": "b"}, 1, "failed_constraint", "/attachments/1/blocks/0/block_id"),
        ({"type": "markdown", "text": "x" * 6000}, 2, "failed_constraint", "/attachments/1/blocks"),
        (DATA_TABLE, 2, "failed_constraint", "/attachments/1/blocks"),
    ],
)
def test_limit_of_a_message_holds_over_its_blocks_and_attachments_together(
    block: Json, most: int, code: str, pointer: str
) -> None:
    within: Json = {"blocks": [block] * (most - 1), "attachments": [{"blocks": [DIVIDER]}, {"blocks": [block]}]}
    assert validate_message(within) == []
    (problem,) = validate_message(within | {"attachments": [{"blocks": [block]}, {"blocks": [block]}]})
    assert (problem.code, problem.pointer) == (code, pointer)


def test_block_id_is_unique_also_inside_a_container() -> None:
    nested = {"type": "container", "title": plain(), "child_blocks": [DIVIDER | {"block_id": "b"}]}
    assert pointers(validate_blocks([DIVIDER | {"block_id": "b"}, nested], "message")) == ["/1/child_blocks/0/block_id"]


def test_same_action_id_in_two_blocks_is_fine() -> None:
    row = {"type": "actions", "elements": [BUTTON]}
    assert validate_blocks([row, row], "message") == []


def test_only_one_element_may_take_the_focus() -> None:
    field = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "focus_on_load": True}}
    assert validate_blocks([field], "modal") == []
    assert len(validate_blocks([field, field], "modal")) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": plain("x" * 25)}, "/title/text"),
        ({"submit": plain("x" * 25)}, "/submit/text"),
        ({"close": mrkdwn()}, "/close/type"),
        ({"private_metadata": "x" * 3001}, "/private_metadata"),
        ({"callback_id": "x" * 256}, "/callback_id"),
        ({"external_id": "x" * 256}, "/external_id"),
        ({"notify_on_close": "yes"}, "/notify_on_close"),
        ({"submit_disabled": True}, "/submit_disabled"),
        ({"id": "V1"}, "/id"),
        ({"blocks": [{"type": "section", "text": plain(), "x": 1}]}, "/blocks/0/x"),
        ({"blocks": [chart("bar")]}, "/blocks/0/type"),
        ({"type": "workflow_step"}, "/type"),
    ],
)
def test_fault_in_a_modal_is_found_where_it_is(change: Json, pointer: str) -> None:
    assert validate_view(MODAL) == []
    assert pointers(validate_view(MODAL | change)) == [pointer]


def test_modal_with_an_input_needs_a_submit_button() -> None:
    view = deepcopy(MODAL) | {"blocks": [INPUT]}
    assert validate_view(view) == []
    del view["submit"]
    (problem,) = validate_view(view)
    assert (problem.code, problem.field) == ("missing_required_field", "submit")


def test_home_takes_inputs_without_submit_and_refuses_a_title() -> None:
    assert validate_view({"type": "home", "blocks": [INPUT], "private_metadata": "x" * 3000}) == []
    assert pointers(validate_view({"type": "home", "blocks": [], "title": plain()})) == ["/title"]


def test_view_over_250_kilobytes_is_too_large() -> None:
    many = [{"type": "section", "text": plain("x" * 3000)}] * 90
    (problem,) = validate_view({"type": "home", "blocks": many})
    assert problem.code == "view_too_large"
    assert validate_view({"type": "home", "blocks": many[:80]}) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C1"}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"text": "a", "attachments": [{"text": "b"}] * 101}, "too_many_attachments"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "a", "metadata": {"event_type": "x", "event_payload": "y"}}, "invalid_metadata_format"),
        ({"text": 1}, "failed_constraint"),
        ({"text": "a", "attachments": [{"blocks": [{"type": "alert", "text": plain()}]}]}, "failed_constraint"),
    ],
)
def test_message_fault_has_the_code_that_the_method_answers(message: Json, code: str) -> None:
    assert [problem.code for problem in validate_message(message)] == [code]


def test_message_is_judged_by_its_content_and_not_by_other_arguments() -> None:
    message = {"channel": "C1", "text": "x" * 40_000, "blocks": [DIVIDER], "unfurl_links": False}
    message |= {"metadata": {"event_type": "card", "event_payload": {"id": "1"}}}
    assert validate_message(message) == []


def test_update_takes_four_thousand_characters_and_may_leave_the_text_alone() -> None:
    assert validate_message({"text": "x" * 4000}, update=True) == []
    assert [p.code for p in validate_message({"text": "x" * 4001}, update=True)] == ["msg_too_long"]
    assert validate_message({"channel": "C1", "ts": "1.0"}, update=True) == []


def test_blocks_validate_takes_blocks_and_attachments_of_a_message_and_refuses_its_text() -> None:
    assert validate_payload({"blocks": [DIVIDER], "attachments": [{"blocks": [DIVIDER]}]}) == []
    assert pointers(validate_payload({"blocks": [{"type": "x"}], "text": "a"})) == ["/text", "/blocks/0/type"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(sorted(BLOCK_SAMPLES)),
    st.sampled_from(["", "elements", "rows", "chart", "text", "element", "child_blocks"]),
    _json,
)
def test_any_json_at_all_gets_an_answer(kind: str, field: str, value: Any) -> None:
    block = {"type": kind, **BLOCK_SAMPLES[kind][0]} | ({field: value} if field else {})
    without = {name: part for name, part in block.items() if name != field}
    for payload in (value, [value], [block], [without]):
        validate_blocks(payload, None)
        validate_message({"blocks": payload, "metadata": value, "attachments": value, "text": value})
        validate_view({"type": "modal", "title": value, "blocks": payload})
        validate_view(value)


def _each_without_a_field(whole: Any, part: Any) -> Iterator[Any]:
    """Yield `whole` once for each field of each object inside `part`, with that field taken away meanwhile.

    Of a list the first and the last: what lies between is alike, and a table has two thousand cells.
    """
    if isinstance(part, list):
        items = cast("list[Any]", part)
        for item in items if len(items) < 3 else (items[0], items[-1]):
            yield from _each_without_a_field(whole, item)
    elif isinstance(part, dict):
        fields = cast("Json", part)
        for name in list(fields):
            yield from _each_without_a_field(whole, fields[name])
            kept = fields.pop(name)
            yield whole
            fields[name] = kept


@pytest.mark.parametrize("kind", BLOCK_SAMPLES)
def test_block_without_any_one_of_its_fields_gets_an_answer(kind: str) -> None:
    block = deepcopy({"type": kind, **BLOCK_SAMPLES[kind][0]})
    for less in _each_without_a_field(block, block):
        validate_blocks([less], on(kind))


@pytest.mark.parametrize("kind", ELEMENT_SAMPLES)
def test_element_without_any_one_of_its_fields_gets_an_answer(kind: str) -> None:
    block, surface, _ = hold(deepcopy({"type": kind, **ELEMENT_SAMPLES[kind][0]}))
    for less in _each_without_a_field(block, block):
        validate_blocks([less], surface)


@pytest.mark.parametrize(
    ("block", "pointer", "field"),
    [
        (chart("bar"), "/0/chart", "axis_config"),
        (chart("line"), "/0/chart", "series"),
        ({"type": "data_table", "caption": "C"}, "/0", "rows"),
        ({"type": "task_card", "task_id": "t", "title": "T"}, "/0", "status"),
        ({"type": "input", "label": plain(), "dispatch_action": True}, "/0", "element"),
    ],
)
def test_missing_field_is_named_also_where_a_rule_reads_it(block: Json, pointer: str, field: str) -> None:
    inner = block.get("chart", block)
    inner.pop(field, None)
    (problem,) = validate_blocks([block], on(block["type"]))
    assert (problem.code, problem.pointer, problem.field) == ("missing_required_field", pointer, field)
