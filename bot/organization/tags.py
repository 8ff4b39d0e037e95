"""What a workspace's tags mean to the bot, and its colour in words. Pure."""

from collections.abc import Mapping
from typing import Final

from bot.words.own import Own

OWNER, COST_CENTRE, DESCRIPTION, CHANNEL = "owner", "cost_center", "description", "slack_channel"
TAGS: Final[Mapping[str, Own]] = {
    OWNER: "owner",
    COST_CENTRE: "cost centre",
    DESCRIPTION: "description",
    CHANNEL: "Slack channel",
}
"""The tags that have a meaning here, with their names in sentences."""
MARK: Final = "quartermaster_request"
"""The tag with the id of the request that made a workspace: by it a lost answer is found, and nobody else's taken for it."""
OWN: Final = "quartermaster"
"""How the tags begin that only the bot writes: who could set the mark could pass one workspace off for another."""
RESERVED: Final = "anthropic"
"""How no tag may begin (admin-api.md §4.4)."""
COLOURS: Final[Mapping[str, str]] = {
    "black": "#000000", "grey": "#808080", "white": "#FFFFFF", "brown": "#8B5A2B", "red": "#D13438", "orange": "#E8833A",
    "yellow": "#F2C744", "green": "#3A9D5D", "teal": "#2A9D8F", "blue": "#3B7DD8", "purple": "#6C5BB9", "pink": "#D6609B",
}  # fmt: skip
"""Colours by the words for them; the API knows hexadecimal values alone."""


def colour_words(value: str) -> str:
    """Return a colour as people name it, with its value: `purple (#6C5BB9)`; "" for none, a strange one as it is."""
    red_green_blue = _parts(value)
    if red_green_blue is None:
        return value

    def distance(name: str) -> int:
        known = _parts(COLOURS[name]) or (0, 0, 0)
        return sum((one - other) ** 2 for one, other in zip(known, red_green_blue, strict=True))

    return f"{min(COLOURS, key=distance)} ({value.upper()})"


def read_colour(typed: str) -> str:
    """Return the value of a colour that somebody typed as a word or as six hexadecimal digits; "" for anything else."""
    word = typed.strip().casefold()
    known = COLOURS.get("grey" if word == "gray" else word)
    if known:
        return known
    value = f"#{word.lstrip('#').upper()}"
    return value if _parts(value) else ""


def _parts(value: str) -> tuple[int, int, int] | None:
    digits = value.removeprefix("#")
    if len(digits) != 6 or not all(one in "0123456789abcdefABCDEF" for one in digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
