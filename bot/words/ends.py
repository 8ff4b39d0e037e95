"""When something ends, found among other words that somebody typed. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.words.counts import NUMBER_WORDS
from bot.words.dates import FULL_MONTHS, months_later, read_day
from bot.words.durations import MONTHS_IN, SECONDS_IN, read_duration
from bot.words.unreadable import Unreadable

_UNTIL = frozenset({"until", "till", "til", "through", "thru", "ends", "ending", "expires", "expiring", "bis"})
_SAYS_UNTIL = frozenset(
    "untill unitl untli while whilst temporarily temporary hasta jusqu'au jusqu'à jusque fino até tot".split()
)
"""Other words that say that something ends: slips, other languages, and what ends when something else does."""
_WAS = frozenset("unused used idle inactive dead silent traffic calls requests".split())
"""Shortly behind one of these a length says how long something was, as in `unused for 90 days`."""
_LOOKS_LIKE_A_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./]([0-9]{2}){1,2}")
_NUMBERS = {"a": 1, "an": 1} | NUMBER_WORDS
_LOOKS_LIKE_A_LENGTH = re.compile(
    r"(?:(?:the|only|just|about|max|another|up to|at most) )*"
    rf"(?:(?:[0-9][0-9.,]*+|this|next|coming|few|couple|several|some|half|{'|'.join(_NUMBERS)})(?: of)?[ -]?)+"
    rf"(?:{'|'.join((*SECONDS_IN, *MONTHS_IN))}|quarters?|while|bit)"
    r"|now|today|tonight|tomorrow|the time being"
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday tue tues wed thu thurs fri sat sun".split())
_SAYS_A_DAY = _WEEKDAYS | frozenset("today tonight tomorrow eod eow eom eoy".split())
_MONTHS = frozenset(name for month in FULL_MONTHS for name in (month, month[:3], month[:4]))
_OF_A_MONTH = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th|\.)?")
_END_OF = re.compile(r"(?:end of (?:the |this |next )*|this |next )(?:day|week|month|quarter|year)(?!\S)")
_TIME = re.compile(r"(?:at )?(?:[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|h|uhr)|[0-9]{1,2}:[0-9]{2}|noon|midnight)")
_MOST_WORDS = 5
_OTHERWISE = ("m", "s")
"""Units that mean something else by themselves, such as millions."""
_SOME_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SOME_UNIT = "|".join((*SECONDS_IN, *MONTHS_IN))
_MAY_SAY_WHEN = re.compile(
    "|".join(
        (
            r"(?<!\w)(?:until|till?|end(?:s|ing)?|expir(?:es|ing|y)|ends_on)[:=]",  # until=2026-12-01
            r"[(\[\"'](?:until|till?|through|ends|ending|expires|expiring)(?!\w)",
            r"(?<![\w.-])(?:[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}|20[0-9]{2}[01][0-9][0-3][0-9])(?![0-9.-])",  # 31-12-2026
            r"(?<![\w.$€-])(?:[0-3]?[0-9]\.[01]?[0-9]\.|[0-3][0-9](?:/[0-3][0-9]|\.(?:0[1-9]|1[0-2])))(?![\w.-])",  # 31.12.
            rf"(?<![\w-])[0-9]{{1,2}}(?:st|nd|rd|th|[–-][0-9]{{1,2}}\.? (?:{_SOME_MONTH}))(?![\w-])",  # 5–9 Dec
            rf"(?<![\w-])(?:for|in|during|all|all of|over|throughout) (?:{_SOME_MONTH})(?![\w-])",
            rf"(?<![\w-])(?:{_SOME_MONTH}) only(?![\w-])",
            rf"(?<!last )(?<!past )(?<![\w-])(?:[0-9]+|{'|'.join(_NUMBERS)})-(?:{_SOME_UNIT})(?![\w-])",  # a two-week trial
            r"(?<![\w-])(?:during|fortnight|weekend|temp|interim|short[ -]term|limited time|as long as|christmas|xmas|easter"
            r"|q[1-4]|wochen?|tagen?|monaten?|jahren?|semaines?|jours?|mois|semanas?|d[ií]as?|meses|settiman[ae]|giorni|mesi"
            r"|weken|dagen|maanden|pendant|durante|до)(?![\w-])",
            r"(?<![\w-])(?:for|at|by|to|before) (?:the |this |our )?(?:year|quarter|month|week)[ -]?end(?![\w-])",
            rf"(?<![\w-])for (?:the |this )?(?:{_SOME_UNIT}|quarter|night|morning|afternoon|evening|holidays?|summer"
            r"|winter|new year|(?:a )?(?:short|some|limited) (?:time|period)|(?:rest|duration|course|time) of)(?![\w-])",
            rf"(?<![\w-])(?:rest|whole) of (?:the |this )?(?:{_SOME_UNIT}|quarter|{_SOME_MONTH})(?![\w-])",
            rf"(?<![\w-])(?:(?:{'|'.join(NUMBER_WORDS)}) (?:(?:working|business) )?|[0-9]+ (?:working|business) )"
            rf"(?:{_SOME_UNIT})(?![\w-])",
            r"(?<![\w-])(?:after|within) [0-9]+ (?:days|weeks|months)(?![\w-])",
            rf"(?<![\w-])(?:early|mid|end|ende|late)[ -](?:{_SOME_MONTH})(?![\w-])",
            r"[0-9一二两三四五六七八九十半几] ?[年月日週天周년월일주]|まで|까지",
        )
    )
)
"""What may say when something ends, in spellings and languages that nothing here reads."""
_LEADS_TO = frozenset("on from since of the a by at after before starting starts last every each".split())
"""Words before a day that say something else of it than that it is the last one, or may."""
_PACE = frozenset({"last", "past", "previous", "every", "each", "per", "within", "after"})
"""Words after which a length of time is none of what is asked for."""


@dataclass(frozen=True)
class Ending:
    """What was typed about an end: the day, and the words around it.

    `is_sure`: the words say that it ends then, or nothing of an end. Otherwise somebody has to look.
    """

    day: date | None
    rest: tuple[str, ...]
    is_sure: bool = True
    time: str = ""
    """The time of that day, as it was typed: what ends, ends with its whole last day."""


def find_end(words: Sequence[str], today: date) -> Ending:
    """Find `until 1 Dec`, `for 2 weeks`, `3 days` or a day by itself, wherever it stands; what isn't read stays in `rest`.

    `for` without a length of time is a word like others. Unsure are `until` without a day that can be read, a length that
    can't be, `temporarily`, `bis Freitag`, a day without `until`, a length without `for`, months, whose length differs, and
    a time of the day.
    """
    for at, word in enumerate(words):
        if word.casefold() in _UNTIL:
            found = _day_at(words, at + 1, today)
            return found or Ending(None, tuple(words), is_sure=False)
        if word.casefold() == "for" and (found := _length_at(words, at + 1, today)):
            return found
        if _plain(word).replace("’", "'") in _SAYS_UNTIL:
            return Ending(None, tuple(words), is_sure=False)
    for at, word in enumerate(words):
        if _LOOKS_LIKE_A_DAY.fullmatch(word.strip(",.;")):
            found = _day_at(words, at, today)
            return Ending(found.day if found else None, found.rest if found else tuple(words), is_sure=False)
    by_itself = (found for at in range(len(words)) if (found := _span_at(words, at, today) or _said_at(words, at, today)))
    said = " ".join(words).casefold().replace("’", "'")
    return next(by_itself, Ending(None, tuple(words), is_sure=not _MAY_SAY_WHEN.search(said)))


def speaks_of_end(words: Sequence[str], today: date) -> bool:
    """Tell whether words say that something ends, in a way that is read or not; a day by itself says nothing of an end."""
    for at, word in enumerate(words):
        if _plain(word).replace("’", "'") in _SAYS_UNTIL:
            return True
        leads = word.casefold() in _UNTIL or (word.casefold() == "for" and _length_at(words, at + 1, today))
        if leads and not _WAS & {_plain(one) for one in words[max(at - 3, 0) : at]}:
            return True
    return False


def _said_at(words: Sequence[str], at: int, today: date) -> Ending | None:
    """Find a day that words say by themselves: `tomorrow`, `Friday`, `15 Dec`. What `on Friday` means isn't known."""
    before, here, after = (_plain(words[near]) if 0 <= near < len(words) else "" for near in (at - 1, at, at + 1))
    is_month = here in _MONTHS and any(_OF_A_MONTH.fullmatch(one) for one in (before, after))
    if not (is_month or here in _SAYS_A_DAY or _END_OF.match(" ".join(map(_plain, words[at : at + 4])))):
        return None
    start = at - 1 if _OF_A_MONTH.fullmatch(before) or before in ("next", "this") else at
    start -= bool(start and _plain(words[start - 1]) in _WEEKDAYS)
    is_alone = start == 0 or _plain(words[start - 1]) not in _LEADS_TO
    found = _day_at(words, start, today) if is_alone else None
    # What is over or has another day beside it, as in `Monday to Friday`, says something else than when it ends.
    is_end = found is not None and found.day is not None and found.day >= today and not _is_day_in(found.rest, today)
    return replace(found, is_sure=False) if found and is_end else Ending(None, tuple(words), is_sure=False)


