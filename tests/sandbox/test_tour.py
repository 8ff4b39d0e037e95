"""The tour from the outside: it ends as promised, writes what anybody saw, and names the step that fails."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from tests.forks import fork
from tests.processes import ROOT
from tests.sizes import PROOF


async def run(*program: str) -> tuple[int, str, str]:
    """Run a program to its end: exit code, output, errors."""
    process = await fork(program, os.environ, ROOT, apart=True)
    async with asyncio.timeout(150):
        stdout, stderr = await asyncio.gather(process.stdout.read(), process.stderr.read())
        return await process.wait(), stdout.decode(), stderr.decode()


FIRST_STEPS = """
import pathlib, sys
from bot.sandbox import tour, tour_keys
tour._JOBS = tuple(job for job in tour._JOBS if job.name in ("timers", "channels", "posts"))  # no step is about figures
sys.exit(tour.main(pathlib.Path(sys.argv[1]), tour_keys.STEPS))
"""
"""What `make test` plays; `make proof` plays all of it."""


async def test_the_tour_goes_as_expected_and_writes_what_anybody_saw(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    out.mkdir(parents=True)
    (out / "998-message-post-c0old.json").write_text("{}")
    (out / "notes.txt").write_text("mine")
    program = ("-m", "bot", "tour", "--out", str(out)) if PROOF else ("-c", FIRST_STEPS, str(out))
    code, stdout, stderr = await run(*program)
    assert code == 0, stdout + stderr
    steps = re.findall(r"^ ?(\d+)\. ", stdout, re.MULTILINE)
    assert stdout.endswith(f"\ntour: {len(steps)} steps, all as expected\n")
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert (out / "notes.txt").read_text() == "mine"
    files = sorted(out.glob("*.json"))
    assert [file.name[:3] for file in files] == [f"{number:03}" for number in range(1, len(files) + 1)]
    seen = {"message": 0, "ephemeral": 0, "modal": 0, "home": 0}
    for file in files:
        entry = json.loads(file.read_text(encoding="utf-8"))
        seen[entry["surface"]] += 1
        assert file.name[4:].startswith(f"{entry['surface']}-")
        assert entry.get("channel") or entry.get("user"), file.name
        assert entry.get("text") or entry["surface"] in ("modal", "home") or "file" in entry, file.name
        assert ("view" in entry) == (entry["surface"] in ("modal", "home")), file.name
        assert {"blocks", "view", "file"} & set(entry), file.name
    if PROOF:
        assert any("cost_usd" in file.read_text(encoding="utf-8") for file in out.glob("*.csv")), "no file of records"
        assert seen.pop("home")
    assert all(count for surface, count in seen.items() if surface != "home"), seen
    assert (out / "998-message-post-c0old.json").exists() is False


@pytest.mark.proof
async def test_a_step_that_breaks_is_named_whatever_it_broke_of() -> None:
    program = """
import sys
from bot.sandbox import tour
tour._JOBS = ()  # nobody looks at what they read
async def fine(story): story.note("U0ALICE", "something")
async def broken(story): {}["card"]
sys.exit(tour.main(None, [("All is well", fine), ("The card is missing", broken), ("Never played", fine)]))
"""
    code, stdout, stderr = await run("-c", program)
    assert code == 1, stderr
    assert stdout.endswith("    FAILED: KeyError: 'card'\n\ntour: step 2 failed: The card is missing\n")
    assert stderr == ""


async def test_a_file_can_not_be_the_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    code, stdout, stderr = await run("-m", "bot", "tour", "--out", str(tmp_path / "file"))
    assert (code, stdout) == (2, "")
    assert stderr == f"tour: {tmp_path / 'file'} can't be used as a folder (File exists).\n"
