"""Keys without a purpose on record.

Pure.
"""

from collections.abc import Sequence

from bot.admin.model import ApiKey, Workspace
from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_in, key_names
from bot.slack import ids
from bot.slack.markup import bold
from bot.words.wording import plural

_ONE_BY_ONE = 3
"""As many keys of a workspace are findings of their own; more are one, or nobody would read the others."""
_STAKES = "When a key leaks, nobody knows what stops with it."


def keys_without_purpose(facts: Facts) -> Sequence[Finding]:
    """Find those that nobody asked me for with a reason."""
    unknown = [key for key in facts.keys if key.id not in facts.purposes]
    found: list[Finding] = []
    for home in (*facts.workspaces, None):
        keys = [key for key in unknown if facts.home_of(key) == home]
        if home is not None and len(keys) > _ONE_BY_ONE:
            found.append(_together(home, keys))
        else:
            found.extend(_alone(facts, key) for key in keys)
    return found


def _alone(facts: Facts, key: ApiKey) -> Finding:
    return Finding(
        "key_purpose",
        key.id,
        f"{key_in(facts, key)} has no purpose on record",
        "Nobody asked me for it, so no reason is on record. Accept this with its purpose, or revoke the key.",
        _STAKES,
        Ask("Revoke…", f"{ids.OPEN_PREFIX}revoke_key", key.id),
        Risk.LOW,
    )


def _together(home: Workspace, keys: Sequence[ApiKey]) -> Finding:
    return Finding(
        "key_purpose",
        home.id,
        f"Many keys in {bold(home.name)} have no purpose on record",
        f"Nobody asked me for {plural(len(keys), 'key')}: {key_names(keys)}. Accept this once you know what they are for.",
        _STAKES,
        Ask("Show the workspace", ids.SHOW_WORKSPACE, home.id),
        Risk.LOW,
    )
