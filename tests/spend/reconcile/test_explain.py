"""What explains the difference between list price × tokens and the bill, case by case."""

from decimal import Decimal

from hypothesis import given as for_any
from hypothesis import strategies as st

from bot.spend.dimensions import UNREPORTED
from bot.spend.model import Measures
from bot.spend.prices.load import price_table
from bot.spend.reconcile.explain import explain
from bot.spend.reconcile.model import Reason
from tests.spend.reconcile.samples import HAIKU, OPUS, used

NONE = (0, 0, 0, 0, 0)
CASES: tuple[tuple[str, Measures, str | None, dict[Reason, str]], ...] = (
    # What it is, the group, list price × tokens (None: not known), and the parts of the difference.
    ("list price", used("3"), "3", {}),
    ("a discount", used("3", billed="2.85"), "3", {Reason.DISCOUNT: "-0.15"}),
    ("batch", used("1.5"), "3", {Reason.BATCH: "-1.5"}),
    ("batch, and known to be", used("1.5", service_tier="batch"), "3", {Reason.BATCH: "-1.5"}),
    ("US inference", used("3.3"), "3", {Reason.US_INFERENCE: "0.3"}),
    ("US inference of batches", used("1.65"), "3", {Reason.BATCH: "-1.5", Reason.US_INFERENCE: "0.15"}),
    ("a discount on batch", used("1.5", billed="1.2"), "3", {Reason.DISCOUNT: "-0.3", Reason.BATCH: "-1.5"}),
    ("fast mode", used("7", model="claude-opus-5", tokens=(200_000, 0, 0, 0, 100_000)), "3.5", {Reason.FAST: "3.5"}),
    ("no fast mode there", used("6"), "3", {Reason.WEB_SEARCH: "3"}),
    ("searches", used("3.07"), "3", {Reason.WEB_SEARCH: "0.07"}),
    ("searches of batches", used("1.52"), "3", {Reason.WEB_SEARCH: "0.02", Reason.BATCH: "-1.5"}),
    ("no searches where types of cost are split", used("3.07", cost_type="tokens"), "3", {Reason.NOT_SPLIT: "0.07"}),
    ("searches by their type", used("0.07", tokens=NONE, cost_type="web_search"), None, {Reason.WEB_SEARCH: "0.07"}),
    ("more searches than requests do", used("3.11")._replace(requests=1), "3", {Reason.NOT_SPLIT: "0.11"}),
    ("less than a cent of a search", used("3.0712345"), "3", {Reason.NOT_SPLIT: "0.0712345"}),
    ("rounding", used("3.00000002"), "3", {Reason.ROUNDING: "0.00000002"}),
    ("rounding of batch", used("1.49999999"), "3", {Reason.BATCH: "-1.5", Reason.ROUNDING: "-0.00000001"}),
    ("some of it batch", used("2.1234567"), "3", {Reason.NOT_SPLIT: "-0.8765433"}),
    ("not batch, and less", used("2.1234567", service_tier="standard"), "3", {Reason.UNEXPLAINED: "-0.8765433"}),
    ("some of it US", used("3.1234567", service_tier="standard"), "3", {Reason.NOT_SPLIT: "0.1234567"}),
    (
        "batches, some of them US",
        used("1.6234567", service_tier="batch"),
        "3",
        {Reason.BATCH: "-1.5", Reason.NOT_SPLIT: "0.1234567"},
    ),
    ("not US, and more", used("3.1234567", inference_geo="global"), "3", {Reason.UNEXPLAINED: "0.1234567"}),
    ("far too much", used("4.1234567"), "3", {Reason.UNEXPLAINED: "1.1234567"}),
    ("far too little", used("1.1234567"), "3", {Reason.UNEXPLAINED: "-1.8765433"}),
    ("priority", used("4.1234567", service_tier="priority"), "3", {Reason.OTHER_TIER: "1.1234567"}),
    ("a tier that wasn't told", used("1.5", service_tier=""), "3", {Reason.BATCH: "-1.5"}),
    ("a tier that wasn't split", used("1.5", service_tier=UNREPORTED), "3", {Reason.BATCH: "-1.5"}),
    (
        "long prompts",
        used("5", model=HAIKU, tokens=(10_000_000, 0, 0, 0, 0)),
        "1",
        {Reason.LONG_PROMPTS: "4"},
    ),
    ("some long", used("3.1234567", model=HAIKU, tokens=(10_000_000, 0, 0, 0, 0)), "1", {Reason.NOT_SPLIT: "2.1234567"}),
    ("code execution", used("5.05", model="", tokens=NONE), None, {Reason.TOOLS: "5.05"}),
    ("code execution with a discount", used("5", billed="4", model="", tokens=NONE), None,
     {Reason.DISCOUNT: "-1", Reason.TOOLS: "5"}),
    ("an unknown model", used("7", model="claude-nova-1"), None, {Reason.NO_PRICE: "7"}),
    ("an unknown model for free", used("0", model="claude-nova-1"), None, {Reason.NO_PRICE: "0"}),
    ("tokens without a model", used("7", model=""), None, {Reason.NO_PRICE: "7"}),
    ("no tokens", used("3.1234567", tokens=NONE), "0", {Reason.NO_TOKENS: "3.1234567"}),
    ("not billed", used("0"), "3", {Reason.NOT_BILLED: "-3"}),
    ("no list price", used(None, billed="2.7654321"), "3", {Reason.NO_LIST: "-0.2345679"}),
    ("no list price, and batch", used(None, billed="1.5"), "3", {Reason.BATCH: "-1.5"}),
    ("no list price, but as listed", used(None, billed="3"), "3", {}),
    ("a credit", used("-1"), "3", {Reason.UNEXPLAINED: "-4"}),
)  # fmt: skip


def test_each_difference_is_explained_by_its_reason_or_by_none() -> None:
    for name, row, computed, parts in CASES:
        line = explain(row, price_table())
        assert line.computed == (None if computed is None else Decimal(computed)), name
        assert line.parts == {reason: Decimal(amount) for reason, amount in parts.items()}, name


def test_what_is_not_final_is_not_called_unexplained_but_what_is_recognized_is() -> None:
    for row, reason in ((used("4.1234567"), Reason.NOT_FINAL), (used("1.5"), Reason.BATCH), (used("0"), Reason.NOT_FINAL)):
        assert list(explain(row, price_table(), closed=False).parts) == [reason]


_COUNTS = st.integers(0, 10**10)
_NANOS = st.integers(-(10**13), 10**15)


@for_any(
    tokens=st.tuples(_COUNTS, _COUNTS, _COUNTS, _COUNTS, _COUNTS),
    nanos=_NANOS,
    off=st.none() | _NANOS,
    model=st.sampled_from([OPUS, HAIKU, "claude-opus-5", "claude-nova-1", "", "claude-haiku-4-5-20251001"]),
    tier=st.sampled_from([None, "", "batch", "standard", "priority"]),
    closed=st.booleans(),
)
def test_the_bill_is_the_computed_price_and_its_parts_exactly(
    tokens: tuple[int, ...], nanos: int, off: int | None, model: str, tier: str | None, closed: bool
) -> None:
    billed = str(Decimal(nanos).scaleb(-9))
    at_list = None if off is None else str(Decimal(nanos + off).scaleb(-9))
    row = used(at_list, billed=billed, model=model, tokens=tokens)
    row = row if tier is None else row._replace(ids={**row.ids, "service_tier": tier})
    line = explain(row, price_table(), closed=closed)
    assert (line.computed or 0) + sum(line.parts.values()) == line.billed
