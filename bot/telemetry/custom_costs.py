"""Datadog's Custom Costs over HTTP: files are uploaded, listed, read and removed.

Each upload makes another file (platform.md §B1). An httpx exception holds its request and with it the keys,
so none gets out of here.
"""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from bot.settings.network import WEB_PAGE, authorities, is_web_page, silence
from bot.telemetry.wire import trusted_proxy

PATH = "/api/v2/cost/custom_costs"
WITHIN = 20.0
MOST_WAIT = 3600.0
"""Seconds; where a longer pause is asked for, it is this."""
_PAGE = 100
_UNSURE = (HTTPStatus.REQUEST_TIMEOUT,)
_CONTENT_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True)
class Api:
    """Datadog's API as one organization reaches it."""

    url: str = field(repr=False)
    api_key: SecretStr
    app_key: SecretStr
    proxy: str | None = field(default=None, repr=False)
    authorities_file: Path | None = None


@dataclass(frozen=True)
class Reply:
    """What came of a call: `failure` is "" where it was done.

    `is_unsure`: it may still have been done. `is_content`: this content is refused, another one may be taken.
    """

    failure: str = ""
    status: int = 0
    body: Any = None
    retry_after: float | None = None
    is_unsure: bool = False
    is_content: bool = False


@dataclass(frozen=True)
class Listed:
    """What a list says of a file; "" and None for what it doesn't say. Which states there are isn't documented."""

    status: str = ""
    billed: float | None = None


class Failed(Exception):
    """A call in the midst of several failed."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.failure)
        self.reply = reply


async def upload(api: Api, content: bytes) -> tuple[Reply, str]:
    """Upload a file; returns what came of it and the file's id, "" where none was told."""
    reply = await _call(api, "PUT", PATH, content=content)
    return reply, "" if reply.failure else _text(_dict(_dict(reply.body).get("data")).get("id"))


async def remove(api: Api, file_id: str) -> Reply:
    """Remove a file; one that isn't there any more is removed."""
    reply = await _call(api, "DELETE", f"{PATH}/{quote(file_id, safe='')}")
    return Reply(status=reply.status) if reply.status == HTTPStatus.NOT_FOUND else reply


async def listed(api: Api, provider: str) -> dict[str, Listed]:
    """Return what Datadog says of each of a provider's files, by their ids. Raises Failed."""
    return {file_id: about async for file_id, about in _files(api, provider)}


async def marked(api: Api, provider: str, tag: str, others: Collection[str]) -> dict[str, str]:
    """Return the ids of files by the value of a tag of their lines; `others` aren't looked at. Raises Failed."""
    found: dict[str, str] = {}
    async for file_id, _ in _files(api, provider):
        value = "" if file_id in others else await _tag_of(api, file_id, tag)
        if value:
            found[value] = file_id
    return found


async def probe(api: Api) -> Reply:
    """Ask for the list of files, which needs both keys and the permission to read."""
    return await _call(api, "GET", PATH, params={"page[size]": "1"})


async def _files(api: Api, provider: str) -> AsyncIterator[tuple[str, Listed]]:
    """Yield a provider's files by their ids. Where pages count from 0, the first one comes last."""
    seen, number, total = set[str](), 0, 1
    while len(seen) < total:
        number += 1
        page, total = await _page(api, provider, number)
        fresh = {one: about for one, about in page.items() if one not in seen}
        for one in fresh.items():
            yield one
        seen.update(fresh)
        if not fresh:
            break
    for one, about in (await _page(api, provider, 0))[0].items() if len(seen) < total else ():
        if one not in seen:
            yield one, about


async def _page(api: Api, provider: str, number: int) -> tuple[dict[str, Listed], int]:
    params = {"page[number]": str(number), "page[size]": str(_PAGE), "filter[provider]": provider}
    reply = await _call(api, "GET", PATH, params=params)
    if reply.failure:
        raise Failed(reply)
    body = _dict(reply.body)
    page = cast(list[Any], data if isinstance(data := body.get("data"), list) else [])
    files = {_text(_dict(one).get("id")): _about(_dict(_dict(one).get("attributes"))) for one in page}
    total = _dict(body.get("meta")).get("total_filtered_count")
    return {one: about for one, about in files.items() if one}, total if isinstance(total, int) else len(files)


def _about(attributes: Mapping[str, Any]) -> Listed:
    billed = attributes.get("billed_cost")
    return Listed(_text(attributes.get("status")), float(billed) if isinstance(billed, int | float) else None)


async def _tag_of(api: Api, file_id: str, tag: str) -> str:
    """Return the value of a tag that a file's lines have, "" for none."""
    reply = await _call(api, "GET", f"{PATH}/{quote(file_id, safe='')}")
    if reply.failure and reply.status != HTTPStatus.NOT_FOUND:
        raise Failed(reply)
    content = _dict(_dict(_dict(reply.body).get("data")).get("attributes")).get("content")
    lines = cast(list[Any], content if isinstance(content, list) else [])
    return next((value for line in lines if (value := _text(_dict(_dict(line).get("Tags")).get(tag)))), "")


async def _call(
    api: Api, method: str, path: str, *, content: bytes | None = None, params: Mapping[str, str] | None = None
) -> Reply:
    """Send one request; whatever happens is a reply."""
    headers = {"DD-API-KEY": api.api_key.get_secret_value(), "DD-APPLICATION-KEY": api.app_key.get_secret_value()}
    headers |= {"Content-Type": "application/json"} if content is not None else {}
    trusted, proxy = authorities(api.authorities_file), trusted_proxy(api.proxy, api.authorities_file)
    try:
        async with httpx.AsyncClient(trust_env=False, proxy=proxy, verify=trusted, timeout=WITHIN) as client:
            answer = await client.request(method, f"{api.url}{path}", content=content, params=params, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        return Reply(silence(error))
    except httpx.HTTPError as error:
        return Reply(silence(error), is_unsure=True)
    status = answer.status_code
    if answer.is_success and is_web_page(answer.headers, answer.content):
        return Reply(WEB_PAGE, status)
    if answer.is_success:
        return Reply(status=status, body=_json(answer.content))
    return Reply(
        f"HTTP {status}",
        status,
        retry_after=_pause(answer.headers),
        is_unsure=status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNSURE,
        is_content=status in _CONTENT_REFUSED,
    )


def _pause(headers: Mapping[str, str]) -> float | None:
    """Return the pause that is asked for; Datadog tells the seconds until its rate limit is reset."""
    told = [value for name in ("retry-after", "x-ratelimit-reset") if (value := headers.get(name, "")).isdigit()]
    return min(float(told[0]), MOST_WAIT) if told else None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content or b"null")
    except ValueError:
        return None


def _dict(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
