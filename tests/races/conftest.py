"""A fleet for a whole file of tests: three processes over one PostgreSQL, and one over SQLite."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import lasting
from tests.processes import Fleet, fleet_of
from tests.sizes import PROOF
from tests.templates import copy_sqlite, migrated_postgres, sqlite_url


@pytest.fixture(scope="module")
def fleet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of a fleet."""
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def shared_postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database for all tests of a file."""
    yield from lasting(migrated_postgres())


@pytest.fixture(scope="module")
def fleet_plan(request: pytest.FixtureRequest, fleet_folder: Path) -> tuple[str, int]:
    """The database of a fleet, and how many processes it has; `postgresql-3` as a test's indirect parameter."""
    kind, _, count = str(request.param).partition("-")
    if kind == "sqlite":
        copy_sqlite(fleet_folder / "quartermaster.db")
        return sqlite_url(fleet_folder / "quartermaster.db"), int(count)
    return request.getfixturevalue("shared_postgres_url"), int(count)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(fleet_plan: tuple[str, int], fleet_folder: Path) -> AsyncGenerator[Fleet]:
    """Running processes, ready."""
    database_url, count = fleet_plan
    async with fleet_of(fleet_folder, database_url, idle=True) as fleet:
        await fleet.start(count)
        yield fleet


def on_fleets(*names: str, in_proof: str | None = None) -> pytest.MarkDecorator:
    """Run a file's tests on each of these fleets, such as `postgresql-3`: three processes over one PostgreSQL."""
    more = (in_proof,) if in_proof and PROOF else ()
    return pytest.mark.parametrize("fleet_plan", names + more, indirect=True, scope="module")
