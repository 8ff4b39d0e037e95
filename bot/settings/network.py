"""The way out, read once for all clients: proxies, exceptions from them, and the authorities whose certificates count.

Each library reads the environment in its own way: one heeds NO_PROXY, another ALL_PROXY, a third neither.
"""

import fnmatch
import functools
import ipaddress
import os
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from bot.settings.parse import is_loopback

_SPELT = {
    "HTTPS_PROXY": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    "HTTP_PROXY": ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    "NO_PROXY": ("no_proxy", "NO_PROXY"),
}
"""Under which names each is given, the first that is set counts, as for curl."""
PROXY_NAMES = frozenset(name for names in _SPELT.values() for name in names)
_FORGOTTEN = frozenset({"http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"})


def in_one_spelling(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which each kind of proxy has one name."""
    found = {name: value for name, value in env.items() if name not in PROXY_NAMES}
    for name, spelt in _SPELT.items():
        if value := next((env[one] for one in spelt if env.get(one, "").strip()), None):
            found[name] = value
    return found


def forget_proxies() -> None:
    """Remove every proxy variable from this process's environment, so that no library reads it by itself."""
    for name in [name for name in os.environ if name.lower() in _FORGOTTEN]:
        del os.environ[name]


def is_excepted(url: str, exceptions: Sequence[str]) -> bool:
    """Tell whether an address is reached without a proxy: on this machine, or named by NO_PROXY.

    An entry is `*`, a host, a domain with all below it (with or without a leading dot), an address, a network or a pattern
    such as `192.168.*`, each with a port or a scheme or without.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or {"https": 443, "wss": 443}.get(parts.scheme, 80)
    return is_loopback(url) or any(_covers(entry, host, port) for entry in exceptions)


def _covers(entry: str, host: str, port: int) -> bool:
    entry = entry.rpartition("://")[2].rstrip("/") if "://" in entry else entry
    name, colon, wanted = entry.lower().rpartition(":")
    if colon and wanted.isdigit() and (":" not in name or name.endswith("]")):
        if int(wanted) != port:
            return False
        entry = name
    entry = entry.lower().removeprefix("*").strip("[]").strip(".")
    if not entry:
        return True
    if "*" in entry:
        return fnmatch.fnmatchcase(host, entry)
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return host == entry or host.endswith(f".{entry}")


@functools.cache
def authorities(file: Path | None = None) -> ssl.SSLContext:
    """Return the process's TLS context: the authorities of `file`, else the usual ones and those of this machine.

    Made once, because reading all authorities takes 25 ms of CPU. Raises OSError or ssl.SSLError.
    """
    if file is not None:
        return ssl.create_default_context(cafile=file)
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


UNTRUSTED, NO_TLS, WEB_PAGE = "untrusted certificate", "no TLS", "a web page"
MENDS = {
    UNTRUSTED: "Name the authority of its certificate in SSL_CERT_FILE; it may also be expired, or another host's.",
    NO_TLS: "It doesn't answer by TLS. Check whether its address begins with http or https.",
    WEB_PAGE: "Something else answers there: a website, or a proxy's page. Check the address and the way to it.",
}
"""What to do about each."""


def is_web_page(headers: Mapping[str, str], content: bytes) -> bool:
    """Tell whether an answer is a page for people: it says nothing of what was sent, whatever its status is.

    Many a server calls its empty answer HTML, too, or an `OK`; those are receipts.
    """
    said = headers.get("content-type", "").strip().lower()
    return said.startswith(("text/html", "application/xhtml")) and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def silence(error: BaseException) -> str:
    """Return why a client got no answer: what is wrong with TLS, else the name of what it raised, which holds no address."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ssl.SSLCertVerificationError):
            return UNTRUSTED
        if isinstance(link, ssl.SSLError):
            return NO_TLS
        link = link.__cause__ or link.__context__
    return type(error).__name__
