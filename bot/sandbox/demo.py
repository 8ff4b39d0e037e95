"""`make demo`: the bot on a built-in Slack and a built-in Claude organization, with a page to act in them."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.log import configure_logging
from bot.sandbox.datadog.together import running_datadog
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.together import bot_on
from bot.settings.advice import AdviceSettings
from bot.settings.sources import bare, read_environment
from bot.words.wording import listed

WELCOME = """Quartermaster's demo: {page}
The Claude Console's stand-in: {console}
What it sends to Datadog: {datadog}
Be Alice and type /claude-keys request; then be Bob and approve it in #llm-approvals. Ctrl+C ends it.
Its database, for commands such as `python -m bot export` in another window: DATABASE_URL=sqlite:///{database}
{counts}
"""
COUNT: Final = (
    "SPEND_VISIBLE_TO",
    "CLAUDE_CODE_PEOPLE",
    "HOURS_KEPT",
    "DOUBTED_FALL",
    *(name.upper() for name in AdviceSettings.model_fields),
)
"""Somebody's own settings that the demo takes over: those that say what people see, and lead nowhere."""


def own_settings(env: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return which of somebody's settings count in the demo, and a sentence about them."""
    own = {name: value for name in COUNT if (value := bare(env.get(name, "")))}
    taken = f" Yours: {', '.join(f'{name}={value}' for name, value in own.items())}." if own else ""
    return own, f"Of your settings, from the environment or .env, only these count here: {listed(COUNT)}.{taken}"


def main(port: int = 8765) -> int:
    """Serve until SIGINT or SIGTERM; raises PortBusy and SettingsError. The Console stand-in is one port above the page."""
    configure_logging("WARNING")
    asyncio.run(_serve(port))
    return 0


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    own, counts = own_settings(read_environment(Path.cwd()))
    options = SandboxOptions(start=None, slack_port=port, claude_port=port + 1 if port else 0)
    with tempfile.TemporaryDirectory(prefix="quartermaster-demo-") as folder:
        async with (
            running_sandbox(options) as sandbox,
            running_datadog(sandbox.clock.now) as datadog,
            bot_on(sandbox, Path(folder), more={**own, **datadog.settings}),
        ):
            places = {"page": sandbox.slack_url, "console": f"{sandbox.claude_url}/console", "datadog": datadog.url}
            sys.stdout.write(WELCOME.format(**places, counts=counts, database=Path(folder) / "quartermaster.db"))
            sys.stdout.flush()
            await stop.wait()
