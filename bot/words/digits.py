"""Digits of any script as those that programs write: keyboards for Japanese type `５`, those for Arabic `٥`. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_BEGINS = re.compile(r"(?:US)?\$?[1-9][0-9]{0,2}", re.IGNORECASE)
_GOES_ON = re.compile(r"[0-9]{3}(?:[.,][0-9]+)?")


def in_ascii(text: str) -> str:
    """Return a text with its decimal digits as 0 to 9. What merely looks like a number, as `²` and `①` do, stays."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def words_of_number(words: Sequence[str]) -> int:
    """Return how many words are one number whose thousands stand apart, as in `1 000` and `$2 500 000.00`; 0 for none."""
    if not words or not _BEGINS.fullmatch(words[0]):
        return 0
    count = next((at for at, word in enumerate(words[1:], 1) if not _GOES_ON.fullmatch(word)), len(words))
    return count if count > 1 else 0
