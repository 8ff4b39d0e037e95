"""Query strings and bodies, read as strictly as the API reads them. Every fault is a 400 that names the field."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

from starlette.datastructures import QueryParams

from bot.sandbox.claude.errors import invalid


def integer(query: QueryParams, name: str, default: int, low: int, high: int) -> int:
    """Return a whole number within `low`…`high`."""
    raw = query.get(name)
    if raw is None:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise invalid(f"{name}: Input should be a valid integer, unable to parse string as an integer") from None
    if value < low:
        raise invalid(f"{name}: Input should be greater than or equal to {low}")
    if value > high:
        raise invalid(f"{name}: Input should be less than or equal to {high}")
    return value


def boolean(query: QueryParams, name: str) -> bool:
    """Return a flag that is false when it is absent."""
    raw = query.get(name, "false").lower()
    if raw not in ("true", "false"):
        raise invalid(f"{name}: Input should be a valid boolean, unable to interpret input")
    return raw == "true"


def choice(query: QueryParams, name: str, allowed: Collection[str]) -> str | None:
    """Return one of `allowed`, or None when it is absent."""
    raw = query.get(name)
    if raw is not None and raw not in allowed:
        raise invalid(_should_be(name, allowed))
    return raw


def many(query: QueryParams, name: str, allowed: Collection[str] | None = None, most: int | None = None) -> list[str] | None:
    """Return the values of the bracketed array `name[]`, or None when it is absent."""
    values = query.getlist(f"{name}[]")
    if not values:
        return None
    if most is not None and len(values) > most:
        raise invalid(f"{name}: List should have at most {most} items after validation, not {len(values)}")
    if allowed is not None and (wrong := [value for value in values if value not in allowed]):
        raise invalid(f"{_should_be(name, allowed)}, not '{wrong[0]}'")
    return values


def moment(query: QueryParams, name: str) -> datetime | None:
    """Return an aware time in UTC, or None when it is absent. A time without a zone is refused."""
    raw = query.get(name)
    if raw is None:
        return None
    return parse_moment(name, raw)


def parse_moment(name: str, raw: Any) -> datetime:
    """Return the RFC 3339 time `raw` in UTC; `name` is the field for the message."""
    try:
        value = datetime.fromisoformat(cast(str, raw))
    except (TypeError, ValueError):
        raise invalid(f"{name}: Input should be a valid datetime in RFC 3339 format") from None
    if value.tzinfo is None:
        raise invalid(f"{name}: Input should have timezone info")
    if not 1970 <= value.year < 9999:
        raise invalid(f"{name}: Input should be a time between 1970 and 9998")  # the ends of Python's calendar overflow
    return value.astimezone(UTC)


def only(body: dict[str, Any], *allowed: str) -> None:
    """Refuse fields that the call does not know."""
    for name in body:
        if name not in allowed:
            raise invalid(f"{name}: Extra inputs are not permitted")


def text(body: dict[str, Any], name: str, most: int, *, required: bool = False) -> str | None:
    """Return a string of 1 to `most` characters, or None when it is absent."""
    if name not in body:
        if required:
            raise invalid(f"{name}: Field required")
        return None
    value = body[name]
    if not isinstance(value, str):
        raise invalid(f"{name}: Input should be a valid string")
    if not value:
        raise invalid(f"{name}: String should have at least 1 character")
    if len(value) > most:
        raise invalid(f"{name}: String should have at most {most} characters")
    return value


def option(body: dict[str, Any], name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
    """Return one of `allowed` from the body, or None when it is absent."""
    if name not in body and not required:
        return None
    if name not in body:
        raise invalid(f"{name}: Field required")
    value = body[name]
    if not isinstance(value, str) or value not in allowed:
        raise invalid(_should_be(name, allowed))
    return value


def _should_be(name: str, allowed: Collection[str]) -> str:
    quoted = [f"'{value}'" for value in allowed]
    wanted = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    return f"{name}: Input should be {wanted}"
