"""Compares a manifest file with the one that the bot would render: what it needs of Slack, key by key, with the line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from bot.commands.manifest import Mode, render_manifest

_ANY_ADDRESS = "https://bot.invalid"
_FREE = ("_metadata", "display_information", "bot_user", "name", "description", "usage_hint", "org_deploy_enabled")
"""Names, colours and texts: whoever installs the app may word them as they like."""
_NAMED_BY = {"slash_commands": "command", "shortcuts": "callback_id"}
_WORDS = {"slash_commands": "command", "shortcuts": "shortcut", "bot": "scope", "user": "user scope", "bot_events": "event"}
_WHY = {
    "should_escape": ", or the bot can't tell whom a command names",
    "home_tab_enabled": ", or nobody finds the App Home",
    "messages_tab_enabled": ", or nobody can read what the bot writes to them",
    "is_enabled": ", or no button does anything",
    "token_rotation_enabled": ", because the bot doesn't renew tokens",
}


@dataclass(frozen=True)
class ManifestFault:
    """A line (from 1) of a manifest file that does not fit the bot."""

    line: int
    sentence: str


@dataclass(frozen=True)
class _Place:
    """A value in the file: the line of its key, and what is in it, as far as it is a mapping, a list or neither."""

    line: int
    value: object = None
    fields: dict[str, "_Place"] = field(default_factory=dict[str, "_Place"])
    items: tuple["_Place", ...] = ()


def manifest_faults(text: str, prefix: str, mode: Mode) -> list[ManifestFault]:
    """Compare a manifest file (YAML or JSON, perhaps edited) with what the bot answers and needs.

    What Slack would offer and nobody answers, or the other way round, is a fault; names, colours and texts are free.
    """
    try:
        file = _read(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return [ManifestFault(line, f"This is not YAML: {error.problem}.")]
    except (yaml.YAMLError, ValueError, RecursionError):
        return [ManifestFault(1, "This is YAML that can't be read.")]
    wanted = render_manifest(prefix, mode, _ANY_ADDRESS if mode == "http" else None)
    wanted["oauth_config"]["scopes"]["user"] = []
    # A missing table and what is missing in it are one fault; a line may have several.
    return sorted(set(_compared(wanted, file, "", prefix)), key=lambda fault: (fault.line, fault.sentence))


def _read(text: str) -> _Place:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return _placed(loader, node, 1) if node else _Place(1)
    finally:
        loader.dispose()


def _placed(loader: yaml.SafeLoader, node: yaml.Node, line: int) -> _Place:
    if isinstance(node, yaml.MappingNode):
        pairs = cast(list[tuple[yaml.Node, yaml.Node]], node.value)
        fields = {str(key.value): _placed(loader, inner, key.start_mark.line + 1) for key, inner in pairs}
        return _Place(line, fields=fields)
    if isinstance(node, yaml.SequenceNode):
        items = cast(list[yaml.Node], node.value)
        return _Place(line, items=tuple(_placed(loader, item, item.start_mark.line + 1) for item in items))
    return _Place(line, value=cast(object, loader.construct_object(node)))  # pyright: ignore[reportUnknownMemberType]


def _compared(wanted: Mapping[str, Any], file: _Place, of: str, prefix: str) -> Iterator[ManifestFault]:
    """Compare a table; `of` says whose it is where there are several like it."""
    for key, value in wanted.items():
        found = file.fields.get(key)
        if key in _FREE:
            continue
        if isinstance(value, dict):
            yield from _compared(cast(dict[str, Any], value), found or _Place(file.line), of, prefix)
        elif isinstance(value, list):
            yield from _compared_lists(key, cast(list[Any], value), found or _Place(file.line), prefix)
        elif not _fits(value, found):
            yield ManifestFault(found.line if found else file.line, _wrong(key, value, found, of))


def _compared_lists(key: str, wanted: list[Any], file: _Place, prefix: str) -> Iterator[ManifestFault]:
    """Compare a list by the names of its entries, whatever their order."""
    name = _NAMED_BY.get(key)
    expected = {entry[name] if name else entry: entry for entry in wanted}
    found = {str((item.fields.get(name, item) if name else item).value): item for item in file.items}
    for entry, item in found.items():
        if entry not in expected:
            yield ManifestFault(item.line, _needless(key, entry, prefix))
    for entry, table in expected.items():
        if entry not in found:
            yield ManifestFault(file.line, f"The {_WORDS[key]} {entry} is missing.")
        elif name:
            yield from _compared(table, found[entry], f" of {entry}", prefix)


def _fits(wanted: object, found: _Place | None) -> bool:
    if isinstance(wanted, str) and wanted.startswith(_ANY_ADDRESS):
        return found is not None and str(found.value).startswith("https://")
    if found is None:
        return wanted is False  # what is left out is off
    return found.value == wanted


def _wrong(key: str, wanted: object, found: _Place | None, of: str) -> str:
    if key == "socket_mode_enabled":
        says = "signed HTTP" if wanted else "Socket Mode"
        return f"The manifest says {says}, the settings say otherwise."
    if isinstance(wanted, str) and wanted.startswith(_ANY_ADDRESS):
        return f"{key}{of} must be the bot's public https address."
    missing = "" if found else "; it is missing"
    return f"{key}{of} must be {json.dumps(wanted)}{_WHY.get(key, '')}{missing}."


def _needless(key: str, entry: str, prefix: str) -> str:
    if key == "slash_commands":
        return f"{entry} is not a command of this bot (COMMAND_PREFIX is {prefix})."
    if key == "shortcuts":
        return f"The bot doesn't know the shortcut {entry}."
    return f"The {_WORDS[key]} {entry} isn't used; take it out."
