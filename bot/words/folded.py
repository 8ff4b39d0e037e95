"""Names as they are compared: in any case, however an accented letter is put together, and without what nobody sees. Pure.

Unicode has two spellings of `é` that look alike everywhere; a Mac writes one, most keyboards the other. A name with an
invisible character reads as the one without it, so no rule about that one may stop applying.
"""

import re
import unicodedata

_UNSEEN = ("Cc", "Cf", "Cs")
"""Categories of control, format (zero width, direction) and half characters."""
_FILLING = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""What Unicode lets nobody draw besides: joiners of marks, empty letters, and selectors of a letter's variant."""
_AS_TYPED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u2032", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("“”„«»", '"')
    | {"…": "..."}
)
"""What phones make of what is typed, and what keyboards don't have."""


def straight(text: str) -> str:
    """Return a text with the apostrophes, hyphens and quotation marks that every keyboard has."""
    return text.translate(_AS_TYPED)


def is_blank(text: str) -> bool:
    """Tell whether nobody sees anything of a text, such as one of zero-width characters or of empty Hangul or braille."""
    return not folded(text.replace("\u2800", " "))


def folded(text: str) -> str:
    """Return what spellings of a name have in common that nobody can tell apart, without regard to case."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    seen = "".join(
        one for one in _FILLING.sub("", straight(text)) if one.isspace() or unicodedata.category(one) not in _UNSEEN
    )
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", seen).casefold()).split())
