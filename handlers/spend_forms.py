"""The forms behind `/claude-spend digest` and `/claude-spend alert`: opened, checked on local data, submitted."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.errors import InvalidInput, NotAllowed, SlackError
from bot.posts.deliver import SHARED_OUTSIDE
from bot.slack.elements import option
from bot.slack.markup import channel_mention, escape
from bot.spend.alerts.model import ThresholdPeriod
from bot.spend.alerts.settings import end_threshold, thresholds_of, watch
from bot.spend.digests import forms as form
from bot.spend.digests.model import Subscription
from bot.spend.digests.schedule import parse_time, zone
from bot.spend.digests.settings import end_digest, mute_digest, next_digest, subscribe, subscription_of
from bot.spend.ledger.names import workspaces
from handlers.edge.call import Call, Json, dig, text_at
from handlers.edge.guard import notice_view, plain_answer
from handlers.edge.register import Feature, View

MOST_DOLLARS = Decimal(100_000_000)
MOST_WORKSPACES = 100
_TITLE_DIGEST, _TITLE_ALERT = "Daily digest", "Spend alert"


async def open_digest_form(call: Call) -> None:
    """Open the form of the digest of the channel where the person is."""
    await _refuse_shared(call)
    existing = await subscription_of(call.rt, call.channel)
    tz = call.actor.tz if zone(call.actor.tz) else "UTC"
    await call.open(form.digest_form(call.channel, tz, existing, await _names(call)))


async def open_alert_form(call: Call) -> None:
    """Open the form of a new alert in the channel where the person is, with those that it has."""
    await _refuse_shared(call)
    existing = await thresholds_of(call.rt, call.channel)
    await call.open(form.alert_form(call.channel, existing, await _names(call)))


async def _refuse_shared(call: Call) -> None:
    """Say at once, and not after the form was filled in, that figures never go to a channel of two companies."""
    try:
        channel = await call.rt.notifier.channel(call.channel) if call.channel[:1] in ("C", "G") else None
    except SlackError:
        return  # a private channel without the bot; it is asked for again when the form is sent
    if channel is not None and channel.is_shared_outside:
        raise NotAllowed(SHARED_OUTSIDE)


async def _names(call: Call) -> dict[str, str]:
    return {one.id: one.name for one in await workspaces(call.rt)}


def check_digest(call: Call) -> dict[str, str]:
    """Return what is wrong with a digest's form, by block id."""
    problems = _check_channel(call)
    if parse_time(_text(call, form.TIME)) is None:
        problems[form.TIME] = "Choose a time from 04:00 to 23:30, on the half hour."
    if zone(_text(call, form.ZONE)) is None:
        problems[form.ZONE] = "Choose a time zone from the list, such as Europe/Berlin."
    if len(_texts(call, form.WORKSPACES)) > MOST_WORKSPACES:
        problems[form.WORKSPACES] = f"Choose {MOST_WORKSPACES} workspaces at most, or none for all."
    return problems


async def save_digest(call: Call) -> None:
    """Subscribe the channel and say when the first digest comes."""
    names = await _names(call)
    chosen = _known(names, _texts(call, form.WORKSPACES))
    at, tz = _text(call, form.TIME), _text(call, form.ZONE)
    try:
        saved = await subscribe(call.rt, call.actor, _text(call, form.CHANNEL), at, tz, chosen)
    except NotAllowed as refusal:
        await call.update_view(call.view_id, _digest_again(call, refusal.sentence))
        return
    words = form.subscribed_in_words(saved, await next_digest(call.rt, saved), names)
    await call.finish(notice_view(words, _TITLE_DIGEST))


def check_alert(call: Call) -> dict[str, str]:
    """Return what is wrong with an alert's form, by block id."""
    problems = _check_channel(call)
    if _period(call) is None:
        problems[form.PERIOD] = "Choose a day or a month."
    if _amount(call) is None:
        problems[form.AMOUNT] = f"Give an amount in dollars, above 0 and at most {MOST_DOLLARS:,}."
    return problems


async def save_alert(call: Call) -> None:
    """Watch the amount and say what is watched."""
    period, amount, names = _period(call), _amount(call), await _names(call)
    if period is None or amount is None:
        raise InvalidInput(check_alert(call))
    workspace = _known(names, [_text(call, form.WORKSPACE)] if _text(call, form.WORKSPACE) else [])
    channel = _text(call, form.CHANNEL)
    try:
        saved = await watch(call.rt, call.actor, channel, period, amount, workspace[0] if workspace else None)
    except NotAllowed as refusal:
        await call.update_view(call.view_id, _alert_again(call, refusal.sentence))
        return
    words = f"✅ {channel_mention(channel)}: {form.threshold_in_words(saved, names)}. Once in each period."
    await call.finish(notice_view(words, _TITLE_ALERT))


