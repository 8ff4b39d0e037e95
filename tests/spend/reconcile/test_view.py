"""What people read of a reconciliation: the finding, what explains it, warnings, and buttons that lead on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.model import Message
from bot.spend.model import Measures
from bot.spend.phrases import NOT_YET
from bot.spend.prices.load import price_table
from bot.spend.reconcile.build import reconcile
from bot.spend.reconcile.model import Reason, Reconciliation, Whole
from bot.spend.reconcile.periods import Wanted
from bot.spend.reconcile.view import reconciliation_sentence, render_reconciliation, render_unknown_period
from tests.spend.reconcile.samples import DAY, OCTOBER, given, used

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
WANTED = Wanted(*OCTOBER)
BIG = (25_000_001, 0, 0, 0, 10_000_000)
"""$300.000004 at list price."""
NOTHING = (0, 0, 0, 0, 0)
SENTENCES: tuple[tuple[Sequence[Measures], str], ...] = (
    ([used("3")], "*Oct 2026: $3.00 billed.* List price × tokens is $3.00; that is what was billed."),
    (
        [used("300.000004", billed="285", tokens=BIG)],
        "*Oct 2026: $285.00 billed.* List price × tokens is $300.00; the discount explains $15.00,"
        " nothing is left unexplained.",
    ),
    (
        [used("150.000002", billed="140", tokens=BIG), used("20.123", tokens=(1, 0, 0, 0, 1_000_000))],
        "*Oct 2026: $160.12 billed.* List price × tokens is $320.00; batch and the discount explain $160.00,"
        " $0.12 can't be told for sure, nothing is left unexplained.",
    ),
    (
        [used("320.1234567", tokens=BIG, service_tier="standard", inference_geo="global")],
        "*Oct 2026: $320.12 billed.* List price × tokens is $300.00; $20.12 isn't explained.",
    ),
    (
        [used("3"), used("40", model="claude-nova-1")],
        "*Oct 2026: $43.00 billed.* List price × tokens is $3.00; models without a known price explain $40.00,"
        " nothing is left unexplained.",
    ),
    ([used("40", model="claude-nova-1")], "*Oct 2026: $40.00 billed.* I know no list price of any of its tokens."),
    (
        [used(None, billed="2.7654321")],
        "*Oct 2026: $2.77 billed.* List price × tokens is $3.00; $0.23 can't be told for sure, nothing is left unexplained.",
    ),
    (
        [used(None, billed="3", tokens=NOTHING)],
        "*Oct 2026: $3.00 billed.* Its tokens aren't known yet, so I can't compare it with list prices. Look again later.",
    ),
    ([], "*Oct 2026: $0.00 billed.* Nothing was used."),
)


def month(rows: Sequence[Measures], **known: Any) -> Reconciliation:
    return reconcile(given(rows, **known), price_table())


def drawn(found: Reconciliation, wanted: Wanted = WANTED, now: datetime = NOW) -> Message:
    message = render_reconciliation(found, wanted, price_table(), now)
    assert validate_blocks(message.blocks, "message") == []
    return message


def offered(message: Message) -> list[tuple[str, str]]:
    elements = [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]
    return [(one["text"]["text"], one["value"]) for one in elements]


def test_the_finding_is_one_sentence() -> None:
    for rows, sentence in SENTENCES:
        assert reconciliation_sentence(month(rows), WANTED) == sentence


def test_every_reason_has_a_line_that_says_why() -> None:
    found = month([used("3")])
    for reason in Reason:
        cell = found.cells[0]
        line = replace(cell.line, parts={reason: Decimal("-1.5")})
        one = replace(found, cells=(replace(cell, line=line),))
        text = drawn(one).text
        assert "−$1.50" in text, reason
        said = next(line for line in text.split("\n") if line.startswith("• "))
        assert said.count(".") >= 2, (reason, said)


def test_what_stands_in_it_for_finance() -> None:
    rows = [
        used("150.000002", billed="140", tokens=BIG),
        used("3.07", billed="3.07", day=DAY + timedelta(days=1)),
        used("5", model="", tokens=NOTHING),
        used("40", model="claude-nova-*1*"),
    ]
    message = drawn(month(rows))
    assert message.text.split("\n")[1:-1] == [
        "• *Discount* −$10.00. Billed, against the list price that the cost report gives (−5 %).",
        "• *Batch requests* −$150.00. Each token costs 50 % less there.",
        "• *Web search* +$0.07. 7 searches at $10.00 per 1,000.",
        "• *Cost without a model* +$5.00. Code execution and other tools: they have no tokens.",
        "• *No price known* +$40.00. nova-∗1∗ $40.00 for 350,000 tokens. They are not in list price × tokens.",
    ]
    assert message.text.endswith(" · final · days are UTC days")
    [table] = [block for block in message.blocks if block["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][0]] == [
        "Model", "Billed", "Difference", "in %", "Tokens × price", "List (report)",
    ]  # fmt: skip
    assert [cell["text"] for cell in table["rows"][1]] == ["opus-5-5", "$143.07", "−$159.93", "−53 %", "$303.00", "$153.07"]
    assert "The sums by model and day are all the same." in str(message.blocks)


def test_amounts_that_miss_their_sum_by_rounding_say_so() -> None:
    exact = month([used("300.000004", billed="285", tokens=BIG)])
    assert "rounded" not in render_reconciliation(exact, WANTED, price_table(), NOW).text
    odd = month([used("300.000004", billed="285.004", tokens=BIG), used("40.004", model="claude-nova-1")])
    assert render_reconciliation(odd, WANTED, price_table(), NOW).text.endswith(" · amounts are rounded")


def test_what_is_wrong_stands_right_under_the_finding() -> None:
    rows = [used("320.1234567", tokens=BIG, service_tier="standard", inference_geo="global")]
    found = month(rows)
    [_, alarm, *_] = drawn(found).text.split("\n")
    assert alarm.startswith("⚠️ *opus-5-5*: +$20.12 (6 % of its bill) isn't explained.")
    broken = replace(found, wholes=(Whole("key", Decimal(319)), Whole("workspace", found.total.billed)))
    assert "⚠️ The sums don't agree: $320.12 by model, but $319.00 by key." in drawn(broken).text
    assert "are all the same" not in str(drawn(broken).blocks)
    assert "In doubt: Thu 15 Oct" in drawn(replace(found, doubtful=(DAY,))).text


def test_what_is_next_to_nothing_is_no_base_of_a_percentage() -> None:
    [table] = [
        one
        for one in drawn(month([used("5", tokens=(10, 0, 0, 0, 0), inference_geo="global")])).blocks
        if one["type"] == "table"
    ]
    assert [cell["text"] for cell in table["rows"][1]][1:4] == ["$5.00", "+$5.00", "–"]
    found = drawn(
        month([used("320.1234567", billed="0.02", tokens=BIG, service_tier="standard", inference_geo="global")])
    ).text
    assert "%" not in next(line for line in found.split("\n") if line.startswith("⚠️ *opus"))


def test_many_models_are_named_in_part_and_counted() -> None:
    rows = [used("7", model=f"claude-nova-{n:02}") for n in range(40)]
    text = drawn(month(rows)).text
    assert "nova-09 $7.00 for 350,000 tokens and 30 more. They are not" in text
    models = [model for model, prices in price_table().by_model.items() if not prices[0].long_prompts and not prices[0].fast]
    odd = [used("320.1234567", model=model, tokens=BIG, service_tier="standard", inference_geo="global") for model in models]
    alarms = drawn(month(odd)).text.split("\n")
    assert len([line for line in alarms if line.startswith("⚠️")]) == 6
    assert [line for line in alarms if line.startswith(f"⚠️ {len(models) - 5} more models like it")]


def test_days_that_are_missing_or_not_final_are_said() -> None:
    missing = drawn(month([used("3")], missing=[date(2026, 10, 30), date(2026, 10, 31)])).text
    assert "that is what was billed · no data yet for 2 days (30–31 Oct)" in missing
    assert missing.endswith(" · not complete · days are UTC days")
    still_open = drawn(month([used("3.1234567")], still_open=[DAY])).text
    assert "*Oct 2026: $3.12 billed so far.*" in still_open
    assert still_open.endswith(" · Thu 15 Oct may still change · days are UTC days")
    legacy = drawn(month([used(None, billed="2.7654321")], source="legacy")).text
    assert legacy.endswith("partly from the older cost report, which has no list price")


def test_no_figures_are_not_zero_and_lead_on() -> None:
    none = replace(month([]), as_of=None)
    message = drawn(none)
    assert message.text == f"I have no figures for Oct 2026 yet. {NOT_YET}"
    assert offered(message) == [("Previous month", "2026-09"), ("Next month", "2026-11")]


def test_buttons_lead_to_the_file_and_the_months_around() -> None:
    found = month([used("3")])
    assert offered(drawn(found)) == [("CSV", "2026-10"), ("Previous month", "2026-09"), ("Next month", "2026-11")]
    running = Wanted(date(2026, 11, 1), date(2026, 11, 21))
    assert offered(drawn(found, running)) == [("CSV", "2026-11"), ("Previous month", "2026-10")]
    days = Wanted(date(2026, 10, 3), date(2026, 10, 17))
    assert offered(drawn(found, days))[0] == ("CSV", "2026-10-03..2026-10-17")


def test_words_that_make_no_sense_are_named_with_some_that_do() -> None:
    message = render_unknown_period("*oktober* <!here>", "claude")
    assert validate_blocks(message.blocks, "message") == []
    assert message.text.startswith("I don't know *∗oktober∗ @here*, or it hasn't begun, or it is more than a year.")
    assert offered(message) == [("Last month", "last month")]
    narrowed = render_unknown_period("last month in Production", "claude")
    assert "can't use *in Production*. Did you mean `/claude-spend reconcile last month`?" in narrowed.text
    mistyped = render_unknown_period("octobr", "claude")
    assert "Did you mean `/claude-spend reconcile october`?" in mistyped.text
    assert (offered(narrowed), offered(mistyped)) == ([("Yes, show that", "last month")], [("Yes, show that", "october")])


def test_more_than_is_explained_names_fast_mode_where_a_model_has_one_and_only_there() -> None:
    def said_of(listed: str, model: str) -> str:
        tokens = (200_000, 0, 0, 0, 100_000)
        row = used(listed, model=model, tokens=tokens, service_tier="standard", inference_geo="global")
        return drawn(month([row])).text

    said = said_of("4.1234567", "claude-opus-5")  # $3.50 at list price
    assert "On opus-5 some requests may have used fast mode: the figures aren't split by speed." in said
    for model, listed in (("claude-opus-5-5", "320.1234567"), ("claude-opus-5", "3.1234567")):
        assert "fast mode" not in said_of(listed, model), "it has none, or it costs less"
