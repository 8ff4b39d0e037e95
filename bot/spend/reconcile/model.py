"""What was billed against list price × tokens, per model and day, and what explains the difference. Decimal dollars.

Everywhere: billed = list price × tokens (where a price is known) + the parts that explain it, exactly.

Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from bot.spend.model import ZERO

ALARM_SHARE, ALARM_LEAST = Decimal("0.03"), Decimal("1")
"""More than three percent of a model's bill, and more than a dollar, that nothing explains, is an alarm."""


class Reason(Enum):
    """Why an amount differs from list price × tokens, in the order in which it is said."""

    DISCOUNT = "discount"
    """Billed minus the report's own list price."""
    BATCH = "batch"
    US_INFERENCE = "us_inference"
    LONG_PROMPTS = "long_prompts"
    FAST = "fast"
    WEB_SEARCH = "web_search"
    TOOLS = "tools"
    """Cost without a model: code execution, sessions, searches."""
    OTHER_TIER = "other_tier"
    """Priority and flex tiers, whose prices stand in no table."""
    NO_PRICE = "no_price"
    """Models without a known price."""
    NO_LIST = "no_list"
    """The older cost report has no list price: a discount can't be told from anything else."""
    NO_TOKENS = "no_tokens"
    """Billed, but the usage report has no tokens of it."""
    NOT_BILLED = "not_billed"
    """Tokens in the usage report that cost nothing in the cost report."""
    NOT_SPLIT = "not_split"
    """Within what batch, US inference or long prompts can make of it, which the reports read don't split."""
    NOT_FINAL = "not_final"
    """On days whose figures may still change."""
    ROUNDING = "rounding"
    UNEXPLAINED = "unexplained"


NOT_SURE = (Reason.NO_LIST, Reason.NO_TOKENS, Reason.NOT_BILLED, Reason.NOT_SPLIT, Reason.NOT_FINAL)
"""Reasons that are named, though nobody can prove their amount."""
Parts = Mapping[Reason, Decimal]


@dataclass(frozen=True)
class Line:
    """Figures of one model on one day, or of anything that was summed. What isn't known is None.

    `computed` is list price × tokens on the standard tier; `at_list` is what the report itself calls list price.
    """

    billed: Decimal
    at_list: Decimal | None
    computed: Decimal | None
    parts: Parts
    uncached_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def tokens(self) -> int:
        """Return all tokens of all classes."""
        return self.uncached_input + self.cache_read + self.cache_write_5m + self.cache_write_1h + self.output

    @property
    def difference(self) -> Decimal:
        """Return billed minus list price × tokens, which is the sum of the parts."""
        return self.billed - (self.computed or ZERO)

    def of(self, reason: Reason) -> Decimal:
        """Return what one reason explains."""
        return self.parts.get(reason, ZERO)

    @property
    def is_alarming(self) -> bool:
        """Tell whether too much of it isn't explained."""
        size = abs(self.of(Reason.UNEXPLAINED))
        return size > ALARM_LEAST and size > ALARM_SHARE * abs(self.at_list if self.at_list else self.billed)


def total_of(lines: Iterable[Line]) -> Line:
    """Return the sum of lines. The list price is known if that of each is, the computed one where that of any is."""
    every = list(lines)
    at_list = [one.at_list for one in every]
    computed = [one.computed for one in every if one.computed is not None]
    return Line(
        billed=sum((one.billed for one in every), ZERO),
        at_list=sum((one for one in at_list if one is not None), ZERO) if None not in at_list else None,
        computed=sum(computed, ZERO) if computed else None,
        parts=summed(one.parts for one in every),
        uncached_input=sum(one.uncached_input for one in every),
        cache_read=sum(one.cache_read for one in every),
        cache_write_5m=sum(one.cache_write_5m for one in every),
        cache_write_1h=sum(one.cache_write_1h for one in every),
        output=sum(one.output for one in every),
    )


def summed(every: Iterable[Parts]) -> dict[Reason, Decimal]:
    """Return the sum of parts by reason, in the order of reasons, without what sums up to nothing."""
    sums = dict.fromkeys(Reason, ZERO)
    for parts in every:
        for reason, amount in parts.items():
            sums[reason] += amount
    return {reason: amount for reason, amount in sums.items() if amount}


@dataclass(frozen=True)
class DayModel:
    """One model on one UTC day; "" is cost without a model."""

    day: date
    model: str
    line: Line
    closed: bool = True


@dataclass(frozen=True)
class Whole:
    """One way of adding up the same days: `by` is what was added."""

    by: str
    amount: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """All days from `first` to `last` by model. Without any data there is no `as_of`."""

    first: date
    last: date
    cells: tuple[DayModel, ...]
    wholes: tuple[Whole, ...] = ()
    missing: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()
    doubtful: tuple[date, ...] = ()
    as_of: datetime | None = None
    sources: tuple[str, ...] = ()
    total: Line = field(init=False)
    models: Mapping[str, Line] = field(init=False)

    def __post_init__(self) -> None:
        by_model: dict[str, list[Line]] = {}
        for cell in self.cells:
            by_model.setdefault(cell.model, []).append(cell.line)
        lines = {model: total_of(of_model) for model, of_model in by_model.items()}
        ordered = dict(sorted(lines.items(), key=lambda one: (-one[1].billed, one[0])))
        object.__setattr__(self, "models", ordered)
        object.__setattr__(self, "total", total_of(ordered.values()))

    @property
    def faults(self) -> tuple[Whole, ...]:
        """Return the sums that differ from that by model. There are none unless the ledger is broken."""
        return tuple(one for one in self.wholes if one.amount != self.total.billed)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Return the models for which no price is known."""
        return tuple(model for model, line in self.models.items() if Reason.NO_PRICE in line.parts)

    @property
    def alarming(self) -> tuple[str, ...]:
        """Return the models of which too much isn't explained."""
        return tuple(model for model, line in self.models.items() if line.is_alarming)
