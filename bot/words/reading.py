"""Text as people read it: what is invisible or stands for something else doesn't tell two texts apart. Pure."""

import re
import unicodedata

from bot.words.folded import folded

_BREAK = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_SPACE = re.compile(r"[^\S\r\n\t]")
# Two letters of one script may be joined or kept apart by these (Persian, Hindi, emoji families); elsewhere they only hide.
_JOINERS = "\u200c\u200d"
_REFERENCE = re.compile(r"<(@|#|!subteam\^|!)([A-Za-z0-9]+)(?:\|([^<>|]*))?>")
"""`<@U0ALICE|alice>`, `<#C0COSTS|llm-costs>`, `<!subteam^S0ADMINS|@admins>`, `<!here>`: see slack.md §3.4."""


def clean(text: str, *, lines: bool = False) -> str:
    """Return `text` as people read it, without invisible, direction-changing and control characters.

    Slack's references to people, groups and channels become their names, which notify nobody. Line breaks stay only with
    `lines`.
    """
    shown = without_unseen(_REFERENCE.sub(_named, text))
    shown = unicodedata.normalize("NFC", shown)
    if lines:
        return "\n".join(re.sub(r"[^\S\n]+", " ", line).rstrip() for line in shown.split("\n")).strip()
    return " ".join(shown.split())


def without_unseen(text: str) -> str:
    """Return `text` without characters that nobody sees, such as those of zero width that are pasted; lines end in LF."""
    # Nearly all text is printable to Python, which tells so of a whole text at once.
    if text.isprintable():
        return text
    broken = _BREAK.sub("\n", text)
    return "".join(_visible(broken, position) for position in range(len(broken)))


def pasted(text: str) -> str:
    """Return the text of a file as its writer sees it: without what nobody sees, and with every sort of space as one."""
    return without_unseen(_SPACE.sub(" ", text))


def _named(reference: re.Match[str]) -> str:
    sign, name = reference[1], reference[3]
    if sign == "#":
        return f"#{name}" if name else "that channel"
    return f"@{name.removeprefix('@')}" if name else f"@{reference[2]}"


def _visible(text: str, position: int) -> str:
    character = text[position]
    if character in "\n\t":
        return character
    if character in _JOINERS:
        around = text[max(position - 1, 0) : position] + text[position + 1 : position + 2]
        return character if len(around) == 2 and all(ord(c) > 0x2FF and c not in _JOINERS for c in around) else ""
    # Cc control, Cf format (zero width, bidi), Cs half a surrogate pair, which could not even be encoded.
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def as_read(name: str) -> str:
    """Return what two names have in common that people take for one, in any case."""
    return folded(clean(name))
