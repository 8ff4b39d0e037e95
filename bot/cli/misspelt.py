"""Variables that look like settings and are none: a misspelt setting would silently not count."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from bot.settings.model import Settings, is_secret
from bot.settings.network import PROXY_NAMES
from bot.settings.sources import read_lines, unread
from bot.words.similar import closest

ENV_FILE = Path(".env")
_FOREIGN = frozenset(
    {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "POSTGRES_PASSWORD"}
    | {"DD_API_KEY", "DD_APP_KEY", "DD_SITE"}
)
"""Names that other programs read, and that may well stand beside ours."""
_COMMON = PROXY_NAMES | {"SSL_CERT_FILE"}
"""Names that many programs read, with others of their own that are much like them."""
_ALIKE, _SURELY_MEANT = 0.8, 0.9


def setting_names() -> frozenset[str]:
    """Return every variable that is read."""
    names = {name.upper() for name in Settings.model_fields}
    files = {f"{name.upper()}_FILE" for name, field in Settings.model_fields.items() if is_secret(field)}
    return frozenset(names | files | PROXY_NAMES | {"SECRETS_DIR"})


def misspelt_settings(env: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that isn't read, but whose name is nearly one that is."""
    known = setting_names()
    given = {name for name in known if env.get(name)}
    ours = known - _COMMON
    return [said for name in sorted(env) if name not in known and (said := _sentence(name, ours, given))]


def place_of(sentence: str, file: Path) -> str:
    """Return where what a sentence begins with is set: a line of an environment file, such as `.env:3`, else "settings"."""
    name = sentence.split(" ")[0]
    if os.environ.get(name):  # which wins over the file
        return "settings"
    return next((f"{file}:{line.number}" for line in reversed(read_lines(file)) if line.name == name), "settings")


def placed(sentences: Iterable[str], file: Path = ENV_FILE) -> list[str]:
    """Put in front of each sentence about a setting where that is set."""
    return [f"{place_of(sentence, file)}: {sentence}" for sentence in sentences]


def uncounted(env: Mapping[str, str]) -> list[str]:
    """Return what was meant to be a setting and doesn't count, each with its place."""
    found = [*unread(ENV_FILE), *_set_again(ENV_FILE)]
    return placed(misspelt_settings(env), ENV_FILE) + [f"{ENV_FILE}:{number}: {said}" for number, said in found]


def _set_again(file: Path) -> list[tuple[int, str]]:
    """Return each line of a `.env` file that sets what a later line sets to something else, with a sentence."""
    known = setting_names()
    lines = [line for line in read_lines(file) if line.value is not None and line.name in known]
    last = {line.name: line for line in lines}
    return [
        (line.number, f"{line.name} is set again in line {last[line.name].number}, so this line doesn't count.")
        for line in lines
        if line.value and line.value != last[line.name].value
    ]


def _sentence(name: str, known: Collection[str], given: Collection[str]) -> str | None:
    plain = name.strip().upper().removeprefix("EXPORT ").replace("-", "_")
    if plain.endswith("_FILE") and plain.removesuffix("_FILE") in known:
        return f"{name} doesn't count, because only secrets are read from files; set {plain.removesuffix('_FILE')}."
    if plain.startswith("PG"):  # libpq's
        return None
    meant = plain if plain in known else _nearest(plain, known)
    if meant is None or (plain in _FOREIGN and (meant in given or name != plain)):
        return None
    # A name that is only a little like a setting that is there may well be another program's.
    is_sure = plain == meant or closest(plain, [meant], _SURELY_MEANT) is not None
    return f"{name} is no setting, so it doesn't count. Did you mean {meant}?" if is_sure or meant not in given else None


def _nearest(plain: str, known: Collection[str]) -> str | None:
    parts = [one for one in sorted(known, key=len) if "_" in plain and one.endswith(f"_{plain}")]
    return parts[0] if parts else closest(plain, known, _ALIKE)
