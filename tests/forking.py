"""Forks bot processes from one that has imported everything: `python -m tests.forking SOCKET`.

Each connection starts one process: it sends a JSON line (`program`, `env`, `cwd`) along with the descriptors for standard
output and standard error. It gets the line `{"pid"}` at once and `{"code", "cpu"}` at the end: a negative code is a signal,
CPU is in seconds. When standard input ends, the server kills what it started, removes the socket with its folder, and ends.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from bot.admin.http import authorities

PRELOADED = (
    "bot.serving", "bot.sandbox.remote_clock", "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.postgresql.asyncpg", "aiosqlite", "asyncpg", "uvicorn.protocols.http.h11_impl",
    "anyio._backends._asyncio", "httpcore", "certifi", "apscheduler.executors.asyncio", "apscheduler.triggers.interval",
)  # fmt: skip


@dataclass
class Forking:
    """What the parent holds, and a child lets go of."""

    listener: socket.socket
    selector: selectors.BaseSelector
    woken: tuple[socket.socket, socket.socket]
    children: dict[int, socket.socket]

    def close(self) -> None:
        """Close everything."""
        self.selector.close()
        for one in (self.listener, *self.woken, *self.children.values()):
            one.close()


def preload() -> None:
    """Import what a bot needs; no loop, no thread, no connection."""
    for name in PRELOADED:
        importlib.import_module(name)
    authorities()
    configure_mappers()
    # Collecting garbage would touch every page, and so copy it in each child.
    gc.collect()
    gc.freeze()


def serve(path: str) -> tuple[str, ...] | None:
    """Fork until standard input ends; returns the program to run in each child, and None in the parent."""
    state = Forking(socket.socket(socket.AF_UNIX), selectors.DefaultSelector(), socket.socketpair(), {})
    state.listener.bind(path)
    state.listener.listen(64)
    for one in state.woken:
        one.setblocking(False)
    signal.signal(signal.SIGCHLD, _noted)
    signal.set_wakeup_fd(state.woken[1].fileno())
    for source in (state.listener, state.woken[0], sys.stdin):
        state.selector.register(source, selectors.EVENT_READ)
    print("ready", flush=True)
    while sys.stdin not in (ready := [key.fileobj for key, _ in state.selector.select()]):
        if state.woken[0] in ready:
            state.woken[0].recv(4096)
            _tell_ends(state)
        if state.listener in ready:
            program = _fork(state)
            if program:
                return program
    for pid in state.children:
        os.kill(pid, signal.SIGKILL)
    Path(path).unlink()
    Path(path).parent.rmdir()
    return None


def _noted(number: int, frame: object) -> None:
    """Do nothing: the signal wakes the selector."""


def _tell_ends(state: Forking) -> None:
    """Tell for each child that has ended how it ended."""
    while state.children:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if not pid:
            return
        with state.children.pop(pid) as asking:
            _say(asking, code=os.waitstatus_to_exitcode(status), cpu=used.ru_utime + used.ru_stime)


def _fork(state: Forking) -> tuple[str, ...] | None:
    """Start a child as the next connection wants it; returns the program in the child."""
    asking = state.listener.accept()[0]
    text, outputs, _, _ = socket.recv_fds(asking, 2**16, 2)
    while not text.endswith(b"\n"):
        if not (more := asking.recv(2**16)):  # a worker that was killed; the others go on
            asking.close()
            return None
        text += more
    order = json.loads(text)
    pid = os.fork()
    if pid:
        state.children[pid] = asking
        for output in outputs:
            os.close(output)
        _say(asking, pid=pid)
        return None
    asking.close()
    state.close()
    _become(outputs, order)
    return tuple(order["program"])


def _say(asking: socket.socket, **what: Any) -> None:
    with contextlib.suppress(OSError):  # a worker that was killed; the others go on
        asking.sendall(json.dumps(what).encode() + b"\n")


def _become(outputs: list[int], order: dict[str, Any]) -> None:
    """Give a child what a program finds that was started by itself."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    given = [os.open(os.devnull, os.O_RDONLY), *outputs]
    for target, source in enumerate(given):
        os.dup2(source, target)
    for source in given:
        os.close(source)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])


def run(program: tuple[str, ...]) -> None:
    """Run `-m module words` or `-c code` as the interpreter would."""
    how, what, *words = program
    sys.argv = [how, *words]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    preload()
    wanted = serve(sys.argv[1])
    if wanted:
        run(wanted)
