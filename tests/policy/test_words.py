"""How the policy's text is read: durations, and the line on which a key stands."""

from datetime import timedelta

import pytest

from bot.policy.checks import parse_hours, parse_lifetime
from bot.policy.lines import key_lines
from bot.policy.working_hours import Lifetime


@pytest.mark.parametrize(
    ("text", "days", "minutes"),
    [("8h", 0, 480), ("90m", 0, 90), ("2d", 2, 0), ("1d12h", 1, 720), ("1d 12h", 1, 720), ("5m", 0, 5), ("45min", 0, 45)],
)
def test_durations_are_read(text: str, days: int, minutes: int) -> None:
    rest = timedelta(minutes=minutes)
    assert parse_lifetime(text) == Lifetime(days=days, rest=rest)
    assert parse_lifetime(f"{text} calendar") == Lifetime(days=days, rest=rest, is_calendar=True)


@pytest.mark.parametrize(
    "text", ["", " ", "8", "h", "4m", "91d", "1w", "-1h", "8 hours", "1h30", "calendar", "8h kalendar", "٣h" * 2]
)
def test_other_durations_are_refused(text: str) -> None:
    assert parse_lifetime(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("09:00-18:00", (540, 1080)), ("9:00 – 17:30", (540, 1050)), ("00:00-24:00", (0, 1440)), ("18:00-09:00", None),
        ("09:00-09:30", None), ("09:00-24:30", None), ("09:60-18:00", None), ("9-18", None), ("", None),
    ],
)  # fmt: skip
def test_working_hours_are_read(text: str, found: tuple[int, int] | None) -> None:
    assert parse_hours(text) == found


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
