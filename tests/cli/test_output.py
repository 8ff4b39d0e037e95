"""What a command writes for other programs holds nothing else."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.claude_code.db import replace_day
from bot.claude_code.plan import read_day
from bot.store.session import Store
from tests.claude_code.test_db import ROW
from tests.templates import copy_sqlite, sqlite_url

ROOT = Path(__file__).parents[2]


async def test_what_goes_to_standard_output_is_the_file_and_nothing_else(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "q.db")
    url, now = sqlite_url(tmp_path / "q.db"), datetime.now(UTC)
    store, day = Store(url), (now - timedelta(days=2)).date()
    async with store.write() as tx:
        await replace_day(tx, read_day(day, now), [ROW._replace(day=day)])
    await store.close()
    words = [sys.executable, "-m", "bot", "export", "claude-code", "30d", "by", "tool"]  # by which something is logged
    env = {"DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    done = await asyncio.to_thread(subprocess.run, words, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "tool,accepted,rejected,acceptance,as_of,final"
    assert "members_not_read" in str(done.stderr)
