"""The form of an alert at an amount, and what is said of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.forms.draw import Frame
from bot.forms.fields import Form, FormField
from bot.slack import ids
from bot.slack.blocks import context, section
from bot.slack.elements import button, confirm
from bot.slack.markup import Markup, channel_mention, escape
from bot.slack.model import SlackChannel
from bot.spend.alerts.model import WHOLE, Threshold, ThresholdPeriod
from bot.spend.changes.view import end_consequence
from bot.spend.phrases import shown
from bot.words.wording import listed, number, plural

_SHOWN_THRESHOLDS = 80
"""A form holds 100 blocks, its fields included."""
_EARLY = (50, 80)
"""Steps on the way to an amount, in percent, at which a channel may be told, too."""
_PERIODS: dict[ThresholdPeriod, Markup] = {"daily": "day", "monthly": "month"}


@dataclass(frozen=True)
class WantedAlert:
    """What somebody asks for: a channel that is told when all or one workspace passes an amount in a period."""

    channel: str
    amount: Decimal
    period: ThresholdPeriod
    workspace_id: str | None
    steps: tuple[int, ...] = (WHOLE,)


def _wanted(values: Mapping[str, Any]) -> WantedAlert:
    period: ThresholdPeriod = "monthly" if values[ids.SPEND_PERIOD] == "monthly" else "daily"
    steps = (*sorted(int(step) for step in values.get(ids.SPEND_STEPS) or ()), WHOLE)
    workspace = values.get(ids.SPEND_WORKSPACE)
    return WantedAlert(values[ids.SPEND_CHANNEL], values[ids.SPEND_AMOUNT], period, workspace, steps)


ALERT = Form(
    ids.ALERT_FORM,
    "Spend alert",
    (
        FormField(
            ids.SPEND_CHANNEL,
            "Channel",
            "channel",
            hint="Its monthly amount also counts as the budget in the channel's digest.",
            unfit="Choose a channel of your own company.",
        ),
        FormField(
            ids.SPEND_AMOUNT,
            "When spend reaches",
            "amount",
            placeholder="500",
            least=Decimal("0.01"),
            most=Decimal(100_000_000),
        ),
        FormField(
            ids.SPEND_PERIOD,
            "Period",
            "radio",
            choices=(("daily", "in one UTC day"), ("monthly", "in one UTC month")),
            unfit="Choose a day or a month.",
        ),
        FormField(
            ids.SPEND_STEPS,
            "Also post earlier",
            "choices",
            choices=tuple((str(step), f"at {step} %") for step in _EARLY),
            optional=True,
        ),
        FormField(
            ids.SPEND_WORKSPACE,
            "Workspace",
            "lookup",
            placeholder="All workspaces",
            hint="Empty means all of them together.",
            optional=True,
        ),
    ),
    reads=_wanted,
    submit="Create alert",
)


def alert_values(channel: str) -> dict[str, Any]:
    """Return what the form of a new alert is filled in with."""
    return {ids.SPEND_CHANNEL: channel, ids.SPEND_PERIOD: "daily"}


def alert_frame(
    channel: str, existing: Sequence[Threshold], names: Mapping[str, str], where: SlackChannel | None = None
) -> Frame:
    """Return what stands around the form's fields: what an alert is, and what the channel is told already.

    `where` is the channel as Slack knows it, where it does.
    """
    sure = confirm("Remove this alert?", end_consequence("alert", where), "Remove it", "Keep it", "danger")
    intro = "I'll post once per period, as soon as spend reaches the amount, and say what caused it."
    below = [
        section(
            threshold_in_words(one, names),
            accessory=button("Remove", ids.ALERT_REMOVE, one.id, confirm=sure, accessibility_label="Remove this alert"),
        )
        for one in existing[-_SHOWN_THRESHOLDS:]
    ]
    if older := len(existing) - len(below):
        below.append(context(f"Remove one to see the {plural(older, 'older one')}."))
    return Frame(above=[section(intro)], below=below, private_metadata=channel)


def threshold_in_words(threshold: Threshold, names: Mapping[str, str]) -> Markup:
    """Return `I'll post in #llm-costs when Research reaches $500.00 in one UTC day, once per day.`"""
    early = listed([f"{number(step)} %" for step in threshold.steps if step != WHOLE])
    period = _PERIODS[threshold.period]
    often: Markup = f"and earlier at {early}, each once per {period}" if early else f"once per {period}"
    where = channel_mention(threshold.channel)
    return f"I'll post in {where} when {amount_in_words(threshold, names)}, {often}."


def amount_in_words(threshold: Threshold, names: Mapping[str, str]) -> Markup:
    """Return `Research reaches $500.00 in one UTC day`."""
    workspace = threshold.workspace_id
    who = escape(names.get(workspace, workspace)) if workspace else "all workspaces together"
    reach: Markup = "reaches" if workspace else "reach"
    return f"{who} {reach} {shown(threshold.amount)} in one UTC {_PERIODS[threshold.period]}"
