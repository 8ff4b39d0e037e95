"""Where settings come from: environment variables, files named by `*_FILE`, a directory of secrets, a `.env` file.

An empty variable counts as absent, because compose files pass `NAME=${NAME:-}` for what was never set. What editors and
tools put around a value is taken off: byte order marks, blanks, and the quotation marks that `docker run --env-file` keeps.
"""

import codecs
import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

from bot.own_secrets import remember, remember_address

DEFAULT_SECRETS_DIR = Path("/run/secrets")
_PAIRS = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "\u00ab": "\u00bb"}
"""Quotation marks, also those that word processors make of straight ones."""
_QUOTES = frozenset({*_PAIRS, *_PAIRS.values()})
_COMMENT = re.compile(r"\s#|^# ")
"""Where a comment begins, which only some readers of environment files take off; `docker run --env-file` doesn't."""
_OF_SERVICE = re.compile(r"(tcp|udp|sctp)://[0-9a-fA-F.:\[\]]+:\d+")
"""What METRICS_PORT is in each pod of a namespace that has a Service named `metrics`."""
_AROUND = " \t\r\n\u00a0\ufeff\u200b\u2060"


def read_environment(directory: Path) -> dict[str, str]:
    """Return the process's environment over the `.env` file of `directory`, if there is one."""
    written = {one.name: one.value for one in read_lines(directory / ".env") if one.value is not None}
    given = {name: value for name, value in os.environ.items() if not _is_of_service(name, value)}
    return {name: value for name, value in written.items() if value} | given


def _is_of_service(name: str, value: str) -> bool:
    """Tell whether Kubernetes set a variable, for a Service that happens to be called as the beginning of a setting."""
    return name.endswith("_PORT") and _OF_SERVICE.fullmatch(value) is not None


class Line(NamedTuple):
    """A statement of a `.env` file: where it begins (from 1), and what it sets; `value` is None where it sets nothing."""

    number: int
    name: str
    value: str | None


def read_lines(file: Path) -> list[Line]:
    """Return the statements of a `.env` file in their order; none where it can't be read, which `unread` says."""
    try:
        # What isn't text becomes a value that no setting takes, so that the setting is named.
        text = decoded(file.read_bytes(), errors="replace")
    except OSError:
        return []
    found = [(one.original, one.key or "", one.value) for one in parse_stream(io.StringIO(text))]
    return [
        Line(original.line + _blank(original.string), name, value)
        for original, name, value in found
        if name or original.string.strip().partition("#")[0]
    ]


def unread(file: Path) -> list[tuple[int, str]]:
    """Return what a `.env` file has that isn't read: a line (1 for all of it) and a sentence each."""
    try:
        file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        return [(1, f"This file can't be read ({error.strerror}), so nothing in it counts.")]
    said = "This line can't be read, so it doesn't count. Write NAME=value."
    return [(line.number, said) for line in read_lines(file) if line.value is None]


def _blank(statement: str) -> int:
    """Return how many lines of nothing a statement begins with: they belong to it."""
    return statement[: len(statement) - len(statement.lstrip())].count("\n")


def decoded(content: bytes, errors: str = "strict") -> str:
    """Return a file's text without its byte order mark; UTF-8 unless such a mark says UTF-16. Raises UnicodeDecodeError."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig", errors)


def bare(value: str) -> str:
    """Return a value without blanks and byte order marks at its ends, and without one pair of quotation marks around it."""
    value = value.strip(_AROUND)
    if len(value) > 1 and _PAIRS.get(value[0]) == value[-1]:
        return value[1:-1].strip(_AROUND)
    return value


def read_values(
    env: Mapping[str, str], names: Sequence[str], secret_names: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is set for `names`, and by name one sentence for each source that can't be read.

    A variable wins over a file in the secrets directory; a variable beside its own `*_FILE` is a fault, since one of them
    would silently not count. Only secrets are read from files, and no output of the process repeats one from then on.
    """
    directory, faults = _secrets_dir(env)
    values: dict[str, str] = {}
    for name in names:
        value = bare(env.get(name, ""))
        if name in secret_names:
            path = bare(env.get(f"{name}_FILE", ""))
            if value and path:
                faults[name] = f"{name}_FILE and {name} are both set. Set only one of them."
            elif path:
                value, faults[name] = _read(f"{name}_FILE", Path(path))
            elif not value and (found := _file_in(directory, name)):
                value, faults[name] = _read(f"SECRETS_DIR, for {name},", found)
        if _QUOTES & {*value[:1], *value[-1:]}:
            faults[name] = f"{name} has a quotation mark at only one end. Remove it."
        elif _COMMENT.search(value):
            faults[name] = f"{name} has a comment behind its value. Remove it."
        if value:
            values[name] = value
            if "://" in value or name in secret_names or name.endswith("_PROXY"):
                remember_address(value)
            remember([value] if name in secret_names and "://" not in value else [])
    return values, {name: fault for name, fault in faults.items() if fault}


def _secrets_dir(env: Mapping[str, str]) -> tuple[Path | None, dict[str, str]]:
    named = bare(env.get("SECRETS_DIR", ""))
    directory = Path(named or DEFAULT_SECRETS_DIR)
    if directory.is_dir():
        return directory, {}
    return None, {"SECRETS_DIR": f"SECRETS_DIR names {directory}, which is not a directory."} if named else {}


def _file_in(directory: Path | None, name: str) -> Path | None:
    if directory is None:
        return None
    return next((path for path in (directory / name, directory / name.lower()) if path.is_file()), None)


def _read(label: str, path: Path) -> tuple[str, str]:
    """Return a file's text and no fault, or no text and the fault."""
    try:
        text = bare(decoded(path.read_bytes()))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        return "", f"{label} names {path}, which can't be read: {why}."
    return text, "" if text else f"{label} names {path}, which is empty."
