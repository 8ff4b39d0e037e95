"""Every text of the product in one place, in the order in which people meet it: `docs/texts.md`.

Texts are found by what they look like: string literals and f-strings that hold words, but for docstrings, log lines and
what only programs compare. A hole of an f-string is shown as the name of what fills it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FEATURES: tuple[tuple[str, str], ...] = (
    ("Commands, help and status", "bot/commands handlers/help_view handlers/admin bot/status handlers/typed"),
    ("First meeting and App Home", "handlers/events handlers/home"),
    ("Who is acting, and refusals at the door", "bot/people handlers/edge bot/errors"),
    ("Forms", "bot/forms bot/words handlers/forms"),
    ("Rate limits and peaks", "bot/kinds/limits/peaks handlers/rate_limits"),
    ("Kinds of request", "bot/kinds bot/approvals/kind bot/approvals/parts"),
    ("Request cards, notices and lists", "bot/approvals/cards bot/approvals/handover bot/approvals/outcome"),
    ("What people do with requests", "bot/approvals handlers/request"),
    ("Keys and members", "handlers/keys handlers/member bot/organization bot/directory"),
    (
        "Answers about spend",
        "bot/spend/ask handlers/spend. handlers/spend_ask handlers/spend_w bot/spend/exports"
        " bot/spend/phrases bot/spend/render bot/spend/table bot/spend/dim",
    ),
    ("Advice", "bot/hygiene handlers/advice"),
    ("Reconciliation", "bot/spend/reconcile bot/spend/prices handlers/spend_reconcile"),
    ("The daily digest", "bot/spend/digests handlers/spend_forms"),
    ("Claude Code", "bot/claude_code handlers/claude_code"),
    ("Dashboard and reports", "bot/spend/dashboard bot/spend/reports handlers/spend_reports handlers/spend_scheduled"),
    ("Alerts", "bot/spend"),
    ("Charts, channels and Slack's failures", "bot/posts bot/slack"),
    ("The Claude API's failures", "bot/admin"),
    ("Command line: policy", "bot/policy"),
    ("Command line: settings, start, doctor, audit", "bot/settings bot/cli bot/store bot/"),
)
"""Where the texts of each feature are; a file belongs to the first that names it."""
_NOT_FOR_PEOPLE = set(
    "debug info warning error exception compile fullmatch search match sub split getattr text cast TypeVar rglob "
    "AssertionError RuntimeError TypeError KeyError LookupError ValueError NotImplementedError".split()
)
"""What is called with text that only programs, logs and programmers read."""
_SQL = re.compile(r"(PRAGMA|INSERT|READ|BEGIN) ")
_TWO_WORDS, _ONE_WORD = re.compile(r"[A-Za-z].* |^ .*[A-Za-z]", re.DOTALL), re.compile(r"\W*[A-Z][a-z]+[ .:…]*")
_HEADING = "# Texts\n\nWhat people read, by feature. Made by `make generated`; a test holds it.\n"


def files() -> Iterator[tuple[str, Path]]:
    """Yield each module with its feature, in the order of the features; the sandbox is no part of the product."""
    left = sorted(p for top in ("bot", "handlers") for p in (ROOT / top).rglob("*.py") if "sandbox" not in p.parts)
    for title, starts in FEATURES:
        for path in [p for p in left if any(p.relative_to(ROOT).as_posix().startswith(start) for start in starts.split())]:
            left.remove(path)
            if "migrations" not in path.parts:
                yield title, path


def texts(source: str) -> list[str]:
    """Return the texts of a module in its order, each once."""
    found: dict[str, None] = {}
    _collect(ast.parse(source), found)
    return list(found)


def _collect(node: ast.AST, found: dict[str, None]) -> None:
    """Add the texts below a node, but for docstrings and what only programs read."""
    match node:
        case ast.Compare() | ast.arg() | ast.Expr(value=ast.Constant()):
            return
        case ast.Call() if _called(node.func) in _NOT_FOR_PEOPLE:
            return
        case _:
            pass
    skipped = [getattr(node, name, None) for name in ("returns", "annotation", "slice")] + getattr(node, "keys", [])
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        text = _shown(node)
        if _is_said(re.sub(r"{[^}]*}", "", text)):
            found.setdefault(text)
        skipped += [part for part in getattr(node, "values", []) if isinstance(part, ast.Constant)]
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            _collect(child, found)


def _is_said(words: str) -> bool:
    """Tell whether a text without its holes holds words for people."""
    return bool((_TWO_WORDS.search(words) or _ONE_WORD.fullmatch(words)) and not _SQL.match(words))


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _shown(node: ast.expr) -> str:
    """Return a text as people would read it, with `{name}` where something is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    holes = [f"{{{_hole(part.value)}}}" if isinstance(part, ast.FormattedValue) else "" for part in parts]
    return "".join(hole or str(getattr(part, "value", "")) for hole, part in zip(holes, parts, strict=True))


def _hole(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id.strip("_")
        case ast.Attribute():
            return node.attr
        case ast.Call() if _called(node.func) == "plural" and len(node.args) > 1:
            return f"{_hole(node.args[0])} {_shown(node.args[1])}s"
        case ast.Call():
            return _hole(node.args[0]) if node.args and _hole(node.args[0]) != "…" else _called(node.func).strip("_")
        case _:
            return "…"


def render() -> str:
    """Return the whole list as Markdown."""
    lines, under = [_HEADING], ""
    for title, path in files():
        said = [text.strip().replace("\n", " ⏎ ") for text in texts(path.read_text(encoding="utf-8"))]
        if said:
            lines += [f"## {title}\n"] if title != under else []
            lines += [f"### {path.relative_to(ROOT).as_posix()}\n", *(f"- {text}" for text in said), ""]
            under = title
    return "\n".join(lines)


if __name__ == "__main__":
    print(render(), end="")
