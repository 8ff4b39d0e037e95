"""One reading of the way out: each client takes the same proxy, the same exceptions, and the same authorities."""

import asyncio
import contextlib
import logging
import os
import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bot.admin.client import AdminClient, admin_of
from bot.admin.http import Transport
from bot.app import build
from bot.cli.misspelt import misspelt_settings
from bot.errors import SlackError, UpstreamError
from bot.settings.model import load_settings
from bot.settings.network import MENDS, NO_TLS, UNTRUSTED
from bot.slack.model import Message
from bot.slack.probe import probe_bot_token, web_client
from bot.telemetry.custom_costs import Api, probe
from bot.telemetry.targets import Target
from bot.telemetry.wire import Way, post
from tests.admin.conftest import QUICK
from tests.settings.test_settings import GOOD, faults_of

ELSEWHERE = {
    "SLACK_API_URL": "http://slack.acme.test/api/",
    "ANTHROPIC_BASE_URL": "http://claude.acme.test",
    "ADMIN_REQUESTS_PER_MINUTE": "6000",
}


@contextlib.asynccontextmanager
async def proxy(folder: Path | None = None) -> AsyncGenerator[tuple[str, list[str]]]:
    """Run a proxy that reaches nothing, by TLS with a certificate in `folder`; yields its address and what it was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=_unknown(folder) if folder else None)
    async with server:
        yield f"http{'s' * bool(folder)}://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def ask_all(env: dict[str, str]) -> None:
    """Let each client of a bot try to reach its address."""
    bot = await build(load_settings(GOOD | ELSEWHERE | env))
    try:
        with contextlib.suppress(SlackError):
            await bot.runtime.notifier.send("C1", Message("x", []))
        with contextlib.suppress(SlackError):
            await bot.runtime.notifier.answer("http://hooks.slack.acme.test/x", Message("x", []))
        with contextlib.suppress(UpstreamError):
            await bot.runtime.admin.change_role("user_1", "user")
        assert bot.socket
        with contextlib.suppress(Exception):
            await asyncio.wait_for(bot.socket.start(), 1)
    finally:
        await bot.close()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_every_client_takes_the_proxy_however_it_is_named(tmp_path: Path, name: str) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}"}
    async with proxy() as (address, asked):
        await ask_all(database | {name: address.removeprefix("http://") if name == "http_proxy" else address})
    paths = {line.split(" ")[1] for line in asked}
    assert {
        "http://slack.acme.test/api/chat.postMessage",
        "http://hooks.slack.acme.test/x",
        "http://slack.acme.test/api/apps.connections.open",
    } <= paths
    assert any(path.startswith("http://claude.acme.test/v1/organizations/users/") for path in paths)


async def test_every_client_trusts_a_proxy_by_the_authorities_of_the_settings(tmp_path: Path) -> None:
    async with proxy(tmp_path) as (address, asked):
        named = {"HTTP_PROXY": address, "SSL_CERT_FILE": str(tmp_path / "one.pem")}
        await ask_all(named | {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}"})
        way = Way(address, tmp_path / "one.pem")
        await post(Target("t", "http://otlp.acme.test"), "http://otlp.acme.test/x", b"", way)
        await probe(Api("http://costs.acme.test", SecretStr("x"), SecretStr("y"), address, tmp_path / "one.pem"))
    hosts = {line.split("/")[2] for line in asked}
    assert hosts == {f"{one}.acme.test" for one in ("slack", "hooks.slack", "claude", "otlp", "costs")}


async def test_no_client_takes_a_proxy_from_which_its_address_is_excepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}"}
    async with proxy() as (address, asked):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        await ask_all(database | {"HTTP_PROXY": address, "NO_PROXY": "localhost, .acme.test"})
        assert asked == []
        await ask_all(database)
        assert asked == [], "what isn't among the settings counts for nobody"
    assert "HTTP_PROXY" not in os.environ


@pytest.mark.parametrize(
    ("exceptions", "url", "is_direct"),
    [
        ("acme.test", "https://acme.test/x", True),
        ("acme.test", "https://api.acme.test/x", True),
        (".acme.test", "https://acme.test", True),
        ("*.acme.test", "wss://a.b.acme.test/?ticket=1", True),
        ("acme.test", "https://notacme.test", False),
        ("ACME.test", "https://API.acme.TEST", True),
        ("acme.test:8443", "https://acme.test:8443", True),
        ("acme.test:8443", "https://acme.test", False),
        ("acme.test:443", "wss://acme.test", True),
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("10.1.2.3", "http://10.1.2.3:99/", True),
        ("[::2]", "https://[::2]/", True),
        ("192.168.*", "https://192.168.7.1/", True),
        ("192.168.*", "https://192.169.7.1/", False),
        ("https://slack.com/", "https://slack.com/api/x", True),
        ("*", "https://slack.com", True),
        ("x y,acme.test", "https://acme.test", True),
        ("", "http://127.0.0.1:1/", True),
        ("", "http://localhost:1/", True),
        ("", "https://slack.com", False),
    ],
)
def test_exceptions_are_read_as_other_programs_read_them(exceptions: str, url: str, is_direct: bool) -> None:
    settings = load_settings(GOOD | {"HTTPS_PROXY": "p:1", "HTTP_PROXY": "p:1", "no_proxy": exceptions})
    assert settings.proxy_for(url) == (None if is_direct else "http://p:1")


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS4"])
def test_socks_is_refused_in_a_sentence_without_the_password(name: str, scheme: str) -> None:
    faults = faults_of(GOOD | {name: f"{scheme}://me:hunter2@proxy.acme.com:1080"})
    assert all("socks isn't supported" in fault for fault in faults)
    assert faults[0].startswith("HTTPS_PROXY must be the address of an http proxy")
    assert "hunter2" not in str(faults)


@pytest.mark.parametrize("value", ["ftp://proxy:1", "http://", "http://p:hunter2", "http://me:hunter2%C3%A9@p:1"])
def test_what_is_no_proxy_is_refused(value: str) -> None:
    (fault,) = faults_of(GOOD | {"HTTPS_PROXY": value})
    assert fault.startswith("HTTPS_PROXY must be")
    assert "hunter2" not in fault


def test_authorities_are_read_from_one_file_for_all_and_a_bad_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    for path in (tmp_path / "none.pem", tmp_path / "absent.pem"):
        (fault,) = faults_of(GOOD | {"SSL_CERT_FILE": str(path)})
        assert fault.startswith("SSL_CERT_FILE must be a file with certificates (PEM); ")
    settings = load_settings(GOOD | {"SSL_CERT_FILE": certifi.where()})
    assert settings.ssl_cert_file == Path(certifi.where())


def test_the_sdk_of_slack_puts_no_call_into_words_for_a_log_that_leaves_them_out() -> None:
    assert web_client(load_settings(GOOD), None).logger.level > logging.DEBUG


async def test_a_client_trusts_the_authorities_of_the_settings() -> None:
    client = admin_of(load_settings(GOOD | {"SSL_CERT_FILE": certifi.where()}))
    await client.aclose()


def test_what_other_programs_read_is_no_misspelling() -> None:
    assert misspelt_settings({"PGHOST": "db", "PGUSER": "x", "AWS_CA_BUNDLE": "/ca.pem"}) == []


def test_no_way_of_naming_a_proxy_counts_as_misspelt() -> None:
    assert misspelt_settings(dict.fromkeys(("https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY"), "x")) == []


@pytest.mark.parametrize(
    ("api", "more", "url", "may"),
    [
        ("https://slack.com/api/", "", "https://hooks.slack.com/commands/1", True),
        ("https://slack.com/api/", "", "https://slack.com/x", True),
        ("https://www.slack.com/api/", "", "https://hooks.slack.com/x", True),
        ("https://slack-gov.com/api/", "", "https://hooks.slack-gov.com/x", True),
        ("https://slack.com/api/", "", "https://hooks.slack.com.evil.test/x", False),
        ("https://slack.com/api/", "", "https://notslack.com/x", False),
        ("https://slack.com/api/", "", "https://hooks.slack.com@evil.test/x", False),
        ("https://slack.com/api/", "", "http://hooks.slack.com/x", False),
        ("https://slack.com/api/", "", "http://127.0.0.1:8080/x", False),
        ("https://slack.com/api/", "", "http://169.254.169.254/latest", False),
        ("https://slack.com/api/", "", "file:///etc/passwd", False),
        ("https://slack.com/api/", "", "https://[bad/x", False),
        ("https://slack.com/api/", "", "", False),
        ("http://127.0.0.1:1/api/", "", "http://localhost:2/_response/1", True),
        ("http://127.0.0.1:1/api/", "", "http://elsewhere.test/x", False),
        ("https://gateway.acme.com/api/", "hooks.slack.com", "https://hooks.slack.com/x", True),
        ("https://gateway.acme.com/api/", "", "https://hooks.slack.com/x", False),
    ],
)
def test_answers_go_to_slacks_side_only(api: str, more: str, url: str, may: bool) -> None:
    settings = load_settings(GOOD | {"SLACK_API_URL": api, "SLACK_RESPONSE_HOSTS": more})
    assert settings.may_answer_at(url) == may


@contextlib.asynccontextmanager
async def https(folder: Path | None) -> AsyncGenerator[str]:
    """Run a server with a certificate that nobody trusts, kept in `folder`; without one it speaks no TLS at all."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=_unknown(folder) if folder else None)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _unknown(folder: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now, made = datetime.now(UTC), x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
    made = made.public_key(key.public_key()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "one.pem").write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "one.pem")
    return context


@pytest.mark.parametrize("word", [UNTRUSTED, NO_TLS])
async def test_every_client_says_what_is_wrong_with_tls(tmp_path: Path, word: str) -> None:
    async with https(tmp_path if word == UNTRUSTED else None) as url:
        settings = load_settings(GOOD | {"ANTHROPIC_BASE_URL": url, "SLACK_API_URL": f"{url}/api/"})
        admin = AdminClient(Transport(SecretStr("x"), url), QUICK)
        with pytest.raises(UpstreamError) as caught:
            await admin.change_role("user_1", "user")
        await admin.aclose()
        assert caught.value.sentence.endswith(MENDS[word])
        assert (await probe_bot_token(settings)).error == word
        assert (await post(Target("t", url), url, b"", Way())).because == word
        assert (await probe(Api(url, SecretStr("x"), SecretStr("y"), None, None))).failure == word
