"""The settings table of README.md, rendered from the code so that it can't go out of date."""

import re
from typing import Any, cast

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings.model import DatabaseSettings, Settings, is_secret

START, END = "<!-- settings -->", "<!-- /settings -->"
_SHOWN_DEFAULT = {"database_url": "sqlite:///quartermaster.db"}  # as people write it, without the driver


def settings_table() -> str:
    """Return a Markdown table of every setting: name, what it is, default."""
    rows = [_row(name, field) for name, field in in_order().items()]
    rows.append("| `SECRETS_DIR` | A directory with a file for each secret, named like it. | `/run/secrets`, if it exists |")
    head = ["| Setting | What it is | Default |", "|---|---|---|"]
    note = "Settings marked † are secrets: each may also come from a file, by `NAME_FILE=path` or from `SECRETS_DIR`."
    return "\n".join([*head, *rows, "", note])


def in_order() -> dict[str, FieldInfo]:
    """Return every setting: what everybody needs first, then the database, then what only some want."""
    names = dict.fromkeys((*Settings.__annotations__, *DatabaseSettings.model_fields, *Settings.model_fields))
    return {name: Settings.model_fields[name] for name in names if name in Settings.model_fields}


def fill_markers(text: str) -> str:
    """Put the present table between the two markers of a Markdown text. A text without markers stays as it is."""
    pattern = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{START}\n{settings_table()}\n{END}", text)


def _row(name: str, field: FieldInfo) -> str:
    mark = " †" if is_secret(field) else ""
    description = (field.description or "").replace("|", "\\|")
    return f"| `{name.upper()}`{mark} | {description} | {_default(name, field)} |"


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = _SHOWN_DEFAULT.get(name, field.default)
    if isinstance(value, tuple):
        value = ",".join(cast("tuple[str, ...]", value)) or None
    if value is None or isinstance(value, SecretStr):
        return "none"
    return f"`{str(value).lower() if isinstance(field.default, bool) else value}`"
