"""The bot on the sandbox in one process: what the demo, the tour and the tests run, with nothing replaced."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from bot.app import Bot, build, running
from bot.approvals.kind import AnyKind
from bot.jobs import JOBS, Job
from bot.kinds.registry import KINDS
from bot.sandbox.run import Sandbox
from bot.settings.model import load_settings
from bot.settings.network import forget_proxies

POLICY = Path(__file__).parent / "policy.toml"
PACE = 0.02
"""Jobs of each minute run about every second, so that nobody waits for them in front of the page."""


@contextlib.asynccontextmanager
async def bot_on(
    sandbox: Sandbox,
    folder: Path,
    *,
    jobs: tuple[Job, ...] = JOBS,
    pace: float = PACE,
    more: Mapping[str, str] | None = None,
    kinds: Mapping[str, AnyKind] = KINDS,
) -> AsyncGenerator[Bot]:
    """Run the bot on a sandbox, over Socket Mode unless `more` settings say otherwise. Its SQLite file lies in `folder`."""
    forget_proxies()
    env = {
        **sandbox.settings(),
        "DATABASE_URL": f"sqlite:///{folder / 'quartermaster.db'}",
        "POLICY_FILE": str(POLICY),
        "ADMIN_REQUESTS_PER_MINUTE": "6000",
        "LOG_LEVEL": "WARNING",
        **(more or {}),
    }
    bot = await build(load_settings({name: value for name, value in env.items() if value}), sandbox.clock.now, kinds)
    async with running(bot, jobs, pace=pace):
        for _ in range(500):
            if bot.socket is None or await bot.socket.is_live():
                break
            await asyncio.sleep(0.01)
        yield bot
