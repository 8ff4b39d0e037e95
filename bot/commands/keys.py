"""How keys are asked for and about. Pure."""

from bot.commands.model import Command, Subcommand

_SHOWN = (
    *("info", "view", "details", "describe", "key", "give", "who", "whose", "owner", "history", "audit", "usage"),
    *("extend", "renew", "prolong", "longer", "rotate", "replace", "move", "transfer"),
)
"""What people ask about a key, also where its card only says what to do instead."""


def keys_command(group: str) -> Command:
    """Return the command; `group` is under which wish the help lists it."""
    return Command(
        "keys",
        "API keys: ask for one, see yours, disable or revoke one",
        "[request | list | show KEY | disable KEY | enable KEY | revoke KEY | rename KEY NAME]",
        (
            Subcommand(
                "request",
                "request [WORKSPACE] [NAME]",
                "ask for an API key",
                group,
                opens="create_key",
                fills=("workspace_id", "name", "ends_on"),
                reasons=frozenset({"for", "to"}),
                like=("create", "new", "add", "get", "ask", "make", "generate", "issue", "need", "want", "i"),
            ),
            Subcommand("", "", "your keys, with buttons to disable or revoke them", group, like=("mine", "my", "keys")),
            Subcommand(
                "list",
                "list [WORKSPACE] [by PERSON | mine] [active | disabled | revoked | all] [ending] [part of a name]",
                "the keys that you may see: whose they are and when they end",
                group,
                like=("all", "ls", "find", "search"),
                matches="<@.*|ending|expiring|disabled",
            ),
            Subcommand(
                "show",
                "show KEY",
                "everything about a key, and what you can ask for",
                group,
                like=_SHOWN,
                matches="lost",
                names=True,
            ),
            *_changes(group),
        ),
    )


def _changes(group: str) -> tuple[Subcommand, ...]:
    return (
        _of_key(
            group,
            "disable",
            "disable KEY",
            "ask to disable a key; it can be enabled again",
            "disable_key",
            "reason",
            like=("pause", "off", "deactivate", "stop", "suspend", "block"),
        ),
        _of_key(
            group,
            "enable",
            "enable KEY",
            "ask to enable a disabled key",
            "enable_key",
            "reason",
            like=("resume", "on", "activate", "reactivate", "unpause"),
        ),
        _of_key(group, "rename", "rename KEY NAME", "ask to rename a key", "rename_key", "name"),
        _of_key(
            group,
            "revoke",
            "revoke KEY",
            "ask to revoke a key for good",
            "revoke_key",
            "reason",
            like=("delete", "remove", "archive", "kill", "destroy", "drop"),
        ),
    )


def _of_key(
    group: str, name: str, usage: str, summary: str, opens: str, *more: str, like: tuple[str, ...] = ()
) -> Subcommand:
    """Return a subcommand that opens a form about the key that is named first."""
    return Subcommand(name, usage, summary, group, opens=opens, fills=("key_id", *more), like=like)
