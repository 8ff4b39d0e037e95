"""Where a moment may become a day or a text: in `Calendar` and in `markup.date`, so that none is told without its zone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.raw_dates import raw_dates
from tests.rings import serves_many
from tests.test_contracts import ROOT, sources

FREE = ("bot/sandbox/", "bot/admin/", "bot/store/")
"""The outside world's own shapes, and rows: nobody reads them."""
UTC_DAYS = ("bot/spend/", "bot/claude_code/", "bot/kinds/limits/peaks/")
"""Costs and reports come by UTC days, whose texts say so."""
ONE_PLACE = {"bot/words/calendars.py", "bot/slack/markup.py"}
KEYS = {
    "bot/spend/alerts/rules.py": "the key of a month",
    "bot/kinds/keys/lines.py": "a cursor",
    "bot/cli/audit.py": "a line for auditors, in UTC",
}
"""Formats of what only the bot reads."""
WRITERS = {"strftime", "isoformat", "astimezone", "ctime"}
TEXTS = {
    "calendar_day", "weekday_day", "month_name", "own", "escape", "code", "bold", "quote", "section", "context", "option",
}  # fmt: skip
"""What makes a text of what it is given."""
OWN_FORMAT = "a format of its own"
NAMED_MOMENTS = ("_at", "now", "moment")


def faults(source: str, file: str = "handlers/x.py") -> list[str]:
    """Return what a file does with moments that only `Calendar` and `markup.date` may do."""
    if file in ONE_PLACE or file.startswith(FREE):
        return []
    nodes = list(ast.walk(ast.parse(source)))
    found = [*_in_texts(nodes), *_formats(nodes)]
    if file in KEYS:
        found = [one for one in found if not one.endswith((OWN_FORMAT, "isoformat() in a text"))]
    if not file.startswith(UTC_DAYS):
        found += _days(nodes)
    return sorted(set(found))


def _in_texts(nodes: list[ast.AST]) -> Iterator[str]:
    """Find moments that are written within a text: a day of no zone, a raw time, Slack's markup by hand."""
    for node in nodes:
        if isinstance(node, ast.Constant) and "<!date" in str(node.value):
            yield f"{node.lineno}: Slack's date by hand"
        if isinstance(node, ast.FormattedValue) and _name(node.value).endswith(NAMED_MOMENTS):
            yield f"{node.lineno}: {_name(node.value)} as it is"
        is_text = isinstance(node, ast.Call) and _name(node.func) in TEXTS
        if isinstance(node, ast.JoinedStr) or is_text:
            calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
            yield from (f"{one.lineno}: {_name(one.func)}() in a text" for one in calls if _writes(one))


def _formats(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.FormattedValue) and "%" in _spec(node) and _spec(node) != "%H:%M":
            yield f"{node.lineno}: {OWN_FORMAT}"
        if isinstance(node, ast.Call) and _name(node.func) in ("strftime", "ctime"):
            yield f"{node.lineno}: {OWN_FORMAT}"


def _days(nodes: list[ast.AST]) -> Iterator[str]:
    """Find where a moment becomes a day of no calendar that is named."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="date" | "today" as attr), args=[]):
                yield f"{node.lineno}: .{attr}()"
            case _:
                pass


def _writes(call: ast.Call) -> bool:
    """Tell whether a call writes a moment, or makes a day of it; a day that is written out has lost no zone."""
    if not isinstance(call.func, ast.Attribute):
        return False
    is_of_a_day = call.func.attr == "isoformat" and _name(call.func.value).endswith("day")
    return (call.func.attr in WRITERS and not is_of_a_day) or (call.func.attr == "date" and not call.args)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _spec(node: ast.FormattedValue) -> str:
    return "".join(str(getattr(part, "value", "")) for part in getattr(node.format_spec, "values", []))


def test_moments_become_days_and_texts_in_one_place() -> None:
    with serves_many():
        found = {str(path.relative_to(ROOT)): faults(path.read_text(), str(path.relative_to(ROOT))) for path in sources()}
    assert {file: wrong for file, wrong in found.items() if wrong} == {}, "use bot.slack.markup.date, or a Calendar"
    assert all((ROOT / name).is_file() for name in ONE_PLACE | set(KEYS))


@pytest.mark.parametrize(
    "wrong",
    [
        'f"Until {calendar_day(request.ends_at.date())}."',
        'f"ends {key.expires_at}"',
        'f"as of {now:%d %b %Y}"',
        'f"as of {moment.astimezone(zone).time()}"',
        "section(escape(at.isoformat()))",
        "at.strftime('%d %b')",
        "find_end(words, rt.now().date())",
        "date.today()",
        "own(f'<!date^{unix}^{{date}}|{fallback}>')",
    ],
)
def test_each_way_of_telling_a_moment_without_its_zone_is_found(wrong: str) -> None:
    assert faults(wrong)


def test_a_date_that_slack_would_show_as_it_is_is_found() -> None:
    moment = "<!date^1^{time}|1 Jan 1970 00:00 UTC>"
    plain, mrkdwn = {"type": "plain_text", "text": moment}, {"type": "mrkdwn", "text": moment}
    assert raw_dates([{"type": "header", "text": plain}]) == [f"plain_text.text: {moment}"]
    assert raw_dates([{"type": "table", "rows": [[{"type": "raw_text", "text": moment}]]}])
    assert raw_dates([{"type": "image", "alt_text": moment}])
    assert raw_dates([{"type": "section", "text": mrkdwn}, {"type": "context", "elements": [mrkdwn]}]) == []


def test_files_that_are_free_are_still_there() -> None:
    assert all((Path(ROOT) / name).is_dir() for name in (*FREE, *UTC_DAYS))
