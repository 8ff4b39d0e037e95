"""A database that is away at the start is waited for, a while and with one line; what is wrong for good is said at once."""

import asyncio
import ssl
from pathlib import Path

import certifi
import pytest
from structlog.testing import capture_logs

from bot.errors import QuartermasterError
from bot.store.migrate import DatabaseAway, is_away, known_reason, open_database, why_unusable
from bot.store.opening import opened
from bot.store.session import Store


class Database:
    """One that is away so many times, and a clock that goes on by a minute with each try."""

    def __init__(self, away: int, error: Exception | None = None) -> None:
        self.away, self.error, self.tries = away, error or DatabaseAway("It is away."), 0

    async def open(self) -> None:
        self.tries += 1
        if self.tries <= self.away:
            raise self.error

    def clock(self) -> float:
        return self.tries * 60.0


async def wait_for(database: Database, stop: asyncio.Event | None = None) -> bool:
    return await opened(database.open, stop or asyncio.Event(), pause=0.0, clock=database.clock)


async def test_it_is_tried_again_with_one_line_and_given_up_after_five_minutes() -> None:
    with capture_logs() as logs:
        assert await wait_for(Database(0))
        assert logs == []
        assert await wait_for(back := Database(3))
    assert back.tries == 4
    assert [(one["event"], one.get("why", "")) for one in logs] == [
        ("waiting_for_database", "It is away."), ("database_is_back", ""),
    ]  # fmt: skip
    gone, broken = Database(1000), Database(1000, QuartermasterError("It is broken for good."))
    with pytest.raises(DatabaseAway):
        await wait_for(gone)
    with pytest.raises(QuartermasterError, match="for good"):
        await wait_for(broken)
    assert (gone.tries, broken.tries) == (5, 1)


async def test_a_process_that_is_told_to_stop_waits_no_longer() -> None:
    stop = asyncio.Event()
    stop.set()
    assert not await wait_for(Database(1000), stop)


async def test_the_file_of_an_authority_is_handed_on_and_one_that_is_missing_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where the driver looks for one
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    checked = "postgresql+asyncpg://qm:hunt%65r2@127.0.0.1:1/x?ssl=verify-full"
    for url, kind, said in (
        (checked, QuartermasterError, "sslrootcert="),
        (f"{checked}&sslrootcert={certifi.where()}&pgbouncer=true", DatabaseAway, "ConnectionRefusedError"),
    ):
        store = Store(url)
        with pytest.raises(QuartermasterError, match=said) as caught:
            await open_database(store)
        assert type(caught.value) is kind
        await store.close()


async def test_what_nobody_answers_is_away_and_what_can_not_be_read_is_not(tmp_path: Path) -> None:
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)
    for url, kind in (
        ("postgresql+asyncpg://qm:hunter2@127.0.0.1:1/x", DatabaseAway),
        (f"sqlite+aiosqlite:///{tmp_path}/garbage.db", QuartermasterError),
        ("sqlite+aiosqlite:////nope/dir/x.db", QuartermasterError),
    ):
        store = Store(url)
        with pytest.raises(QuartermasterError) as caught:
            await open_database(store)
        assert type(caught.value) is kind, url
        assert "hunter2" not in str(caught.value)
        await store.close()


def _of_server(state: str) -> Exception:
    error = RuntimeError("x")
    error.sqlstate = state  # type: ignore[attr-defined]
    return error


def _untrusted(code: int) -> Exception:
    error = ssl.SSLCertVerificationError("db.acme.test")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (_of_server("57P03"), None),
        (_of_server("08006"), None),
        (_of_server("53300"), None),
        (_of_server("28P01"), "user or the password"),
        (_of_server("28000"), "doesn't let this user in"),
        (_of_server("3D000"), "no database of the name"),
        (_untrusted(18), "behind sslrootcert="),
        (_untrusted(62), "another name than the host"),
        (ConnectionError('PostgreSQL server at "db:5432" rejected SSL upgrade'), "takes no TLS"),
    ],
)
def test_a_server_that_starts_is_away_and_an_address_that_is_wrong_is_said_to_be(error: Exception, said: str | None) -> None:
    assert is_away(error) == (said is None)
    assert (known_reason(error) is None) if said is None else (said in why_unusable(error))
