"""What people say of figures in words of their own, and the words that are understood for it. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.spend.ask.dates import BETWEEN
from bot.spend.ask.periods import MOST_DAYS, read_period
from bot.spend.ask.spans import MONTH_NAMES, YEAR_BEFORE
from bot.spend.ask.words import MENTION

NEGATIONS = frozenset(
    "not no non without except exclude excluding excluded excl excl. ex ex. ignore ignoring besides outside but minus"
    " under below less omit omitted w/o ohne außer sans sauf sin".split()
)
"""Words that turn what follows into its opposite: a question without them would be another one."""
LEAVING = NEGATIONS - {"under", "below", "less"}
"""Those that leave something out."""
_LEAVING_TOGETHER = frozenset(
    (
        "other than", "apart from", "aside from", "anything but", "leaving out", "leave out", "except for",
        "not including", "not counting", "and not", "but not", "with no",
    )
)  # fmt: skip
_LEFT = re.compile(r"(?:[-!]|ex-|non-)(?=[a-z])")
"""What leaves out at the beginning of a name: `-Sandbox`."""
_HEADS = frozenset({"last", "past", "previous", "prior", "this", "next", "since", "current", "rolling", "trailing", "in"})
_COUNTED = ("last", "past", "previous", "rolling", "trailing")
_VERSUS = ("vs", "versus")
_UNITS = ("day", "week", "month", "quarter", "year")
_LARGEST = frozenset({"most", "costliest", "priciest", "highest", "heaviest", "top", "largest", "biggest"})
_SPENDERS = ("spender", "spenders")
_HOURS = re.compile(r"(\d{1,4})h(?:rs?|ours?)?")
_M = re.compile(r"(\d{1,2})m")
_CONTEXT = re.compile(
    r"(?:(?P<short>short|normal|standard)|long|longer|large|extended|1m|200k\+?"
    r"|(?:over|above|beyond|more than|>) ?200k)(?: tokens?)?(?: of)? contexts?(?: windows?)?"
)
_BEGINS, _HOLDS = ("starts", "starting", "begins", "beginning"), ("contains", "containing")
NAMES_PARTS = (*_BEGINS, *_HOLDS)
"""Words behind which a part of a name follows."""
_SHOWN = frozenset({"csv", "excel", "export", "download", "chart", "graph", "table", "report", "share"})
_ROLLING = {"week": "7d", "month": "30d", "quarter": "90d", "year": "365d"}
_FEW = {"day": "7d", "week": "last 4 weeks", "month": "last 3 months"}
_EITHER = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:/(\d{4}))?")
_MONTH_OR_DAY = re.compile(r"([a-z]{3,9})-?(\d\d)")
_EVER = frozenset(
    {
        "all time",
        "all-time",
        "lifetime",
        "ever",
        "since the beginning",
        "since the start",
        "from the start",
        "since ever",
        "since launch",
        "since inception",
    }
)
_DIFFERS = frozenset(
    "why explain difference diff delta change changes changed growth grew grow grown rise rose increase increased drop"
    " dropped fall fell decrease decreased mover movers variance lower higher".split()
)
"""What asks how one period differs from another, which every answer says of its period."""
_FROM_TO = ("and", "to", ",", "&", "-", "–")
_RUNNING = ("today", "this week", "mtd", "this quarter", "ytd")
"""What nothing is later than: the difference between this month and last month is what this one has more."""
_BEFORE = re.compile(
    r"vs (?:the )?(?:(?:previous|prior|preceding) (?:one|period)|(?:day|week|month|quarter|year|period) before)"
)
_SAME = re.compile(
    r"vs (?:the )?same (?:period|time|days?|week|month|quarter) (?:of |in )?(?:the )?last (week|month|quarter|year)"
)


def idioms(rest: Sequence[str], dimensions: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    """Yield what the words begin with as it would be understood: how many words of them, and what is typed instead.

    `dimensions` are the names of what figures are split by, by what people may call it.
    """
    words = [word.casefold() for word in rest]
    yield from _periods(words)
    yield from _comparisons(words)
    yield from _splits(words, dimensions)
    yield from _contexts(words)
    if words[0] in dimensions and len(words) > 2:
        yield from _parts_of_names(rest)
    if words[0] in _SHOWN:
        yield 1, []
    if MENTION.fullmatch(rest[0]):
        yield 1, ["for", rest[0]]


def _parts_of_names(rest: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read a name of which only a part is said as its pattern: `key starts with ingest`."""
    said, behind = rest[1].casefold(), rest[2:]
    if said in _BEGINS and behind[0] == "with" and behind[1:]:
        yield 4, [rest[0], f"{behind[1].strip('*')}*"]
    if said in _HOLDS:
        yield 3, [rest[0], f"*{behind[0].strip('*')}*"]


