"""From the text of a price table to a `PriceTable`, or to every fault in it in a sentence.

Pure.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.spend.model import ONE_DAY
from bot.spend.prices.model import Price, PriceTable, Rates

_AMOUNT = re.compile(r"\d{1,6}(\.\d{1,6})?")


class PriceTableError(ValueError):
    """The price table can't be used; `faults` has all of its faults."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("The price table can't be used: " + " ".join(faults))
        self.faults = tuple(faults)


def _amount(value: object) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('write it as a string of digits, such as "0.20"')
    return Decimal(value)


_Amount = Annotated[Decimal, BeforeValidator(_amount)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Source(_Part):
    what: str
    dated: str


class _Rates(_Part):
    uncached_input: _Amount
    cache_read: _Amount
    cache_write_5m: _Amount
    cache_write_1h: _Amount
    output: _Amount

    def rates(self) -> Rates:
        return Rates(self.uncached_input, self.cache_read, self.cache_write_5m, self.cache_write_1h, self.output)


class _LongPrompts(_Rates):
    above_tokens: int = Field(gt=0)


class _Price(_Rates):
    models: list[str] = Field(min_length=1)
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="until")
    long_prompts: _LongPrompts | None = None
    sure: Literal["official", "third party"]
    note: str = ""
    sources: list[str] = Field(min_length=1)


class _Modifier(_Part):
    factor: _Amount
    models: list[str] = []
    sources: list[str] = Field(min_length=1)


class _Modifiers(_Part):
    batch: _Modifier
    us_inference: _Modifier
    fast: _Modifier


class _Tools(_Part):
    web_search_per_1000: _Amount
    code_execution_container_hour: _Amount
    code_execution_free_hours_a_month: _Amount
    managed_agents_session_hour: _Amount
    sources: list[str] = Field(min_length=1)


class _File(_Part):
    version: Literal[1]
    sources: dict[str, _Source]
    price: list[_Price] = Field(min_length=1)
    aliases: dict[str, str] = {}
    retired: dict[str, date] = {}
    modifiers: _Modifiers
    tools: _Tools


def parse_prices(text: str) -> PriceTable:
    """Make a price table of a TOML text; PriceTableError with every fault."""
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PriceTableError([f"This is not TOML: {error}."]) from None
    except ValidationError as error:
        raise PriceTableError([_sentence(one) for one in error.errors()]) from None
    if faults := [*_unknown_names(file), *_faults_of_periods(file.price)]:
        raise PriceTableError(faults)
    return _table(file)


def _sentence(error: Any) -> str:
    where = ".".join(str(one) for one in error["loc"])
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {'unknown field' if error['type'] == 'extra_forbidden' else said}."


def _unknown_names(file: _File) -> Iterable[str]:
    """Yield a fault for each source and model that is named and isn't there."""
    modifiers = file.modifiers
    cited = [*file.price, modifiers.batch, modifiers.us_inference, modifiers.fast, file.tools]
    for source in sorted({one for part in cited for one in part.sources} - set(file.sources)):
        yield f"The source {source} isn't described."
    named = {*modifiers.us_inference.models, *modifiers.fast.models, *file.aliases.values(), *file.retired}
    for model in sorted(named - {model for one in file.price for model in one.models}):
        yield f"{model} has no price."


def _faults_of_periods(prices: Sequence[_Price]) -> Iterable[str]:
    """Yield a fault wherever two prices of a model overlap, leave a gap, or end before they begin."""
    for model, of_model in _by_model(prices).items():
        for one in of_model:
            if one.first and one.last and one.last < one.first:
                yield f"A price of {model} ends on {one.last}, before it begins."
        for before, after in pairwise(of_model):
            if before.last is None or after.first is None or after.first <= before.last:
                yield f"Two prices of {model} overlap: {_span(before)}, and {_span(after)}."
            elif after.first != before.last + ONE_DAY:
                yield f"{model} has no price after {before.last} and before {after.first}."


def _span(price: _Price) -> str:
    return f"from {price.first or 'the beginning'} until {price.last or 'now'}"


def _by_model(prices: Sequence[_Price]) -> dict[str, list[_Price]]:
    found: dict[str, list[_Price]] = {}
    for one in sorted(prices, key=lambda one: one.first or date.min):
        for model in one.models:
            found.setdefault(model, []).append(one)
    return found


def _table(file: _File) -> PriceTable:
    modifiers = file.modifiers

    def price(model: str, one: _Price) -> Price:
        return Price(
            model=model,
            first=one.first,
            last=one.last,
            rates=one.rates(),
            long_prompts=one.long_prompts.rates() if one.long_prompts else None,
            us_inference=modifiers.us_inference.factor if model in modifiers.us_inference.models else None,
            fast=modifiers.fast.factor if model in modifiers.fast.models else None,
            sources=tuple(f"{file.sources[name].what}, {file.sources[name].dated}" for name in one.sources),
        )

    return PriceTable(
        by_model={model: tuple(price(model, one) for one in of_model) for model, of_model in _by_model(file.price).items()},
        aliases=file.aliases,
        batch=modifiers.batch.factor,
        us_inference=modifiers.us_inference.factor,
        fast=modifiers.fast.factor,
        web_search=file.tools.web_search_per_1000 / 1000,
        retired=file.retired,
    )
