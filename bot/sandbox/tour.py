"""`make tour`: a scripted story through the running pieces, headless, as a transcript that a person can read."""

import asyncio
import contextlib
import json
import re
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.admin.http import authorities
from bot.jobs import JOBS
from bot.log import configure_logging
from bot.sandbox import tour_changes, tour_figures, tour_keys, tour_limits, tour_organization, tour_people, tour_spend
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.together import bot_on
from bot.sandbox.tour_story import Act, Story

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""The story begins on a Monday afternoon, so that it reads the same whenever it is played."""
STORY = [
    *tour_keys.STEPS,
    *tour_changes.STEPS,
    *tour_people.STEPS,
    *tour_organization.LIMIT,
    *tour_figures.STEPS,
    *tour_spend.STEPS,
    *tour_figures.MORNING,
    *tour_limits.STEPS,
    *tour_organization.STEPS,
    *tour_changes.LAST,
]
_OURS = re.compile(r"\d{3,}-.+\.(json|png|csv)")


def main(out: Path | None = None, steps: Sequence[tuple[str, Act]] = STORY) -> int:
    """Play the story, print it, and return 0, 1 with the name of the step that failed, or 2 if `out` can't be a folder.

    With `out` everything that anybody saw is written there, in order, as `NNN-what.json`, with files beside it.
    """
    configure_logging("CRITICAL")
    if out:
        try:
            _empty(out)
        except OSError as error:
            sys.stderr.write(f"tour: {out} can't be used as a folder ({error.strerror}).\n")
            return 2
    return asyncio.run(_play(out, steps))


def _empty(out: Path) -> None:
    """Make the folder, and take away what an earlier tour left there; other files stay."""
    out.mkdir(parents=True, exist_ok=True)
    for file in out.iterdir():
        if _OURS.fullmatch(file.name):
            file.unlink()


_JOBS = tuple(job for job in JOBS if job.name not in ("peaks", "peak_news"))
_LITTLE = {"HOURS_KEPT": "3", **tour_limits.METRICS}
"""What nobody in the story looks at isn't read: minutes, and hours of long ago."""


@contextlib.asynccontextmanager
async def _stage() -> AsyncGenerator[Story]:
    with tempfile.TemporaryDirectory(prefix="quartermaster-tour-") as folder:
        async with (
            running_sandbox(SandboxOptions(start=START)) as sandbox,
            bot_on(sandbox, Path(folder), jobs=_JOBS, more=_LITTLE) as bot,
            httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=15) as http,
        ):
            yield Story(sandbox, bot, http)


async def _play(out: Path | None, steps: Sequence[tuple[str, Act]]) -> int:
    async with _stage() as story:
        failed = await _first_failure(story, steps)
        if out:
            await _write_all(story, out)
    _say(f"\ntour: {failed or f'{len(steps)} steps, all as expected'}")
    return 1 if failed else 0


async def _first_failure(story: Story, steps: Sequence[tuple[str, Act]]) -> str:
    """Play step after step; returns which one failed, empty when none did."""
    for number, (title, act) in enumerate(steps, 1):
        _say(f"\n{number:2}. {title}")
        story.seen = []
        try:
            await act(story)
        except Exception as error:  # also a missing key or index means that the step didn't go as told
            _say(f"    FAILED: {type(error).__name__}: {error}")
            return f"step {number} failed: {title}"
        for line in story.seen:
            _say(f"    {line}")
    return ""


async def _write_all(story: Story, out: Path) -> None:
    files: dict[str, bytes] = {}
    for number, entry in enumerate(await story.get("/history"), 1):
        content = {name: value for name, value in entry.items() if value is not None}
        files[f"{number:03}-{_what(entry)}.json"] = json.dumps(content, ensure_ascii=False, indent=2).encode()
        for file_id in _files_in(entry):
            answer = await story.http.get(f"{story.control_url}/files/{file_id}")
            if answer.status_code == 200:
                files[f"{number:03}-{file_id}.{_ending(answer.headers)}"] = answer.content
    await asyncio.to_thread(_write, out, files)


def _write(out: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (out / name).write_bytes(content)


def _what(entry: dict[str, Any]) -> str:
    where = entry.get("channel") or entry.get("user") or "somebody"
    return f"{entry['surface']}-{entry.get('event', 'post')}-{where}".lower()


def _ending(headers: Mapping[str, str]) -> str:
    return "csv" if headers.get("content-type", "").startswith("text/csv") else "png"


def _files_in(entry: dict[str, Any]) -> list[str]:
    blocks: list[dict[str, Any]] = entry.get("blocks") or []
    shown = [str(block["slack_file"]["id"]) for block in blocks if "slack_file" in block]
    given: dict[str, Any] = entry.get("file") or {}
    return [*shown, *([str(given["id"])] if "id" in given else [])]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
