"""The price table that comes with the bot, read and checked once."""

from functools import cache
from importlib.resources import files

from bot.spend.prices.file import parse_prices
from bot.spend.prices.model import PriceTable

NAME = "prices.toml"


def prices_text() -> str:
    """Return the text of the price table."""
    return files("bot.spend.prices").joinpath(NAME).read_text(encoding="utf-8")


@cache
def price_table() -> PriceTable:
    """Return the price table; PriceTableError if the file that comes with the bot has a fault."""
    return parse_prices(prices_text())
