"""What an administrator of the workspace changes: accounts, groups, channels. The app hears of it by events."""

from dataclasses import asdict, fields
from typing import Any

from pydantic import TypeAdapter

from bot.sandbox.people import OTHER_TEAM_ID, TEAM_ID
from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.errors import ActError
from bot.sandbox.slack.shapes import user_json
from bot.sandbox.slack.state import Channel, Group, Json, User


def _patch(thing: User | Group | Channel, given: Json, fixed: tuple[str, ...]) -> set[str]:
    known = {field.name for field in fields(thing)} - set(fixed)
    unknown = given.keys() - known
    if unknown:
        raise ActError("bad_request", f"Can't change {', '.join(sorted(unknown))}; can change {', '.join(sorted(known))}.")
    kind: TypeAdapter[Any] = TypeAdapter(type(thing))
    checked = kind.validate_python(asdict(thing) | given)  # a ValueError where a value doesn't fit its field
    for key in given:
        setattr(thing, key, getattr(checked, key))
    return set(given)


async def change_person(stage: Stage, user_id: str, given: Json) -> Json:
    """Patch an account and tell the app with `user_change`."""
    user = stage.workspace.users.get(user_id)
    if user is None:
        raise ActError("no_such_user", f"There is no person {user_id!r}.")
    _patch(user, given, ("id",))
    user.updated = int(stage.workspace.clock.now().timestamp())
    with_email = "users:read.email" in stage.workspace.scopes
    event: Json = {"type": "user_change", "user": user_json(user, with_email=with_email), "cache_ts": user.updated}
    await stage.emit(event)
    return {}


async def change_group(stage: Stage, group_id: str, given: Json) -> Json:
    """Patch a user group and tell the app who came and who went."""
    group = stage.workspace.groups.get(group_id)
    if group is None:
        raise ActError("no_such_group", f"There is no group {group_id!r}.")
    before = list(group.users)
    changed = _patch(group, given, ("id",))
    now = int(stage.workspace.clock.now().timestamp())
    if "users" in changed:
        added = [user for user in group.users if user not in before]
        removed = [user for user in before if user not in group.users]
        event: Json = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": TEAM_ID}
        event |= {"date_previous_update": now, "date_update": now, "added_users": added, "removed_users": removed}
        await stage.emit(event | {"added_users_count": len(added), "removed_users_count": len(removed)})
    subteam: Json = {"id": group.id, "team_id": TEAM_ID, "name": group.name, "handle": group.handle, "users": group.users}
    await stage.emit({"type": "subteam_updated", "subteam": subteam | {"date_update": now}})
    return {}


async def change_channel(stage: Stage, channel_id: str, given: Json) -> Json:
    """Patch a channel. A share with another company is announced with `channel_shared` or `channel_unshared`."""
    channel = stage.workspace.channels.get(channel_id)
    if channel is None:
        known = {"name": str(given.get("name") or channel_id.lower())}
        channel = stage.workspace.channels.setdefault(channel_id, Channel(channel_id, known["name"]))
    before = (channel.is_ext_shared, list(channel.members))
    _patch(channel, given, ("id", "im_user"))
    if channel.is_ext_shared != before[0]:
        kind = "channel_shared" if channel.is_ext_shared else "channel_unshared"
        team = {"connected_team_id" if channel.is_ext_shared else "previously_connected_team_id": OTHER_TEAM_ID}
        await stage.emit({"type": kind, "channel": channel.id} | team)
    for user_id in channel.members:
        if user_id not in before[1]:
            event: Json = {"type": "member_joined_channel", "user": user_id, "channel": channel.id, "channel_type": "C"}
            await stage.emit(event | {"team": TEAM_ID}, shared=channel.is_ext_shared)
    return {}
