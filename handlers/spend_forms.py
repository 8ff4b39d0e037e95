"""The forms behind `/claude-spend digest` and `/claude-spend alert`: opened, checked on local data, submitted."""

from collections.abc import Mapping, Sequence

from bot.errors import InvalidInput, NotAllowed, SlackError
from bot.forms.draw import Frame
from bot.forms.fields import FormInput
from bot.posts.channels import why_closed
from bot.slack import ids
from bot.slack.elements import option
from bot.slack.markup import Markup, channel_mention, code
from bot.slack.model import SlackChannel
from bot.slack.state import text_at
from bot.spend.alerts.forms import ALERT, WantedAlert, alert_frame, alert_values, threshold_in_words
from bot.spend.alerts.settings import end_threshold, thresholds_of, watch
from bot.spend.digests.forms import (
    DIGEST,
    WantedDigest,
    ask_to_end,
    digest_frame,
    digest_values,
    muted_in_words,
    schedule_in_words,
    subscribed_in_words,
)
from bot.spend.digests.model import Subscription
from bot.spend.digests.settings import end_digest, mute_digest, next_digest, subscribe, subscription_of
from bot.spend.ledger.names import archived_ids, places_named, workspaces
from bot.spend.typed import alert_typed, digest_typed
from bot.spend.unread import noting
from bot.spend.visibility import check_may_tell, scope_of
from bot.words.folded import folded
from bot.words.wording import listed
from bot.words.zones import zones
from handlers.edge.form import Door, Tell
from handlers.edge.guard import notice_view, plain_answer
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature
from handlers.named import workspace_options


async def open_digest_form(call: Interaction) -> None:
    """Open the form of the digest of the channel where the person is."""
    names = await _names(call)
    typed = digest_typed(call.words, names)
    existing = await subscription_of(call.rt, typed.values.get(ids.SPEND_CHANNEL, call.channel))
    values = digest_values(call.channel, call.calendar.name, existing)
    await DIGEST_DOOR.open(call, values | typed.values, names)


async def open_alert_form(call: Interaction) -> None:
    """Open the form of a new alert in the channel where the person is, with those that it has."""
    typed = alert_typed(call.words, await _names(call))
    await ALERT_DOOR.open(call, alert_values(call.channel) | typed.values, typed.labels)


def _channel_of(call: Interaction) -> str:
    """Return the channel where the form was opened, which it carries: inside of a form Slack names none."""
    is_ours = text_at(call.payload, "view", "callback_id") in (DIGEST.id, ALERT.id)
    return call.private_metadata if is_ours else call.channel


async def _digest_frame(call: Interaction, _held: FormInput) -> Frame:
    await _refuse_shared(call)
    channel = _channel_of(call)
    existing = await subscription_of(call.rt, channel)
    frame = digest_frame(channel, existing, await _seen(call, channel) if existing else None)
    return noting(frame, digest_typed(call.words, await _names(call)), has_one=existing is not None)


async def _alert_frame(call: Interaction, _held: FormInput) -> Frame:
    await _refuse_shared(call)
    channel = _channel_of(call)
    existing = await thresholds_of(call.rt, channel)
    async with call.rt.store.read() as tx:
        names = await places_named(tx, [one.workspace_id or "" for one in existing])
    frame = alert_frame(channel, existing, names, await _seen(call, channel) if existing else None)
    return noting(frame, alert_typed(call.words, await _names(call)), has_one=bool(existing))


async def _seen(call: Interaction, channel: str) -> SlackChannel | None:
    """Return a channel as Slack knows it, None where it doesn't say."""
    try:
        return await call.rt.notifier.channel(channel)
    except SlackError:
        return None


async def _refuse_shared(call: Interaction) -> None:
    """Say at once, and not after the form was filled in, that figures never go to a channel of two companies."""
    if call.in_modal or call.channel[:1] not in ("C", "G"):
        return
    try:
        channel = await call.rt.notifier.channel(call.channel)
    except SlackError:
        return  # a private channel without the bot; it is asked for again when the form is sent
    if channel.is_shared_outside:
        raise NotAllowed(why_closed(channel))


async def _names(call: Interaction) -> dict[str, str]:
    return {one.id: one.name for one in await workspaces(call.rt)}


async def _save_digest(call: Interaction, wanted: WantedDigest, _held: FormInput, tell: Tell) -> None:
    """Subscribe the channel and say when the first digest comes."""
    names = await _names(call)
    await _check_known(call, names, wanted.workspace_ids, ids.SPEND_WORKSPACES)
    await _check_seen(call, wanted.workspace_ids, ids.SPEND_WORKSPACES)
    about, scope = schedule_in_words(wanted, names), wanted.workspace_ids
    saved = await subscribe(call.rt, call.actor, wanted.channel, wanted.local_time, wanted.tz, scope, about)
    await tell(subscribed_in_words(saved, await next_digest(call.rt, saved), names, call.rt.now()))


