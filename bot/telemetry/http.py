"""Sends to targets. An httpx exception holds its request and with it the headers, so none gets out of here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.settings.network import authorities
from bot.telemetry.targets import Target

WITHIN = 20.0
MOST_WAIT = 3600.0
"""Seconds; a target that asks for a longer pause is asked again after this."""


@dataclass(frozen=True)
class Receipt:
    """What a target said: `failure` is "" where it took the points, all but `rejected` of them."""

    failure: str = ""
    rejected: int = 0
    retry_after: float | None = None


async def send(target: Target, body: Any, proxy: str | None = None, authorities_file: Path | None = None) -> Receipt:
    """Post one body; whatever happens is a receipt."""
    headers = {name: value.get_secret_value() for name, value in target.headers.items()}
    try:
        async with httpx.AsyncClient(
            trust_env=False, proxy=proxy, verify=authorities(authorities_file), timeout=WITHIN
        ) as client:
            answer = await client.post(target.url, json=body, headers=headers)
    except httpx.HTTPError as error:
        return Receipt(type(error).__name__)
    except UnicodeError:
        return Receipt("a header can't be sent")
    if not answer.is_success:
        return Receipt(f"HTTP {answer.status_code}", retry_after=_pause(answer))
    return Receipt(rejected=_rejected(answer.content))


def _pause(answer: httpx.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return min(float(told), MOST_WAIT) if told.isdigit() else None


def _rejected(content: bytes) -> int:
    """Return how many points a target says it won't take; they may not be sent again (OTLP, partial success)."""
    try:
        return int(json.loads(content or b"{}").get("partialSuccess", {}).get("rejectedDataPoints", 0))
    except (ValueError, AttributeError, TypeError):
        return 0
