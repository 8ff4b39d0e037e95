"""A database that is away at the start is waited for, a while and with one line; what is wrong for good is said at once."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import QuartermasterError
from bot.store.migrate import DatabaseAway, is_away, open_database
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


@pytest.mark.parametrize(
    ("state", "away"), [("57P03", True), ("08006", True), ("53300", True), ("28P01", False), ("3D000", False)]
)
def test_a_server_that_starts_is_away_and_a_wrong_password_is_wrong(state: str, away: bool) -> None:
    error = RuntimeError("x")
    error.sqlstate = state  # type: ignore[attr-defined]
    assert is_away(error) == away
