"""What `/claude-spend report allocation by team 30d` asks for. What is typed and what a button carries are read alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.spend.ask.elsewhere import narrows
from bot.spend.ask.periods import read_period
from bot.spend.reports.model import Wanted
from bot.spend.reports.registry import REPORTS, Report, report_named
from bot.words.similar import closest

_QUOTES = re.compile(r'["“”„]')
_PARTS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class NotRead:
    """A word that makes no sense, and the nearest words that would as they would be typed, "" for none.

    `is_tag`: no workspace has such a tag. `narrows`: it would leave things out, and a report covers everything.
    """

    word: str
    suggestion: str = ""
    is_tag: bool = False
    narrows: bool = False


def read_wanted(words: Sequence[str], tags: Sequence[str] = ()) -> Wanted | NotRead | None:
    """Return what the words ask for, None where they name no report because there are none.

    `tags` are those by which costs can be allocated; where they aren't known any is taken.
    """
    if not words:
        return None
    found = report_named(words)
    if found is None:
        near = closest(words[0].lower(), [one.name for one in REPORTS])
        return NotRead(words[0], " ".join([near, *words[1:]]) if near else "")
    return _read(found[0], list(words[found[1] :]), tags)


def _read(report: Report, rest: list[str], tags: Sequence[str]) -> Wanted | NotRead:
    wanted, named, periods = Wanted(report.name), list[str](), set[str]()
    unknown, meant = "", ""
    while rest:
        found = read_period(rest)
        if found:
            if periods - {found[0]}:
                return NotRead(" ".join(rest[: found[1]]), typed(wanted))
            periods.add(found[0])
            wanted, rest = replace(wanted, period=found[0]), rest[found[1] :]
        elif rest[0].lower() in report.parts:
            if wanted.part not in ("", rest[0].lower()):
                return NotRead(rest[0], typed(wanted))
            wanted, rest = replace(wanted, part=rest[0].lower()), rest[1:]
        elif report.has_tag and not named and (tag := _tag_at(rest, tags)):
            named, rest = rest[slice(*tag)], rest[tag[1] :]
        elif rest[0].lower() in ("in", "for", "of") and read_period(rest[1:]):
            rest = rest[1:]
        elif narrows(rest):
            meant_tag = _with_tag(wanted, " ".join(named), tags) if named else wanted
            return NotRead(" ".join(rest), typed(meant_tag) if isinstance(meant_tag, Wanted) else "", narrows=True)
        elif report.has_tag:
            named += [rest[0]] if rest[0].lower() != "by" or named else []
            rest = rest[1:]
        else:
            taken = 2 if rest[0].lower() == "by" else 1
            unknown = unknown or " ".join(rest[:taken])
            meant, rest = meant or closest(rest[0].lower(), report.parts) or "", rest[taken:]
    if unknown:
        return NotRead(unknown, typed(replace(wanted, part=wanted.part or meant)))
    return _with_tag(wanted, " ".join(named), tags) if named else wanted


def _tag_at(words: Sequence[str], tags: Sequence[str]) -> tuple[int, int] | None:
    """Return from where to where words name a tag, which may be called `product`; what follows `by` is one at any rate."""
    is_by = words[0].lower() == "by"
    known = {_plain(one) for one in tags}
    for skipped in (1, 2) if is_by and [one.lower() for one in words[1:2]] in (["tag"], ["tags"]) else (int(is_by),):
        for end in range(len(words), skipped, -1):
            if _plain(" ".join(words[skipped:end])) in known:
                return skipped, end
    return (1, 2) if is_by and len(words) > 1 and not read_period(words[1:]) else None


def _with_tag(wanted: Wanted, said: str, tags: Sequence[str]) -> Wanted | NotRead:
    if not tags:
        return replace(wanted, tag=said)
    known = {_plain(one): one for one in tags}
    if (found := known.get(_plain(said))) is not None:
        return replace(wanted, tag=found)
    near = closest(_plain(said), known)
    return NotRead(said, typed(replace(wanted, tag=known[near])) if near else "", is_tag=True)


def _plain(tag: str) -> str:
    """Return a tag as people mean it: `Cost-Centre` is `cost_center`."""
    return _PARTS.sub("_", tag.casefold()).strip("_").replace("centre", "center").replace("costcenter", "cost_center")


def typed(wanted: Wanted) -> str:
    """Return what is wanted as it would be typed; `read_wanted` reads it back."""
    tag = " ".join(_QUOTES.sub(" ", wanted.tag).split())
    return " ".join([wanted.name, *([wanted.part] if wanted.part else []), wanted.period, *([f'by "{tag}"'] if tag else [])])
