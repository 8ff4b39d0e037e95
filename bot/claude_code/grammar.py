"""What `/claude-code 30d by tool` asks for. Words may come in any order; one that isn't understood is named. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.claude_code.model import BYS, By, CodeQuery
from bot.slack.markup import Markup
from bot.spend.ask.elsewhere import is_by_time, narrows
from bot.spend.ask.idioms import idioms, left_out, named
from bot.spend.ask.periods import MONTH_NAMES, read_period
from bot.spend.ask.words import FILLERS
from bot.spend.model import PERIODS
from bot.words.similar import closest

MINE, DIGEST = ("me", "mine", "my"), "digest"
_MINE = [[one] for one in MINE]
_BY = {typed: one for one in BYS for typed in one.typed}
_FILLERS = FILLERS | {"it", "uses", "using", "code", "cost", "costs", "spend", "usage", "rate"}
_SHOWN = frozenset(
    "sessions|lines|commits|pull requests|prs|cost|costs|tokens|seats|newcomers|leavers|per commit|per line|per session"
    "|accepted lines|active|joined|stopped|left|new|top|most".split("|")
)
"""What the table of people has a column of, or its sentence names."""
_MEANT: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(
        "edit|edits|multiedit|write|notebookedit|edit tool|write tool|rejected|accepted|rejections|acceptance".split("|"),
        ("by", "tool"),
    ),
    **dict.fromkeys(
        "vscode|vs code|cursor|tmux|iterm|jetbrains|intellij|pycharm|zed|windsurf".split("|"), ("by", "terminal")
    ),
    **dict.fromkeys(("weekly", "schedule", "subscribe", "summary", "report"), (DIGEST,)),
}
"""What says no word of a question, and what tells it."""
_OF_FILES = frozenset({"csv", "export", "excel", "xlsx", "download", "file"})
_FILES: Markup = "Every answer has a *CSV* button below it."
_OF_NO_REPORT = frozenset({"bash", "language", "languages", "duration", "durations"})
"""What the answer by tool says that the report doesn't tell, and who does."""
_ALIKE = 0.7
"""How much a word must be like the one that was probably meant."""
_KNOWN = (*PERIODS, *MONTH_NAMES, *_BY, *MINE, "by", DIGEST)


@dataclass(frozen=True)
class NotUnderstood:
    """A word that makes no sense: what was understood before it, and the nearest thing to type that makes sense.

    `is_second`: it makes sense, but contradicts what was read before it. `why` says why no answer tells it.
    """

    understood: tuple[str, ...]
    unknown: str
    suggestion: str | None = None
    is_second: bool = False
    why: Markup = ""


@dataclass(frozen=True)
class _Read:
    """One part of a query, and how many words said it."""

    what: str
    value: str | By | bool
    taken: int
    said: str = ""


def parse_query(words: Sequence[str]) -> CodeQuery | NotUnderstood:
    """Read the words after the command; without any it is the last 30 days by person."""
    found = _read_all(words)
    if isinstance(found, CodeQuery):
        return found
    reads, at, second = found
    understood = [one.said for one in reads]
    meant = ([word for word in one if word.casefold() not in _FILLERS] for one in _nearest(words, at, second))
    suggestion = next((one for one in meant if one and _makes_sense(one)), None)
    said = None if suggestion is None else " ".join(suggestion)
    why: Markup = "" if second else _why(words[at:])
    taken = second.taken if second else _width(words, at) + _dropped(words[at + _width(words, at) :], suggestion)
    return NotUnderstood(tuple(understood), " ".join(words[at : at + taken]), said, second is not None, why)


def _dropped(behind: Sequence[str], suggestion: Sequence[str] | None) -> int:
    """Return how many words behind what isn't understood are missing in what is suggested, and so are to be named, too."""
    kept = {word.casefold() for word in suggestion or ()}
    said = (at for at, one in enumerate(behind) if one.casefold() in {*kept, *_FILLERS} or _read(behind[at:]))
    return next(said, len(behind)) if suggestion else 0


def _why(words: Sequence[str]) -> Markup:
    """Return why no answer tells what the words begin with, "" where there is no such reason."""
    if is_by_time(words):
        return "I split Claude Code by day, not by longer or shorter times."
    if _is_of_no_report(words):
        return "The report doesn't tell it. The answer *by tool* says what does."
    if words[0].casefold() in _OF_FILES:
        return _FILES
    return "Claude Code's figures can't be narrowed or compared in other ways." if narrows(words) else ""


def _is_of_no_report(words: Sequence[str]) -> bool:
    what = words[1:2] if words[0].lower() == "by" else words[:1]
    return {word.casefold() for word in what} <= _OF_NO_REPORT and bool(what)


