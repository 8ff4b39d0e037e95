"""Trigger ids and response urls: the two kinds of short-lived permission that come with an interaction."""

import secrets
import time
from datetime import timedelta

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.state import ResponseUrl, Trigger
from bot.sandbox.slack.workspace import SlackWorkspace

RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE = timedelta(minutes=30)


def new_trigger(workspace: SlackWorkspace, user: str, view_id: str | None = None) -> str:
    """Return a trigger id for an act of `user`; `view_id` is the modal in which it happened."""
    trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
    workspace.triggers[trigger_id] = Trigger(user, time.monotonic(), view_id)
    if len(workspace.triggers) > 5000:
        workspace.triggers.pop(next(iter(workspace.triggers)))
    return trigger_id


def use_trigger(workspace: SlackWorkspace, trigger_id: str) -> Trigger:
    """Spend a trigger id, or refuse with `invalid_`, `exchanged_` or `expired_trigger_id`."""
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if time.monotonic() - trigger.born > workspace.trigger_seconds:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def new_response_url(workspace: SlackWorkspace, user: str, channel: str, source_ts: str | None = None) -> str:
    """Return a response url; `source_ts` is the message whose button was pressed."""
    key = secrets.token_urlsafe(24)
    workspace.response_urls[key] = ResponseUrl(user, channel, workspace.clock.now(), source_ts)
    if len(workspace.response_urls) > 20_000:  # more than any half hour has, and no leak
        workspace.response_urls.pop(next(iter(workspace.response_urls)))
    return f"{workspace.base_url}/_response/{key}"


def use_response_url(workspace: SlackWorkspace, key: str) -> ResponseUrl:
    """Count one use of a response url, or refuse with `expired_url` or `used_url`."""
    entry = workspace.response_urls.get(key)
    if entry is None or workspace.clock.now() - entry.born > RESPONSE_URL_LIFE:
        raise SlackError("expired_url")
    if entry.uses >= RESPONSE_URL_USES:
        raise SlackError("used_url")
    entry.uses += 1
    return entry
