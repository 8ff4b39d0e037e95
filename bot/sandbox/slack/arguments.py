"""Reads the arguments of a request from wherever the caller put them: query, form or JSON (slack.md 7.1)."""

from collections.abc import Iterator
from email.message import Message
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.state import Json
from bot.sandbox.strict_json import HalfCharacter, read_strictly


async def read_arguments(request: Request) -> Json:
    """Return the merged arguments. The body wins over the query. Raises `invalid_form_data`, `invalid_post_type`."""
    merged: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not body:
        return merged
    if kind == "application/json":
        return merged | _read_json(body)
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data", ""):
        try:
            if kind == "multipart/form-data":
                parts = multipart(body, request.headers["content-type"])
                return merged | {name: content.decode() for name, content in parts}
            return merged | dict(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise SlackError("invalid_charset") from None
    raise SlackError("invalid_post_type")


def _read_json(body: bytes) -> Json:
    try:
        value: Any = read_strictly(body)
    except HalfCharacter:
        raise SlackError("invalid_charset") from None
    except ValueError:
        raise SlackError("invalid_form_data") from None
    if not isinstance(value, dict):
        raise SlackError("invalid_form_data")
    return cast("Json", value)


def multipart(body: bytes, content_type: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a `multipart/form-data` body by name, as curl's `-F` sends them."""
    boundary = _header(content_type).get_param("boundary")
    for piece in body.split(b"--" + str(boundary).encode())[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        for line in head.decode(errors="replace").splitlines():
            field, _, value = line.partition(":")
            if field.lower() == "content-disposition":
                yield str(_header(value.strip()).get_param("name")), content.removesuffix(b"\r\n")


def _header(value: str) -> Message:
    """Return a header with parameters, readable by `get_param` under any name."""
    header = Message()
    header["content-type"] = value
    return header


def bearer(request: Request) -> str | None:
    """Return the token of the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
