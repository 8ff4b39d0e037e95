"""The validator accepts what Slack accepts and names what Slack refuses, block by block and element by element."""

import pytest

from bot.sandbox.slack.validation import Surface, validate_blocks
from bot.sandbox.slack.validation.blocks import BLOCKS
from bot.sandbox.slack.validation.elements import ELEMENTS
from tests.sandbox.block_samples import (
    BLOCK_SAMPLES,
    BUTTON,
    ELEMENT_SAMPLES,
    IMAGE,
    SLICE,
    Json,
    actions,
    chart,
    confirm,
    hold,
    menu,
    mrkdwn,
    on,
    option,
    pie,
    plain,
    pointers,
    raw,
    rich,
)


def test_every_element_has_a_sample() -> None:
    assert set(ELEMENT_SAMPLES) == set(ELEMENTS)


@pytest.mark.parametrize("kind", ELEMENT_SAMPLES)
def test_element_is_accepted_when_right_and_named_when_wrong(kind: str) -> None:
    good, wrong, where = ELEMENT_SAMPLES[kind]
    block, surface, pointer = hold({"type": kind, **good})
    assert validate_blocks([block], surface) == []
    broken, surface, pointer = hold({"type": kind, **good, **wrong})
    assert pointers(validate_blocks([broken], surface)) == [pointer + where]


@pytest.mark.parametrize("kind", ELEMENT_SAMPLES)
def test_element_with_an_unknown_field_is_refused_at_that_field(kind: str) -> None:
    block, surface, pointer = hold({"type": kind, **ELEMENT_SAMPLES[kind][0], "colour": "red"})
    (problem,) = validate_blocks([block], surface)
    assert problem.pointer == f"{pointer}/colour"
    assert problem.public() == {
        "code": "invalid_additional_property",
        "message": "invalid additional property: colour",
        "pointer": f"{pointer}/colour",
        "field": "colour",
    }


def test_every_block_has_a_sample_except_remote_files_which_nobody_can_post() -> None:
    assert set(BLOCKS) - set(BLOCK_SAMPLES) == {"file"}
    remote = {"type": "file", "external_id": "x", "source": "remote"}
    surfaces: tuple[Surface, ...] = ("message", "modal", "home")
    assert all(pointers(validate_blocks([remote], surface)) == ["/0/type"] for surface in surfaces)


@pytest.mark.parametrize("kind", BLOCK_SAMPLES)
def test_block_is_accepted_when_right_and_named_when_wrong(kind: str) -> None:
    good, wrong, where = BLOCK_SAMPLES[kind]
    assert validate_blocks([{"type": kind, **good}], on(kind)) == []
    assert pointers(validate_blocks([{"type": kind, **good, **wrong}], on(kind))) == [f"/0{where}"]


@pytest.mark.parametrize("kind", BLOCK_SAMPLES)
def test_block_with_an_unknown_field_is_refused_at_that_field(kind: str) -> None:
    block = {"type": kind, **BLOCK_SAMPLES[kind][0], "x/y": 1}
    assert pointers(validate_blocks([block], on(kind))) == ["/0/x~1y"]


@pytest.mark.parametrize(
    ("kind", "surfaces"),
    [
        *((kind, "message modal home") for kind in ("section", "header", "divider", "context", "actions", "input", "image")),
        *((kind, "message modal home") for kind in ("rich_text", "video", "data_table", "card")),
        *((kind, "message") for kind in ("markdown", "data_visualization", "context_actions", "plan", "task_card")),
        *((kind, "message home") for kind in ("table", "carousel", "container")),
        ("alert", "modal"),
    ],
)
def test_block_is_allowed_on_its_surfaces_only(kind: str, surfaces: str) -> None:
    block = {"type": kind, **BLOCK_SAMPLES[kind][0]}
    places: tuple[Surface, ...] = ("message", "modal", "home")
    for surface in places:
        expected = [] if surface in surfaces.split() else ["/0/type"]
        assert pointers(validate_blocks([block], surface)) == expected


