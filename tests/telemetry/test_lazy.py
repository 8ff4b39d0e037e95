"""What nobody asked for costs nothing."""

import subprocess
import sys

UNUSED = (
    "alembic",  # until there is something to migrate
    "asyncpg",
    "bot.sandbox",
    "cryptography",  # until the first secret
    "datadog",
    "mako",
    "matplotlib",
    "opentelemetry",
    "prometheus_client",
    "sqlalchemy.dialects.postgresql",
    "typer",
)
_CODE = """
import sys
def loaded(*names): return [name for name in names if name in sys.modules]
import bot.cli.start, bot.serving
print(loaded(*sys.argv[1:]))
import bot.cli.observability
print(loaded("opentelemetry"))
"""


def test_a_bot_on_sqlite_without_targets_loads_nothing_that_it_does_not_use() -> None:
    said = subprocess.run([sys.executable, "-c", _CODE, *UNUSED], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[]", "[]"]