def _makes_sense(words: Sequence[str]) -> bool:
    return list(words) == [DIGEST] or isinstance(_read_all(words), CodeQuery)


def _width(words: Sequence[str], at: int) -> int:
    """Return how many words say together what isn't understood."""
    return 2 if words[at].lower() == "by" else named(words[at:])


def _read_all(words: Sequence[str]) -> CodeQuery | tuple[list[_Read], int, _Read | None]:
    reads, at = list[_Read](), 0
    while at < len(words):
        found = _read(words[at:])
        if found is None and words[at].casefold() in _FILLERS:
            at += 1
            continue
        if found is None or any(one.what == found.what and one.value != found.value for one in reads):
            return reads, at, found
        reads.append(replace(found, said=" ".join(words[at : at + found.taken]).lower()))
        at += found.taken
    values = {one.what: one.value for one in reads}
    usual = CodeQuery()
    period, by = values.get("period", usual.period), values.get("by", usual.by)
    assert isinstance(period, str)  # noqa: S101 - as `_read` makes them
    assert isinstance(by, By)  # noqa: S101
    return CodeQuery(period, by, bool(values.get("mine", False)))


def _read(words: Sequence[str]) -> _Read | None:
    first = words[0].lower()
    for skipped in (0, first in ("for", "of", "by")):
        if [word.lower() for word in words[skipped : skipped + 1]] in _MINE:
            return _Read("mine", True, 1 + skipped)
    for skipped in (0, 1):
        if skipped and first not in ("in", "for", "of"):
            break
        if words[skipped:] and (period := read_period(words[skipped:])):
            return _Read("period", period[0], period[1] + skipped)
    if first == "by" and len(words) > 1:
        return _Read("by", _BY[words[1].lower()], 2) if words[1].lower() in _BY else None
    return _Read("by", _BY[first], 1) if first in _BY else None


def _nearest(words: Sequence[str], at: int, second: _Read | None) -> Iterator[list[str]]:
    """Yield what may have been meant, best first: the word that is most like it, then everything without it."""
    before = list(words[:at])
    if second is not None:
        yield [*before, *words[at + second.taken :]]
        return
    for taken, meant in idioms(words[at:], {typed: one.name for typed, one in _BY.items()}):
        yield [*before, *meant, *words[at + taken :]]
    if is_by_time(words[at:]):
        yield [*before, "by", "day", *words[at + 2 :]]
    if _is_of_no_report(words[at:]):
        yield [*before, "by", "tool", *words[at + _width(words, at) :]]
    if words[at].casefold() in ("vs", "versus", "against") and (period := read_period(words[at + 1 :])):
        rest = words[at + 1 + period[1] :]
        yield from ([*before, *rest], [*before, *_readable(rest)])  # it is always compared, with the period before
    yield from _told_by(words, at)
    for skipped, taken, known in ((1, 2, _BY),) if words[at].lower() == "by" else ((0, 2, _KNOWN), (0, 1, _KNOWN)):
        wrong, rest = " ".join(words[at + skipped : at + taken]).lower(), list(words[at + taken :])
        if near := closest(wrong, known, _ALIKE):
            meant = ["by", _BY[near].name] if near in _BY else near.split()
            yield [*before, *meant, *rest]
            yield [*before, *meant]
    if rest := [*before, *words[at + _width(words, at) :]]:
        yield rest
    if not left_out(words[at:]):  # without what says so it would be another question
        yield [*before, *_readable(words[at:])]


def _told_by(words: Sequence[str], at: int) -> Iterator[list[str]]:
    """Yield the split that tells what the words name, where none is asked for."""
    for taken in (2, 1):
        said, rest = " ".join(words[at : at + taken]).casefold(), [*words[:at], *words[at + taken :]]
        meant = ("by", "person") if said in _SHOWN else _MEANT.get(said, ())
        if list(meant) == [DIGEST]:
            yield [DIGEST]
        elif meant:
            kept = [*words[:at], *_readable(words[at + taken :])]
            is_split = any(word.casefold() in _BY for word in kept)
            yield from ((kept, rest) if is_split else ([*meant, *kept], [*meant, *rest]))


def _readable(words: Sequence[str]) -> list[str]:
    """Return those words that make sense by themselves."""
    found, at = list[str](), 0
    while at < len(words):
        read = _read(words[at:])
        found += words[at : at + read.taken] if read else []
        at += read.taken if read else 1
    return found


def words_of(query: CodeQuery) -> str:
    """Return a query as it would be typed; `parse_query` reads it back."""
    return f"{query.period} by {query.by.name}{' me' if query.mine else ''}"
