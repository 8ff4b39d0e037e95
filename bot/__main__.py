"""The entry of the process. `run` starts here, without the command line: the bot would carry its parts along for months."""

import sys
from pathlib import Path

_UNUSED = ("rich", "pygments")
"""structlog and httpx import these where they find them, for colours on a terminal that the bot has not: 6 MB."""


def main() -> None:
    """Run the command line; the console script `quartermaster` starts here."""
    if sys.argv[1:] == ["run"]:
        # None makes an import fail, and both have an alternative for that.
        sys.modules.update(dict.fromkeys(_UNUSED))  # pyright: ignore[reportCallIssue, reportArgumentType] - typed as modules
        from bot.cli.start import start

        sys.exit(start())
    from bot.cli.app import app

    app(prog_name="quartermaster" if Path(sys.argv[0]).name.startswith("quartermaster") else "python -m bot")


if __name__ == "__main__":
    main()
