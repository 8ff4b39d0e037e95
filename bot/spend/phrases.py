"""The phrases that digests, answers and alerts share, so that one figure reads the same everywhere. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from bot.slack.markup import Markup, code, escape, without_dates
from bot.slack.markup import date as moment
from bot.spend.aggregate import TINY, TINY_PART, growth
from bot.spend.ledger.sources import LEGACY, oldest_day
from bot.spend.model import ONE_DAY, ZERO, Digest, Slice
from bot.words.calendars import is_zone
from bot.words.own import own
from bot.words.wording import (
    calendar_day,
    in_one_scale,
    money,
    money_change,
    month_name,
    number,
    percent,
    plural,
    share,
    weekday_day,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALF_A_DOLLAR = Decimal("0.5")


def zone_in_words(tz: str) -> Markup:
    """Return by which clocks something comes: the name of a time zone, and what counts where it isn't known any more."""
    return escape(tz) if is_zone(tz) else f"by UTC, because I don't know the time zone {escape(tz)} any more"


def not_read(prefix: str = "") -> Markup:
    """Return what is said, everywhere alike, where there are no figures, and what to do then.

    `prefix` is that of the commands; where it isn't known somebody is named instead of a command.
    """
    why: Markup = "the Claude API hasn't reported them, or I haven't read them."
    then: Markup = f"{code(f'/{prefix}-admin status')} says what is wrong" if prefix else ""
    told: Markup = "if they stay away, tell the people who run Quartermaster"
    return f"{why} Ask again in some minutes; {then or told}."


def not_yet(prefix: str = "") -> Markup:
    """Return the same of amounts, which aren't $0."""
    return f"That isn't $0: {not_read(prefix)}"


def no_figures_of(what: Markup, days: tuple[date, date], today: date | None, prefix: str = "") -> Markup:
    """Return that nothing is known of a period's first to last day, and whether that can still come.

    `what` names it with a preposition, such as ` in Oct 2026`.
    """
    if today and days[0] > today:
        return f"There are no figures{what}, because it hasn't begun."
    if today and days[1] < oldest_day(today):
        return f"I have no figures{what}. The Claude API tells me costs of one year at most, and none before 2026."
    return f"I have no figures{what} yet. {not_yet(prefix)}"


def sources_in_words(sources: Collection[str]) -> Markup:
    """Return that the legacy report told figures of money, with what it leaves out (admin-api.md §4.11); "" if it didn't."""
    if LEGACY.name not in sources:
        return ""
    partly = "partly " if len(sources) > 1 else ""
    return f"{partly}from the older cost report, which leaves out the Priority Tier"


NOT_READ, NOT_YET = not_read(), not_yet()


def day_in_words(day: date, today: date | None = None) -> Markup:
    """Return a day (`Fri 20 Nov`), with its year where `today` is in another one (`Fri 20 Nov 2026`)."""
    return f"{weekday_day(day)} {number(day.year)}" if today and day.year != today.year else weekday_day(day)


def days_in_words(first: date, last: date, today: date | None = None) -> Markup:
    """Return a day (`Fri 20 Nov`) or a range of days (`16–22 Nov`), with the year where `today` is in another one.

    A range over the end of a year has both years.
    """
    if first == last:
        return day_in_words(first, today)
    if first.year != last.year:
        return f"{calendar_day(first)}–{calendar_day(last)}"
    year: Markup = f" {number(last.year)}" if today and last.year != today.year else ""
    return f"{_short(first, last)}{year}"


def _short(first: date, last: date) -> Markup:
    start = number(first.day) if (first.year, first.month) == (last.year, last.month) else calendar_day(first)[:-5]
    return f"{start}–{calendar_day(last)[:-5]}"


def years_in_title(first: date, last: date, today: date | None) -> Markup:
    """Return what a chart's title says of the year: `, 2025` or `, 2025–2026`, nothing for days of this year."""
    if first.year != last.year:
        return f", {number(first.year)}–{number(last.year)}"
    return f", {number(first.year)}" if today and first.year != today.year else ""


def shown(amount: Decimal) -> Markup:
    """Return an amount as mrkdwn: `$412.70`."""
    return escape(money(amount))


def change_in_words(now: Decimal, before: Decimal | None, against: Markup) -> Markup | None:
    """Return `+18 % vs last Friday`, in dollars where a ratio would mislead; None where there is nothing to compare with."""
    if before is None:
        return None
    if before == 0:
        return None if now == 0 else f"nothing {against}"
    ratio = growth(now, before)
    change = escape(money_change(now - before, cents=True)) if ratio is None else escape(percent(ratio))
    return f"{change} vs {against}"


def movers_in_words(parts: Sequence[Slice]) -> list[Markup]:
    """Return `Production +$61` of each, all in one scale."""
    changes = [part.change or ZERO for part in parts]
    return [f"{escape(part.name)} {moved(change, changes)}" for part, change in zip(parts, changes, strict=True)]


