"""`make tour`: a scripted story through the running pieces, headless, as a transcript that a person can read."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.log import configure_logging
from bot.sandbox import tour_changes, tour_keys, tour_spend
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.stage import NotSeen
from bot.sandbox.together import bot_on
from bot.sandbox.tour_story import Story, Unexpected

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""The story begins on a Monday afternoon, so that it reads the same whenever it is played."""
STORY = [*tour_keys.STEPS, *tour_changes.STEPS, *tour_spend.STEPS, *tour_changes.LAST]


def main(out: Path | None = None) -> int:
    """Play the story, print it, and return 0, or 1 with the name of the step that failed.

    With `out` everything that anybody saw is written there, in order, as `NNN-what.json`, with files beside it.
    """
    configure_logging("CRITICAL")
    return asyncio.run(_play(out))


@contextlib.asynccontextmanager
async def _stage() -> AsyncGenerator[Story]:
    with tempfile.TemporaryDirectory(prefix="quartermaster-tour-") as folder:
        async with (
            running_sandbox(SandboxOptions(start=START)) as sandbox,
            bot_on(sandbox, Path(folder)) as bot,
            httpx.AsyncClient(trust_env=False, timeout=15) as http,
        ):
            yield Story(sandbox, bot, http)


async def _play(out: Path | None) -> int:
    async with _stage() as story:
        try:
            for number, (title, act) in enumerate(STORY, 1):
                _say(f"\n{number:2}. {title}")
                story.seen = []
                try:
                    await act(story)
                except (Unexpected, NotSeen, httpx.HTTPError) as error:
                    _say(f"    FAILED: {error}\n\ntour: step {number} failed: {title}")
                    return 1
                for line in story.seen:
                    _say(f"    {line}")
        finally:
            if out:
                await _write_all(story, out)
    _say(f"\ntour: {len(STORY)} steps, all as expected")
    return 0


async def _write_all(story: Story, out: Path) -> None:
    files: dict[str, bytes] = {}
    for number, entry in enumerate(await story.get("/history"), 1):
        content = {name: value for name, value in entry.items() if value is not None}
        files[f"{number:03}-{_what(entry)}.json"] = json.dumps(content, ensure_ascii=False, indent=2).encode()
        for file_id in _files_in(entry):
            answer = await story.http.get(f"{story.control_url}/files/{file_id}")
            if answer.status_code == 200:
                files[f"{number:03}-{file_id}.png"] = answer.content
    await asyncio.to_thread(_write, out, files)


def _write(out: Path, files: dict[str, bytes]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)


def _what(entry: dict[str, Any]) -> str:
    where = entry.get("channel") or entry.get("user") or "somebody"
    return f"{entry['surface']}-{entry.get('event', 'post')}-{where}".lower()


def _files_in(entry: dict[str, Any]) -> list[str]:
    blocks: list[dict[str, Any]] = entry.get("blocks") or []
    shown = [str(block["slack_file"]["id"]) for block in blocks if "slack_file" in block]
    given: dict[str, Any] = entry.get("file") or {}
    return [*shown, *([str(given["id"])] if "id" in given else [])]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
