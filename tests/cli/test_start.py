"""`python -m bot run` that can't start: one sentence about what is wrong, exit code 2, no traceback, nothing left open."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.store.migrate import NO_FILE_RIGHTS
from tests.cli.test_app import GOOD, ROOT
from tests.forks import Forked, fork
from tests.processes import COMMAND, fleet_of

NOBODY = "http://127.0.0.1:9"


async def start(folder: Path, more: Mapping[str, str]) -> Forked:
    """Start the bot in a folder with the repository's policy, on a Slack that doesn't answer."""
    policy = await asyncio.to_thread((ROOT / "policy.toml").read_text, encoding="utf-8")
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    (folder / "garbage.db").write_bytes(b"garbage" * 1000)
    env = {"PYTHONPATH": str(ROOT), "PORT": "0", "SLACK_API_URL": f"{NOBODY}/api/", "ANTHROPIC_BASE_URL": NOBODY}
    return await fork(COMMAND, {**GOOD, **env, **more}, folder, apart=True)


async def run(folder: Path, more: Mapping[str, str]) -> tuple[int, str, str]:
    """Start the bot and wait until it has ended: exit code, output, errors."""
    process = await start(folder, more)
    async with asyncio.timeout(60):
        stdout, stderr = await asyncio.gather(process.stdout.read(), process.stderr.read())
        return await process.wait(), stdout.decode(), stderr.decode()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"DATABASE_URL": "sqlite:////nope/dir/x.db"}, f"DATABASE_URL: the database can't be used. {NO_FILE_RIGHTS}"),
        ({"DATABASE_URL": "sqlite:///garbage.db"}, "DATABASE_URL: the database can't be opened (DatabaseError)."),
        ({"SANDBOX_URL": f"{NOBODY}/_sandbox"}, "SANDBOX_URL: no sandbox answers there (ConnectError)."),
        ({"HOST": "no.such.host.invalid"}, "HOST must be an address of this machine, but 'no.such.host.invalid' isn't one."),
        ({"HOST": "192.0.2.1"}, "HOST must be an address of this machine, but '192.0.2.1' isn't one."),
    ],
)
async def test_what_the_bot_cannot_start_with_is_one_sentence(tmp_path: Path, more: Mapping[str, str], said: str) -> None:
    code, stdout, stderr = await run(tmp_path, more)
    assert (code, stderr) == (2, f"{said}\n")
    assert "Unclosed" not in stdout
    assert "hunter2" not in stdout


async def test_a_database_that_is_away_is_waited_for_until_the_process_is_told_to_stop(tmp_path: Path) -> None:
    process = await start(tmp_path, {"DATABASE_URL": "postgresql://qm:hunter2@127.0.0.1:1/x", "LOG_LEVEL": "INFO"})
    async with asyncio.timeout(60):
        lines = list[str]()
        while "waiting_for_database" not in "".join(lines):
            lines.append((await process.stdout.readline()).decode())
        process.terminate()
        stdout, stderr = await asyncio.gather(process.stdout.read(), process.stderr.read())
        assert (await process.wait(), stderr) == (0, b"")
    said = "".join(lines) + stdout.decode()
    assert "DATABASE_URL: the database can't be opened (ConnectionRefusedError)." in said
    assert "hunter2" not in said


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, stderr = await run(tmp_path, {"PORT": port})
    assert (code, stderr) == (2, f"Port {port} is in use or not allowed. Choose another with PORT.\n")


def test_a_demo_without_a_port_above_its_own_is_refused_in_a_sentence() -> None:
    words = [sys.executable, "-m", "bot", "demo", "--port", "65535"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--port must be below 65535: the sandbox also needs the port above it.\n"


@pytest.mark.proof
async def test_an_app_token_alone_is_enough_to_run_over_socket_mode(tmp_path: Path) -> None:
    """The sandbox's settings always have a signing secret, too; a real installation needs none."""
    async with fleet_of(tmp_path, f"sqlite:///{tmp_path / 'q.db'}", more={"SLACK_SIGNING_SECRET": ""}) as fleet:
        fleet.is_forked = False
        bot = await fleet.start_one()
        bot.ask_to_stop()
        assert await bot.ended() == 0
        assert [line for line in bot.log if line["logger"].startswith("uvicorn")]
        assert not [line for line in bot.log if "color_message" in line or line["level"] not in ("info", "debug")]
        assert len(bot.log) == len(bot.raw)
