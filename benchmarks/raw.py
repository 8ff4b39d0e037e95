"""Upstream calls as bare as they can be made: aiohttp to Slack, httpx to Claude, kept connections, the JSON decoded."""

import secrets
from typing import Any

import aiohttp
import httpx

from benchmarks.child import Json


class RawCalls:
    """Repeats calls that were seen on the product's wire; a name that has to be new is made new."""

    def __init__(self, settings: Json) -> None:
        self._slack_url = str(settings["SLACK_API_URL"])
        # Given up before the sandbox's server does, which is after five idle seconds.
        connector = aiohttp.TCPConnector(keepalive_timeout=4)
        token = {"Authorization": f"Bearer {settings['SLACK_BOT_TOKEN']}"}
        self._slack = aiohttp.ClientSession(headers=token, connector=connector)
        headers = {"x-api-key": str(settings["ANTHROPIC_ADMIN_KEY"]), "anthropic-version": "2026-10-21"}
        self._claude = httpx.AsyncClient(
            base_url=str(settings["ANTHROPIC_BASE_URL"]), headers=headers, trust_env=False,
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=20, keepalive_expiry=4),
        )  # fmt: skip

    async def make(self, call: Json, card_ts: str) -> None:
        """Make one call; where it is about a card, about this one."""
        if call["service"] == "claude":
            await self._ask_claude(call["name"], call["request"])
        else:
            await self._ask_slack(call["name"], call["request"], card_ts)

    async def _ask_claude(self, name: str, request: Json) -> None:
        method, _, path = name.partition(" ")
        query = f"?{request['query']}" if "query" in request else ""
        body: Any = request.get("body")
        if body and "name" in body:
            body = body | {"name": f"raw-{secrets.token_hex(6)}"}
        answer = await self._claude.request(method, path + query, json=body)
        answer.raise_for_status()
        answer.json()

    async def _ask_slack(self, method: str, request: Json, card_ts: str) -> None:
        given = request | {key: card_ts for key in ("ts", "thread_ts") if key in request}
        body: Json = {"json": given} if method.startswith("chat.") else {"data": given}
        async with self._slack.post(self._slack_url + method, **body) as answer:
            said = await answer.json()
        if not said["ok"]:
            raise RuntimeError(f"{method}: {said}")

    async def close(self) -> None:
        """Close the connections."""
        await self._slack.close()
        await self._claude.aclose()