@pytest.mark.parametrize(
    ("kind", "surfaces"),
    [
        ("number_input", "modal"),
        ("file_input", "modal"),
        ("rich_text_input", "modal home"),
        ("datetimepicker", "message modal"),
    ],
)
def test_element_is_allowed_on_its_surfaces_only(kind: str, surfaces: str) -> None:
    block = {"type": "input", "label": plain(), "element": {"type": kind, **ELEMENT_SAMPLES[kind][0]}}
    places: tuple[Surface, ...] = ("message", "modal", "home")
    for surface in places:
        expected = [] if surface in surfaces.split() else ["/0/element/type"]
        assert pointers(validate_blocks([block], surface)) == expected


def test_enum_problem_lists_what_would_have_been_right() -> None:
    (problem,) = validate_blocks([{"type": "section", "text": {"type": "markdown", "text": "x"}}], "message")
    assert problem.pointer == "/0/text/type"
    assert problem.constraint == {"type": "enum", "expected": ["plain_text", "mrkdwn"], "got": "markdown"}


def test_missing_field_is_reported_at_its_object() -> None:
    (problem,) = validate_blocks([{"type": "header"}], "message")
    assert (problem.code, problem.pointer, problem.field) == ("missing_required_field", "/0", "text")
    assert problem.line() == "[ERROR] missing required field: text [json-pointer:/0]"


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "section"}, "/0"),
        ({"type": "section", "text": mrkdwn("")}, "/0/text/text"),
        ({"type": "section", "text": mrkdwn() | {"emoji": True}}, "/0/text/emoji"),
        ({"type": "section", "text": plain() | {"verbatim": True}}, "/0/text/verbatim"),
        ({"type": "section", "text": plain(), "accessory": {"type": "plain_text_input"}}, "/0/accessory/type"),
        ({"type": "image", "alt_text": "A"}, "/0"),
        ({**IMAGE, "slack_file": {"id": "F1"}}, "/0"),
        ({**IMAGE, "slack_file": {}}, "/0/slack_file"),
        ({"type": "actions", "elements": []}, "/0/elements"),
        ({"type": "actions", "elements": [BUTTON, BUTTON]}, "/0"),
        (actions(BUTTON | {"action_id": "x" * 256}), "/0/elements/0/action_id"),
        (actions(BUTTON | {"value": "x" * 2001}), "/0/elements/0/value"),
        (actions(BUTTON | {"style": "default"}), "/0/elements/0/style"),
        (actions(BUTTON | {"visible_to_user_ids": ["U1"]}), "/0/elements/0/visible_to_user_ids"),
        (actions(BUTTON | {"confirm": confirm(title=plain("x" * 101))}), "/0/elements/0/confirm/title/text"),
        (actions(BUTTON | {"confirm": confirm(deny=plain("x" * 31))}), "/0/elements/0/confirm/deny/text"),
        (actions(BUTTON | {"confirm": {"title": plain()}}), "/0/elements/0/confirm"),
        ({"type": "actions", "elements": [{"type": "static_select"}]}, "/0/elements/0"),
        (menu(option("x" * 151)), "/0/elements/0/options/0/value"),
        (menu(option(url="https://x.test")), "/0/elements/0/options/0/url"),
        (menu(*[option(str(n)) for n in range(101)]), "/0/elements/0/options"),
        ({"type": "card"}, "/0"),
        ({"type": "card", "title": plain(), "actions": [BUTTON | {"action_id": str(n)} for n in range(4)]}, "/0/actions"),
        ({"type": "container", "child_blocks": [{"type": "divider"}]}, "/0"),
        ({"type": "container", "title": plain(), "child_blocks": [chart("bar")]}, "/0/child_blocks/0/type"),
        (chart("bar", ("a", "a")), "/0/chart/series"),
        (chart("line", categories=("Mon", "Mon")), "/0/chart/axis_config/categories"),
        (chart("line", categories=tuple(map(str, range(21)))), "/0/chart/series/0/data"),
        (chart("area", tuple(map(str, range(13)))), "/0/chart/series"),
        (chart("area", axis_config={"categories": ["Mon"]}), "/0/chart/series/0/data"),
        (chart("area", ("x" * 21,)), "/0/chart/series/0/name"),
        (chart("scatter"), "/0/chart/type"),
        (pie({"label": "a", "value": 0}), "/0/chart/segments/0/value"),
        (pie(*[SLICE] * 13), "/0/chart/segments"),
        ({"type": "table", "rows": [[raw()] * 21]}, "/0/rows/0"),
        ({"type": "table", "rows": [[raw("x" * 5000), rich("x" * 5001)]]}, ""),
        ({"type": "data_table", "caption": "C", "rows": [[raw()]]}, "/0/rows"),
        ({"type": "data_table", "caption": "C", "rows": [[raw()], [raw(), raw()]]}, "/0/rows/1"),
        ({"type": "data_table", "caption": "C", "rows": [[rich()], [raw()]]}, "/0/rows/0/0/type"),
        (
            {"type": "data_table", "caption": "C", "rows": [[raw()], [raw()]], "row_header_column_index": 1},
            "/0/row_header_column_index",
        ),
        ({"type": "data_table", "caption": "C", "rows": [[raw("x" * 10000)], [raw("x" * 10001)]]}, ""),
    ],
)
def test_fault_in_a_message_is_found_where_it_is(block: Json, pointer: str) -> None:
    assert pointer in pointers(validate_blocks([block], "message"))


