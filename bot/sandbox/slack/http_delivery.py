"""Signed HTTP delivery to the app's request URL, as Slack signs it (slack.md 5): always with the real time."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.admin.http import authorities
from bot.sandbox.slack.delivery import Ack, Kind, Timing
from bot.sandbox.slack.state import Json, as_object
from bot.sandbox.slack.workspace import SIGNING_SECRET
from bot.sandbox.strict_json import read_strictly


def signed_headers(body: bytes, content_type: str, secret: str = SIGNING_SECRET, at: int | None = None) -> dict[str, str]:
    """Return the headers of a signed delivery; `at` is a Unix time, by default now."""
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


_FORM = "application/x-www-form-urlencoded"


def encode(kind: Kind, payload: Any) -> tuple[bytes, str]:
    """Return the body and its content type: events are JSON, commands a form, interactions a form with one JSON field."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), _FORM
    # A forged command may be no object; then its JSON stands where the form should be.
    return (urlencode(as_object(payload)) if isinstance(payload, dict) else json.dumps(payload)).encode(), _FORM


class HttpCarrier:
    """Posts to one URL; a carrier for Delivery."""

    def __init__(self) -> None:
        self.url = ""
        self._client: httpx.AsyncClient | None = None

    async def verify(self, url: str) -> bool:
        """Make the `url_verification` handshake; True when the challenge came back, else the former URL stays."""
        before, self.url = self.url, url
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        ack = await self.send("events_api", {"type": "url_verification", "challenge": challenge}, Timing(), 0, None)
        answer: Any = ack.response
        verified = ack.acked and (answer == challenge or (isinstance(answer, dict) and challenge in answer.values()))
        if not verified:
            self.url = before
        return verified

    async def send(self, kind: Kind, payload: Json, timing: Timing, attempt: int, reason: str | None) -> Ack:
        """Post once. Only a 2xx within the window is an ack."""
        body, content_type = encode(kind, payload)
        headers = signed_headers(body, content_type)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": _http_reason(reason)}
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, verify=authorities())
        try:
            async with asyncio.timeout(timing.ack_seconds):
                answer = await self._client.post(self.url, content=body, headers=headers, timeout=None)
        except TimeoutError:
            return Ack(False, reason="http_timeout")
        except httpx.HTTPError:
            return Ack(False, reason="connection_failed")
        if not answer.is_success:
            return Ack(
                False, reason="http_error", status=answer.status_code, no_retry=answer.headers.get("X-Slack-No-Retry") == "1"
            )
        return Ack(True, _decode(answer), status=answer.status_code)

    async def close(self) -> None:
        """Let go of kept connections."""
        if self._client is not None:
            await self._client.aclose()


def _http_reason(reason: str | None) -> str:
    return "http_timeout" if reason in (None, "timeout") else reason


def _decode(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return read_strictly(answer.content)
    except ValueError:
        return answer.text
