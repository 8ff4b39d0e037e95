"""Takes README's pictures from the running product: `python -m tests.page.pictures docs/pictures`."""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bot.log import configure_logging
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.stage import Stage
from bot.sandbox.together import bot_on
from tests.page.conftest import FLAGS, chromium

START = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
ALICE, BOB, DANA = "U0ALICE", "U0BOB", "U0DANA"
APPROVALS, COSTS = "C0APPROVALS", "C0COSTS"


class Camera:
    """One browser, one page per picture."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url, folder

    async def take(self, name: str, place: str, height: int = 640, width: int = 1000) -> None:
        """Save what somebody sees in a place."""
        page: Page = await self.browser.new_page(viewport={"width": width, "height": height})
        await page.goto(f"{self.url}/#/{place}")
        await page.wait_for_selector("#app[data-ready]")
        await page.wait_for_timeout(900)
        await page.screenshot(path=str(self.folder / f"{name}.png"))
        await page.close()


async def ask(stage: Stage, name: str, workspace: str, reason: str, **more: str) -> dict[str, str]:
    """Let Alice ask for a key and return its card."""
    await stage.command(ALICE, "/claude-keys request")
    await stage.modal(ALICE, "Workspace")
    view = (await stage.modals(ALICE))[-1]
    found = await stage.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_workspace", value=workspace)
    await stage.submit(ALICE, workspace_id=found["options"][0]["value"], name=name, reason=reason, **more)
    return await stage.message(BOB, name, APPROVALS)


async def play(stage: Stage, camera: Camera) -> None:
    """Play what the pictures show."""
    card = await ask(
        stage, "nightly-ingest", "stag", "Nightly ingestion job, replaces the shared key.", ends_on="2026-12-31"
    )
    await stage.post("/act/close", user=ALICE, view_id=(await stage.modals(ALICE))[-1]["id"])
    await stage.post("/clock", advance=14 * 60)
    await camera.take("request", f"{BOB}/{APPROVALS}", 420)
    await stage.click_on(BOB, card, "request_approve")
    await stage.message(BOB, "issued to", APPROVALS)
    await camera.take("decided", f"{BOB}/{APPROVALS}", 420)
    notice = await stage.message(ALICE, "Only you")
    await stage.click_on(ALICE, notice, "request_reveal")
    await stage.modal(ALICE, "sk-ant-")
    await camera.take("reveal", f"{ALICE}/{notice['channel']}", 640)
    await stage.post("/act/close", user=ALICE, view_id=(await stage.modals(ALICE))[-1]["id"])
    await stage.command(ALICE, "/claude-spend digest", COSTS)
    await stage.modal(ALICE, "spend_time")
    await stage.submit(ALICE, spend_time="09:00")
    await stage.modal(ALICE, "gets the spend of")
    await stage.post("/act/close", user=ALICE, view_id=(await stage.modals(ALICE))[-1]["id"])
    await stage.post("/clock", to="tomorrow 09:01", tz="Europe/Berlin")
    await stage.message(BOB, "📈", COSTS, seconds=60)
    await asyncio.sleep(2)
    await camera.take("digest", f"{BOB}/{COSTS}", 760)


async def play_figures(stage: Stage, camera: Camera) -> None:
    """Play what somebody in finance asks, when all figures and names are there: after the digest."""
    for name, typed, part, height in (
        ("answer", "/claude-spend october by workspace", "in Oct 2026", 990),
        ("reconcile", "/claude-spend reconcile october", "billed", 850),
    ):
        await stage.command(DANA, typed)
        await stage.message(DANA, part, "C0GENERAL", seconds=60)
        await camera.take(name, f"{DANA}/C0GENERAL", height)


async def main(folder: Path) -> None:
    """Take all pictures."""
    configure_logging("CRITICAL")
    with tempfile.TemporaryDirectory() as data:
        async with (
            running_sandbox(SandboxOptions(start=START)) as sandbox,
            bot_on(sandbox, Path(data)),
            httpx.AsyncClient(trust_env=False, timeout=15) as http,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
            stage, camera = Stage(sandbox.control_url, http), Camera(browser, sandbox.slack_url, folder)
            await play(stage, camera)
            await play_figures(stage, camera)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
