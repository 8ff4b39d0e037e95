"""Environments that share a workspace, or whose keys are in the default one.

Pure.
"""

import re
from collections.abc import Sequence

from bot.admin.model import ApiKey, Workspace
from bot.hygiene.model import Ask, Facts, Finding, Risk
from bot.hygiene.words import key_names
from bot.slack import ids
from bot.slack.markup import bold
from bot.words.own import Own
from bot.words.wording import listed

_ENVIRONMENTS: dict[str, Own] = {
    **dict.fromkeys(("prod", "production", "prd", "live"), "production"),
    **dict.fromkeys(("staging", "stage", "stg", "preprod"), "staging"),
    **dict.fromkeys(("dev", "development", "test", "testing", "qa"), "development"),
}
_APART = re.compile(r"[^a-z]+")


def shared_environments(facts: Facts) -> Sequence[Finding]:
    """Find the workspaces that hold keys of several environments, and the default one if it holds any."""
    found: list[Finding] = []
    for place in facts.workspaces:
        keys: dict[ApiKey, Own] = {
            key: env for key in facts.keys if facts.home_of(key) == place and (env := _environment(key))
        }
        if len(set(keys.values())) > 1 or (keys and place.is_default):
            found.append(_finding(place, keys))
    return found


def _environment(key: ApiKey) -> Own | None:
    return next((_ENVIRONMENTS[word] for word in _APART.split(key.name.casefold()) if word in _ENVIRONMENTS), None)


def _finding(place: Workspace, keys: dict[ApiKey, Own]) -> Finding:
    which = listed(sorted(set(keys.values())))
    shares: Own = "share" if len(set(keys.values())) > 1 else "lives in"
    return Finding(
        "environments",
        place.id,
        f"{which[0].upper()}{which[1:]} {shares} {bold(place.name)}",
        f"By their names, these keys are of {which}: {key_names(keys)}.",
        "A limit or a mistake in one environment stops the others, and nobody sees what each of them costs.",
        Ask("New workspace…", f"{ids.OPEN_PREFIX}create_workspace"),
        Risk.HIGH,
    )
