"""Where settings come from: environment variables, files named by `*_FILE`, a directory of secrets, a `.env` file.

An empty variable counts as absent, because compose files pass `NAME=${NAME:-}` for what was never set.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT_SECRETS_DIR = Path("/run/secrets")


def read_environment(directory: Path) -> dict[str, str]:
    """Return the process's environment over the `.env` file of `directory`, if there is one."""
    from dotenv import dotenv_values  # comes with pydantic-settings; imported late for the sake of `--help`

    written = {name: value for name, value in dotenv_values(directory / ".env", interpolate=False).items() if value}
    return written | dict(os.environ)


def read_values(
    env: Mapping[str, str], names: Sequence[str], secret_names: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is set for `names`, and by name one sentence for each source that can't be read.

    A variable wins over a file in the secrets directory; a variable beside its own `*_FILE` is a fault, since one of them
    would silently not count. Only secrets are read from files.
    """
    directory, faults = _secrets_dir(env)
    values: dict[str, str] = {}
    for name in names:
        value = env.get(name, "").strip()
        if name in secret_names:
            path = env.get(f"{name}_FILE", "").strip()
            if value and path:
                faults[name] = f"{name}_FILE and {name} are both set; give only one of them."
            elif path:
                value, faults[name] = _read(f"{name}_FILE", Path(path))
            elif not value and (found := _file_in(directory, name)):
                value, faults[name] = _read(f"SECRETS_DIR, for {name},", found)
        if value:
            values[name] = value
    return values, {name: fault for name, fault in faults.items() if fault}


def _secrets_dir(env: Mapping[str, str]) -> tuple[Path | None, dict[str, str]]:
    named = env.get("SECRETS_DIR", "").strip()
    directory = Path(named or DEFAULT_SECRETS_DIR)
    if directory.is_dir():
        return directory, {}
    return None, {"SECRETS_DIR": f"SECRETS_DIR names {directory}, which is not a directory."} if named else {}


def _file_in(directory: Path | None, name: str) -> Path | None:
    if directory is None:
        return None
    return next((path for path in (directory / name, directory / name.lower()) if path.is_file()), None)


def _read(label: str, path: Path) -> tuple[str, str]:
    """Return a file's text and no fault, or no text and the fault."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        return "", f"{label} names {path}, which can't be read: {why}."
    return text, "" if text else f"{label} names {path}, which is empty."
