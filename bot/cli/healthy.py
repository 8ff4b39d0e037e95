"""A container's health check: asks the running bot whether it lives, where the settings say that it listens.

It reads them as the bot does, and asks by no proxy, which wouldn't find the way back into the container.
"""

import http.client
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.settings.sources import read_environment, read_values

DEFAULTS: Final = {"HOST": "127.0.0.1", "PORT": "8080"}
"""Those of the settings, whose library takes too long to load twice a minute; a test holds that they are the same."""
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound
WITHIN: Final = 4.0


def is_well(env: Mapping[str, str]) -> bool:
    """Tell whether the bot that runs with these variables answers."""
    values = DEFAULTS | read_values(env, tuple(DEFAULTS), ())[0]
    host, port = _EVERYWHERE.get(values["HOST"], values["HOST"]), values["PORT"]
    try:
        connection = http.client.HTTPConnection(host, int(port), timeout=WITHIN)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, ValueError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(read_environment(Path.cwd())) else 1)
