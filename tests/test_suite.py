"""The suite's own machinery: nothing that it starts outlives it, and what is forked behaves like what is started."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.forks import fork
from tests.keeping import ask_keeper
from tests.processes import ROOT
from tests.rewritten import compile_files
from tests.rings import EXCEPTIONS, NOISE, RINGS, Meter, allowance

KEEPS = """
import time
from tests.keeping import Keeper
from tests.postgres import server_address
keeper = Keeper()
server_address()
print(keeper.folder, flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_run_that_is_ended_leaves_no_postgresql_behind(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", KEEPS], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert is_running(server)
        run.send_signal(number)
        assert run.wait(10) == -number
        deadline = time.monotonic() + 30
        while is_running(server) or folder.exists():
            assert time.monotonic() < deadline, "the server or its folder is still there"
            time.sleep(0.05)


def test_a_keeper_that_does_not_listen_yet_is_waited_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as keeper, ThreadPoolExecutor(1) as pool:
        keeper.bind(str(tmp_path / "keeper"))
        asking = pool.submit(ask_keeper, tmp_path / "keeper")
        time.sleep(0.05)
        keeper.listen()
        connection = keeper.accept()[0]
        connection.sendall(b"postgresql://here")
        connection.close()
        assert asking.result(10) == "postgresql://here"


SAYS = """
import os, signal, sys, threading
print(os.getcwd(), os.environ, sys.argv, __name__, flush=True)
print(signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGCHLD), threading.active_count(), sys.stdin.read() == "")
print("an error", file=sys.stderr)
sys.exit(7)
"""


async def test_a_forked_program_finds_what_a_started_one_finds(tmp_path: Path) -> None:
    forked = await fork(("-c", SAYS, "word"), {"NAME": "value"}, tmp_path)
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SAYS, "word", env={"NAME": "value"}, cwd=tmp_path,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    wanted, _ = await started.communicate()
    said = await forked.stdout.read()
    assert sorted(said.splitlines()) == sorted(wanted.replace(b", 'LC_CTYPE': 'C.UTF-8'", b"").splitlines())
    assert (await forked.wait(), started.returncode) == (7, 7)


async def test_a_forked_program_can_be_killed_alone(tmp_path: Path) -> None:
    sleeps = ("-c", "import time; print('here', flush=True); time.sleep(60)")
    one, other = await fork(sleeps, {}, tmp_path), await fork(sleeps, {}, tmp_path)
    for each in (one, other):
        assert await each.stdout.readline() == b"here\n"
    os.kill(one.pid, signal.SIGKILL)
    assert await one.wait() == -signal.SIGKILL
    assert (other.returncode, is_running(other.pid)) == (None, True)
    other.terminate()
    assert await other.wait() == -signal.SIGTERM


def asks(asking: socket.socket, path: Path, order: str) -> None:
    asking.settimeout(30)
    asking.connect(str(path))
    if order:
        socket.send_fds(asking, [order.encode()], [1, 2])


def test_a_worker_that_is_killed_as_it_asks_keeps_nobody_else_from_forking(tmp_path: Path) -> None:
    path, order = tmp_path / "fork", '{"program": ["-c"], "env": {}, "cwd": "/"}\n'
    command = [sys.executable, "-c", f"from tests.forking import serve; serve({str(path)!r})"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as forking:
        try:
            assert forking.stdout is not None
            assert forking.stdout.readline() == b"ready\n"
            for each in ("", order):
                with socket.socket(socket.AF_UNIX) as killed:
                    asks(killed, path, each)
            with socket.socket(socket.AF_UNIX) as asking:
                asks(asking, path, order)
                assert asking.recv(4096).startswith(b'{"pid"')
        finally:
            forking.kill()


def test_what_was_compiled_ahead_is_what_pytest_imports(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    files = {name: tmp_path / name for name in ("test_here.py", "beside.py")}
    for path in files.values():
        path.write_text("def test_x(): assert 1 == 1\n", encoding="utf-8")
    compile_files(files.values(), pytestconfig)
    found = {path.name: path.read_bytes() for path in (tmp_path / "__pycache__").iterdir()}
    assert sorted(name.split(".")[0] for name in found) == ["beside", "test_here"]
    assert [b"@pytest_ar" in content for _, content in sorted(found.items())] == [False, True]


def test_a_test_may_use_five_times_what_its_ring_usually_costs() -> None:
    assert allowance("tests/slack/test_wording.py::test_x")[0] == pytest.approx(NOISE + 5 * 0.004)
    assert allowance("tests/store/test_store.py::test_x[postgresql]", on_postgresql=True)[0] == pytest.approx(NOISE + 0.3)
    assert allowance("tests/races/test_killed.py::test_x", starts=2)[0] == pytest.approx(NOISE + 5 * 0.9)


def test_a_test_that_costs_too_much_is_told_what_it_may_use() -> None:
    meter = Meter(cpu=-1000.0)
    said = meter.problem("tests/slack/test_wording.py::test_x", on_postgresql=False, examples=1)
    assert said is not None
    assert "its ring is pure, which allows 0.070 s" in said


def test_what_the_rings_name_exists() -> None:
    files = {path.relative_to(ROOT / "tests").as_posix(): path for path in (ROOT / "tests").rglob("test_*.py")}
    texts = [path.read_text(encoding="utf-8") for path in files.values()]
    starts = [start for start, _ in RINGS] + [name for name in EXCEPTIONS if "/" in name]
    assert [start for start in starts if not any(file.startswith(start) for file in files)] == []
    names = [name for name in EXCEPTIONS if "/" not in name]
    assert [name for name in names if not any(f"def {name}(" in text for text in texts)] == []
