"""Dates as they are written elsewhere, in the spelling that `periods.py` reads. Pure.

German, French and Spanish months and
phrases, `03.10.2026`, `2026/10/03`, `10/2026`, `10.2026`, `Nov'26`, `3Q26`. Where the day and the month could each be
either, as in `3/10/2026`, nothing is changed: a date is not guessed.
"""

import re
from collections.abc import Callable

from bot.spend.ask.spans import MONTH_NAMES

_MONTHS = {
    "january": "januar janvier janv enero",
    "february": "februar février fevrier févr febrero",
    "march": "märz maerz mrz mars marzo",
    "april": "avril avr abril",
    "may": "mai mayo",
    "june": "juni juin junio",
    "july": "juli juillet juil julio",
    "august": "août aout agosto",
    "september": "septembre septiembre",
    "october": "oktober octobre okt octubre",
    "november": "novembre noviembre",
    "december": "dezember dez décembre decembre déc diciembre",
}
_IN_ENGLISH = {elsewhere: month for month, names in _MONTHS.items() for elsewhere in names.split()}
_PHRASES = {
    "today": "heute|aujourd'hui|aujourd’hui|hoy",
    "yesterday": "gestern|vor einem tag|vor 1 tag|hier|ayer",
    "2 days ago": "vorgestern|avant-hier|anteayer",
    "this week": "diese woche|cette semaine|esta semana",
    "last week": "letzte woche|vor einer woche|vorwoche|vorige woche"
    "|la semaine dernière|semaine dernière|la semana pasada|semana pasada",
    "mtd": "diesen monat|laufender monat|aktueller monat|seit monatsbeginn|seit monatsanfang|dieser monat|ce mois|ce mois-ci"
    "|este mes",
    "last month": "letzten monat|vor einem monat|vormonat|letzter monat"
    "|le mois dernier|mois dernier|el mes pasado|mes pasado",
    "this quarter": "dieses quartal|laufendes quartal|aktuelles quartal|ce trimestre|este trimestre",
    "last quarter": "letztes quartal|le trimestre dernier|trimestre dernier|el trimestre pasado|trimestre pasado",
    "ytd": "dieses jahr|seit jahresbeginn|seit jahresanfang|cette année|este año",
    "last year": "letztes jahr|vorjahr|l'année dernière|l’année dernière|el año pasado",
}
_PHRASES_IN_ENGLISH = {said: period for period, phrases in _PHRASES.items() for said in phrases.split("|")}
_UNITS = {
    "tage": "days", "tagen": "days", "woche": "week", "wochen": "weeks", "monat": "month", "monate": "months",
    "monaten": "months", "quartal": "quarter", "quartale": "quarters", "quartalen": "quarters", "jahr": "year",
    "letzte": "last", "letzten": "last", "letztes": "last", "zwischen": "between", "und": "and",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = r"(?P<year>\d{4}|[23]\d)"


def _iso(found: re.Match[str]) -> str:
    """Return what was found as ISO 8601 would write it, and as it is where no such month is."""
    parts = found.groupdict()
    day, month, year = parts.get("day"), int(parts["month"]), parts.get("year")
    if parts.get("either"):
        day = parts["either"]
        if (month > 12) == (int(day) > 12) and month != int(day):
            return found[0]
        day, month = (str(month), int(day)) if month > 12 else (day, month)
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31):
        return found[0]
    year = f"20{year}" if year and len(year) == 2 else year
    return "-".join([*([year] if year else []), f"{month:02}", *([f"{int(day):02}"] if day else [])])


def _numbered(found: re.Match[str]) -> str:
    year = found["year"]
    return found["name"] + (f" {year if len(year) == 4 else f'20{year}'}" if year else "")


def _named(found: re.Match[str]) -> str:
    return f"{found['day']} {_numbered(found)}"


def _turned(found: re.Match[str]) -> str:
    year = found["year"]
    return f"{found['unit']}{found['number']}" + (f" {year if len(year) == 4 else f'20{year}'}" if year else "")


def _both_dotted(found: re.Match[str]) -> str:
    if int(found["first"]) > int(found["last"]):  # of two months, of which only one is said
        return found[0]
    behind = f".{found['month']}.{found['year'] or ''}"
    return f"{found['first']}{behind} - {found['last']}{behind}"


