"""The compiled files of a clean clone, made once for all workers of a run: each of them would begin with the same file."""

import compileall
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.assertion import AssertionState, rewrite
from _pytest.assertion.rewrite import PYC_TAIL, AssertionRewritingHook

ROOT = Path(__file__).parents[1]
FOLDERS = ("bot", "handlers", "tests")


def compile_share(config: pytest.Config) -> None:
    """Compile what this worker has to of a run over all tests: every third file, where there are three."""
    worker = getattr(config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    number, workers = int(str(worker["workerid"]).removeprefix("gw")), int(worker["workercount"])
    compile_files(files[number::workers], config)


def compile_files(files: Iterable[Path], config: pytest.Config) -> None:
    """Write what an import of each file reads; of tests as pytest rewrites them."""
    hook = config.pluginmanager.rewrite_hook
    state = AssertionState(config, "rewrite") if isinstance(hook, AssertionRewritingHook) else None
    for path in files:
        if state is None or not path.name.startswith("test_"):
            compileall.compile_file(path, quiet=2)
        elif rewrite._read_pyc(path, _compiled(path)) is None:
            source_hash, code = rewrite._rewrite_test(path, config)
            if rewrite.try_makedirs(_compiled(path).parent):
                rewrite._write_pyc(state, code, source_hash, _compiled(path))


def _compiled(path: Path) -> Path:
    return rewrite.get_cache_dir(path) / (path.stem + PYC_TAIL)