async def _save_alert(call: Interaction, wanted: WantedAlert, _held: FormInput, tell: Tell) -> None:
    """Watch the amount and say what is watched."""
    names = await _names(call)
    about = [wanted.workspace_id] if wanted.workspace_id else []
    await _check_known(call, names, about, ids.SPEND_WORKSPACE)
    await _check_seen(call, about, ids.SPEND_WORKSPACE)
    amount, scope = wanted.amount, wanted.workspace_id
    saved = await watch(call.rt, call.actor, wanted.channel, wanted.period, amount, scope, wanted.steps)
    await tell(f"✅ {threshold_in_words(saved, names)}")


async def _check_known(call: Interaction, names: Mapping[str, str], wanted: Sequence[str], field: str) -> None:
    if any(one not in names for one in wanted):
        raise InvalidInput({field: "I don't know one of these workspaces. Choose from the list."})
    async with call.rt.store.read() as tx:
        over = await archived_ids(tx)
    if gone := [names[one] for one in wanted if one in over]:
        raise InvalidInput({field: f"Nothing more is spent in an archived workspace. Leave out {listed(gone, most=3)}."})


async def _check_seen(call: Interaction, wanted: Sequence[str], field: str) -> None:
    """Refuse to tell a channel, day after day, what the person who wants it may not see. None are all workspaces."""
    try:
        await check_may_tell(call.rt, call.actor, wanted)
    except NotAllowed as refusal:
        raise InvalidInput({field: refusal.sentence}) from None


async def mute(call: Interaction, subscription: Subscription) -> None:
    """Keep a channel's digest quiet for its next turn."""
    until = await mute_digest(call.rt, call.actor, subscription)
    await _tell(call, muted_in_words(subscription.channel, until))


async def ask_to_stop(call: Interaction, channel: str) -> None:
    """Ask once before a channel's digest ends: a menu has no question of its own for one of its choices."""
    await call.say(ask_to_end(channel, await _seen(call, channel)))


async def stop(call: Interaction, channel: str) -> None:
    """End a channel's digest."""
    ended = await end_digest(call.rt, call.actor, channel)
    told = "gets no digest any more" if ended else "had no digest"
    again = f"{code(f'/{call.rt.settings.command_prefix}-spend digest')} starts it again."
    await _tell(call, f"{channel_mention(channel)} {told}. {again}")


async def mute_from_form(call: Interaction) -> None:
    """Mute with the form's button."""
    subscription = await subscription_of(call.rt, call.value)
    if subscription is None:
        await _tell(call, "That channel has no digest any more.")
    else:
        await mute(call, subscription)


async def stop_from_form(call: Interaction) -> None:
    """Stop with the form's button."""
    await stop(call, call.value)


async def remove_alert(call: Interaction) -> None:
    """Stop watching an amount with the form's button."""
    ended = await end_threshold(call.rt, call.actor, call.value)
    await _tell(call, "Removed. I no longer watch that amount." if ended else "Somebody has already removed that alert.")


async def _tell(call: Interaction, sentence: Markup) -> None:
    if call.view_id:
        await call.finish(notice_view(sentence, DIGEST.title))
    else:
        await call.say(plain_answer(sentence))


async def suggest_workspaces(call: Interaction, query: str) -> list[Json]:
    """Return the workspaces whose name contains what was typed and whose figures the person may see."""
    seen = await scope_of(call.rt, call.actor)
    every = [one for one in await workspaces(call.rt) if seen.is_all or one.id in seen.workspaces]
    found = [one for one in every if folded(query) in folded(one.name)]
    return workspace_options(found[:100])


async def suggest_zones(_call: Interaction, query: str) -> list[Json]:
    """Return the time zones whose name contains what was typed, cities first."""
    wanted = query.strip().lower().replace(" ", "_")
    found = [name for name in zones() if wanted in name.lower()]
    found.sort(key=lambda name: (not name.rpartition("/")[2].lower().startswith(wanted), "/" not in name, name))
    return [option(name.replace("_", " "), name) for name in found[:100]]


DIGEST_DOOR = Door(
    DIGEST, _save_digest, _digest_frame, lambda call: Frame(private_metadata=_channel_of(call)), working="Saving…"
)
ALERT_DOOR = Door(
    ALERT, _save_alert, _alert_frame, lambda call: Frame(private_metadata=_channel_of(call)), working="Saving…"
)
FEATURE = Feature(
    actions={
        ids.DIGEST_MUTE: mute_from_form,
        ids.DIGEST_STOP: stop_from_form,
        ids.ALERT_REMOVE: remove_alert,
        **ALERT_DOOR.hints,
    },
    views={DIGEST.id: DIGEST_DOOR.view, ALERT.id: ALERT_DOOR.view},
    options={
        ids.SPEND_WORKSPACES: suggest_workspaces,
        ids.SPEND_WORKSPACE: suggest_workspaces,
        ids.SPEND_ZONE: suggest_zones,
    },
)
