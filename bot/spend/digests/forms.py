"""The form of a channel's daily digest, and what is said of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.forms.draw import Frame
from bot.forms.fields import Form, FormField
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button, confirm
from bot.slack.markup import Markup, channel_mention, date, escape
from bot.slack.model import Message, SlackChannel
from bot.spend.changes.view import end_consequence
from bot.spend.digests.model import Subscription
from bot.spend.digests.schedule import TIMES, Due, half_hours
from bot.spend.phrases import comes, zone_in_words
from bot.words.wording import listed, weekday_day

DEFAULT_TIME = "09:00"
MOST_WORKSPACES = 100
CHANNEL_FIELD = FormField(
    ids.SPEND_CHANNEL,
    "Channel",
    "channel",
    hint="Figures never go where another company can read them.",
    unfit="Choose a channel of your own company.",
)
ZONE_FIELD = FormField(
    ids.SPEND_ZONE,
    "Time zone",
    "zone",
    placeholder="Type a city, such as Berlin",
    unfit="Choose a time zone from the list, such as Europe/Berlin.",
)


def time_field(hint: str) -> FormField:
    """Return the field of the local time at which something is posted; `hint` says what it covers."""
    return FormField(
        ids.SPEND_TIME,
        "Time",
        "choice",
        choices=tuple((one, one) for one in half_hours()),
        hint=hint,
        unfit=TIMES,
    )


@dataclass(frozen=True)
class WantedDigest:
    """What somebody asks for: a channel's digest at a local time (`HH:MM`) of a zone; no workspaces means all."""

    channel: str
    local_time: str
    tz: str
    workspace_ids: tuple[str, ...]


def _wanted(values: Mapping[str, Any]) -> WantedDigest:
    workspaces = values.get(ids.SPEND_WORKSPACES, ())
    return WantedDigest(values[ids.SPEND_CHANNEL], values[ids.SPEND_TIME], values[ids.SPEND_ZONE], workspaces)


DIGEST = Form(
    ids.DIGEST_FORM,
    "Daily digest",
    (
        CHANNEL_FIELD,
        time_field(
            "Covers the previous UTC day. If its costs aren't complete yet, I wait up to 3 hours and mark the figures "
            "as provisional."
        ),
        ZONE_FIELD,
        FormField(
            ids.SPEND_WORKSPACES,
            "Workspaces",
            "lookups",
            placeholder="All workspaces",
            hint="Empty means all of them.",
            optional=True,
            most=MOST_WORKSPACES,
            unfit=f"Choose {MOST_WORKSPACES} workspaces at most, or none for all.",
        ),
    ),
    reads=_wanted,
    submit="Save",
)


def digest_values(channel: str, tz: str, existing: Subscription | None) -> dict[str, Any]:
    """Return what the form is filled in with: what the channel has, else the usual time in the person's zone."""
    has = existing or WantedDigest(channel, DEFAULT_TIME, tz, ())
    return {
        ids.SPEND_CHANNEL: channel,
        ids.SPEND_TIME: has.local_time,
        ids.SPEND_ZONE: has.tz,
        ids.SPEND_WORKSPACES: has.workspace_ids,
    }


def digest_frame(channel: str, existing: Subscription | None, where: SlackChannel | None = None) -> Frame:
    """Return what stands around the form's fields: what the channel has, and two buttons that end it.

    `where` is the channel as Slack knows it, where it does.
    """
    if existing is None:
        intro = "Each day I post what the day before cost, what changed and why. Tables go into the thread."
        return Frame(above=[section(intro)], submit="Start digest", private_metadata=channel)
    when = f"{escape(existing.local_time)} ({zone_in_words(existing.tz)})"
    intro = f"{channel_mention(existing.channel)} gets the digest every day at {when}."
    muted = f" Muted until {date(existing.muted_until)}." if existing.muted_until else ""
    skip = button("Skip the next one", ids.DIGEST_MUTE, existing.channel)
    sure = confirm("End the digest?", end_consequence("digest", where), "End the digest", "Keep it", "danger")
    stop = button("Stop the digest", ids.DIGEST_STOP, existing.channel, style="danger", confirm=sure)
    return Frame(above=[section(intro + muted)], below=[actions(skip, stop)], private_metadata=channel)


def schedule_in_words(wanted: WantedDigest, names: Mapping[str, str]) -> Markup:
    """Return `the spend of all workspaces every day at 09:00 (Europe/Berlin)`."""
    scope = listed([escape(names.get(one, one)) for one in wanted.workspace_ids], most=3) or "all workspaces"
    return f"the spend of {scope} every day at {escape(wanted.local_time)} ({zone_in_words(wanted.tz)})"


def ask_to_end(channel: str, where: SlackChannel | None) -> Message:
    """Return the question before a digest ends for everybody who reads it, with the button that ends it."""
    text = f"{channel_mention(channel)}: {escape(end_consequence('digest', where))}"
    return Message(text, [section(text), actions(button("End the digest", ids.DIGEST_STOP, channel, style="danger"))])


def subscribed_in_words(saved: Subscription, first: Due, names: Mapping[str, str], now: datetime) -> Markup:
    """Return what was set up, and when it shows next."""
    wanted = WantedDigest(saved.channel, saved.local_time, saved.tz, saved.workspace_ids)
    begins = f"The next one covers {weekday_day(first.day)} and {comes(first.since, now)}."
    return f"✅ {channel_mention(saved.channel)} gets {schedule_in_words(wanted, names)}. {begins}"


def muted_in_words(channel: str, until: datetime) -> Markup:
    """Return until when a channel's digest is quiet."""
    return f"{channel_mention(channel)} gets no digest until {date(until)}. Corrections still go to older threads."
