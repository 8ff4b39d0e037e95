"""The two forms of `/claude-spend`: the daily digest of a channel, and an alert at an amount. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.slack.blocks import actions, input_block, modal, section
from bot.slack.elements import (
    button,
    conversations_select,
    external_select,
    number_input,
    option,
    plain,
    radio_buttons,
    static_select,
)
from bot.slack.markup import channel_mention, date, escape
from bot.spend.alerts.model import Threshold
from bot.spend.digests.model import Subscription
from bot.spend.digests.schedule import Due, half_hours
from bot.words.wording import listed, money, weekday_day

Json = dict[str, Any]

DIGEST_FORM, ALERT_FORM = "spend_digest_form", "spend_alert_form"
CHANNEL, TIME, ZONE, WORKSPACES = "spend_channel", "spend_time", "spend_zone", "spend_workspaces"
PERIOD, AMOUNT, WORKSPACE = "spend_period", "spend_amount", "spend_workspace"
FORM_STOP, FORM_MUTE, FORM_REMOVE = "spend_digest_stop", "spend_digest_mute", "spend_alert_remove"
DEFAULT_TIME = "09:00"
_SHOWN_THRESHOLDS = 5
_PERIODS = {"daily": "a day", "monthly": "a month"}


def digest_form(channel: str, tz: str, existing: Subscription | None, names: Mapping[str, str]) -> Json:
    """Return the digest's form, filled in with what the channel has; `names` are workspace names by id."""
    tz, at = (existing.tz, existing.local_time) if existing else (tz, DEFAULT_TIME)
    chosen = [option(names.get(one, one), one) for one in (existing.workspace_ids if existing else ())]
    blocks = [section(_digest_intro(existing)), *_digest_inputs(channel, at, tz, chosen)]
    if existing is not None:
        buttons = [button("Skip the next one", FORM_MUTE, existing.channel)]
        buttons.append(button("Stop the digest", FORM_STOP, existing.channel, style="danger"))
        blocks.append(actions(*buttons))
    return modal(DIGEST_FORM, "Daily digest", blocks, submit="Save" if existing else "Start", private_metadata=channel)


def digest_form_again(problem: str, channel: str, at: str, tz: str, chosen: Mapping[str, str]) -> Json:
    """Return the digest's form as it was sent, with what went wrong (markup) on top; `chosen` are workspace names by id."""
    options = [option(name, one) for one, name in chosen.items()]
    blocks = [section(f"⚠️ {problem}"), *_digest_inputs(channel, at, tz, options)]
    return modal(DIGEST_FORM, "Daily digest", blocks, submit="Save", private_metadata=channel)


def _digest_inputs(channel: str, at: str, tz: str, chosen: Sequence[Json]) -> list[Json]:
    return [
        _channel_input(channel, "Figures never go where another company can read them."),
        input_block(
            "Time",
            static_select(TIME, [option(one, one) for one in half_hours()], initial=option(at, at)),
            block_id=TIME,
            hint="It is about the UTC day before, which has to be complete; else it waits up to 3 hours.",
        ),
        input_block(
            "Time zone",
            external_select(ZONE, placeholder="Type a city, such as Berlin", initial=option(tz, tz)),
            block_id=ZONE,
        ),
        input_block(
            "Workspaces", _workspaces_select(chosen), block_id=WORKSPACES, hint="Empty means all of them.", optional=True
        ),
    ]


def _digest_intro(existing: Subscription | None) -> str:
    if existing is None:
        return "Each day I post what the day before cost, what changed and why. The breakdown goes into the thread."
    text = f"{channel_mention(existing.channel)} gets it daily at {existing.local_time} ({escape(existing.tz)})."
    return text + (f" Muted until {date(existing.muted_until)}." if existing.muted_until else "")


def alert_form(channel: str, existing: Sequence[Threshold], names: Mapping[str, str]) -> Json:
    """Return the alert's form with what the channel is told already."""
    intro = "I speak once in a period, as soon as the figures pass the amount, and say what drove it."
    blocks = [section(intro), *_alert_inputs(channel)]
    for threshold in existing[-_SHOWN_THRESHOLDS:]:
        remove = button("Remove", FORM_REMOVE, threshold.id, accessibility_label="Remove this alert")
        blocks.append(section(threshold_in_words(threshold, names), accessory=remove))
    return modal(ALERT_FORM, "Spend alert", blocks, submit="Watch", private_metadata=channel)


def alert_form_again(problem: str, channel: str, amount: Decimal | None, period: str, workspace: Json | None) -> Json:
    """Return the alert's form as it was sent, with what went wrong (markup) on top; `workspace` is the chosen option."""
    blocks = [section(f"⚠️ {problem}"), *_alert_inputs(channel, amount, period, workspace)]
    return modal(ALERT_FORM, "Spend alert", blocks, submit="Watch", private_metadata=channel)


def _alert_inputs(
    channel: str, amount: Decimal | None = None, period: str = "daily", workspace: Json | None = None
) -> list[Json]:
    periods = [option("in a UTC day", "daily"), option("in a month", "monthly")]
    chosen = periods[period == "monthly"]
    return [
        _channel_input(channel, "Its monthly amount also counts as the budget in the channel's digest."),
        input_block("When we spend more than", number_input(AMOUNT, decimal=True, placeholder="500", initial=amount),
                    block_id=AMOUNT, hint="US dollars"),
        input_block("Period", radio_buttons(PERIOD, periods, initial=chosen), block_id=PERIOD),
        input_block("Workspace", external_select(WORKSPACE, placeholder="All workspaces", initial=workspace),
                    block_id=WORKSPACE, hint="Empty means all of them together.", optional=True),
    ]  # fmt: skip


def threshold_in_words(threshold: Threshold, names: Mapping[str, str]) -> str:
    """Return `Told when Research passes $500.00 a day`."""
    workspace = threshold.workspace_id
    who = escape(names.get(workspace, workspace)) if workspace else "all workspaces together"
    verb = "passes" if workspace else "pass"
    return f"Told when {who} {verb} {money(threshold.amount)} {_PERIODS[threshold.period]}"


def subscribed_in_words(saved: Subscription, first: Due, names: Mapping[str, str]) -> str:
    """Return what was set up, and when it shows next."""
    scope = listed([escape(names.get(one, one)) for one in saved.workspace_ids], most=3) or "all workspaces"
    when = f"every day at {saved.local_time} ({escape(saved.tz)})"
    begins = f"The next one is about {weekday_day(first.day)} and comes {date(first.since)}."
    return f"✅ {channel_mention(saved.channel)} gets the spend of {scope} {when}. {begins}"


def muted_in_words(channel: str, until: datetime) -> str:
    """Return until when a channel's digest is quiet."""
    return f"{channel_mention(channel)} gets no digest until {date(until)}. Corrections still go to older threads."


def _channel_input(channel: str, hint: str) -> Json:
    # Only a channel can be preselected: the filter leaves direct messages out, and Slack refuses what the filter hides.
    initial = channel if channel[:1] in ("C", "G") else None
    return input_block("Channel", conversations_select(CHANNEL, initial=initial), block_id=CHANNEL, hint=hint)


def _workspaces_select(chosen: Sequence[Json]) -> Json:
    select: Json = {
        "type": "multi_external_select",
        "action_id": WORKSPACES,
        "placeholder": plain("All workspaces", 150),
        "min_query_length": 0,
    }
    return {**select, "initial_options": list(chosen)} if chosen else select
