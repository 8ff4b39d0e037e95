"""How the policy's text is read: durations, and the line on which a key stands."""

from datetime import timedelta

import pytest

from bot.policy.checks import parse_duration
from bot.policy.lines import key_lines


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("8h", 480), ("90m", 90), ("2d", 2880), ("1d12h", 2160), ("1d 12h", 2160), ("5m", 5), ("45min", 45)],
)
def test_durations_are_read(text: str, minutes: int) -> None:
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", " ", "8", "h", "4m", "91d", "1w", "-1h", "8 hours", "1h30", "٣h" * 2])
def test_other_durations_are_refused(text: str) -> None:
    assert parse_duration(text) is None


def test_lines_are_found_whatever_the_style() -> None:
    text = '# c\na.b = 1\n["x y"]\nlist = [\n  1,\n]\nt = """\n[not.a.table]\n"""\nq = {z = 1}\n'
    text += '[[arr]]\nk = 1\n[x.y]\n"k k" = 2\r\n'
    lines = key_lines(text)
    expected = {
        ("a", "b"): 2,
        ("x y",): 3,
        ("x y", "list"): 4,
        ("x y", "t"): 7,
        ("x y", "q", "z"): 10,
        ("arr", "k"): 12,
        ("x", "y", "k k"): 14,
    }
    assert {path: lines[path] for path in expected} == expected
    assert ("not", "a", "table") not in lines
