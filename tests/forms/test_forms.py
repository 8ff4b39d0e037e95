"""Every type of field is drawn as Slack takes it, and what Slack then says of it is read back as what it was."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from bot.errors import InvalidInput
from bot.forms.draw import Faults, Frame, draw
from bot.forms.fields import MORE, FieldType, Form, FormField, FormInput
from bot.forms.read import given, problems, read
from bot.sandbox.slack.validation import validate_view
from bot.sandbox.slack.values import state_values
from bot.slack.blocks import section
from bot.slack.ids import PICK_WORKSPACE
from bot.slack.state import labels_of, values_of
from bot.words.calendars import UTC_DAYS

NOW = datetime(2026, 11, 26, 14, 20, tzinfo=UTC)
COLOURS = (("red", "Red"), ("green", "Green <b>"))
MANY = tuple((f"c{n}", f"Choice {n}") for n in range(40))
NASTY = "<!channel> *x* `y` & \u202e"
SAMPLES: dict[FieldType, tuple[FormField, Any, Any]] = {
    "text": (FormField("f", "F", max_length=80), "ingest-staging", "ingest-staging"),
    "long_text": (FormField("f", "F", "long_text"), "Line one\nline *two*", "Line one\nline *two*"),
    "email": (FormField("f", "F", "email"), "ada@acme.test", "ada@acme.test"),
    "number": (FormField("f", "F", "number", least=Decimal(1), most=Decimal(99)), "12.5", Decimal("12.5")),
    "amount": (FormField("f", "F", "amount"), "1.5k", Decimal("1500.00")),
    "limit": (FormField("f", "F", "limit"), "no limit", "none"),
    "count": (FormField("f", "F", "count"), "1.5m", 1_500_000),
    "duration": (FormField("f", "F", "duration", most=timedelta(days=90)), "1d 12h", timedelta(hours=36)),
    "day": (FormField("f", "F", "day"), "31 Dec", date(2026, 12, 31)),
    "date": (FormField("f", "F", "date"), "2026-12-31", date(2026, 12, 31)),
    "time": (FormField("f", "F", "time"), "07:30", time(7, 30)),
    "zone": (FormField("f", "F", "zone"), "Europe/Berlin", "Europe/Berlin"),
    "person": (FormField("f", "F", "person"), "U0ALICE", "U0ALICE"),
    "people": (FormField("f", "F", "people", most=3), ("U0ALICE", "U0BOB"), ("U0ALICE", "U0BOB")),
    "channel": (FormField("f", "F", "channel"), "C0COSTS", "C0COSTS"),
    "member": (FormField("f", "F", "member"), "user_1", "user_1"),
    "workspace": (FormField("f", "F", "workspace"), "wrkspc_1", "wrkspc_1"),
    "key": (FormField("f", "F", "key"), "apikey_1", "apikey_1"),
    "lookup": (FormField("f", "F", "lookup", placeholder="All"), "wrkspc_1", "wrkspc_1"),
    "lookups": (FormField("f", "F", "lookups", most=3), ("wrkspc_1", "wrkspc_2"), ("wrkspc_1", "wrkspc_2")),
    "choice": (FormField("f", "F", "choice", choices=COLOURS), "green", "green"),
    "radio": (FormField("f", "F", "radio", choices=COLOURS), "red", "red"),
    "choices": (FormField("f", "F", "choices", choices=COLOURS), ("red", "green"), ("red", "green")),
}
TYPES = get_args(FieldType)


def form_of(*fields: FormField) -> Form[dict[str, Any]]:
    return Form("form_test", "A form", fields, dict)


def held_by(form: Form[Any], values: dict[str, Any], labels: dict[str, str] | None = None) -> FormInput:
    return given(form.fields, values, labels or {}, NOW, UTC_DAYS)


def as_slack_says(view: dict[str, Any], form: Form[Any]) -> FormInput:
    """Return what Slack would report of a form that nobody touched."""
    state = state_values(view["blocks"], {})
    return given(form.fields, values_of(state), labels_of(state), NOW, UTC_DAYS)


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_comes_back_from_slack_as_what_it_was_drawn_with(kind: FieldType) -> None:
    field, value, typed = SAMPLES[kind]
    assert field.type == kind
    form = form_of(field)
    view = draw(form, held_by(form, {"f": value}, {"f": "Staging", "wrkspc_1": "Staging"}))
    assert validate_view(view) == []
    held = as_slack_says(view, form)
    assert held.values["f"] == value
    assert problems(form, held) == {}
    assert read(form, held) == {"f": typed}
    assert draw(form, held) == view, "a redraw of what Slack reports is the same form"


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_that_holds_nothing_is_needed_unless_it_is_optional(kind: FieldType) -> None:
    field, _, _ = SAMPLES[kind]
    form = form_of(field)
    view = draw(form, held_by(form, {}))
    assert validate_view(view) == []
    held = as_slack_says(view, form)
    assert problems(form, held) == {"f": "Fill this in."}
    with pytest.raises(InvalidInput):
        read(form, held)
    optional = form_of(FormField("f", "F", kind, optional=True, choices=field.choices))
    assert read(optional, held_by(optional, {"f": None})) == {}


def test_a_text_of_which_nobody_sees_anything_is_no_answer() -> None:
    form = form_of(FormField("f", "F", "long_text"))
    for unseen in ("\u00a0", "\u200b", "\u2800", "\u3164", "\ufe0f"):
        assert problems(form, held_by(form, {"f": unseen})) == {"f": "Fill this in."}, ascii(unseen)
    assert problems(form, held_by(form, {"f": "⚠️"})) == {}


@pytest.mark.parametrize("kind", ["amount", "limit", "count", "date", "duration", "text", "long_text"])
def test_what_nobody_sees_beside_a_value_says_nothing(kind: FieldType) -> None:
    field, value, typed = SAMPLES[kind]
    form = form_of(field)
    assert read(form, held_by(form, {"f": f"\ufeff{value}\u200b"})) == {"f": typed}


FORGED: tuple[Any, ...] = (
    NASTY,
    "x" * 4000,
    "-5",
    "NaN",
    "9999-99-99",
    "0",
    "a b",
    "\x00",
    [NASTY],
    ["x" * 200] * 9,
    7,
    None,
    {},
    True,
)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("value", FORGED)
def test_a_forged_value_is_refused_at_its_field_and_draws_a_form_that_slack_takes(kind: FieldType, value: Any) -> None:
    field, _, _ = SAMPLES[kind]
    form = form_of(field)
    held = held_by(form, {"f": value, "nobodys": value}, {"f": NASTY, "wrkspc_1": NASTY})
    view = draw(form, held, faults=Faults(at_fields={"f": NASTY, "": NASTY}))
    assert validate_view(view) == []
    for block in view["blocks"]:
        if block["type"] in ("section", "context"):
            assert "<!channel>" not in str(block)
    found = problems(form, held)
    assert set(found) <= {"f"}
    if not found:
        assert kind in (
            "text",
            "long_text",
            "amount",
            "limit",
            "count",
            "number",
            "lookup",
            "workspace",
            "key",
            "person",
            "member",
            "people",
            "lookups",
        ), value


@over(st.text(max_size=60), st.sampled_from(TYPES))
def test_any_text_is_read_or_refused_in_a_sentence(text: str, kind: FieldType) -> None:
    form = form_of(SAMPLES[kind][0])
    held = held_by(form, {"f": text})
    assert validate_view(draw(form, held)) == []
    assert all(sentence.endswith(".") for sentence in problems(form, held).values())


def test_limits_are_said_in_the_fields_own_units() -> None:
    form = form_of(
        FormField("a", "A", "amount", least=Decimal(1), most=Decimal(100)),
        FormField("d", "D", "duration", least=timedelta(minutes=5), most=timedelta(days=90)),
        FormField("n", "N", "number", most=Decimal(9)),
        FormField("l", "L", "lookups", most=2),
        FormField("t", "T", max_length=3),
    )
    assert problems(form, held_by(form, {"a": "101", "d": "91d", "n": "10", "l": ["a", "b", "c"], "t": "four"})) == {
        "a": "Use $100.00 or less.",
        "d": "Use 90 d or less.",
        "n": "Use 9 or less.",
        "l": "Choose 2 at most.",
        "t": "Use 3 characters at most.",
    }
    assert problems(form, held_by(form, {"a": "0.01", "d": "1 min", "n": "1", "l": ["a"], "t": "t"})) == {
        "a": "Use $1.00 or more.",
        "d": "Use 5 min or more.",
    }


def test_what_a_payload_kept_fills_a_form_in_again_lists_and_lengths_too() -> None:
    form = form_of(SAMPLES["lookups"][0], FormField("d", "D", "duration"), FormField("a", "A", "amount"))
    held = held_by(form, {"f": ["wrkspc_1", "wrkspc_2"], "d": "P1DT12H5M", "a": Decimal("12.50")})
    assert held.values == {"f": ("wrkspc_1", "wrkspc_2"), "d": "1 d 12 h 5 min", "a": "12.50"}
    assert read(form, held) == {"f": ("wrkspc_1", "wrkspc_2"), "d": timedelta(hours=36, minutes=5), "a": Decimal("12.50")}


class Budget(BaseModel):
    model_config = ConfigDict(frozen=True)

    owner: str
    amount: Decimal
    lasts: timedelta
    workspace_ids: tuple[str, ...] = ()
    ends_on: date | None = None


def test_a_payload_of_every_kind_of_value_survives_being_stored_and_asked_for_again() -> None:
    fields = (
        FormField("owner", "Owner", "email"),
        FormField("amount", "Amount", "amount"),
        FormField("lasts", "For", "duration"),
        FormField("workspace_ids", "Workspaces", "lookups", optional=True),
        FormField("ends_on", "Last day", "date", optional=True),
        FormField("reason", "Why", "long_text"),
    )
    form = Form("form_budget", "A budget", fields, Budget.model_validate)
    typed = {"owner": "ada@acme.test", "amount": "2k", "lasts": "1d 12h", "workspace_ids": ["a", "b"], "reason": "x"}
    payload = read(form, held_by(form, typed))
    assert payload.amount == 2000
    stored = payload.model_dump(mode="json")
    assert read(form, held_by(form, stored)) == payload


def context_below(form: Form[Any], values: dict[str, Any]) -> str:
    """Return what stands below the only field of a form."""
    (_, below) = draw(form, held_by(form, values))["blocks"]
    return below["elements"][0]["text"]


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("amount", "1.5k", "`1.5k` → $1,500.00"),
        ("amount", "0.5", "`0.5` → $0.50"),
        ("amount", "1234.5", "`1234.5` → $1,234.50"),
        ("amount", "12,50", "`12,50`: I can't tell what the comma means. Write 1,234.50, or leave the comma out."),
        ("amount", "", "US dollars, such as 500, 1,234.50 or 2k."),
        ("limit", "2k", "`2k` → $2,000.00"),
        ("limit", "none", "`none` → no limit of its own"),
        ("limit", "", "US dollars, such as 500, 1,234.50 or 2k. Write none to remove the limit."),
        ("duration", "4 h", "`4 h` → ends <!date^1764181200^{date_short_pretty} {time}|26 Nov 2026 18:20 UTC>"),
        ("day", "next Friday", "`next Friday` → Fri 4 Dec 2026, in 8 days"),
        ("day", "01/02/2026", "`01/02/2026`: I can't tell the day from the month"),
    ],
)
def test_figures_and_days_are_read_back_below_their_field(kind: FieldType, typed: str, said: str) -> None:
    shown = context_below(form_of(FormField("f", "F", kind)), {"f": typed})
    assert (
        shown.startswith(said) if kind == "day" else shown == said.replace("1764181200", str(int(NOW.timestamp()) + 14400))
    )


def test_only_what_is_read_back_or_decides_who_is_asked_is_sent_while_typing() -> None:
    dispatching = [
        kind for kind in TYPES if draw(form_of(SAMPLES[kind][0]), held_by(form_of(), {}))["blocks"][0].get("dispatch_action")
    ]
    assert dispatching == ["amount", "limit", "count", "duration", "day", "workspace", "key"]
    element = draw(form_of(SAMPLES["amount"][0]), held_by(form_of(), {}))["blocks"][0]["element"]
    assert element["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}
    assert SAMPLES["workspace"][0].action_id == PICK_WORKSPACE


def test_long_lists_of_choices_are_a_menu() -> None:
    form = form_of(FormField("f", "F", "choices", choices=MANY, optional=True))
    view = draw(form, held_by(form, {"f": ["c3", "c39", "c3"]}))
    assert validate_view(view) == []
    assert view["blocks"][0]["element"]["type"] == "multi_static_select"
    assert read(form, as_slack_says(view, form)) == {"f": ("c3", "c39")}


def test_faults_stand_at_their_fields_and_the_rest_on_top_between_what_frames_the_form() -> None:
    form = Form("form_test", "A form", (FormField("a", "A"), FormField("b", "B")), dict, danger="It stops.")
    frame = Frame(above=[section("Above")], below=[section("Below")], submit="Go", private_metadata="C0COSTS")
    faults = Faults(on_top="*All* of it.", at_fields={"a": "Not <this>.", "gone": "Nor that."})
    view = draw(form, held_by(form, {}), frame, faults)
    assert validate_view(view) == []
    texts = [
        block.get("text", {}).get("text") or block.get("block_id") or block["elements"][0]["text"]
        for block in view["blocks"]
    ]
    assert texts == ["⚠️ *All* of it.", "⚠️ Nor that.", "⚠️ It stops.", "Above", "a", "⚠️ Not &lt;this&gt;.", "b", "Below"]
    assert (view["submit"]["text"], view["private_metadata"]) == ("Go", "C0COSTS")


def test_what_is_behind_a_box_is_drawn_once_it_is_ticked_or_holds_something_or_has_a_fault() -> None:
    boxes = FormField(MORE, "Also", "choices", optional=True, choices=(("extra", "Say more"),), redraws=True)
    behind = [FormField(name, name, optional=True, behind="extra") for name in ("g", "h")]
    form = form_of(FormField("f", "F"), boxes, *behind)

    def drawn(values: dict[str, Any], faults: Faults | None = None) -> list[str]:
        view = draw(form, held_by(form, values), faults=faults)
        assert validate_view(view) == []
        return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]

    assert drawn({"f": "x"}) == ["f", MORE]
    assert drawn({MORE: ["extra"]}) == drawn({"g": "y"}) == drawn({"h": "y"}) == ["f", MORE, "g", "h"]
    assert drawn({}, Faults(at_fields={"g": "Not this one."})) == ["f", MORE, "g"]
