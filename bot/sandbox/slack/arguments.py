"""Reads the arguments of a request from wherever the caller put them: query, form or JSON (slack.md 7.1)."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.state import Json


async def read_arguments(request: Request) -> Json:
    """Return the merged arguments; the body wins over the query. Raises `invalid_form_data`, `invalid_post_type`."""
    merged: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not body:
        return merged
    if kind == "application/json":
        return merged | _read_json(body)
    if kind in ("application/x-www-form-urlencoded", ""):
        try:
            return merged | dict(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise SlackError("invalid_charset") from None
    raise SlackError("invalid_post_type")


def _read_json(body: bytes) -> Json:
    try:
        value: Any = json.loads(body)
    except ValueError:
        raise SlackError("invalid_form_data") from None
    if not isinstance(value, dict):
        raise SlackError("invalid_form_data")
    return cast("Json", value)


def bearer(request: Request) -> str | None:
    """Return the token of the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