def _contexts(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read `long context` and `over 200k context` as the context window that is longer, which the reports tell apart."""
    for taken in range(min(len(words), 5), 1, -1):
        if found := _CONTEXT.fullmatch(" ".join(words[:taken])):
            yield taken, ["context", "up to 200k tokens" if found["short"] else "200k to 1M tokens"]


def left_out(words: Sequence[str]) -> tuple[int, list[str]] | None:
    """Return what is left out where words say so, and how many words say it; 0 where a name begins with it."""
    lower = [word.casefold() for word in words[:2]]
    if begins := _LEFT.match(lower[0]):
        return 0, [words[0][begins.end() :], *words[1:]]
    taken = 2 if " ".join(lower) in _LEAVING_TOGETHER else int(lower[0] in LEAVING)
    return (taken, list(words[taken:])) if taken else None


def named(rest: Sequence[str]) -> int:
    """Return how many words say together what isn't understood: `last` alone is, `last 24 hours` isn't."""
    words = [word.casefold() for word in rest[:3]]
    if words[0] not in (*_HEADS, *_VERSUS) or len(words) == 1:
        return 1
    return len(words) if words[1].isdecimal() or words[1] == "the" else 2


def _loosely(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read numbers that are only nearly said, and half a year."""
    behind = words[1:] if words[0] in _COUNTED else words
    said = len(words) - len(behind)
    if (months := _M.fullmatch(behind[0] if behind else "")) and int(months[1]):
        yield said + 1, ["last", str(int(months[1])), "months"]
    if behind[:2] == ["half", "year"]:
        yield said + 2, ["last", "6", "months"]
    if behind[:1] == ["few"] and behind[1:2] and behind[1].rstrip("s") in _FEW:
        yield said + 2, _FEW[behind[1].rstrip("s")].split()
    if behind[:1] == ["couple"] and (rest := [one for one in behind[1:3] if one != "of"]):
        yield said + 1 + (behind[1] == "of") + 1, ["last", "2", rest[0]]
    if words[0] in ("rolling", "trailing") and words[1:] and words[1] in _ROLLING:
        yield 2, [_ROLLING[words[1]]]
    if words[0] in ("rolling", "trailing") and len(words) > 2 and words[1].isdecimal() and words[2].startswith("day"):
        yield 3, [f"{words[1]}d"]


def _periods(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    unit = next((one for one in _UNITS if len(words) > 1 and words[1].rstrip("s") == one), "")
    if words[0] in ("next", "coming") and unit not in ("", "day"):
        yield 2, ["this", unit]
    for taken in range(min(len(words), 3), 0, -1):
        if " ".join(words[:taken]) in _EVER:
            yield taken, [f"{MOST_DAYS}d"]
    if words[0] in ("last", "past", "this") and words[1:2] == ["hour"]:
        yield 2, ["today", "by", "hour"]
    behind = words[1:] if words[0] in _COUNTED and len(words) > 1 else words
    if found := _HOURS.fullmatch(behind[0]) or (_HOURS.fullmatch("".join(behind[:2])) if len(behind) > 1 else None):
        taken = len(words) - len(behind) + (1 if found[0] == behind[0] else 2)
        days = -(-int(found[1]) // 24)  # hours end now: so many days before today hold their beginning
        yield taken, ["since", *(["yesterday"] if days < 2 else f"{days} days ago".split()), "by", "hour"]
    yield from ((len(words) - len(behind) + taken, meant) for taken, meant in _months(behind))
    yield from _turned(words)
    yield from _loosely(words)
    yield from _dates(words[0])


def _months(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read a number of months or years, which may mean so many days or calendar months."""
    if len(words) > 1 and words[0].isdecimal() and len(words[0]) < 3 and words[1].startswith(("mon", "year")):
        is_year = words[0] == "12" and words[1].startswith("mon")
        days = int(words[0]) * (365 if words[1].startswith("year") else 30)
        yield 2, ["last", "12", "months"] if is_year else [f"{days}d"]
    if words[0] in ("ttm", "ltm"):
        yield 1, ["last", "12", "months"]


def _turned(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read two days whose later one comes first."""
    for taken in range(1, min(len(words), 7) + 1):
        days = [one.strip() for one in BETWEEN.split(" ".join(words[:taken]).removeprefix("from ").removeprefix("between "))]
        if len(days) == 2 and all(days) and read_period([f"{days[1]}..{days[0]}"]):
            yield taken, [f"{days[1]}..{days[0]}"]


def _dates(word: str) -> Iterator[tuple[int, list[str]]]:
    """Read a date that may be another one, which is asked and never guessed: `3/10` is October first, `Oct-26` a month."""
    if (found := _EITHER.fullmatch(word)) and 1 <= int(found[2]) <= 12:
        yield 1, [f"{int(found[1])}", MONTH_NAMES[int(found[2]) - 1], *([found[3]] if found[3] else [])]
    if (found := _MONTH_OR_DAY.fullmatch(word)) and int(found[2]) < 20 and read_period([found[2], found[1]]):
        yield 1, [found[2], found[1]]
    elif found and read_period([found[1], f"20{found[2]}"]):
        yield 1, [found[1], f"20{found[2]}"]


def _comparisons(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read a comparison with the period before, which every answer has anyway, and one with the same days of another."""
    if words[0] in ("mom", "wow", "qoq"):
        yield 1, []
    if words[0] == "yoy":
        yield 1, ["vs", *YEAR_BEFORE.split()]
    if words[0] == "same" and words[1:2] and words[1] in ("day", "days", "period", "time"):
        yield 2, []  # a period that runs is compared with the same days anyway
    yield from _differences(words)
    for taken in range(min(len(words), 8) if words[0] in _VERSUS else 0, 1, -1):
        said = " ".join(["vs", *words[1:taken]])
        if _BEFORE.fullmatch(said):
            yield taken, []
        if same := _SAME.fullmatch(said):
            yield taken, ["vs", *(YEAR_BEFORE.split() if "year" in same.groups() else ("last", same[1]))]


def _differences(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read `difference between September and October` as a comparison: all from one to the other would be a sum."""
    if words[0] not in _DIFFERS:
        return
    if words[1:2] == ["than"]:
        yield 2, ["vs"]
    begins = 1 + (words[1:2] in (["between"], ["from"], ["of"]))
    ends = range(begins + 1, min(len(words), begins + 5))
    for at in sorted(ends, key=lambda one: words[one] not in _FROM_TO):  # q4 2025 to q1 2026 begins with no q4 alone
        behind = at + (words[at] in _FROM_TO)
        first, second = read_period(words[begins:at]), read_period(words[behind:])
        if first and second and first[1] == at - begins:
            sides = [words[behind : behind + second[1]], words[begins:at]]
            is_turned = first[0][:4].isdecimal() and second[0][:4].isdecimal() and first[0] > second[0]
            is_turned |= first[0] in _RUNNING
            yield behind + second[1], [*sides[is_turned], "vs", *sides[not is_turned]]
    yield 1, []


def _splits(words: Sequence[str], dimensions: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    if words[0] == "who":
        yield 1, ["by", "person"]
    if words[0] in ("which", "what") and words[1:2] and words[1] in dimensions:
        yield 2, ["by", *dimensions[words[1]].split()]
    dimensions = {**dimensions, **(dict.fromkeys(_SPENDERS, "person") if "person" in dimensions else {})}
    if words[0].isdecimal() and words[1:2] and words[1] in _LARGEST and words[2:3] and words[2] in dimensions:
        yield 3, ["top", words[0], "by", dimensions[words[2]]]
    if words[0] in _LARGEST:
        after = 2 if words[1:2] == ["expensive"] else 1
        if words[after : after + 1] and words[after] in dimensions:
            yield after + 1, ["top", "5", "by", dimensions[words[after]]]
    if words[0] == "limit" and words[1:2] and words[1].isdecimal():
        yield 2, ["top", words[1]]
    if words[0] in ("trend", "trends", "history"):
        yield 1, ["by", "day"]
