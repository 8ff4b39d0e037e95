"""The secrets that this process was given, so that nothing that leaves it repeats one, whatever the secret's form.

What only looks like a secret is hidden by its shape (`bot/log.py`); a database's password, a Datadog key or a token in the
address of a target has none. Whoever reads such a value remembers it here.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TextIO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN: Final = "[hidden]"
_SHORTEST, _SHORTEST_IN_PATH = 6, 20
_SHORTEST_WORD = 16
"""A value that is shorter and spelt as a word is one, such as a database's name, and would be hidden everywhere."""
_WORD = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+")
_SHORTEST_INSIDE = 20
"""A shorter value is hidden only where it stands alone, not inside a longer word or number."""
_PASSWORDS = (re.compile(r"^(?:[\w+.-]+://)?[^:/?#@]*:(.*)@"), re.compile(r"^(?:[\w+.-]+://)?[^:/?#@]*:([^@]*)@"))
"""Up to the last and to the first @: drivers disagree about a password with one in it."""
_SECRET_PART = re.compile(r"passw|pwd|secret|token|key|sig|auth|code|credential", re.IGNORECASE)
_SECRET_HEADERS = ("x-honeycomb-team",)
"""Those that hold a key by a name that doesn't say so."""
_known: dict[str, tuple[str, re.Pattern[str]]] = {}
"""By value: what a text that holds it has to hold, and how it is found there."""


def remember(values: Iterable[str]) -> None:
    """Hide these values, and each word of them, from now on."""
    for value in values:
        _remember(value, *re.split(r"[\s,]+", value))


def remember_address(address: str) -> None:
    """Hide what is secret in an address: its password, a token in its query, and in one of the web also in its path."""
    _remember(*(part for one in _PASSWORDS for part in one.findall(address)))
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    _remember(*(value for name, value in parse_qsl(parts.query) if _SECRET_PART.search(name)))
    if parts.scheme.lower() in ("http", "https"):
        alone = parts.netloc.rpartition("@")[0]
        _remember(*filter(_is_token, parts.path.split("/")), *([] if ":" in alone else [alone]))


def _is_token(text: str) -> bool:
    return len(text) >= _SHORTEST_IN_PATH and re.search("[0-9]", text) is not None


def remember_header(name: str, value: str) -> None:
    """Hide the value of a header that is a secret by its name or its looks; others name tenants, datasets and the like."""
    if "://" in value:
        remember_address(value)
    elif _SECRET_PART.search(name) or name.casefold() in _SECRET_HEADERS or _is_token(value):
        remember([value])


def without_secrets(text: str) -> str:
    """Return a text with each secret that is known replaced, also where it is encoded as in an address, or escaped."""
    for anchor, pattern in _known.values():
        if anchor in text:
            text = pattern.sub(HIDDEN, text)
    return text


def all_without_secrets(value: Any) -> Any:
    """Return plain JSON values with the same done in each text."""
    whole = json.dumps(value, default=str, ensure_ascii=False)
    return _cleaned(value) if any(anchor in whole for anchor, _ in _known.values()) else value


def guard(stream: TextIO | None) -> None:
    """Let a stream write nothing but `without_secrets`; one that is closed from the start, as by `>&-`, is None."""
    if stream is None:
        return
    write = stream.write

    def write_hiding(text: str, /) -> int:
        return write(without_secrets(text))

    cast("Any", stream).write = write_hiding


def _remember(*values: str) -> None:
    global _known
    new = {one for given in values for one in (given, unquote(given)) if not _is_plain(one)} - {*_known}
    if new:
        found = {one: (max(re.findall("[A-Za-z0-9]+", one), key=len, default=""), _pattern_of(one)) for one in new}
        _known = dict(sorted((_known | found).items(), key=lambda one: -len(one[0])))  # the whole before its words


def _is_plain(value: str) -> bool:
    """Tell whether a value is too short or too common to be told from a word or a number that isn't one."""
    return len(value) < _SHORTEST or (
        len(value) < _SHORTEST_WORD and (value.isdigit() or _WORD.fullmatch(value) is not None)
    )


def _pattern_of(value: str) -> re.Pattern[str]:
    found = "".join(_any_form_of(one) for one in value)
    if len(value) < _SHORTEST_INSIDE:
        found = rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})){found}(?![A-Za-z0-9])"
    return re.compile(found)


def _any_form_of(letter: str) -> str:
    if letter.isascii() and letter.isalnum():
        return letter
    encoded = "".join(f"%{byte:02X}" for byte in letter.encode())
    return rf"(?:\\*{re.escape(letter)}|(?i:{encoded}){'|[+]' if letter == ' ' else ''})"


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(one) for name, one in cast("Mapping[str, Any]", value).items()}
    return [_cleaned(one) for one in cast("list[Any]", value)] if isinstance(value, list | tuple) else value
