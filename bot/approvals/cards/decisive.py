"""The lines of a card that a decision needs besides what is asked: for how long, of which key, and by whom. Pure."""

from bot.approvals.known import Asker, Known, KnownKey, Use
from bot.directory.reach import reach_in_words
from bot.people.roles import role_words
from bot.slack.markup import Markup, escape, mention
from bot.words.wording import calendar_day, money, plural


def decisive_line(lasts: Markup, known: Known, who: Markup) -> Markup:
    """Return the second line of a card: for how long, the key that it is about, and who asks."""
    key = key_words(known.key) if known.key else ""
    asker = asker_words(known.asker, who) if known.asker else ""
    parts: list[Markup] = [lasts, key, asker]
    return " · ".join([part for part in parts if part])


def key_words(key: KnownKey) -> Markup:
    """Return whose key it is and its use: `Key of @noah, last used 28 Nov 2026, $631.20 in 7 days`."""
    whose = f"Key of {mention(key.owner) if key.owner else escape(key.maker)}" if key.owner or key.maker else "Owner unknown"
    return f"{whose}, {_use_words(key.use)}"


def asker_words(asker: Asker, who: Markup) -> Markup:
    """Return who asks: `@alice (developer) has 3 active keys ($41.20 in 7 days)`."""
    role: Markup = role_words(asker.role)[0] if asker.role else "role unknown"
    if asker.keys is None:
        return f"{who} ({role}), keys unknown"
    if not asker.keys:
        return f"{who} ({role}) has no active keys"
    cost = f" ({cost_words(asker.use)})" if asker.use else ""
    return f"{who} ({role}) has {plural(asker.keys, 'active key')}{cost}"


def as_of_words(known: Known) -> Markup:
    """Return until when the figures on the card reach and whether they are final, "" where there are none."""
    uses = [one.use for one in (known.key, known.keys, known.asker) if one and one.use]
    as_of = max((use.as_of for use in uses if use.as_of), default=None)
    newest = max((use.newest for use in uses if use.newest), default=None)
    return f"figures {reach_in_words(newest, as_of, is_final=all(use.is_final for use in uses))}" if as_of else ""


def _use_words(use: Use | None) -> Markup:
    if use is None:
        return "use unknown"
    if use.last_day is None:
        return "never used" if use.is_never else f"no use in {plural(use.days, 'day')}"
    return f"last used {calendar_day(use.last_day)}, {cost_words(use)}"


def cost_words(use: Use) -> Markup:
    """Return what keys cost in 7 days: `at least $631.20 in 7 days`."""
    if use.cost is None:
        return "cost unknown"
    return f"{'' if use.is_whole else 'at least '}{escape(money(use.cost))} in 7 days"