_ELSEWHERE = (
    (re.compile(r"\b([1-4])\. quarter\b"), r"q\1"),
    (re.compile(r"\b([12])\. halbjahr\b"), r"h\1"),
    (re.compile(r"^vor (\d{1,3}) (days?|weeks?|months?|quarters?)$"), r"\1 \2 ago"),
    (re.compile(r"^(?:die|den|dem|das|im|am|en) (?=\w)"), ""),
)
"""What is said in another order, or with a word more, once its words are in English."""
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r"(?<![\w.])(?P<first>\d{1,2})\. ?[-–] ?(?P<last>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|[23]\d)?(?!\w)"
        ),
        _both_dotted,
    ),
    (re.compile(r"(?<![\w.])(?P<day>\d{1,2})\. ?[-–] ?(?=\d{1,2}\. [a-z]{3})"), lambda found: f"{found['day']}-"),
    (re.compile(r"(?<![\w.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?:(?P<year>\d{4}|[23]\d)\b|(?![\w.]))"), _iso),
    (re.compile(r"(?<![\w./-])(?P<year>\d{4})/(?P<month>\d{1,2})(?:/(?P<day>\d{1,2}))?(?![\w/])"), _iso),
    (re.compile(r"(?<![kw] )(?<![kw]\. )(?<![\w./-])(?P<month>\d{1,2})[/.-](?P<year>\d{4})(?![\w/-])"), _iso),
    (re.compile(r"(?<![\w./-])(?P<either>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?(?![\w/])"), _iso),
    (re.compile(r"(?<![\w./-])(?P<either>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})(?![\w/-])"), _iso),
    (re.compile(rf"(?<![\w./-])(?P<day>\d{{1,2}})[-.](?P<name>[a-z]{{3,9}})(?:[-.]{_YEAR})?(?![\w/-])"), _named),
    (re.compile(rf"\b(?P<name>[a-z]{{3,9}})(?:-(?=\d{{4}})| ?['’]){_YEAR}\b"), _numbered),
    (re.compile(rf"\b(?P<name>[qh][1-4]) ?['’/]?{_YEAR}\b(?!-)"), _numbered),
    (re.compile(rf"(?<![\w.])(?P<number>[1-4])(?P<unit>q)(?:['’ ]?{_YEAR})?\b"), _turned),
    (re.compile(rf"(?<![\w.])(?P<number>[12])(?P<unit>h)['’ ]?{_YEAR}\b"), _turned),
    (re.compile(r"(?<![\w./-])(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?![\w./-])"), _iso),
    (re.compile(r"(?<![\w.])(?P<day>\d{1,2})(?:\. ?| de |er )(?=[a-z]{3})"), lambda found: f"{found['day']} "),
    (re.compile(r"(?<=[a-z]) de (?=20\d\d)"), lambda _: " "),
)
_SLASHED = re.compile(r"(?<![\w./-])(0?[1-9]|[1-3]\d)/(0?[1-9]|[1-3]\d)(/\d{4})?(?![\w/])")
_BEGINS = re.compile(r"^(?:(?P<since>seit|depuis|desde)|vom|du|del) (?:(?:el|le|dem) )?(?=\w)")
_FROM_TO = re.compile(r"(?<![\w-])((?:\d{4}-)?\d\d-\d\d)-((?:\d{4}-)?\d\d-\d\d)(?![\w-])")


def spelled_here(text: str) -> str:
    """Return a period in lower case with its dates in the spelling that is read."""
    text = _PHRASES_IN_ENGLISH.get(text, text)
    text = _alike(_BEGINS.sub(lambda found: "since " if found["since"] else "from ", text))
    text = _WORD.sub(lambda found: _IN_ENGLISH.get(found[0]) or _UNITS.get(found[0], found[0]), text)
    for typed, meant in _ELSEWHERE:
        text = typed.sub(meant, text)
    for form, spelled in _FORMS:
        text = form.sub(spelled, text)
    return _FROM_TO.sub(r"\1 - \2", text)


def _alike(text: str) -> str:
    """Return a text in which dates that could each be two are read as the one beside them: `10/1/2026 - 10/31/2026`."""
    found = _SLASHED.findall(text)
    is_day_first, is_month_first = (any(int(one[at]) > 12 for one in found) for at in (0, 1))
    if is_day_first == is_month_first:
        return text
    day, month = (1, 2) if is_day_first else (2, 1)
    return _SLASHED.sub(
        lambda one: f"{one[day]} {MONTH_NAMES[int(one[month]) - 1]} {(one[3] or '').strip('/')}".strip(), text
    )
