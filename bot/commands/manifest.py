"""The Slack app's manifest, made from the table of commands, so that Slack offers exactly what the bot answers.

`manifest.yml` is this, rendered for Socket Mode; a test holds the file to the code and to Slack's schema.
Limits and field names: Slack's manifest schema 2.0.0.
"""

import re
from typing import Any, Literal

from bot.commands.table import COMMANDS

Mode = Literal["socket", "http"]
BOT_SCOPES = {
    "chat:write": "post cards, digests and alerts",
    "commands": "offer slash commands and the shortcut",
    "users:read": "see who somebody is",
    "users:read.email": "tell which member of the organization somebody is",
    "usergroups:read": "see who belongs to a group of approvers",
    "im:write": "write to people directly",
    "channels:read": "see whether a public channel is shared with other companies",
    "groups:read": "see whether a private channel is shared with other companies",
    "files:write": "share charts as pictures",
}
"""Every scope, and what the bot can't do without it."""
BOT_EVENTS = ("app_home_opened", "user_change", "subteam_members_changed", "member_joined_channel", "channel_shared")
SHORTCUT_REQUEST_KEY = "shortcut_request_key"
"""The callback id of the one global shortcut."""

EVENTS_PATH = "/slack/events"
_LONG_DESCRIPTION = (
    "Quartermaster runs your company's Claude API organization from Slack. Ask for an API key or another role, and an"
    " approver decides with a button. See what Claude costs, get a digest each morning, and get an alert when spend reaches"
    " an amount. Your company hosts it itself."
)


def render_manifest(prefix: str = "claude", mode: Mode = "socket", url: str | None = None) -> dict[str, Any]:
    """Return the manifest as plain data. `url` is the bot's public https address, needed for `http`; else ValueError."""
    address = _events_address(url) if mode == "http" else None
    interactivity: dict[str, Any] = {"is_enabled": True}
    event_subscriptions: dict[str, Any] = {"bot_events": list(BOT_EVENTS)}
    if address:
        event_subscriptions["request_url"] = address
        interactivity |= {"request_url": address, "message_menu_options_url": address}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Quartermaster",
            "description": "Claude API keys, roles and spend: asked for, approved and counted in Slack.",
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#3d3a4b",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True},
            "bot_user": {"display_name": "quartermaster", "always_online": True},
            "shortcuts": [
                {
                    "type": "global",
                    "name": "Request an API key",
                    "callback_id": SHORTCUT_REQUEST_KEY,
                    "description": "Ask for a Claude API key",
                }
            ],
            "slash_commands": [
                {
                    "command": command.slash(prefix),
                    "description": command.summary,
                    **({"usage_hint": command.usage_hint} if command.usage_hint else {}),  # Slack takes no empty one
                    "should_escape": True,  # people and channels arrive as ids
                }
                | ({"url": address} if address else {})
                for command in COMMANDS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": event_subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def _events_address(url: str | None) -> str:
    if not url or not re.fullmatch(r"https://[^\s/]+(/\S*)?", url):
        raise ValueError("Signed HTTP needs the bot's public address: --url https://…")
    base = url.rstrip("/")
    return base if base.endswith(EVENTS_PATH) else base + EVENTS_PATH
