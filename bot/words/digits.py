"""Digits of any script as those that programs write: keyboards for Japanese type `５`, those for Arabic `٥`. Pure."""

import unicodedata


def in_ascii(text: str) -> str:
    """Return a text with its decimal digits as 0 to 9; what merely looks like a number, as `²` and `①` do, stays."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
