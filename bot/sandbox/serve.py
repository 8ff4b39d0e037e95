"""`python -m bot sandbox`: the two servers alone, for a bot that is started beside them."""

import asyncio
import signal
import sys

from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.servers import PortBusy


def main(slack_port: int = 8765, claude_port: int = 8766, *, large: bool = False) -> int:
    """Print the settings to paste, one NAME=value a line, then `ready`, and serve until SIGINT or SIGTERM.

    Returns the exit code: 0 after a signal, 2 when a port is in use.
    """
    try:
        asyncio.run(_serve(SandboxOptions(None, slack_port, claude_port, large=large)))
    except PortBusy as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def _serve(options: SandboxOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_sandbox(options) as sandbox:
        lines = [f"{name}={value}" for name, value in sandbox.settings().items()]
        # One write and a flush: a reader at a pipe waits for `ready`.
        sys.stdout.write("\n".join([*lines, "ready"]) + "\n")
        sys.stdout.flush()
        await stop.wait()
