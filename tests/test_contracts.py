"""What `lint-imports` can't say: no circle anywhere, pure files stay pure, and files and functions stay small."""

import ast
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from tests.rings import serves_many

ROOT = Path(__file__).parent.parent
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 50
FOR_PURE_FILES = {"pydantic", "bot.errors", "bot.words", "bot.commands.parse", "bot.commands.table"} | {
    f"bot.slack.{name}" for name in ("blocks", "charts", "elements", "ids", "markup", "tables")
}


def sources() -> list[Path]:
    """Return the files of bot/ and handlers/."""
    return sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])


def module_of(path: Path) -> str:
    """Return a file's module, a package's for its `__init__.py`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> dict[str, set[str]]:
    """Return which module imports which, the bot's own only."""
    with serves_many():
        graph = grimp.build_graph("bot", "handlers", cache_dir=None)
        return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


@dataclass(frozen=True)
class Read:
    """What the tests want to know of a file: its docstring, its lines, what it imports, its functions and their lines."""

    docstring: str
    lines: int
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    functions: tuple[tuple[str, int], ...]


@cache
def read() -> dict[Path, Read]:
    """Read all files once."""
    with serves_many():
        return {path: _read(path.read_text(encoding="utf-8")) for path in sources()}


def _read(text: str) -> Read:
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return Read(
        docstring=ast.get_docstring(tree) or "",
        lines=text.count("\n"),
        imports=tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)),
        functions=tuple((one.name, (one.end_lineno or one.lineno) - one.lineno + 1) for one in functions),
    )


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """Return a circle of a graph, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_file_imports_itself_by_way_of_others() -> None:
    assert circle_in(imports()) == []


def test_no_package_imports_itself_by_way_of_others() -> None:
    packages: dict[str, set[str]] = {}
    for module, imported in imports().items():
        mine = ".".join(module.split(".")[:2])
        packages.setdefault(mine, set()).update(".".join(one.split(".")[:2]) for one in imported)
    assert circle_in({name: others - {name} for name, others in packages.items()}) == []


def test_pure_files_know_nothing_of_the_outside() -> None:
    pure = {module_of(path) for path in sources() if says_it_is_pure(path)}
    assert {"bot.approvals.evaluation", "bot.spend.digests.schedule", "bot.policy.model"} <= pure
    allowed = FOR_PURE_FILES | pure
    strangers = {
        f"{module_of(path)} imports {name}"
        for path in sources()
        if module_of(path) in pure
        for name in imported_by(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not is_within(name, allowed)
    }
    assert strangers == set()


def says_it_is_pure(path: Path) -> bool:
    """Tell whether a file says of itself that it is pure: the word `Pure` in its docstring."""
    return "Pure" in read()[path].docstring


def imported_by(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in read()[path].imports:
        if isinstance(node, ast.ImportFrom) and node.module:
            folder = ROOT / node.module.replace(".", "/")
            found |= {f"{node.module}.{one.name}" if folder.is_dir() else node.module for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def is_within(name: str, allowed: set[str]) -> bool:
    """Tell whether a module is one of those allowed, or inside one."""
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def test_files_and_functions_stay_small() -> None:
    large: list[str] = []
    for path, file in read().items():
        if file.lines > MOST_LINES:
            large.append(f"{path.relative_to(ROOT)}: {file.lines} lines")
        for name, lines in file.functions:
            if lines > MOST_LINES_OF_A_FUNCTION and "migrations" not in path.parts:
                large.append(f"{path.relative_to(ROOT)}:{name}: {lines} lines")
    assert large == []
