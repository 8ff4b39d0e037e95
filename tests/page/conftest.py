"""A sandbox with a small app, and a real Chromium that shows its page."""

import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from tests.day import DAY
from tests.page.desk import MANIFEST, build_desk

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
PATIENCE = 20_000
"""Milliseconds that a test waits for what it expects; a busy machine takes its time."""
OpenPage = Callable[..., Awaitable[Page]]


def chromium() -> str | None:
    """Return the path of a Chromium, or None: CHROMIUM, else what is on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((found for found in map(shutil.which, names) if found), None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """A headless Chromium; without one the tests are skipped, on CI they fail."""
    path = chromium()
    if path is None:
        reason = "no Chromium found: install one or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=[*FLAGS.split(), "--disable-sync"])
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncGenerator[Sandbox]:
    """A running sandbox with the desk app connected over Socket Mode."""
    async with running_sandbox(SandboxOptions(start=DAY, manifest=MANIFEST)) as running:
        settings = running.settings()
        app = build_desk(AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"]))
        handler = AsyncSocketModeHandler(app, settings["SLACK_APP_TOKEN"])
        await handler.connect_async()
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"{running.control_url}/flags", json={"ack_seconds": 1})
        yield running
        with suppress(Exception):
            await handler.close_async()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def context(browser: Browser) -> AsyncGenerator[BrowserContext]:
    """One browser profile for all tests, so that the page's files are fetched once."""
    opened = await browser.new_context(reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield opened
    await opened.close()


async def close_forms(sandbox: Sandbox, people: set[str]) -> None:
    """Close what stands open before somebody: what a test leaves open is in no other test's way."""
    async with httpx.AsyncClient(base_url=sandbox.control_url, trust_env=False) as client:
        for user in people:
            for view in (await client.get("/sees", params={"user": user})).json()["modals"][-1:]:
                await client.post("/act/close", json={"user": user, "view_id": view["id"], "cleared": True})


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(context: BrowserContext, sandbox: Sandbox) -> AsyncGenerator[OpenPage]:
    """Open the page as somebody, somewhere; at the end nothing may have gone wrong in the browser's console."""
    complaints: list[str] = []
    people: set[str] = set()

    def note(line: ConsoleMessage) -> None:
        if line.type == "error":
            complaints.append(line.text)

    async def opened(user: str = "U0ALICE", place: str = "C0ENG", *, width: int = 1280, height: int = 800) -> Page:
        people.add(user)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note)
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(f"{sandbox.slack_url}/#/{user}/{place}", wait_until="commit")
        await page.wait_for_selector("#app[data-ready]")
        return page

    yield opened
    for page in context.pages:
        await page.unroute_all(behavior="ignoreErrors")  # a call that a test holds up is nobody's any more
        await page.evaluate("localStorage.clear()")
        await page.close()
    await close_forms(sandbox, people)
    # Chromium itself reports every HTTP 400; the control API answers so when it refuses an act.
    assert [line for line in complaints if "status of 400" not in line] == []
