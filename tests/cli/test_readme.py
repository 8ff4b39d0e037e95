"""What README tells people to type works as it is written."""

import contextlib
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.env_example import env_example
from bot.cli.misspelt import setting_names
from bot.settings.model import Settings, SettingsError, load_settings
from bot.settings.sources import read_environment

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_example_of_an_environment_is_the_present_one() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == env_example(), "run `python -m bot check --env-example > .env.example`"
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} - {"SANDBOX_URL"}
    assert named <= setting_names()


def test_the_example_as_it_is_names_what_is_to_be_filled_in_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    names = {name.upper() for name in Settings.model_fields}
    env = {name: value for name, value in read_environment(tmp_path).items() if name in names}
    with pytest.raises(SettingsError) as caught:
        load_settings(env)
    assert ["missing" in fault for fault in caught.value.faults] == [True] * 5


def test_every_default_in_the_example_is_what_the_setting_takes() -> None:
    filled = dict(re.findall(r"^#([A-Z_]+)=(.+)$", env_example(), re.MULTILINE))
    good = {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-x",
        "EMAIL_DOMAINS": "acme.com", "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }  # fmt: skip
    assert load_settings(good | filled) == load_settings(good)


def test_every_make_target_and_command_that_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z ]+):", MAKEFILE, re.MULTILINE))
    known = {word for target in targets for word in target.split()}
    assert {"run", "check", "doctor", "key"} <= known
    assert set(re.findall(r"(?:`|^ *)make ([a-z]+)", README, re.MULTILINE)) <= known
    said = CliRunner().invoke(app, ["--help"]).output
    for command in set(re.findall(r"python -m bot ([a-z]+)", README)):
        assert f"  {command} " in said


def test_a_backup_holds_what_the_file_alone_lacks_and_is_put_back_without_what_lay_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command,) = re.findall(r'`python -c "(import sqlite3.*)"`', README)
    monkeypatch.chdir(tmp_path)
    with contextlib.closing(sqlite3.connect("quartermaster.db", isolation_level=None)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        running.execute("CREATE TABLE kept AS SELECT 1 AS it")
        exec(command)
        running.execute("DELETE FROM kept")
        wal = Path("quartermaster.db-wal").read_bytes()
    Path("quartermaster.db-wal").write_bytes(wal)  # as a process leaves it that was killed
    for name in re.findall(r"`(quartermaster\.db-\w+)`", README):
        Path(name).unlink(missing_ok=True)
    shutil.copy("backup.db", "quartermaster.db")
    with contextlib.closing(sqlite3.connect("quartermaster.db")) as back:
        assert back.execute("SELECT it FROM kept").fetchall() == [(1,)]


def test_a_new_key_is_one_that_the_settings_take() -> None:
    Fernet(CliRunner().invoke(app, ["key"]).output.strip())
