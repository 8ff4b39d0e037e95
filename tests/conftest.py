"""What every test may use: a PostgreSQL server of its own, and a store on each of the two databases."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import structlog
from _pytest.runner import runtestprotocol
from hypothesis import is_hypothesis_test
from structlog.dev import ConsoleRenderer, plain_traceback
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bot import own_secrets
from bot.sandbox.clock import SandboxClock
from bot.store.session import Store
from tests.compiled import compile_once
from tests.day import DAY
from tests.keeping import Keeper
from tests.memory_disk import live_in_memory
from tests.postgres import database
from tests.rewritten import compile_share
from tests.rings import TRIES, Meter
from tests.sizes import EXAMPLES, PROOF, databases, set_examples
from tests.templates import copy_sqlite, drop_template, migrated_postgres, sqlite_url

AUDIT_KEY = b"audit-key-of-the-tests"

set_examples()
KEEPER = pytest.StashKey[Keeper]()
WITH_SDK = ("/test_sdk_contract.py", "/test_claude_sdk.py", "/test_claude_kinds.py", "/test_claude_service_accounts.py")
"""Files that import Claude's SDK, which takes as long as all else that is imported: one worker does it."""
TOGETHER = (
    "/page/",
    "/test_claude_extras.",
    "/test_claude_figures.",
    "/test_claude_legacy.",
    "/test_claude_pages.",
    "/reconcile/",
    "/test_contracts.",
)
"""Files whose tests share a browser, a sandbox, or what was read of all files: one worker does each."""
COSTLY = pytest.StashKey[bool]()


def spread(scopes: Iterable[str]) -> list[str]:
    """Return scopes in an order in which each file's are spread evenly: beside a test that waits another one computes.

    The first of each file come first, among them the longest by far, the soaks.
    """
    files: dict[str, list[str]] = {}
    for scope in scopes:
        files.setdefault(scope.partition("::")[0], []).append(scope)
    places = {scope: place / len(of) for of in files.values() for place, scope in enumerate(of)}
    return sorted(places, key=places.__getitem__)


class Scheduler(LoadScopeScheduling):
    """Spreads tests over workers one by one, but keeps together what shares running processes or a large import.

    `--dist loadgroup` would do that by marks, but groups nothing under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.endswith(WITH_SDK):
            return "sdk"
        if any(part in file for part in TOGETHER):
            return file
        fleet = re.search(r"(sqlite|postgresql)-\d", nodeid)
        return f"{file}@{fleet[0]}" if "/races/" in file and fleet else nodeid

    def schedule(self) -> None:
        """Distribute what is kept together first, as xdist does, then the rest in an order of our own."""
        super().schedule()
        singles = [scope for scope, tests in self.workqueue.items() if len(tests) == 1]
        for scope in spread(singles):
            self.workqueue.move_to_end(scope)

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """Count as xdist does, but forget what is done: it would look at thousands of tests after each one."""
        for done in [scope for scope, tests in workload.items() if all(tests.values())]:
            del workload[done]
        return super()._pending_of(workload)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Use our own order of distribution."""
    return Scheduler(config, log)


def log_plainly() -> None:
    """Let structlog write tracebacks as Python does: by itself it draws all their local variables, a second for each."""
    plain = ConsoleRenderer(colors=False, exception_formatter=plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_configure(config: pytest.Config) -> None:
    """Let the run keep what its workers share, which starts when a test asks."""
    log_plainly()
    compile_once()
    gc.disable()  # a quarter of what it takes to import everything went into searches for garbage
    if not hasattr(config, "workerinput"):
        live_in_memory()
        config.stash[KEEPER] = Keeper()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run started."""
    if KEEPER in config.stash:
        drop_template()
        config.stash[KEEPER].stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what the soaks have reached."""
    for report in (one for found in terminalreporter.stats.values() for one in found if isinstance(one, pytest.TestReport)):
        for name, said in report.user_properties:
            if name == "soak" and report.when == "call":
                terminalreporter.write_line(str(said))


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let each worker compile a part of what all of them import."""
    compile_share(session.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is marked `proof` to `make proof`, except in files that were named."""
    if not PROOF and not any(".py" in word for word in config.args):
        left = [item for item in items if item.get_closest_marker("proof")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("proof")]


def pytest_collection_finish() -> None:
    """Leave what was imported out of later searches for garbage, which are rare: they would be charged to some test.

    Garbage of the imports stays, too: to find it takes each worker a tenth of what collecting the tests does.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test that cost too much again: what is made once, or a neighbour causes, comes once or twice.

    A worker tells its run only how a test went: each further message costs as much as a small test.
    """
    brief = hasattr(item.config, "workerinput") and not item.config.option.xmlpath
    if not brief:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports, tried = runtestprotocol(item, nextitem=nextitem, log=False), 1
    while item.stash.get(COSTLY, False) and tried < TRIES:
        item.stash[COSTLY] = False
        reports, tried = runtestprotocol(item, nextitem=nextitem, log=False), tried + 1
    for report in reports:
        if report.when == "call" or not report.passed or not brief:
            item.ihook.pytest_runtest_logreport(report=report)
    if nextitem is None or nextitem.path != item.path:
        vars(own_secrets)["_known"].clear()  # the secrets of one file's settings are words in another's tests
    if not brief:
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that costs much more than its ring allows, but not at full size or where lines are counted."""
    meter = Meter()
    result = yield
    item.user_properties.append(("cpu", f"{meter.used:.3f}"))
    if not PROOF and not item.config.pluginmanager.hasplugin("_cov"):
        names: list[str] = getattr(item, "fixturenames", [])
        examples = EXAMPLES if is_hypothesis_test(getattr(item, "obj", None)) else 1
        on_postgresql = "postgresql" in item.name or any("postgres" in name or name == "three" for name in names)
        problem = meter.problem(item.nodeid, on_postgresql=on_postgresql, examples=examples)
        if problem:
            item.stash[COSTLY] = True
            pytest.fail(problem, pytrace=False)
    return result


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try what asks for a migrated database on each kind that its file needs."""
    if "migrated_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both") is not None
        metafunc.parametrize("migrated_url", databases(both), indirect=True)


def lasting(context: AbstractAsyncContextManager[str]) -> Iterator[str]:
    """Enter and leave outside of any loop what a fixture yields."""
    with asyncio.Runner() as runner:
        yield runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A fresh, empty PostgreSQL database, as the bot's DATABASE_URL."""
    yield from lasting(database())


@pytest.fixture
def migrated_postgres_url() -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, as the bot's DATABASE_URL."""
    yield from lasting(migrated_postgres())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "quartermaster.db")
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, migrated database of each kind; see `databases`."""
    if request.param == "sqlite":
        copy_sqlite(tmp_path / "quartermaster.db")
        return sqlite_url(tmp_path / "quartermaster.db")
    return request.getfixturevalue("migrated_postgres_url")


@pytest.fixture
async def store(migrated_url: str) -> AsyncIterator[Store]:
    """A migrated store on each of the two databases."""
    opened = Store(migrated_url, AUDIT_KEY, SandboxClock(DAY).now)
    yield opened
    await opened.close()