def _is_day_in(words: Sequence[str], today: date) -> bool:
    return any(_said_at(words, at, today) for at in range(len(words)))


def _span_at(words: Sequence[str], at: int, today: date) -> Ending | None:
    """Find a length by itself, such as `3 days`, `2w` or `for three months`; what it says of an end is never sure."""
    before, here, after = (_plain(words[near]) if 0 <= near < len(words) else "" for near in (at - 1, at, at + 1))
    together = re.fullmatch(r"([0-9]{1,3})([a-z]+)", here)
    number, unit = together.groups() if together else (here, after)
    count = int(number) if number.isdecimal() and len(number) < 4 else _NUMBERS.get(number, 0) if before == "for" else 0
    length, months = timedelta(seconds=SECONDS_IN.get(unit, 0)), MONTHS_IN.get(unit, 0)
    if not count or before in _PACE or unit in _OTHERWISE or not (length or months):
        return None
    if length % timedelta(days=1):
        return Ending(None, tuple(words), is_sure=False)
    day = months_later(today, count * months) if months else today + count * length
    rest = (*words[: at - (before == "for")], *words[at + (1 if together else 2) :])
    return Ending(day, rest, is_sure=False)


def _plain(word: str) -> str:
    return word.casefold().strip(",.;")


def _day_at(words: Sequence[str], start: int, today: date) -> Ending | None:
    for stop in range(min(len(words), start + _MOST_WORDS), start, -1):
        typed = " ".join(words[start:stop])
        day = _read(typed.strip(",;"), today) or _read(typed.strip(",.;"), today)
        if day is None:
            continue
        if words[stop : stop + 1] and words[stop].casefold() in ("next", "this"):  # Friday next week
            return None
        before = start - 1 if start and words[start - 1].casefold() in (*_UNTIL, "for", "to") else start
        time = _time_at(words, stop)
        return Ending(day, (*words[:before], *words[stop + time :]), not time, " ".join(words[stop : stop + time]))
    return None


