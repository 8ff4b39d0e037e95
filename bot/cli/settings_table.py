"""The settings table of README.md, rendered from the code so that it can't go out of date."""

import re

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings.model import DatabaseSettings, Settings, is_secret

START, END = "<!-- settings -->", "<!-- /settings -->"
_SHOWN_DEFAULT = {"database_url": "sqlite:///quartermaster.db"}  # as people write it, without the driver


def settings_table() -> str:
    """Return a Markdown table of every setting: name, what it is, default."""
    own = [name for name in Settings.model_fields if name not in DatabaseSettings.model_fields]
    rows = [_row(name, Settings.model_fields[name]) for name in (*own, *DatabaseSettings.model_fields)]
    rows.append("| `SECRETS_DIR` | A directory with a file for each secret, named like it. | `/run/secrets`, if it exists |")
    head = ["| Setting | What it is | Default |", "|---|---|---|"]
    note = "Settings marked † are secrets: each may also come from a file, by `NAME_FILE=path` or from `SECRETS_DIR`."
    return "\n".join([*head, *rows, "", note])


def fill_markers(text: str) -> str:
    """Put the present table between the two markers of a Markdown text; a text without markers stays as it is."""
    pattern = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{START}\n{settings_table()}\n{END}", text)


def _row(name: str, field: FieldInfo) -> str:
    mark = " †" if is_secret(field) else ""
    description = (field.description or "").replace("|", "\\|")
    return f"| `{name.upper()}`{mark} | {description} | {_default(name, field)} |"


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = _SHOWN_DEFAULT.get(name, field.default)
    if value is None or isinstance(value, SecretStr):
        return "none"
    return f"`{str(value).lower() if isinstance(field.default, bool) else value}`"
