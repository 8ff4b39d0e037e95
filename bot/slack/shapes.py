"""Slack's JSON as the bot's own frozen shapes. A flag that Slack left out stays None."""

import json
from typing import Any, cast

from bot.slack.model import SlackChannel, SlackPerson


def person_of(user: dict[str, Any]) -> SlackPerson:
    """Return a person from the `user` of users.info (slack.md §7.4)."""
    profile: dict[str, Any] = user.get("profile") or {}
    enterprise: dict[str, Any] = user.get("enterprise_user") or {}
    restricted, ultra = _flag(user, "is_restricted"), _flag(user, "is_ultra_restricted")
    return SlackPerson(
        id=str(user.get("id", "")),
        team_id=str(user.get("team_id") or ""),
        name=str(profile.get("display_name") or profile.get("real_name") or user.get("name") or ""),
        email=str(profile.get("email") or ""),
        tz=str(user.get("tz") or ""),
        deleted=_flag(user, "deleted"),
        is_bot=_flag(user, "is_bot"),
        is_guest=True if restricted or ultra else restricted,
        is_stranger=_flag(user, "is_stranger"),
        is_invited=_flag(user, "is_invited_user"),
        is_email_confirmed=_flag(user, "is_email_confirmed"),
        enterprise_id=str(enterprise.get("enterprise_id") or ""),
        teams=frozenset(map(str, enterprise.get("teams") or ())),
    )


def channel_of(channel: dict[str, Any], *, trust_missing: bool = False) -> SlackChannel:
    """Return a channel from the `channel` of conversations.info. A share that is only pending counts as one.

    A channel of which Slack doesn't say whether it is shared counts as shared, unless `trust_missing`; a direct message
    never has that flag.
    """
    is_im = bool(channel.get("is_im"))
    is_unsaid = not is_im and not trust_missing and _flag(channel, "is_ext_shared") is None
    outside = (
        is_unsaid or channel.get("is_ext_shared") or channel.get("is_pending_ext_shared") or channel.get("pending_shared")
    )
    is_member, count = bool(channel.get("is_member")), channel.get("num_members")
    people = max(count - is_member, 0) if isinstance(count, int) and not isinstance(count, bool) else None
    return SlackChannel(
        id=str(channel.get("id", "")),
        name=str(channel.get("name") or ""),
        is_im=is_im,
        is_member=is_im or is_member,
        is_archived=bool(channel.get("is_archived")),
        is_shared_outside=bool(outside),
        people=people,
        is_unsaid=is_unsaid,
    )


def refused_in(body: bytes) -> str:
    """Return Slack's word for why it didn't take an answer that it met with a 200, "" where it did: it says `ok`."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(said, dict) or cast("dict[str, Any]", said).get("ok") is not False:
        return ""
    return str(cast("dict[str, Any]", said).get("error") or "unknown_error")


def _flag(user: dict[str, Any], name: str) -> bool | None:
    value = user.get(name)
    return value if isinstance(value, bool) else None
