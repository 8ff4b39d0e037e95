"""What is said of limits and their busiest minutes: the tightest, what else explains refusals, what isn't known. Pure."""

from decimal import Decimal

from bot.kinds.limits.groups import LIMITERS
from bot.kinds.limits.peaks.build import NEAR, WINDOWS, LimitFigures, Line, used_of
from bot.kinds.limits.peaks.model import Peak
from bot.slack.markup import Markup, bold, code, date, escape, within_bold
from bot.words.counts import exact_count
from bot.words.own import Own
from bot.words.wording import listed, number, plural, share

_IN_WORDS, _OTHERS, _FEW = 3, 3, 6
_LONGEST = WINDOWS[-1][1]


def headline(figures: LimitFigures) -> Markup:
    """Return the answer in its first sentence, below what is shut whatever the traffic is."""
    shut: list[Markup] = [bold(f"{line.group.name}, {LIMITERS[line.limiter][0]}") for line in figures.shut]
    if not shut:
        return _busiest(figures)
    limits: Markup = f"{listed(shut, most=3)}: the limit is 0, so each request fails with error 429."
    return f"⚠️ {limits}\n{_busiest(figures)}"


def _busiest(figures: LimitFigures) -> Markup:
    where: Markup = within_bold(figures.workspace_name) if figures.workspace_name else "the organization"
    if not figures.lines:
        return f"The Claude API shows no rate limits of models for *{where}*."
    if not any(line.group.models for line in figures.lines):
        return f"*Rate limits of {where}*: no report tells their traffic by minute, so I can't say how near it came."
    if figures.as_of is None:
        return f"*Rate limits of {where}*: I don't know its traffic by minute yet. That isn't zero: I'm still reading it."
    line = figures.tightest
    if line is None and any(one.change and one.peaks is None and one.group.models for one in figures.lines):
        return (
            f"*Rate limits of {where}*: they changed lately, and I don't know the traffic since then yet. That isn't zero."
        )
    if line is None or line.peak is None or line.used is None:
        return f"*Rate limits of {where}*: no traffic{_by_whom(figures)} in the hours that I know."
    what = f"{line.group.name}, {LIMITERS[line.limiter][0]}"
    sign: Markup = "⚠️ " if line.used >= NEAR else ""
    reached = f"reached {escape(share(line.used))} of {bold(what)}"
    known: Markup = "known " if figures.missing else ""
    whose: Markup = "Your busiest key" if figures.level == "key" else f"The busiest {known}minute of the last {_LONGEST}"
    return f"{sign}*Rate limits of {where}*: {whose} {reached}, {_peak_in_words(figures, line.peak)}"


def _by_whom(figures: LimitFigures) -> Markup:
    return " of your keys" if figures.level == "key" else ""


def _peak_in_words(figures: LimitFigures, peak: Peak) -> Markup:
    """Return a peak with when it was and which key drove it."""
    key, said = driver(figures, peak), exact_count(peak.value)
    part: Markup = f" by {code(key)}" if key else ""
    if key and figures.level != "key":
        part = f", most of it by {code(key)} ({escape(share(Decimal(peak.driver_value) / peak.value))})"
    return f"{said} ({date(peak.minute)}){part}."


def driver(figures: LimitFigures, peak: Peak) -> str:
    """Return the name of the key that drove a peak, "" where there was none."""
    return figures.names.get(peak.driver, peak.driver)


def about(figures: LimitFigures) -> list[Markup]:
    """Return the peaks of shorter times and of other limits, limits that are nearer elsewhere, and the tier."""
    line = figures.tightest
    lines: list[Markup] = _shorter(figures, line) if line is not None else []
    if figures.asked.group_ids and len(figures.lines) <= _FEW:
        lines.extend(_other(figures, one) for one in figures.lines if one is not line and one.used)
    if line is not None and line.headroom is not None and line.headroom <= 0:
        lines.append("Requests above the limit fail with error 429.")
    elif line is not None and line.used is not None and line.used >= NEAR:
        lines.append("Refused requests aren't in the report and short bursts count, so 429 may come below 100 %.")
    lines.extend(_changed(figures))
    lines.extend(_elsewhere(figures))
    if figures.tier:
        lines.append(f"These limits look like the tier *{figures.tier}*. That is a guess: the API doesn't name it.")
    return lines


def _changed(figures: LimitFigures) -> list[Markup]:
    """Return the limits that were seen to change, the newest first, with how near what they were before was."""
    changed = sorted((line for line in figures.lines if line.change), key=_changed_at, reverse=True)
    said: list[Markup] = [_was(figures, line) for line in changed[:_OTHERS]]
    if len(changed) > _OTHERS:
        said.append(f"{plural(len(changed) - _OTHERS, 'more limit')} changed in the last {_LONGEST}.")
    return said


def _changed_at(line: Line) -> float:
    return line.change.at.timestamp() if line.change else 0.0


