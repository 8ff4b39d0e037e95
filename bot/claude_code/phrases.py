"""The phrases in which figures of Claude Code are said, alike in answers and in the weekly summary. Pure."""

from collections.abc import Collection
from decimal import ROUND_HALF_EVEN, Context, Decimal

from bot.claude_code.model import ActorId, CodeFigures, Crowd, Use
from bot.slack.markup import Markup, escape
from bot.spend.phrases import change_in_words, shown
from bot.words.own import own
from bot.words.wording import listed, money, number, percent, plural, share

_NAMED = 5
_DIGITS = Context(prec=2, rounding=ROUND_HALF_EVEN)


def counts_in_words(use: Use, before: Use | None, against: Markup) -> Markup:
    """Return sessions, lines, commits and pull requests, the first with how it changed."""
    change = _changed(use.sessions, None if before is None else before.sessions, against)
    lines = own(f"{use.lines_added:,} lines added, {use.lines_removed:,} removed")
    return " · ".join(
        [
            f"{plural(use.sessions, 'session')}{change}",
            f"{lines}{_changed(use.lines_added, None if before is None else before.lines_added)}",
            f"{plural(use.commits, 'commit')}{_changed(use.commits, None if before is None else before.commits)}",
            f"{plural(use.pull_requests, 'pull request')}"
            f"{_changed(use.pull_requests, None if before is None else before.pull_requests)}",
        ]
    )


def _changed(now: int, before: int | None, against: Markup = "") -> Markup:
    """Return ` (+12 % vs the 30 days before)`, nothing where there is nothing to compare with."""
    if before is None or (not before and not now):
        return ""
    if not before:
        return f" (none {against})" if against else " (none before)"
    change = escape(percent(Decimal(now - before) / before))
    return f" ({change} vs {against})" if against else f" ({change})"


def acceptance_in_words(use: Use, before: Use | None) -> Markup:
    """Return which part of what the tools proposed was accepted: `92 % accepted (3,128 of 3,400 proposals), was 90 %`."""
    if use.acceptance is None:
        return "*Edits* none proposed"
    was = before.acceptance if before else None
    counts = own(f"{use.accepted:,} of {use.accepted + use.rejected:,} proposed edits, {use.rejected:,} rejected")
    earlier: Markup = f" · was {escape(share(was))}" if was is not None else ""
    return f"*Edits* {escape(share(use.acceptance))} accepted: {counts}{earlier}"


def cost_in_words(use: Use, before: Use | None, against: Markup) -> Markup:
    """Return what it cost by estimate, altogether, for a commit and for an accepted line; a dash where there was none."""
    change = change_in_words(use.cost, None if before is None else before.cost, against)
    parts: list[Markup] = [
        f"*Cost* about {shown(use.cost)} for {plural(use.tokens, 'token')}" + (f" ({change})" if change else ""),
        f"{_unit(use.cost_per_commit)} per commit",
        f"{_unit(use.cost_per_line)} per accepted line",
        "an estimate, not the bill",
    ]
    return " · ".join(parts)


def _unit(price: Decimal | None) -> Markup:
    """Return a price of one thing: to the cent, below ten cents with two digits that say something."""
    if price is None:
        return "–"
    if price >= Decimal("0.1") or price <= 0:
        return escape(money(price))
    return own(f"${price.normalize(_DIGITS):f}")


def crowd_in_words(figures: CodeFigures) -> Markup:
    """Return who is active, against how many may be, who is new, who stopped and who left the organization.

    Of one day it isn't said who is new and who stopped: whoever has a day off is neither.
    """
    crowd = figures.crowd
    parts: list[Markup] = [_active(crowd)]
    is_longer = figures.first != figures.last
    if is_longer and (new := crowd.newcomers) is not None:
        parts.append(_some(figures, new, "new") if new else "nobody new")
    if is_longer and (stopped := crowd.stopped) is not None:
        parts.append(_some(figures, stopped, "stopped") if stopped else "nobody stopped")
    if crowd.gone:
        gone = plural(len(crowd.gone), "person", "people")
        parts.append(f"{_named(figures, crowd.gone) or gone} left the organization")
    if crowd.keys:
        parts.append(f"{plural(len(crowd.keys), 'API key')} besides people")
    return " · ".join(parts)


def _active(crowd: Crowd) -> Markup:
    active = plural(len(crowd.active), "active person", "active people")
    if crowd.seats is None:
        return f"*People* {active} (I couldn't ask how many may use it)"
    return f"*People* {active}, {number(len(crowd.seats & crowd.active))} of {plural(len(crowd.seats), 'seat')} in use"


def _some(figures: CodeFigures, people: Collection[str], what: Markup) -> Markup:
    named = _named(figures, people)
    return f"{number(len(people))} {what}" + (f" ({named})" if named else "")


def _named(figures: CodeFigures, people: Collection[str]) -> Markup:
    """Return their names where the person who reads may see everybody's, else nothing."""
    if not figures.sees_names:
        return ""
    ids: list[ActorId] = [("user", one) for one in people]
    return listed([escape(name) for name in sorted(figures.names.get(one, one[1]) for one in ids)], most=_NAMED)
