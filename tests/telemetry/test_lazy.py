"""What nobody asked for costs nothing."""

import subprocess
import sys


def test_without_a_target_nothing_of_opentelemetry_is_loaded() -> None:
    code = (
        "import sys, bot.app, bot.cli.observability; print([one for one in sys.modules if one.startswith('opentelemetry')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
