"""Prices as figures are computed with them: per class of tokens, by model and UTC day. Decimal dollars throughout.

Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

_DATED = re.compile(r"-20\d{6}$")


class Tokens(Protocol):
    """Counts of the five classes of tokens; `Measures` has them."""

    @property
    def uncached_input(self) -> int:
        """Input that was in no cache."""
        ...

    @property
    def cache_read(self) -> int:
        """Input read from a cache."""
        ...

    @property
    def cache_write_5m(self) -> int:
        """Input written to a cache for five minutes."""
        ...

    @property
    def cache_write_1h(self) -> int:
        """Input written to a cache for an hour."""
        ...

    @property
    def output(self) -> int:
        """Output."""
        ...


@dataclass(frozen=True)
class Rates:
    """USD per million tokens of each class."""

    uncached_input: Decimal
    cache_read: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    output: Decimal

    def cost(self, tokens: Tokens) -> Decimal:
        """Return what tokens cost in dollars, exactly."""
        per_million = (
            tokens.uncached_input * self.uncached_input
            + tokens.cache_read * self.cache_read
            + tokens.cache_write_5m * self.cache_write_5m
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.output * self.output
        )
        return per_million.scaleb(-6)


@dataclass(frozen=True)
class Price:
    """The list price of one model from `first` to `last` (None: open there)."""

    model: str
    first: date | None
    last: date | None
    rates: Rates
    long_prompts: Rates | None
    """What all tokens of a request cost whose prompt is longer than a bound; reports don't say which requests those were."""
    us_inference: Decimal | None
    """The factor for inference in the US only, None for models that don't offer it."""
    fast: Decimal | None
    """The factor of fast mode, None for models without it."""
    sources: tuple[str, ...]

    def covers(self, day: date) -> bool:
        """Tell whether it is the price of a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class PriceTable:
    """All prices. `by_model` has the prices of each model in the order of their days."""

    by_model: Mapping[str, tuple[Price, ...]]
    aliases: Mapping[str, str]
    batch: Decimal
    """The factor of the batch tier, for every model and class of tokens."""
    us_inference: Decimal
    """The factor for inference in the US only, for the models that offer it."""
    fast: Decimal
    """The factor of fast mode, for the models that have it."""
    web_search: Decimal
    """Dollars for one search."""
    retired: Mapping[str, date] = field(default_factory=dict[str, date])
    """The last UTC day on which a model answers, where it is known."""

    def model_of(self, name: str) -> str | None:
        """Return the model behind a name as reports give it, with a date at its end or by an alias; None: not known."""
        for one in (name, _DATED.sub("", name)):
            found = self.aliases.get(one, one)
            if found in self.by_model:
                return found
        return None

    def price(self, model: str, day: date) -> Price | None:
        """Return the price of a model on a UTC day, None where it isn't known: never take that for free of charge."""
        known = self.model_of(model)
        return None if known is None else next((one for one in self.by_model[known] if one.covers(day)), None)