def _was(figures: LimitFigures, line: Line) -> Markup:
    change, peak = line.change, figures.before.get(line.at)
    if change is None:
        return ""
    what, limit = bold(f"{line.group.name}, {LIMITERS[line.limiter][0]}"), _limit_in_words(line.limit)
    before, seen = _limit_in_words(change.before), date(change.at)
    said: Markup = f"{what}: I saw this limit change from {before} to {limit} ({seen}), and compare with it from then on."
    used = used_of(peak.value, change.before) if peak else None
    if peak is None or used is None:
        return said
    sign: Markup = "⚠️ " if used >= NEAR else ""
    whose: Markup = "your busiest key" if figures.level == "key" else "the busiest known minute"
    return f"{sign}{said} Before, {whose} reached {escape(share(used))}, {_peak_in_words(figures, peak)}"


def _limit_in_words(limit: int | None) -> Markup:
    none: Markup = "no limit"
    return none if limit is None else exact_count(limit)


def _shorter(figures: LimitFigures, line: Line) -> list[Markup]:
    """Return the peaks of the times in which the busiest minute of all isn't."""
    found: dict[Peak | None, list[Own]] = {}
    for name, words, _ in reversed(WINDOWS):
        if name in (line.peaks or {}) and (line.peaks or {})[name] != line.peak:
            found.setdefault((line.peaks or {})[name], []).append(words)
    said = list[Markup]()
    for peak, times in found.items():
        said.append(f"• Last {listed(times)}: {_reached(figures, line, peak)}")
    return said


def _other(figures: LimitFigures, line: Line) -> Markup:
    what = f"{line.group.name}, {LIMITERS[line.limiter][0]}"
    return f"• {escape(what)}: {_reached(figures, line, line.peak)}"


def _reached(figures: LimitFigures, line: Line, peak: Peak | None) -> Markup:
    used = used_of(peak.value, line.limit) if peak else None
    if peak is None or used is None:
        return f"no traffic{_by_whom(figures)}."
    return f"{escape(share(used))}, {_peak_in_words(figures, peak)}"


def _elsewhere(figures: LimitFigures) -> list[Markup]:
    """Return the limits that were nearly reached elsewhere, which explain refusals that these limits don't."""
    found: list[Markup] = []
    for place, line in figures.others[:_OTHERS]:
        part = escape(share(line.used or Decimal(0)))
        what = bold(f"{line.group.name}, {LIMITERS[line.limiter][0]}")
        said: Markup = f"⚠️ All workspaces together reached {part} of {what}, which they share"
        if place.workspace_id:
            said = f"⚠️ {bold(place.name)} reached {part} of its own limit for {what}"
        found.append(f"{said}, {_peak_in_words(figures, line.peak)}" if line.peak else f"{said}.")
    if len(figures.others) > _OTHERS:
        found.append(f"{plural(len(figures.others) - _OTHERS, 'more limit')} of workspaces came as near.")
    return found


def tight_in_words(figures: LimitFigures) -> list[Markup]:
    """Return the tightest limits for those who hear the answer."""
    said: list[Markup] = [
        escape(f"{line.group.name}, {LIMITERS[line.limiter][0]}: {exact_count(line.limit)}, headroom {share(line.headroom)}")
        for line in figures.lines[:_IN_WORDS]
        if line.used and line.limit is not None and line.headroom is not None
    ]
    return ["; ".join(said)] if said else []


def notes(figures: LimitFigures) -> list[Markup]:
    """Return as of when the peaks are, and what of them isn't known."""
    notes: list[Markup] = [f"As of {date(figures.as_of)}" if figures.as_of else "No data yet"]
    if figures.as_of and figures.missing:
        of_day: Markup = f"{number(figures.missing_today)} of the last 24 hours and " if figures.missing_today else ""
        notes.append(f"{of_day}{plural(figures.missing, 'hour')} of the last 30 days not known yet")
    if not figures.requests_known:
        notes.append("requests aren't known: the organization's report doesn't count them")
    if figures.level == "key":
        notes.append("you see your own keys; the limits apply to all traffic together, which admins see")
    if figures.level == "workspace" and not all(line.is_own for line in figures.lines):
        notes.append("where the limit is the organization's, all workspaces share it")
    if figures.unmatched:
        notes.append(f"no limit names {listed([code(model) for model in figures.unmatched], most=3)}")
    if any(line.group.models and line.at[1] == "input_tokens" and line.skips_cache for line in figures.lines):
        notes.append("tokens read from the cache don't count as input")
    silent = dict.fromkeys(line.group.name for line in figures.lines if not line.group.models)
    if silent:
        notes.append(f"there are no figures by minute for {escape(listed(list(silent)).casefold())}")
    else:
        notes.append("batches have limits of their own and aren't counted")
    joined: Markup = " · ".join(notes)
    return [joined]
