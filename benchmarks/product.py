"""The product as its operators run it: `python -m bot run` in a process of its own, on a sandbox, with a new database."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from cryptography.fernet import Fernet

from benchmarks.child import ROOT, Json, program


@contextlib.asynccontextmanager
async def product(settings: Json, folder: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run the bot until the block ends. It knows nothing of the sandbox: settings as for the real services."""
    env = {name: str(value) for name, value in settings.items() if name != "SANDBOX_URL"}
    env |= {
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        "POLICY_FILE": str(ROOT / "bot" / "sandbox" / "policy.toml"),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_DOMAINS": "acme.test",
        "ADMIN_REQUESTS_PER_MINUTE": "6000",
        "LOG_LEVEL": "WARNING",
        "PORT": "0",
    }
    async with program("bot", "run", env=env, cwd=folder) as process:
        yield process