def moved(change: Decimal, beside: Collection[Decimal] = ()) -> Markup:
    """Return a change as mrkdwn: `+$61`; up to half a dollar with its cents, because half a dollar rounds to nothing.

    `beside` are those that are read with it: where one of them needs its cents, this one has them as well.
    """
    return escape(money_change(change, cents=any(ZERO < abs(one) <= HALF_A_DOLLAR for one in (change, *beside))))


def budget_share(spent: Decimal, budget: Decimal) -> Markup | None:
    """Return a part of a budget as percent, None where only dollars make sense; below the budget it is never 100 %."""
    if spent < 0 or budget < max(TINY, TINY_PART * spent):
        return None
    return escape(share(spent / budget))


def of_budget(spent: Decimal, budget: Decimal) -> Markup:
    """Return how much of a budget is used: `68 % of the $12,000.00 budget`."""
    return f"{budget_share(spent, budget) or shown(spent)} of the {shown(budget)} budget"


def as_plain_text(markup: str) -> str:
    """Return a sentence as a screen reader should say it: Slack reads alt texts as they are, with asterisks and all."""
    plain = without_dates(markup).replace("*", "")
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def bar_in_words(days: Sequence[date], still_open: Collection[date]) -> str:
    """Return a bar's label, in at most the 20 characters that Slack shows: `22 Nov`, `22–23 Nov so far`."""
    label = calendar_day(days[0])[:-5] if len(days) == 1 else _short(days[0], days[-1])
    return f"{label} so far" if any(day in still_open for day in days) else label


def width_in_words(bars: Sequence[Sequence[object]]) -> Markup:
    """Return what a title says of bars of several days: `, 2 days a bar`, `, 1 week a bar`; nothing of single days."""
    days = max((len(bar) for bar in bars), default=1)
    weeks, odd = divmod(days, 7)
    return "" if days == 1 else f", {plural(days, 'day') if odd else plural(weeks, 'week')} a bar"


def missing_in_words(days: Sequence[date], today: date | None = None) -> Markup:
    """Return which days have no data, which is something else than $0."""
    if len(days) == 1:
        return f"no data yet for {day_in_words(days[0], today)}"
    among: Markup = "" if (days[-1] - days[0]).days < len(days) else "among "
    return f"no data yet for {number(len(days))} days ({among}{days_in_words(days[0], days[-1], today)})"


def doubtful_in_words(days: Sequence[date]) -> Markup:
    """Return which days show an earlier figure until a second reading settles which one is right."""
    which = weekday_day(days[0]) if len(days) == 1 else f"{number(len(days))} days ({days_in_words(days[0], days[-1])})"
    figure, it = (own("figure"), own("it")) if len(days) == 1 else (own("figures"), own("them"))
    return (
        f"⚠️ In doubt: {which}. The Claude API's last answer was much lower, so I show the earlier {figure}"
        f" until a second answer confirms or corrects {it}"
    )


def month_in_words(digest: Digest) -> Markup | None:
    """Return `month $8.1k of $12k (68 %)`, or None where nothing of the month is known."""
    if digest.month is None:
        return None
    month, *budget = in_one_scale([digest.month, *([digest.budget] if digest.budget else [])])
    text = f"month {escape(month)}{' so far' if digest.month_is_open else ''}"
    for amount in budget:
        part = budget_share(digest.month, digest.budget or ZERO)
        text += f" of {escape(amount)}" + (f" ({part})" if part else "")
    if digest.month_missing:
        text += (
            f", {number(digest.month_missing)} days without data" if digest.month_missing > 1 else ", one day without data"
        )
    return text


def last_weekday(day: date) -> Markup:
    """Return what a day is compared with: `last Friday`."""
    return f"last {WEEKDAYS[day.weekday()]}"


def is_end_of_month(day: date) -> bool:
    """Tell whether a day is the last of its month."""
    return (day + ONE_DAY).day == 1


def quarter_in_words(day: date) -> Markup:
    """Return the quarter in which a day lies: `Q3 2026`."""
    return f"Q{number((day.month + 2) // 3)} {number(day.year)}"


def month_so_far(first: date, last: date, *, runs: bool = False) -> Markup:
    """Return a month that is over (`Oct 2026`), or how far it has come (`Nov 2026 (1–21 Nov)`)."""
    is_over = is_end_of_month(last) and not runs
    return month_in_title(first) if is_over else f"{month_in_title(first)} ({days_in_words(first, last)})"


def month_in_title(day: date) -> Markup:
    """Return the month of a day: `Nov 2026`."""
    return month_name(day)


def comes(since: datetime, now: datetime) -> Markup:
    """Return when something due `since` then comes; what is due already waits for its figures alone."""
    return f"comes {moment(since)}" if since > now else "comes now, or as soon as its figures are complete"