def _digest_again(call: Call, problem: str) -> Json:
    """Return the digest's form as it was sent; `problem` is markup."""
    state = dig(call.payload, "view", "state", "values", form.WORKSPACES, form.WORKSPACES, "selected_options")
    options: list[Any] = state if isinstance(state, list) else []  # pyright: ignore[reportUnknownVariableType] - any JSON
    names = {text_at(one, "value"): text_at(one, "text", "text") for one in options}
    chosen = {one: names.get(one) or one for one in _texts(call, form.WORKSPACES)}
    at, tz = _text(call, form.TIME), _text(call, form.ZONE)
    return form.digest_form_again(problem, _text(call, form.CHANNEL), at, tz, chosen)


def _alert_again(call: Call, problem: str) -> Json:
    """Return the alert's form as it was sent; `problem` is markup."""
    workspace_id = _text(call, form.WORKSPACE)
    chosen = option(call.labels.get(form.WORKSPACE) or workspace_id, workspace_id) if workspace_id else None
    return form.alert_form_again(problem, _text(call, form.CHANNEL), _amount(call), _text(call, form.PERIOD), chosen)


async def mute(call: Call, subscription: Subscription) -> None:
    """Keep a channel's digest quiet for its next turn."""
    until = await mute_digest(call.rt, call.actor, subscription)
    await _tell(call, form.muted_in_words(subscription.channel, until))


async def stop(call: Call, channel: str) -> None:
    """End a channel's digest."""
    ended = await end_digest(call.rt, call.actor, channel)
    told = "gets no digest any more" if ended else "had no digest"
    again = f"`/{call.rt.settings.command_prefix}-spend digest` starts it again."
    await _tell(call, f"{channel_mention(channel)} {told}. {again}")


async def mute_from_form(call: Call) -> None:
    """Mute with the form's button."""
    subscription = await subscription_of(call.rt, call.value)
    if subscription is None:
        await _tell(call, "That channel has no digest any more.")
    else:
        await mute(call, subscription)


async def stop_from_form(call: Call) -> None:
    """Stop with the form's button."""
    await stop(call, call.value)


async def remove_alert(call: Call) -> None:
    """Stop watching an amount with the form's button."""
    ended = await end_threshold(call.rt, call.actor, call.value)
    await _tell(call, "Removed: I don't watch that amount any more." if ended else "That alert was removed already.")


async def _tell(call: Call, sentence: str) -> None:
    if call.view_id:
        await call.finish(notice_view(sentence, _TITLE_DIGEST))
    else:
        await call.say(plain_answer(sentence))


async def suggest_workspaces(call: Call, query: str) -> list[Json]:
    """Return the workspaces whose name contains what was typed."""
    found = [one for one in await workspaces(call.rt) if query.lower() in one.name.lower()]
    return [option(one.name, one.id) for one in found[:100]]


async def suggest_zones(_call: Call, query: str) -> list[Json]:
    """Return the time zones whose name contains what was typed, cities first."""
    wanted = query.strip().lower().replace(" ", "_")
    found = [name for name in _zones() if wanted in name.lower()]
    found.sort(key=lambda name: (not name.rpartition("/")[2].lower().startswith(wanted), "/" not in name, name))
    return [option(name.replace("_", " "), name) for name in found[:100]]


@cache
def _zones() -> tuple[str, ...]:
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return tuple(sorted(name for name in available_timezones() if not name.startswith(old) and name != "localtime"))


def _check_channel(call: Call) -> dict[str, str]:
    if _text(call, form.CHANNEL)[:1] in ("C", "G"):
        return {}
    return {form.CHANNEL: "Choose a channel of your own company."}


def _known(names: Mapping[str, str], wanted: list[str]) -> tuple[str, ...]:
    unknown = [one for one in wanted if one not in names]
    if unknown:
        raise InvalidInput({form.WORKSPACES: "I don't know one of these workspaces. Choose from the list."})
    return tuple(dict.fromkeys(wanted))


def _period(call: Call) -> ThresholdPeriod | None:
    text = _text(call, form.PERIOD)
    return text if text == "daily" or text == "monthly" else None


def _amount(call: Call) -> Decimal | None:
    try:
        amount = Decimal(_text(call, form.AMOUNT).strip())
    except InvalidOperation:
        return None
    # Comparing a NaN raises, so finiteness is asked first.
    if not amount.is_finite() or not 0 < amount <= MOST_DOLLARS:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return cents or None


def _text(call: Call, name: str) -> str:
    value: Any = call.values.get(name)
    return value if isinstance(value, str) else ""


def _texts(call: Call, name: str) -> list[str]:
    value: Any = call.values.get(name)
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - any JSON


FEATURE = Feature(
    actions={form.FORM_MUTE: mute_from_form, form.FORM_STOP: stop_from_form, form.FORM_REMOVE: remove_alert},
    views={
        form.DIGEST_FORM: View(
            run=save_digest,
            validate=check_digest,
            working="Saving…",
            again=lambda call, said: _digest_again(call, escape(said)),
        ),
        form.ALERT_FORM: View(
            run=save_alert,
            validate=check_alert,
            working="Saving…",
            again=lambda call, said: _alert_again(call, escape(said)),
        ),
    },
    options={form.WORKSPACES: suggest_workspaces, form.WORKSPACE: suggest_workspaces, form.ZONE: suggest_zones},
)
