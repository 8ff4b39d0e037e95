"""The entry of the process. `run` starts here, without the command line: the bot would carry its parts along for months."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from bot.own_secrets import guard


def main() -> None:
    """Run the command line; the console script `quartermaster` starts here."""
    for stream in (sys.stdout, sys.stderr):  # a traceback that nobody caught takes this way, too
        guard(stream)
    if sys.argv[1:] == ["run"]:
        from bot.cli.start import start

        sys.exit(start())
    from bot.cli.app import app

    out: object = sys.stdout
    if isinstance(out, TextIOWrapper):
        cast("TextIOWrapper", out).reconfigure(errors="backslashreplace")  # names have letters that a terminal may not know
    app(prog_name="quartermaster" if Path(sys.argv[0]).name.startswith("quartermaster") else "python -m bot")


if __name__ == "__main__":
    main()