def _read(text: str, today: date) -> date | None:
    try:
        return read_day(text, today)
    except Unreadable:
        return None


def _time_at(words: Sequence[str], start: int) -> int:
    """Return how many words from there on say a time of the day."""
    said = [_plain(word) for word in words[start : start + 3]]
    return next((taken for taken in range(len(said), 0, -1) if _TIME.fullmatch(" ".join(said[:taken]))), 0)


def _length_at(words: Sequence[str], start: int, today: date) -> Ending | None:
    looks_like_one = False
    for stop in range(min(len(words), start + _MOST_WORDS), start, -1):
        said = [word.casefold() for word in words[start:stop]]
        looks_like_one = looks_like_one or bool(_LOOKS_LIKE_A_LENGTH.fullmatch(" ".join(said).strip(",.;")))
        try:
            length = read_duration(" ".join([str(_NUMBERS.get(said[0], said[0])), *said[1:]]).strip(",.;"))
        except Unreadable:
            continue
        is_whole = not length % timedelta(days=1)
        day = today + length if is_whole else None
        return Ending(day, (*words[: start - 1], *words[stop:]) if is_whole else tuple(words), is_sure=is_whole)
    if not looks_like_one:
        return None
    return _span_at(words, start, today) or Ending(None, tuple(words), is_sure=False)
