"""A company's proxy in the environment: what runs on loopback does without it."""

import os
from pathlib import Path

import pytest

from tests.world import ALICE, world_of


async def test_the_bot_on_the_sandbox_asks_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with world_of(tmp_path) as world:
        assert (await world.command(ALICE, "/claude-keys"))["ok"]
    assert not [name for name in os.environ if name.lower().endswith("_proxy") and name.lower() != "no_proxy"]
