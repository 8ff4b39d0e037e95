"""The advice as messages, and the form that accepts a finding.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as day
from datetime import datetime, timedelta
from typing import Any

from bot.forms.fields import Form, FormField, FormInput, check_last_day
from bot.hygiene.model import Accepted, Finding, Risk
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, paragraphs, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape, mention
from bot.slack.model import Message
from bot.slack.paging import Page, pager, range_of
from bot.spend.phrases import as_plain_text, shown
from bot.words.wording import number, plural

Json = dict[str, Any]
SHOWN = 5
"""Findings of a page: each has three lines and two buttons."""
_RISKS: Mapping[Risk, Markup] = {Risk.LOW: "low risk", Risk.MIDDLE: "middle risk", Risk.HIGH: "high risk"}


@dataclass(frozen=True)
class Acceptance:
    """What the form is read into."""

    until: day
    reason: str


LONGEST = timedelta(days=366)
"""For how long a finding can be accepted: nothing is accepted for good."""


def _check_until(value: str, form: FormInput) -> str | None:
    if refusal := check_last_day(value, form):
        return refusal
    is_too_far = day.fromisoformat(value) - form.today > LONGEST
    return "Choose a day within a year: nothing is accepted for good." if is_too_far else None


ACCEPT = Form(
    ids.ADVICE_ACCEPT_FORM,
    "Accept a finding",
    (
        FormField(
            ids.ADVICE_UNTIL,
            "Until",
            "date",
            hint="It comes back after this day if nothing has changed. A year at most.",
            check=_check_until,
        ),
        FormField(ids.ADVICE_REASON, "Why it may stay", "long_text", hint="Goes on record.", max_length=500),
    ),
    reads=lambda values: Acceptance(values[ids.ADVICE_UNTIL], values[ids.ADVICE_REASON]),
    submit="Accept",
)


def figures_in_words(as_of: datetime | None, missing: int) -> Markup:
    """Return how far the figures reach, or that there are none, so that nobody takes silence for thrift."""
    if as_of is None:
        return "I have no figures of cost or usage yet, so I can't say what is spent or unused."
    gaps: Markup = f" {plural(missing, 'day')} of the 30 have no data yet." if missing else ""
    return f"Figures of 30 UTC days with today so far, as of {date(as_of)}, provisional.{gaps}"


def advice_list(page: Page[Finding], accepted: int, figures: Markup) -> Message:
    """Return a page of what is found; `accepted` counts what isn't shown because somebody accepted it."""
    part = "" if page.is_whole else f", {range_of(page)}"
    head: Markup = f"*{plural(page.total or 0, 'finding')}*{part}, the most money at stake first, then the highest risk"
    if not page.items:
        head = "✅ I found nothing to fix"
    if accepted:
        is_not: Markup = "isn't" if accepted == 1 else "aren't"
        head = f"{head}. {plural(accepted, 'accepted finding')} {is_not} shown"
    blocks = [section(head), *(block for one in page.items for block in _blocks(one))]
    if accepted:
        blocks.append(actions(button(f"Accepted ({accepted})", ids.ADVICE_ACCEPTED)))
    blocks.append(context(figures))
    text = f"{head}. {' '.join([_said(one) for one in page.items])} {figures}"
    return Message(text, fit([*blocks, *pager(page, ids.PAGE_ADVICE, "findings")]))


def _said(one: Finding) -> Markup:
    return f"{one.title}. {one.evidence} {one.stakes}"


def _blocks(one: Finding) -> list[Json]:
    title = as_plain_text(one.title)
    money: Markup = f"{shown(one.money)} in 30 days at stake, " if one.money else ""
    action_id, value = (ids.ADVICE_OFFER, offer_value(one)) if one.ask.opens_form else (one.ask.action_id, one.ask.value)
    buttons = [
        button(one.ask.label, action_id, value, accessibility_label=f"{one.ask.label} {title}"),
        button("Accept…", ids.ADVICE_ACCEPT, one.key, accessibility_label=f"Accept until a day: {title}"),
    ]
    head: Markup = one.title.replace("*", "")  # bold as a whole: Slack shows the asterisks of bold within bold
    return [section(f"*{head}*\n{one.evidence} {one.stakes}"), context(f"{money}{_RISKS[one.risk]}"), actions(*buttons)]


def offer_value(one: Finding) -> str:
    """Return what the button of an offer carries: the finding, and what opens its form."""
    return "\n".join((one.key, one.ask.action_id, one.ask.value))


def read_offer(value: str) -> tuple[str, str, str]:
    """Return what such a button carries: the finding's key, an action and its value. What is missing is empty."""
    key, _, opens = value.partition("\n")
    action_id, _, what = opens.partition("\n")
    return key, action_id, what


def taken_back(was: Accepted) -> Markup:
    """Return what is said once an acceptance was taken back."""
    return f"✅ Taken back: {escape(was.title)}. It is among the findings again if it is still so."


def accepted_list(page: Page[Accepted], said: Markup = "") -> Message:
    """Return a page of what somebody accepted, each with the button that takes it back; `said` stands before it."""
    before = [section(said)] if said else []
    if not page.items:
        text: Markup = "Nothing is accepted now."
        return Message(f"{said} {text}" if said else text, [*before, section(text)])
    part = "" if page.is_whole else f", {range_of(page)}"
    head: Markup = f"*{plural(page.total or 0, 'accepted finding')}*{part}; each comes back after its day if it is still so"
    lines: list[Markup] = [
        f"{escape(one.title)}: until {date(one.until)}, accepted by {mention(one.by)}: {escape(one.reason)}"
        for one in page.items
    ]
    rows = [section(line, accessory=_take_back(one)) for line, one in zip(lines, page.items, strict=True)]
    blocks = [*before, section(head), *rows, *pager(page, ids.PAGE_ADVICE_ACCEPTED, "accepted findings")]
    return Message(" ".join([*([said] if said else []), f"{head}.", *lines]), fit(blocks))


def _take_back(one: Accepted) -> Json:
    return button("Take back", ids.ADVICE_TAKE_BACK, one.finding, accessibility_label=f"Take back: {one.title}")


def weekly(titles: Sequence[Markup], total: int, prefix: str) -> Message:
    """Return what is told once a week: what is new, of so many findings in all; no figure is in it."""
    more: list[Markup] = [f"and {number(total - len(titles))} more"] if total > len(titles) else []
    lines: list[Markup] = [f"• {title}" for title in (*titles, *more)]
    head: Markup = f"⚠️ *{plural(total, 'new finding')} this week* about how the Claude organization is set up"
    said: list[Markup] = [head, *lines, f"{code(f'/{prefix}-admin advice')} shows admins what to do about each."]
    return Message("\n".join(said), [*paragraphs(said), actions(button("Show advice", ids.ADVICE))])
