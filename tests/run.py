"""Everything that must hold: pytest, and beside it lint, import contracts and types. `python -m tests.run [pytest's words]`.

Pytest's lines are shown as they come, but for its closing line, which is the last of all. The exit code is 0 if all is well.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from tests.sizes import PROOF

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TYPES = ("pyright",) if PROOF else ("ty", "check", "--error-on-warning", "--output-format", "concise", "bot", "handlers")
"""Who looks at types: at full size pyright, as strictly as it can; else what sees most of it in a tenth of the time.

docs/decisions/0019-types-are-checked-twice.md says why.
"""
CHECKS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("lint-imports",), TYPES)
_running: list["subprocess.Popen[str]"] = []


def started(words: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a program of the virtual environment, in a process group of its own."""
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    _running.append(process)
    return process


def check() -> list[tuple[str, int, str]]:
    """Run the checks one after another; returns the name, exit code and output of each."""
    results: list[tuple[str, int, str]] = []
    for name, *words in CHECKS:
        # Some tests look at the clock, and a check that waits for a while harms nobody.
        process = started(["nice", str(BIN / name), *words])
        output, _ = process.communicate()
        results.append((" ".join((name, *words)), process.returncode, output))
    return results


def test(words: Sequence[str]) -> tuple[int, str]:
    """Run pytest; returns its exit code and its closing line, which is not shown yet."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    process, held = started([sys.executable, "-m", "pytest", *colour, *words]), ""
    assert process.stdout is not None
    for line in process.stdout:
        print(held, end="", flush=True)
        held = line
    return process.wait(), held


def main(words: Sequence[str]) -> int:
    """Run everything and return the exit code."""
    with ThreadPoolExecutor(1) as pool:
        try:
            checking = pool.submit(check)
            code, closing = test(words)
            results = checking.result()
        finally:
            for process in _running:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
    for name, failed, output in results:
        print(f"\n{name}: {'FAILED' if failed else 'ok'}\n{output if failed else ''}", end="")
    print(f"\n{closing}", end="", flush=True)
    return code or max(failed for _, failed, _ in results)


def _told_to_end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _told_to_end)
    sys.exit(main(sys.argv[1:]))
