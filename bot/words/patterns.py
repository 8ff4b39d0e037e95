"""Names that people look for with a `*` for anything, such as `ingest-*`. Pure.

A regular expression would take hours for some of them, in which nobody else is answered.
"""


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is what a pattern says."""
    first, *others = pattern.split("*")
    if not others:
        return text == first
    *between, last = others
    at = len(first)
    for piece in between:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return text.startswith(first) and text.endswith(last) and len(text) - len(last) >= at


def has_in_it(text: str, pattern: str) -> bool:
    """Tell whether a part of a text is what a pattern says."""
    return fits(text, f"*{pattern}*")
