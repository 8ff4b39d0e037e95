"""The entry of the process. `run` starts here, without the command line: the bot would carry its parts along for months."""

import sys
from io import TextIOWrapper
from pathlib import Path


def main() -> None:
    """Run the command line; the console script `quartermaster` starts here."""
    if sys.argv[1:] == ["run"]:
        from bot.cli.start import start

        sys.exit(start())
    from bot.cli.app import app

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know fewer letters than names have
    app(prog_name="quartermaster" if Path(sys.argv[0]).name.startswith("quartermaster") else "python -m bot")


if __name__ == "__main__":
    main()
