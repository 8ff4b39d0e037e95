"""Takes proxies out of the environment of a bot that talks to loopback only.

Slack's SDK and Bolt read HTTPS_PROXY for each client that they make, for 127.0.0.1 too, and heed no NO_PROXY; a company's
proxy would be asked to reach the sandbox, and the demo would not answer.
"""

import os

_NAMES = frozenset({"http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"})


def forget_proxies() -> None:
    """Remove every proxy variable from this process's environment, however it is spelled."""
    for name in [name for name in os.environ if name.lower() in _NAMES]:
        del os.environ[name]
