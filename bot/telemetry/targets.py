"""Where finished figures are sent: a TOML file with a table for each target, which has its url and its headers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import QuartermasterError


@dataclass(frozen=True)
class Target:
    """One receiver of OTLP over HTTP; header values are secrets, and so is what a url may hold."""

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, SecretStr] = field(default_factory=dict[str, SecretStr])


def read_targets(path: Path | None) -> tuple[Target, ...]:
    """Return the targets of a file, none without one; QuartermasterError says what is wrong with it, without values."""
    if path is None:
        return ()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuartermasterError(f"OTLP_TARGETS can't be read: {type(error).__name__}.") from None
    return tuple(_target(name, table) for name, table in tables.items())


def _target(name: str, table: Any) -> Target:
    where = f"The target {name} of OTLP_TARGETS"
    given = cast(dict[str, Any], table if isinstance(table, dict) else {})
    url = given.get("url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise QuartermasterError(f"{where} needs a url, such as http://127.0.0.1:4318/v1/metrics.")
    headers = given.get("headers", {})
    named = cast(dict[str, Any], headers if isinstance(headers, dict) else {"": headers})
    if not all(isinstance(one, str) for one in named.values()):
        raise QuartermasterError(f"{where} has headers that aren't text.")
    return Target(name, url, {key: SecretStr(value) for key, value in named.items()})
