"""The JSON shapes in which Slack shows its objects to an app."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER_ID, OTHER_TEAM_ID, TEAM_ID
from bot.sandbox.slack.state import Channel, Json, Message, StoredFile, User, View
from bot.sandbox.slack.workspace import SlackWorkspace


def user_json(user: User, *, with_email: bool) -> Json:
    """Return a user as `users.info` does; deactivated accounts and outsiders show less, as in the real one."""
    profile: Json = {
        "title": user.title,
        "real_name": user.name,
        "real_name_normalized": user.name,
        "display_name": user.handle,
        "display_name_normalized": user.handle,
        "team": user.team_id,
        "image_72": "",
    }
    if with_email and user.email and not user.is_stranger:
        profile["email"] = user.email
    shape: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.handle,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }
    if user.deleted:
        return shape
    shape |= {"real_name": user.name} | _zone_of(user)
    shape |= {key: getattr(user, key) for key in ("is_admin", "is_owner", "is_primary_owner")}
    shape |= {key: getattr(user, key) for key in ("is_restricted", "is_ultra_restricted", "is_email_confirmed")}
    if user.is_stranger:
        shape["is_stranger"] = True
    if user.is_invited_user:
        shape["is_invited_user"] = True
    return shape


def _zone_of(user: User) -> Json:
    """Return somebody's zone with its offset in winter; accounts that never chose one have none."""
    if not user.tz:
        return {}
    offset = datetime(2026, 12, 1, tzinfo=ZoneInfo(user.tz)).utcoffset() or timedelta()
    return {"tz": user.tz, "tz_label": user.tz, "tz_offset": int(offset.total_seconds())}


def channel_json(workspace: SlackWorkspace, channel: Channel) -> Json:
    """Return a channel as `conversations.info` does."""
    if channel.is_im:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "user": channel.im_user,
            "is_open": True,
            "context_team_id": TEAM_ID,
        }
    shared = channel.is_ext_shared or channel.is_org_shared
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "creator": "U0BOB",
        "is_channel": not channel.is_private,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": channel.is_org_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "pending_shared": [OTHER_TEAM_ID] if channel.is_pending_ext_shared else [],
        "is_member": BOT_USER_ID in channel.members,
        "num_members": len([m for m in channel.members if workspace.is_member(channel, m)]),
        "shared_team_ids": [TEAM_ID, OTHER_TEAM_ID] if channel.is_ext_shared else [TEAM_ID],
        "context_team_id": TEAM_ID,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_json(workspace: SlackWorkspace, message: Message, *, with_metadata: bool = False) -> Json:
    """Return a message as `conversations.history` and interaction payloads show it."""
    shape: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": TEAM_ID}
    if message.is_bot:
        shape |= {"bot_id": BOT_ID, "app_id": APP_ID}
    optional: Json = {
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if with_metadata else None,
        "edited": {"user": message.user, "ts": message.edited} if message.edited else None,
        "files": [file_json(workspace, workspace.files[key]) for key in message.files if key in workspace.files] or None,
    }
    shape |= {key: value for key, value in optional.items() if value is not None}
    replies = workspace.replies(message.channel, message.ts)
    if replies:
        people = list(dict.fromkeys(reply.user for reply in replies))
        shape |= {"thread_ts": message.ts, "reply_count": len(replies), "reply_users": people}
        shape |= {"reply_users_count": len(people), "latest_reply": replies[-1].ts}
    return shape


def view_json(view: View, values: dict[str, Any] | None = None) -> Json:
    """Return a view as `views.*` methods and view payloads do."""
    empty: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "blocks": []}
    flags: Json = {"clear_on_close": False, "notify_on_close": False, "submit": None, "close": None}
    return (
        empty
        | flags
        | view.payload
        | {
            "id": view.id,
            "team_id": TEAM_ID,
            "hash": view.hash,
            "state": {"values": values if values is not None else {}},
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "app_installed_team_id": TEAM_ID,
        }
    )


def file_json(workspace: SlackWorkspace, stored: StoredFile) -> Json:
    """Return a file as `files.info` does; `url_private` wants a bearer token."""
    extension = stored.name.rsplit(".", 1)[-1].lower() if "." in stored.name else "txt"
    return {
        "id": stored.id,
        "created": stored.created,
        "name": stored.name,
        "title": stored.title or stored.name,
        "mimetype": mime_type(stored.name),
        "filetype": extension,
        "user": BOT_USER_ID,
        "size": stored.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "alt_txt": stored.alt_text,
        "url_private": f"{workspace.base_url}/files/{stored.id}/{stored.name}",
        "url_private_download": f"{workspace.base_url}/files/{stored.id}/download/{stored.name}",
        "permalink": f"{workspace.base_url}/files/{stored.id}/{stored.name}",
        "channels": stored.channels,
    }


def mime_type(name: str) -> str:
    """Return the media type that a file name stands for."""
    kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "csv": "text/csv"}
    kinds |= {"json": "application/json", "txt": "text/plain", "pdf": "application/pdf"}
    return kinds.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")
