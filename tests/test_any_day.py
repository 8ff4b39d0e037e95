"""The suite does the same on every day: its worlds begin on `DAY`, and who needs the machine's time is named here."""

from tests.rings import serves_many
from tests.test_contracts import ROOT

MACHINE_TIME = ("datetime.now(", "utcnow(", "date.today(", "time.time(", "machine_time", "start=None")
NEED_IT = {
    "cli/test_output.py": "a started command reads what is of its last days",
    "settings/test_network.py": "a certificate is valid now",
    "admin/test_transport.py": "an answer without a date is read by the machine's time",
    "sandbox/test_claude_edge.py": "the reset of a limit is in real time",
    "sandbox/test_slack_http.py": "signatures are in real time",
    "security/test_signed_bodies.py": "signatures are in real time",
    "test_benchmarks.py": "benchmarks are about now",
    "test_jobs.py": "the machine's clock is set back",
}
"""Files below `tests` with the reason."""


def test_only_tests_that_are_about_the_machines_time_ask_for_it() -> None:
    here = ROOT / "tests"
    with serves_many():
        texts = {str(path.relative_to(here)): path.read_text() for path in here.rglob("*.py")}
    found = {name for name, text in texts.items() if any(word in text for word in MACHINE_TIME)}
    assert found - {"test_any_day.py", "test_moments.py"} == set(NEED_IT), "let it begin on DAY (tests/day.py)"
