"""Who gets metrics."""

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.telemetry.endpoint import metrics_route

TOKEN = "a-token-of-sixteen-letters"


async def _scraped() -> bytes:
    return b"up 1\n"


async def _get(token: str | None, *headers: str, is_open: bool = True) -> list[int]:
    route = metrics_route(_scraped, SecretStr(token) if token else None, lambda: is_open)
    wire = httpx.ASGITransport(Starlette(routes=[route]))
    async with httpx.AsyncClient(transport=wire, base_url="http://bot") as client:
        return [(await client.get("/metrics", headers=[(b"Authorization", one.encode())])).status_code for one in headers]


@pytest.mark.parametrize("wrong", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer é"])
async def test_nobody_gets_metrics_without_the_token(wrong: str) -> None:
    assert await _get(TOKEN, wrong) == [401]


async def test_the_token_opens_and_a_database_that_is_being_opened_is_waited_for() -> None:
    assert await _get(TOKEN, f"Bearer {TOKEN}", f"bearer {TOKEN} ") == [200, 200]
    assert await _get(None, "") == [200]
    assert await _get(TOKEN, f"Bearer {TOKEN}", is_open=False) == [503]
