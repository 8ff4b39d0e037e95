"""Who gets telemetry: a TOML file with a table for each target, which has its addresses and its headers."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import QuartermasterError
from bot.own_secrets import remember_address, remember_header
from bot.words.reading import pasted

_KEYS = ("url", "headers", "traces_url", "own_metrics")


@dataclass(frozen=True)
class Target:
    """One receiver of OTLP over HTTP; header values are secrets, and so is what an address may hold.

    Finished hours and days go to `url`; with `own_metrics` also what the bot counts of itself. The bot's own traces go to
    `traces_url`, where there is one.
    """

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, SecretStr] = field(default_factory=dict[str, SecretStr])
    traces_url: str = field(default="", repr=False)
    own_metrics: bool = False

    def __post_init__(self) -> None:
        for name, value in self.headers.items():
            remember_header(name, value.get_secret_value())
        for address in (self.url, self.traces_url):
            remember_address(address)


@dataclass(frozen=True)
class TargetFault:
    """What is wrong with the file, in a sentence without values; lines count from 1."""

    line: int
    sentence: str


def read_targets(path: Path | None) -> tuple[Target, ...]:
    """Return the targets of a file, none without one; QuartermasterError says the first thing that is wrong with it."""
    if path is None:
        return ()
    targets, faults = examine_targets(path)
    if faults:
        raise QuartermasterError(f"{path.name}:{faults[0].line}: {faults[0].sentence}")
    return targets


def examine_targets(path: Path) -> tuple[tuple[Target, ...], tuple[TargetFault, ...]]:
    """Return the targets of a file that are as they should be, and everything that is wrong with it."""
    try:
        text = pasted(path.read_text(encoding="utf-8-sig"))
        tables = tomllib.loads(text)
    except OSError as error:
        return (), (
            TargetFault(1, f"OTLP_TARGETS can't be read: {error.strerror}. Is this the file, and may the bot read it?"),
        )
    except UnicodeDecodeError:
        return (), (TargetFault(1, "OTLP_TARGETS can't be read: it isn't UTF-8. Save it as UTF-8."),)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return (), (TargetFault(int(found[1]) if found else 1, "OTLP_TARGETS is not TOML: this line can't be read."),)
    if not tables:
        return (), (TargetFault(1, "OTLP_TARGETS names no target: it needs a table such as [collector], with a url in it."),)
    targets, faults = list[Target](), list[TargetFault]()
    for name, table in tables.items():
        if not isinstance(table, dict):
            outside = f"'{name}' of OTLP_TARGETS is in no table: begin with the target's name, such as [collector]."
            faults.append(TargetFault(_line_of(text, "", name), outside))
            continue
        given = cast("dict[str, Any]", table)
        wrong = list(_faults(name, given))
        faults += [TargetFault(_line_of(text, name, key), sentence) for key, sentence in wrong]
        targets += [] if wrong else [_target(name, given)]
    return tuple(targets), tuple(faults)


def _faults(name: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key that isn't as it should be, and what it should be."""
    where = f"The target {name} of OTLP_TARGETS"
    if not re.fullmatch(r"\S(.*\S)?", name) or not name.isprintable():
        yield "", "A target of OTLP_TARGETS has a name that can't be read; name it such as [collector]."
    if not _is_address(given.get("url")):
        yield "url", f"{where} needs a url, such as http://127.0.0.1:4318/v1/metrics."
    if "traces_url" in given and not _is_address(given["traces_url"]):
        yield "traces_url", f"{where} has a traces_url that is no address, such as http://127.0.0.1:4318/v1/traces."
    if not isinstance(given.get("own_metrics", False), bool):
        yield "own_metrics", f"{where} has an own_metrics that is neither true nor false."
    yield from _header_faults(where, given.get("headers", {}))
    for key in given:
        if key not in _KEYS:
            yield key, f"{where} has a key '{key}' that nobody reads; there are {', '.join(_KEYS)}."


def _header_faults(where: str, headers: Any) -> Iterator[tuple[LiteralString, str]]:
    named = cast("dict[str, Any]", headers if isinstance(headers, dict) else {"": headers})
    if not all(isinstance(one, str) for one in named.values()):
        yield "headers", f"{where} has headers that aren't text."
    elif not all(re.fullmatch(r"[!-~]+", key) and re.fullmatch(r"[ -~]+", one) for key, one in named.items()):
        yield "headers", f"{where} has a header that is empty or has letters that can't be sent; only ASCII can."


def _is_address(given: Any) -> bool:
    try:
        parts = urlsplit(given) if isinstance(given, str) and re.fullmatch(r"[!-~]+", given) else None
        return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _target(name: str, given: Mapping[str, Any]) -> Target:
    headers = {key: SecretStr(value) for key, value in given.get("headers", {}).items()}
    return Target(name, given["url"], headers, given.get("traces_url", ""), given.get("own_metrics", False))


def _line_of(text: str, name: str, key: str) -> int:
    """Return the line of a key in its table ("": above all tables); where it isn't found, that of the table, else 1."""
    found, in_table = 1, not name
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[([^\]]*)\]", line):
            path = [one.strip().strip("\"'") for one in head[1].split(".")]
            in_table = path[0] == name
            found = number if in_table and found == 1 else found
            if path == [name, key]:
                return number
        elif in_table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return number
    return found
