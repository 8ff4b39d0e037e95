"""Posts OTLP to targets and says exactly how it ended. An httpx exception holds its request and with it the headers, so none
gets out of here.

OTLP's own exporters post with `requests`, read proxies from the environment, sleep between tries of their own and answer
yes or no. Here the way out is the settings', a push is one post, and what a target says of it is kept apart from silence.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from bot.log import redact_text
from bot.settings.network import WEB_PAGE, authorities, is_web_page, silence
from bot.telemetry.targets import Target

WITHIN = 20.0
MOST_WAIT = 3600.0
"""Seconds; a target that asks for a longer pause is asked again after this."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_REFUSED = (400, 413, 422)
_MOST_TEXT = 200


class Verdict(StrEnum):
    """How a push ended.

    TAKEN: the target has it. REFUSED: it won't take this body, however often it is asked. LATER: it surely hasn't taken it,
    and may later. UNKNOWN: nobody knows whether it has it.
    """

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


def trusted_proxy(address: str | None, authorities_file: Path | None) -> httpx.Proxy | None:
    """Return a proxy; one that is reached by TLS is trusted as everything else is, which httpx by itself doesn't do."""
    is_tls = address is not None and address.lower().startswith("https:")
    return httpx.Proxy(address, ssl_context=authorities(authorities_file) if is_tls else None) if address else None


@dataclass(frozen=True)
class Receipt:
    """What became of a push: of what was taken, all points but `rejected`; `because` says what is wrong, without secrets."""

    verdict: Verdict = Verdict.TAKEN
    because: str = ""
    rejected: int = 0
    retry_after: float | None = None


@dataclass(frozen=True)
class Way:
    """The way out to an address: its proxy, None for the direct way, and whose certificates count."""

    proxy: str | None = None
    authorities_file: Path | None = None


async def post(target: Target, url: str, body: bytes, way: Way, within: float = WITHIN) -> Receipt:
    """Post one body to an address of a target; whatever happens is a receipt."""
    try:
        # httpx counts the silence between two pieces, and an answer may come in any number of them.
        async with asyncio.timeout(within), httpx.AsyncClient(**_client(way, within)) as client:
            answer = await client.post(url, content=body, headers=_headers(target))
    except (httpx.HTTPError, TimeoutError, UnicodeError, ValueError) as error:
        return _silence(error)
    return receipt_of(answer)


def post_now(target: Target, url: str, body: bytes, way: Way, within: float = WITHIN) -> Receipt:
    """Do the same in a thread of its own."""
    try:
        with httpx.Client(**_client(way, within)) as client:
            answer = client.post(url, content=body, headers=_headers(target))
    except (httpx.HTTPError, UnicodeError, ValueError) as error:
        return _silence(error)
    return receipt_of(answer)


def receipt_of(answer: httpx.Response) -> Receipt:
    """Return what an answer says; a target may repeat what it was sent, so that its secrets are hidden."""
    if answer.is_success:
        if is_web_page(answer.headers, answer.content):
            return Receipt(Verdict.LATER, WEB_PAGE)
        from bot.telemetry.otlp import rejected_of

        rejected, why = rejected_of(answer.content, answer.headers.get("content-type", ""))
        return Receipt(rejected=rejected, because=redact_text(why)[:_MOST_TEXT])
    because = f"HTTP {answer.status_code}"
    if answer.status_code in _REFUSED:
        return Receipt(Verdict.REFUSED, because)
    # A gateway may fail behind a target that took everything.
    is_unknown = answer.status_code >= 500
    return Receipt(Verdict.UNKNOWN if is_unknown else Verdict.LATER, because, retry_after=_pause(answer))


def _client(way: Way, within: float) -> dict[str, Any]:
    timeout = httpx.Timeout(within, connect=5.0)
    proxy, trusted = trusted_proxy(way.proxy, way.authorities_file), authorities(way.authorities_file)
    return {"trust_env": False, "proxy": proxy, "verify": trusted, "timeout": timeout}


def _headers(target: Target) -> dict[str, str]:
    given = {name: value.get_secret_value() for name, value in target.headers.items()}
    return {**given, "content-type": "application/x-protobuf"}


def _silence(error: Exception) -> Receipt:
    was_sent = isinstance(error, httpx.HTTPError | TimeoutError) and not isinstance(error, _NEVER_SENT)
    return Receipt(Verdict.UNKNOWN if was_sent else Verdict.LATER, silence(error))


def _pause(answer: httpx.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return min(float(told), MOST_WAIT) if told.isdecimal() and told.isascii() else None
