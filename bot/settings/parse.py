"""How single settings are read: a function returns a value in its final form, or raises ValueError that keeps it secret."""

import re
import ssl
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BeforeValidator, SecretStr

_FERNET_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
"""32 bytes. A decoder of base64 skips what it doesn't know and ends at the first =, so two keys could pass for one."""
_OF_POSTGRES = frozenset(
    "ssl sslrootcert pgbouncer target_session_attrs host port user password passfile prepared_statement_cache_size"
    " command_timeout krbsrvname".split()
)
"""What SQLAlchemy and asyncpg take behind the `?` as text; `sslrootcert` the store hands on."""
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def secret_like(pattern: str) -> BeforeValidator:
    """Accept only strings that match `pattern` from end to end."""

    def check(value: object) -> object:
        if not re.fullmatch(pattern, _plain(value)):
            raise ValueError
        return value

    return BeforeValidator(check)


def upper(value: object) -> str:
    """Ignore the case of a word."""
    return str(value).upper()


def lower(value: object) -> str:
    """Ignore the case of a word."""
    return str(value).lower()


def url(value: object) -> str:
    """Accept an http or https address to which paths can be joined; the trailing slash goes."""
    text = str(value)
    if re.search(r"[\s?#]", text):
        raise ValueError("leave out blanks, and what begins with ? or #")
    if not _has_port_if_any(text) or urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise ValueError
    return text.rstrip("/")


def claude_url(value: object) -> str:
    """Accept an address to which `/v1/…` can be joined."""
    plain = url(value)
    if plain.endswith("/v1"):
        raise ValueError("leave out /v1 at its end")
    return plain


def is_loopback(value: str) -> bool:
    """Tell whether an address is on this machine."""
    try:
        return urlsplit(value).hostname in _LOOPBACK
    except ValueError:
        return False


def loopback_url(value: object) -> str:
    """Accept an http address on this machine only."""
    plain = url(value)
    if not is_loopback(plain):
        raise ValueError
    return plain


def slack_url(value: object) -> str:
    """Accept an address and end it with a slash: AsyncWebClient joins method names to its base_url."""
    return f"{url(value)}/"


def proxy(value: object) -> str:
    """Accept the address of an http proxy, with or without its scheme."""
    plain = _plain(value)
    plain = plain if "://" in plain else f"http://{plain}"
    scheme = plain.partition("://")[0].lower()
    if scheme.startswith("socks"):
        raise ValueError("socks isn't supported")
    if not unquote(plain.rpartition("@")[0]).isascii():  # one client sends it as Latin-1, another one as UTF-8
        raise ValueError("the user name and password may hold ASCII characters only")
    if scheme not in ("http", "https") or not _has_port_if_any(plain) or not urlsplit(plain).hostname:
        raise ValueError
    return plain.rstrip("/")


def words(value: object) -> tuple[str, ...]:
    """Split a list."""
    return _split(value) if isinstance(value, str) else cast(tuple[str, ...], value)


def hosts(value: object) -> tuple[str, ...]:
    """Split and check a list of host names."""
    names = words(value)
    for name in names:
        if not _HOST.fullmatch(name):
            raise ValueError(f"'{name}' is not one: leave out https://, ports and paths")
    return names


def certificates(value: object) -> Path:
    """Accept a file of certificates that can be read."""
    path = Path(str(value))
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"'{path}' can't be read as one ({type(error).__name__})") from None
    return path


def database_url(value: object) -> str:
    """Name the async driver of a SQLite or PostgreSQL address; `sslmode` is libpq's word for what asyncpg calls `ssl`."""
    plain = re.sub(r"^postgres(ql)?(\+asyncpg)?://", "postgresql+asyncpg://", _plain(value))
    plain = re.sub(r"^sqlite(\+aiosqlite)?://", "sqlite+aiosqlite://", plain)
    if re.fullmatch(r"sqlite\+aiosqlite://(/?|/:memory:.*|.*[?&]mode=memory.*)", plain):
        raise ValueError("a database in memory keeps nothing")
    if not re.fullmatch(r"(postgresql\+asyncpg://.+|sqlite\+aiosqlite:///.+)", plain):
        raise ValueError
    if plain.startswith("sqlite"):
        return plain
    if _ends_early(plain):
        raise ValueError("in its user and password write # as %23, / as %2F, ? as %3F and [ as %5B")
    if not _has_port_if_any(plain):
        raise ValueError
    plain = re.sub(r"([?&])sslmode=", r"\1ssl=", plain)
    given = dict(parse_qsl(urlsplit(plain).query, keep_blank_values=True))
    if not set(given) <= _OF_POSTGRES:  # their names aren't said: a ? in a password would make a part of it one
        raise ValueError(
            "behind its ? stands what the database driver doesn't take; sslmode, sslrootcert and pgbouncer may stand there"
        )
    if given.get("ssl", "prefer") not in _SSL_MODES:
        raise ValueError(f"sslmode is one of {', '.join(_SSL_MODES)}")
    if "sslrootcert" in given:
        _check_authorities(given["sslrootcert"])
    return plain


def _ends_early(address: str) -> bool:
    """Tell whether a letter of the password ends the part of an address in which it should stand."""
    authority, _, query = address.partition("://")[2].partition("?")
    before, at, _ = authority.rpartition("@")
    if not at:  # behind the ? only what has a name may stand
        return "@" in query and ("@" in query.partition("=")[0] or not _has_port_if_any(address))
    return bool(re.search(r"[#/\[]", before))


def _check_authorities(file: str) -> None:
    try:
        certificates(file)
    except ValueError:
        raise ValueError("sslrootcert names no file with certificates (PEM) that can be read") from None


def fernet_keys(value: object) -> tuple[str, ...]:
    """Split and check a list of Fernet keys."""
    keys = _entries(value)
    for number, key in enumerate(keys, 1):
        if not _FERNET_KEY.fullmatch(key):
            raise ValueError(f"entry {number} is not one")
    return keys


def domains(value: object) -> tuple[str, ...]:
    """Split and check a list of e-mail domains; lower case."""
    names = tuple(name.lower() for name in _entries(value))
    for name in names:
        if not _DOMAIN.fullmatch(name):
            raise ValueError(f"'{name}' is not one")
    return names


def _has_port_if_any(address: str) -> bool:
    try:
        urlsplit(address).port  # noqa: B018
    except ValueError:  # its text repeats what stands after a colon, which may be a part of the password
        return False
    return True


def _split(text: str) -> tuple[str, ...]:
    """Split a list at commas, semicolons and blanks, without the quotation marks that may be around each entry."""
    return tuple(bare for one in re.split(r"[,;\s]+", text) if (bare := one.strip("\"'")))


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _entries(value: object) -> tuple[str, ...]:
    parts = _split(value) if isinstance(value, str) else cast(tuple[object, ...], value)
    entries = tuple(text for part in parts if (text := _plain(part).strip()))
    if not entries:
        raise ValueError
    return entries
