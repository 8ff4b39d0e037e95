"""The container's health check finds the bot wherever its settings let it listen."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.cli.healthy import DEFAULTS, is_well
from bot.settings.model import Settings


class _Bot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class _V6(HTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture(params=[(HTTPServer, "127.0.0.1"), (_V6, "::1")], ids=["IPv4", "IPv6"])
def listening(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    made, host = request.param
    try:
        server = made((host, 0), _Bot)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield host, server.server_port
    server.shutdown()
    server.server_close()


def test_it_asks_where_the_bot_listens_and_by_no_proxy(listening: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    host, port = listening
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    everywhere = "0.0.0.0" if host == "127.0.0.1" else "::"
    for env in ({"HOST": host, "PORT": f"{port}"}, {"HOST": everywhere, "PORT": f'"{port}"'}):
        assert is_well(env), env
    assert not is_well({"HOST": host, "PORT": "eighty"})


def test_nobody_there_is_not_well_and_the_defaults_are_those_of_the_settings() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert not is_well({"HOST": "", "PORT": f"{free.getsockname()[1]}"})
    assert {name: str(Settings.model_fields[name.lower()].default) for name in DEFAULTS} == DEFAULTS
