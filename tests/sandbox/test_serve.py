"""`python -m bot sandbox` as a process: settings on stdout, `ready`, and a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from bot.settings.model import load_settings
from tests.sizes import few

ROOT = Path(__file__).parent.parent.parent


def sandbox_process(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def read_until_ready(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        if line.strip() == "ready":
            return dict(line.split("=", 1) for line in lines)
        lines.append(line.strip())
    raise AssertionError(f"the sandbox ended: {process.stderr.read() if process.stderr else ''}")


@pytest.mark.parametrize("number", few([signal.SIGTERM, signal.SIGINT]))
def test_the_sandbox_prints_settings_that_work_and_ends_well(number: signal.Signals) -> None:
    process = sandbox_process("--slack-port", "0", "--claude-port", "0", "--large")
    try:
        printed = read_until_ready(process)
        settings = load_settings(printed)
        request = Request(f"{printed['ANTHROPIC_BASE_URL']}/v1/organizations/api_keys?limit=1000")
        request.add_header("x-api-key", settings.anthropic_admin_key.get_secret_value())
        request.add_header("anthropic-version", "2023-06-01")
        with urlopen(request, timeout=5) as answer:
            assert len(json.load(answer)["data"]) == 1000
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.communicate()


@pytest.mark.proof
def test_a_busy_port_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "bot", "sandbox", "--slack-port", str(port), "--claude-port", "0"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Port {port} is in use by another program; stop it or choose another port.\n"
