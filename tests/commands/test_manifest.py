"""The manifest: what Slack offers is what the bot answers, and the committed file is the rendered one."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.cli.manifest_file import manifest_faults, manifest_yaml
from bot.commands.manifest import BOT_SCOPES, Mode, render_manifest
from bot.commands.table import COMMANDS
from tests.generated import STALE
from tests.security.registered import registered

ROOT = Path(__file__).parents[2]
URL = "https://quartermaster.acme.test"
MODES: list[tuple[str, Mode, str | None]] = [
    ("claude", "socket", None),
    ("acme-ai", "socket", None),
    ("claude", "http", URL),
]

CONVERSATIONS = {"channels:read", "groups:read"}
SCOPES_OF_CALLS: dict[str, set[str]] = {
    "apps.connections.open": set(),  # with the app-level token, and its own scope connections:write
    "auth.test": set(),
    "chat.postMessage": {"chat:write", "im:write"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.update": {"chat:write"},
    "conversations.info": CONVERSATIONS,
    "conversations.members": CONVERSATIONS,
    "files.delete": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read", "users:read.email"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
"""What Slack's page of each Web API method asks for, as far as the bot uses it: no direct message is ever looked up."""
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "channel_shared": CONVERSATIONS,
    "member_joined_channel": CONVERSATIONS,
    "subteam_members_changed": {"usergroups:read"},
    "user_change": {"users:read"},
}
"""The same for each event."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads((ROOT / "tests" / "data" / "slack-manifest.schema.2.0.0.json").read_text(encoding="utf-8"))


def test_the_committed_manifest_is_the_rendered_one() -> None:
    committed = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert committed == manifest_yaml(), STALE


@pytest.mark.parametrize(("prefix", "mode", "url"), MODES)
def test_the_manifest_satisfies_slacks_schema(prefix: str, mode: Mode, url: str | None, schema: dict[str, Any]) -> None:
    jsonschema.validate(render_manifest(prefix, mode, url), schema)


def test_the_schema_would_refuse_an_unknown_setting(schema: dict[str, Any]) -> None:
    manifest = render_manifest()
    manifest["settings"]["no_such_setting"] = True
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest, schema)


@pytest.mark.parametrize(("prefix", "mode", "url"), MODES)
def test_the_yaml_reads_back_as_the_same_data(prefix: str, mode: Mode, url: str | None) -> None:
    assert yaml.safe_load(manifest_yaml(prefix, mode, url)) == render_manifest(prefix, mode, url)


def test_every_command_is_offered_with_mentions_as_ids() -> None:
    offered = {command["command"]: command for command in render_manifest("acme")["features"]["slash_commands"]}
    assert set(offered) == {f"/acme-{command.name}" for command in COMMANDS}
    assert all(command["should_escape"] is True for command in offered.values())


def test_a_message_may_be_sent_but_no_conversation_be_read() -> None:
    assert not [scope for scope in BOT_SCOPES if "history" in scope or scope.startswith(("admin", "channels:join"))]


def test_every_scope_is_used_and_every_call_has_its_scope() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "slack").rglob("*.py")]
    families = "apps|auth|bookmarks|chat|conversations|dialog|files|im|pins|reactions|search|team|usergroups|users|views"
    called = {name for text in sources for name in re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', text)}
    assert called == set(SCOPES_OF_CALLS)
    used = [*SCOPES_OF_CALLS.values(), *SCOPES_OF_EVENTS.values(), {"commands"}]
    assert render_manifest()["oauth_config"]["scopes"] == {"bot": list(BOT_SCOPES)}
    assert set(BOT_SCOPES) == set().union(*used)


def test_what_slack_offers_and_tells_is_what_the_handlers_answer() -> None:
    manifest = render_manifest()
    commands, shortcuts = (manifest["features"][name] for name in ("slash_commands", "shortcuts"))
    assert {entry["command"] for entry in commands} == {f"/claude-{name}" for name in registered("commands")}
    assert {entry["callback_id"] for entry in shortcuts} == set(registered("shortcuts"))
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == set(registered("events")) == set(SCOPES_OF_EVENTS)


def test_socket_mode_needs_no_address_and_http_has_one_everywhere() -> None:
    assert "url" not in json.dumps(render_manifest())
    manifest = render_manifest(mode="http", url=URL + "/")
    address = f"{URL}/slack/events"
    assert {command["url"] for command in manifest["features"]["slash_commands"]} == {address}
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"]["message_menu_options_url"] == address
    assert manifest["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize("url", [None, "", "http://plain.test", "quartermaster.test"])
def test_signed_http_without_a_public_https_address_is_refused(url: str | None) -> None:
    with pytest.raises(ValueError, match="--url https"):
        render_manifest(mode="http", url=url)


def test_a_rendered_manifest_has_no_faults() -> None:
    assert manifest_faults(manifest_yaml("acme"), "acme", "socket") == []
    assert manifest_faults(manifest_yaml("acme", "http", URL), "acme", "http") == []


def test_another_prefix_is_a_fault_at_the_line_of_each_command() -> None:
    text = manifest_yaml("claude")
    faults = manifest_faults(text, "acme", "socket")
    unknown = [fault for fault in faults if "not a command" in fault.sentence]
    assert [text.split("\n")[fault.line - 1].split("/")[1] for fault in unknown] == [f"claude-{c.name}" for c in COMMANDS]
    assert "The command /acme-keys is missing." in {fault.sentence for fault in faults}


EDITS = [
    ("    - files:write\n", "", "bot:", "The scope files:write is missing."),
    ("    - files:write\n", "    - files:write\n    - admin\n", "- admin", "The scope admin isn't used; take it out."),
    ("    - user_change\n", "", "bot_events:", "The event user_change is missing."),
    ("    bot:\n", "    user:\n      - search:read\n    bot:\n", "- search:read", "The user scope search:read isn't used"),
    (
        "should_escape: true",
        "should_escape: false",
        "should_escape: false",
        "should_escape of /claude-keys must be true",
    ),
    ("    should_escape: true\n", "", "- command: /claude-keys", "should_escape of /claude-keys must be true"),
    ("socket_mode_enabled: true", "socket_mode_enabled: false", "socket_mode_enabled", "The manifest says signed HTTP"),
    ("  socket_mode_enabled: true\n", "", "settings:", "The manifest says signed HTTP"),
    (
        "callback_id: shortcut_request_key",
        "callback_id: other",
        "shortcuts:",
        "The shortcut shortcut_request_key is",
    ),
    ("callback_id: shortcut_request_key", "callback_id: x", "- type: global", "The bot doesn't know the shortcut x."),
    ("is_enabled: true", "is_enabled: false", "is_enabled: false", "is_enabled must be true, or no button does anything."),
    ("    is_enabled: true\n", "", "interactivity:", "is_enabled must be true, or no button does anything; it is missing."),
    (
        "home_tab_enabled: true",
        "home_tab_enabled: false",
        "home_tab_enabled",
        "home_tab_enabled must be true, or",
    ),
    (
        "token_rotation_enabled: false",
        "token_rotation_enabled: true",
        "token_rot",
        "token_rotation_enabled must be false",
    ),
    ("features:\n", "features: [\n", "home_tab_enabled", "This is not YAML: "),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), EDITS)
def test_an_edited_manifest_is_faulted_for_what_the_bot_needs(old: str, new: str, line: str, said: str) -> None:
    assert old in manifest_yaml()
    text = manifest_yaml().replace(old, new, 1)
    (fault,) = (fault for fault in manifest_faults(text, "claude", "socket") if fault.sentence.startswith(said))
    assert text.split("\n")[fault.line - 1].strip().startswith(line)


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: " + "[" * 550, "\x00", "a: !!python/object:x.Y {}", "- 2026-13-45", ""])
def test_a_manifest_that_cannot_be_read_is_a_fault_and_nothing_worse(text: str) -> None:
    assert manifest_faults(text, "claude", "socket")


def test_over_signed_http_every_address_must_be_there() -> None:
    text = manifest_yaml("claude", "http", URL).replace(f"request_url: {URL}", "request_url: http://plain.test")
    said = {fault.sentence for fault in manifest_faults(text, "claude", "http")}
    assert said == {"request_url must be the bot's public https address."}


def test_a_manifest_in_json_is_as_good() -> None:
    assert manifest_faults(json.dumps(render_manifest(), indent=2), "claude", "socket") == []


def test_names_and_colours_are_free() -> None:
    text = manifest_yaml().replace("Quartermaster", "Claude Desk").replace("#3d3a4b", "#000000")
    assert manifest_faults(text, "claude", "socket") == []
