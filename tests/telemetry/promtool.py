"""Prometheus's own checker, where it is installed; CI has to have it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def promtool(*args: str, stdin: str = "") -> str:
    """Run promtool and return what it says; the test fails where promtool finds fault, and is skipped without it."""
    found = shutil.which("promtool") or os.environ.get("PROMTOOL")
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is missing; Debian's package prometheus has it.")
        pytest.skip("promtool isn't installed; Debian's package prometheus has it.")
    done = subprocess.run([found, *args], input=stdin, capture_output=True, text=True, cwd=Path.cwd(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
