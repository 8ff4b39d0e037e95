"""The monthly limits that the bot keeps itself, and what it tells on the way to them."""
