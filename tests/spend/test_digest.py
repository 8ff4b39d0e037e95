"""A digest says what a day cost and why, adds up, and never takes "no data" for nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.charts import chart_block
from bot.slack.paging import numbered
from bot.spend.aggregate import breakdown, days_between, series, sum_by, total_of
from bot.spend.digests.build import DigestInput, build_digest, first_day_on, model_switch
from bot.spend.digests.inside import Inside, render_insides
from bot.spend.digests.view import (
    digest_chart,
    driver_line,
    headline,
    is_worth_correcting,
    render_correction,
    render_digest,
    render_thread,
)
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, WORKSPACE
from bot.spend.ledger.pages import midnight
from bot.spend.model import Cell, Digest, Driver, LedgerDay, dollars, nanos
from bot.spend.phrases import movers_in_words
from tests.spend.world import FRIDAY, LAB, OPUS, PROD, SONNET, cell_of

DAY = timedelta(days=1)
NAMES = {PROD: "Production", LAB: "Research", "apikey_ingest": "ingest-prod", "apikey_evals": "eval-runs"}

amounts = st.integers(min_value=0, max_value=10**15)
cells_of_a_day = st.lists(
    st.builds(
        cell_of,
        st.just(FRIDAY),
        st.sampled_from([PROD, LAB, ""]),
        st.sampled_from([OPUS, SONNET, ""]),
        st.sampled_from(["apikey_ingest", "apikey_evals", "apikey_other", ""]),
        amounts.map(dollars),
    ),
    max_size=40,
)


def fact(day: date, closed: bool = True, as_of: datetime | None = None) -> LedgerDay:
    refreshed_at = as_of or midnight(day + DAY) + timedelta(hours=6, minutes=5)
    return LedgerDay(day, "analytics", refreshed_at, refreshed_at, closed, Decimal(0))


def cell(workspace: str, model: str, key: str, amount: str, day: date = FRIDAY) -> Cell:
    return cell_of(day, workspace, model, key, Decimal(amount))


def digest_of(
    now: list[Cell], before: list[Cell], *, known: list[date] | None = None, closed: bool = True, **more: object
) -> Digest:
    days = known if known is not None else days_between(FRIDAY - 31 * DAY, FRIDAY)
    facts = {day: fact(day, closed or day != FRIDAY) for day in days}
    recent = [cell_of(day, PROD, "", "", Decimal(100)) for day in days if day >= FRIDAY - 13 * DAY]
    given: dict[str, object] = {"week": now, "recent": recent, "month": Decimal("8100"), "names": NAMES, **more}
    return build_digest(DigestInput(day=FRIDAY, known=facts, cells=now, week_ago=before, **given))  # pyright: ignore[reportArgumentType]


def test_what_is_inside_a_workspace_stands_apart_from_its_change() -> None:
    digest = digest_of([cell(PROD, OPUS, "apikey_ingest", "159.12")], [cell(PROD, OPUS, "apikey_ingest", "100")])
    (workspaces,) = [one for one in digest.breakdowns if one.dimension is WORKSPACE]
    inside = Inside(workspaces.slices[0], breakdown(KEY, [cell(PROD, OPUS, "apikey_ingest", "159.12")], None, NAMES))
    said = render_insides(digest, numbered([inside]), 1).text
    assert "*Production* $159.12 (+$59 vs last Friday)\ningest-prod $159.12" in said


def test_changes_that_are_read_together_have_one_scale() -> None:
    now = [cell(PROD, SONNET, "apikey_ingest", "159.12"), cell(LAB, OPUS, "apikey_evals", "3.06")]
    before = [cell(PROD, SONNET, "apikey_ingest", "100"), cell(LAB, OPUS, "apikey_evals", "3")]
    digest = digest_of(now, before)
    (workspaces,) = [one for one in digest.breakdowns if one.dimension is WORKSPACE]
    every = [Inside(one, breakdown(KEY, now, None, NAMES)) for one in workspaces.slices]
    for page in (numbered(every), numbered(every, size=1)):  # the scale is that of the column, not of a page of it
        assert "*Production* $159.12 (+$59.12 vs last Friday)" in render_insides(digest, page, 1).text
    assert "*Research* $3.06 (+$0.06 vs last Friday)" in render_insides(digest, numbered(every), 1).text
    assert movers_in_words(workspaces.slices) == ["Production +$59.12", "Research +$0.06"]
    assert movers_in_words(workspaces.slices[:1]) == ["Production +$59"]
    driver = Driver("Production", "ingest-prod", Decimal(61), Decimal("0.30"))
    assert driver_line(driver) == "⚠️ *Production* is up $61.00: key `ingest-prod` alone +$0.30"


@given(cells_of_a_day)
def test_the_parts_of_every_breakdown_add_up_to_the_whole(cells: list[Cell]) -> None:
    whole = total_of(cells)
    for dimension in DIMENSIONS:
        assert breakdown(dimension, cells, None, {}).total == whole
        assert sum(sum_by(cells, dimension).values(), Decimal(0)) == whole
        drawn = series(dimension, [FRIDAY], {FRIDAY}, cells, {})
        assert drawn.days[0].amount == whole


@given(cells_of_a_day, cells_of_a_day)
def test_changes_of_the_parts_add_up_to_the_change_of_the_whole(now: list[Cell], before: list[Cell]) -> None:
    for dimension in DIMENSIONS:
        changes = [part.change for part in breakdown(dimension, now, before, {}).slices]
        assert None not in changes
        assert sum((change for change in changes if change), Decimal(0)) == total_of(now) - total_of(before)


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_nano_dollars_come_back_as_they_were(amount: int) -> None:
    assert nanos(dollars(amount)) == amount


@given(cells_of_a_day, cells_of_a_day, st.booleans(), st.booleans())
def test_every_digest_passes_the_checks_of_slack(now: list[Cell], before: list[Cell], closed: bool, has_data: bool) -> None:
    known = days_between(FRIDAY - 13 * DAY, FRIDAY) if has_data else []
    digest = digest_of(now, before, known=known, closed=closed, budget=Decimal(12000), scope=("Production <!here>",))
    spec = digest_chart(digest)
    message = render_digest(digest, 7, chart_block(spec) if spec else None)
    assert validate_blocks(message.blocks, "message") == []
    assert "<!here>" not in message.text
    for _, reply in render_thread(digest, 7):
        assert validate_blocks(reply.blocks, "message") == []


def test_first_line_is_the_answer() -> None:
    now = [cell(PROD, SONNET, "apikey_ingest", "300.70"), cell(LAB, OPUS, "apikey_evals", "112")]
    before = [cell(PROD, SONNET, "apikey_ingest", "239.75"), cell(LAB, OPUS, "apikey_evals", "110")]
    digest = digest_of(now, before, budget=Decimal(12000))
    assert headline(digest) == "📈 *$412.70 on Fri 20 Nov* · +18 % vs last Friday · month $8.1k of $12k (68 %)"


def test_key_that_changed_its_model_is_named_with_the_day() -> None:
    now = [cell(PROD, OPUS, "apikey_ingest", "105"), cell(LAB, OPUS, "apikey_evals", "40")]
    before = [cell(PROD, SONNET, "apikey_ingest", "44"), cell(LAB, OPUS, "apikey_evals", "41")]
    week = [
        cell("", SONNET, "apikey_ingest", "40", FRIDAY - 2 * DAY),
        cell("", SONNET, "apikey_ingest", "20", FRIDAY - DAY),
        cell("", OPUS, "apikey_ingest", "60", FRIDAY - DAY),
        cell("", OPUS, "apikey_ingest", "105", FRIDAY),
    ]
    text = render_digest(digest_of(now, before, week=week), 1).text
    assert "⚠️ *Production* is up $61: key `ingest-prod` moved from sonnet-5-5 to opus-5-5 on Thu 19 Nov" in text
    assert "*Biggest changes*  Production +$61 · Research −$1" in text
    assert text.endswith("|21 Nov 2026 06:05 UTC>, final · days are UTC days")


def test_growth_without_a_change_of_model_names_the_key_alone() -> None:
    now = [cell(PROD, SONNET, "apikey_ingest", "105")]
    before = [cell(PROD, SONNET, "apikey_ingest", "44")]
    assert "*Production* is up $61: key `ingest-prod` alone +$61" in render_digest(digest_of(now, before), 1).text


def test_growth_spread_over_many_keys_blames_none() -> None:
    now = [cell(PROD, SONNET, f"apikey_{n}", "20") for n in range(10)]
    before = [cell(PROD, SONNET, f"apikey_{n}", "10") for n in range(10)]
    assert "⚠️ *Production* is up $100\n" in render_digest(digest_of(now, before), 1).text


def test_falling_spend_is_no_warning() -> None:
    digest = digest_of([cell(PROD, SONNET, "apikey_ingest", "10")], [cell(PROD, SONNET, "apikey_ingest", "100")])
    assert digest.driver is None
    assert "−90 % vs last Friday" in headline(digest)


def test_a_day_without_data_is_not_zero_dollars() -> None:
    digest = digest_of([], [], known=[])
    assert digest.total is None
    message = render_digest(digest, 1)
    assert message.text.startswith("📈 *No figures for Fri 20 Nov yet*")
    assert "$0" not in message.text


def test_a_week_ago_without_data_is_not_compared_with() -> None:
    digest = digest_of([cell(PROD, SONNET, "apikey_ingest", "10")], [], known=[FRIDAY])
    assert digest.last_week is None
    assert "last Friday" not in headline(digest)
    assert "19 days without data" in headline(digest)


def test_an_open_day_says_so_far_and_provisional() -> None:
    as_of = midnight(FRIDAY) + timedelta(hours=23)
    facts = {FRIDAY: fact(FRIDAY, False, as_of)}
    given_ = DigestInput(FRIDAY, facts, [cell(PROD, SONNET, "k", "10")], [], [], [], Decimal(10), NAMES)
    text = render_digest(build_digest(given_), 1).text
    assert "*$10.00 so far on Fri 20 Nov*" in text
    assert "|20 Nov 2026 23:00 UTC>, provisional: the UTC day isn't complete yet" in text
    assert "provisional" in text


def test_an_open_day_is_not_called_a_fall() -> None:
    before = [cell(PROD, SONNET, "apikey_ingest", "300"), cell(LAB, OPUS, "apikey_evals", "10")]
    digest = digest_of(
        [cell(PROD, SONNET, "apikey_ingest", "100"), cell(LAB, OPUS, "apikey_evals", "50")], before, closed=False
    )
    text = render_digest(digest, 1).text
    assert "last Friday" not in text
    assert "Biggest changes" not in text
    assert "*Research* is up $40" in text, "what has come in is certain"
    spec = digest_chart(digest)
    assert spec is not None
    assert spec.categories[-1] == "20 Nov so far"
    assert render_thread(digest, 7)[0][1].blocks[1]["rows"][0][3]["text"] == "Last Friday, full day"


def test_a_day_on_which_spend_stopped_is_not_quiet() -> None:
    digest = digest_of([], [cell(PROD, SONNET, "apikey_ingest", "300")])
    assert not digest.is_quiet
    text = render_digest(digest, 1).text
    assert "*$0.00 on Fri 20 Nov* · −100 % vs last Friday" in text
    assert "Production −$300" in text


def test_credits_that_cancel_the_day_out_are_still_drawn() -> None:
    digest = digest_of([cell(PROD, SONNET, "k", "30"), cell(LAB, OPUS, "k", "-30")], [cell(PROD, SONNET, "k", "20")])
    _, message = render_thread(digest, 7)[0]
    assert message.text == "*By workspace* on Fri 20 Nov: Production $30.00 · Research −$30.00"
    assert validate_blocks(message.blocks, "message") == []


def test_a_day_like_its_weekday_before_is_one_line() -> None:
    same = [cell(PROD, SONNET, "apikey_ingest", "300"), cell(LAB, OPUS, "apikey_evals", "100")]
    digest = digest_of(same, same)
    assert digest.is_quiet
    message = render_digest(digest, 1, {"type": "data_visualization"})
    assert len(message.blocks) == 1
    assert "\n" not in message.text
    assert "|21 Nov 2026 06:05 UTC>, final" in message.text
    assert len(render_thread(digest, 7)) == len(DIMENSIONS)


def test_chart_leaves_days_without_data_out() -> None:
    known = [FRIDAY - 2 * DAY, FRIDAY]
    digest = digest_of([cell(PROD, SONNET, "apikey_ingest", "300")], [], known=known)
    spec = digest_chart(digest)
    assert spec is not None
    assert spec.categories == ("18 Nov", "20 Nov")
    assert "$300.00" in spec.alt_text


def test_small_keys_are_one_row_so_that_the_table_adds_up() -> None:
    now = [cell(PROD, SONNET, f"apikey_{n:03d}", str(n + 1)) for n in range(200)]
    table = render_thread(digest_of(now, now), 7)[2][1].blocks[1]
    values = [r[1]["value"] for r in table["rows"][1:]]
    assert len(values) == 26
    assert sum(values) == sum(range(1, 201))


def test_models_and_missing_names_read_as_people_know_them() -> None:
    assert MODEL.label("claude-opus-5-5-20260901", {}) == "opus-5-5"
    assert MODEL.label("claude-sonnet-5-5", {}) == "sonnet-5-5"
    assert KEY.label("", {}) == "Console and sign-ins (no key)"
    assert KEY.label("apikey_01WXYZ", {}) == "…WXYZ"
    assert MODEL.label("", {}) == "Tools and other"


def test_a_model_used_before_is_no_switch() -> None:
    assert model_switch({OPUS: Decimal(60), SONNET: Decimal(40)}, {SONNET: Decimal(60), OPUS: Decimal(40)}) is None
    assert model_switch({OPUS: Decimal(60)}, {}) is None
    assert model_switch({OPUS: Decimal(60)}, {SONNET: Decimal(60)}) == (SONNET, OPUS)


def test_a_model_that_was_left_again_has_no_first_day() -> None:
    days = [cell("", model, "k", "1", FRIDAY - n * DAY) for n, model in enumerate([SONNET, OPUS, OPUS])]
    assert first_day_on(OPUS, days) is None
    assert first_day_on(SONNET, days) == FRIDAY


@pytest.mark.parametrize("day", [FRIDAY - 9 * DAY, FRIDAY - 2 * DAY])
def test_a_day_before_that_is_not_final_is_marked_in_the_chart_and_in_the_month(day: date) -> None:
    known = {one: fact(one, one != day) for one in days_between(FRIDAY - 31 * DAY, FRIDAY)}
    recent = [cell_of(one, PROD, "", "", Decimal(100)) for one in days_between(FRIDAY - 13 * DAY, FRIDAY)]
    made = build_digest(DigestInput(FRIDAY, known, recent[-1:], [], [], recent, Decimal(2000), NAMES))
    spec = digest_chart(made)
    assert spec is not None
    assert [one for one in spec.categories if "so far" in one] == [f"{day.day} Nov so far"]
    assert "month $2k so far" in headline(made)


def test_hours_of_the_weekday_before_are_not_compared_with() -> None:
    known = {day: fact(day, day != FRIDAY - 7 * DAY) for day in days_between(FRIDAY - 31 * DAY, FRIDAY)}
    cells, before = [cell(PROD, SONNET, "k", "100")], [cell(PROD, SONNET, "k", "3")]
    made = build_digest(DigestInput(FRIDAY, known, cells, before, [], cells, Decimal(2000), NAMES))
    assert (made.last_week, made.driver, made.movers) == (None, None, ())
    assert {part.before for one in made.breakdowns for part in one.slices} == {None}


def test_every_line_of_a_thread_makes_sense_alone() -> None:
    for closed, so_far in ((True, ""), (False, " so far")):
        made = digest_of([cell(PROD, SONNET, "k", "30")], [], closed=closed, scope=("Production", "R&D <x>"))
        said = [message.text.split(":")[0] for _, message in render_thread(made, 7)]
        about = "on Fri 20 Nov in Production and R&amp;D &lt;x&gt;"
        assert said == [f"*By {one.name}{so_far}* {about}" for one in DIMENSIONS]
    corrected = render_correction(Decimal(9), Decimal(10), "Fri 20 Nov", scope=("R&D <x>",)).text
    assert corrected == "Corrected for Fri 20 Nov in R&amp;D &lt;x&gt;: $10.00 (+$1.00)"
    late = render_correction(None, Decimal(10), "Fri 20 Nov", scope=("Lab",)).text
    assert late == "The figures for Fri 20 Nov in Lab are in: $10.00"


@pytest.mark.parametrize(
    ("said", "now", "is_worth"),
    [
        ("0.0421", "0.0449", False),
        ("50.00", "50.01", False),
        ("10000", "10040", False),
        ("10000", "10060", True),
        ("50.00", "50.50", True),
        ("0.05", "0.06", True),
        ("0.004", "0.009", False),
        ("0.009", "0.012", True),
        ("0", "0.01", True),
        ("-20", "-20.01", False),
        ("-20", "5", True),
        ("5", "0", True),
        ("7", "7", False),
        (None, "0", True),
    ],
)
def test_a_correction_is_worth_a_message_when_it_reads_differently_by_a_share(
    said: str | None, now: str, is_worth: bool
) -> None:
    assert is_worth_correcting(None if said is None else Decimal(said), Decimal(now)) is is_worth
