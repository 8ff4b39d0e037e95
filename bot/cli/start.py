"""Starting the bot as the settings say: every fault becomes a sentence on standard error and exit code 2."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings.sources import read_environment

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.app import Clock
    from bot.settings.model import Settings


def start() -> int:
    """Run the bot until it is told to stop; returns the exit code."""
    from bot.cli.misspelt import placed, uncounted
    from bot.errors import QuartermasterError
    from bot.serving import run
    from bot.settings.model import SettingsError, load_settings
    from bot.settings.network import forget_proxies
    from bot.store.revisions import DatabaseTooNew

    environment = read_environment(Path.cwd())
    try:
        settings = load_settings(environment)
    except SettingsError as error:
        return _refused([*placed(error.faults), *uncounted(environment)])
    sys.stderr.writelines(f"warning: {sentence}\n" for sentence in uncounted(environment))
    forget_proxies()
    try:
        run(settings, clock_of(settings))
    except (QuartermasterError, DatabaseTooNew) as error:
        return _refused([str(error)])
    return 0


def clock_of(settings: "Settings") -> "AbstractAsyncContextManager[Clock]":
    """Return what keeps time: the machine, or the sandbox that the settings name."""
    if settings.sandbox_url:
        from bot.sandbox.remote_clock import following

        return following(settings.sandbox_url)
    from bot.serving import machine_clock

    return machine_clock()


def _refused(sentences: Iterable[str]) -> int:
    sys.stderr.writelines(f"{sentence}\n" for sentence in sentences)
    return 2