def test_bounds_of_charts_are_accepted() -> None:
    full = chart("line", tuple(map(str, range(12))), tuple(f"{n:020}" for n in range(20)))
    assert validate_blocks([full, pie(*[SLICE] * 12)], "message") == []


@pytest.mark.parametrize(
    ("element", "field"),
    [
        ({"type": "plain_text_input", "min_length": 5, "max_length": 4}, "min_length"),
        ({"type": "plain_text_input", "max_length": 2, "initial_value": "abc"}, "initial_value"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "5", "max_value": "4.5"}, "min_value"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "4", "initial_value": "5"}, "initial_value"),
        ({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}, "initial_value"),
        ({"type": "rich_text_input", "min_lines": 5, "max_lines": 4}, "min_lines"),
    ],
)
def test_input_whose_limits_contradict_each_other_is_refused(element: Json, field: str) -> None:
    block = {"type": "input", "label": plain(), "element": element}
    assert pointers(validate_blocks([block], "modal")) == [f"/0/element/{field}"]


@pytest.mark.parametrize("day", ["2026-02-31", "2026-02-29", "2026-13-01", "0000-01-01", "20260101  ", "2026-W01-1"])
def test_a_day_that_is_not_in_the_calendar_is_refused(day: str) -> None:
    problems = validate_blocks([actions({"type": "datepicker", "initial_date": day})], "message")
    assert pointers(problems) == ["/0/elements/0/initial_date"]
    assert validate_blocks([actions({"type": "datepicker", "initial_date": "2028-02-29"})], "message") == []


@pytest.mark.parametrize("kind", ["conversations_select", "channels_select"])
def test_a_response_url_is_for_the_input_of_a_modal_only(kind: str) -> None:
    element = {"type": kind, "response_url_enabled": True}
    field = {"type": "input", "label": plain(), "element": element}
    assert validate_blocks([field], "modal") == []
    assert validate_blocks([field], None) == []
    places: tuple[tuple[Json, Surface], ...] = ((field, "message"), (field, "home"), (actions(element), "modal"))
    for block, surface in places:
        assert pointers(validate_blocks([block], surface)) == ["/0"]
    section = {"type": "section", "text": plain(), "accessory": element}
    assert pointers(validate_blocks([section], "modal")) == ["/0"]


def test_dispatch_action_is_refused_for_files() -> None:
    block = {"type": "input", "label": plain(), "element": {"type": "file_input"}, "dispatch_action": True}
    assert pointers(validate_blocks([block], "modal")) == ["/0/dispatch_action"]
