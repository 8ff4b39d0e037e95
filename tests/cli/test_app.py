"""The command line: answers at once, says every fault in a sentence, and never shows a traceback or a secret."""

import asyncio
import io
import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from bot.__main__ import main
from bot.cli.app import app
from bot.cli.manifest_file import manifest_yaml
from bot.commands.manifest import render_manifest
from bot.settings.model import Settings
from bot.store.actions import AuditAction
from bot.store.migrate import NO_FILE_RIGHTS, migrate
from bot.store.session import Store

ROOT = Path(__file__).parents[2]
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-abc",
    "SLACK_APP_TOKEN": "xapp-1-abc",
    "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-abc",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "EMAIL_DOMAINS": "acme.com",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the repository's policy, and without settings from outside."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "policy.toml").write_text((ROOT / "policy.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str, **env: str) -> Result:
    result = CliRunner().invoke(app, list(words), env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, bot.__main__, bot.cli; print(sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {
        "pydantic",
        "sqlalchemy",
        "slack_bolt",
        "slack_sdk",
        "httpx",
        "rich",
        "starlette",
        "structlog",
    }
    assert not heavy & set(json.loads(done.stdout.replace("'", '"')))


def test_help_names_every_command() -> None:
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert time.monotonic() - started < 5  # a loaded machine; alone it takes a quarter of a second
    for name in ("run", "demo", "tour", "sandbox", "check", "doctor", "manifest", "policy", "audit", "key"):
        assert f"\n  {name} " in done.stdout
    assert "..." not in done.stdout.split("Commands:")[1]


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_missing_settings_are_said_all_at_once_without_a_traceback(command: str) -> None:
    result = call(command, PORT="eighty")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 6
    assert all(line.endswith(".") for line in lines)
    assert result.stdout == ""


def test_a_terminal_that_knows_few_letters_gets_the_others_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    monkeypatch.setattr(sys, "argv", ["bot", "policy"])
    with pytest.raises(SystemExit) as ended:
        main()
    sys.stdout.flush()
    assert (ended.value.code, b"Mon\\u2013Fri" in out.getvalue()) == (0, True)


def test_a_bad_token_is_never_shown() -> None:
    result = call("run", **GOOD | {"SLACK_BOT_TOKEN": "hunter2-hunter2"})
    assert result.exit_code == 2
    assert "hunter2" not in result.output
    assert result.stderr.startswith("settings: SLACK_BOT_TOKEN must be")


def test_check_of_a_fresh_installation_is_good_but_for_the_channel_to_fill_in() -> None:
    result = call("check", **GOOD)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "warning: policy.toml:29: C0123456789 is the channel of the example. Put in the id of yours.",
        "No errors, 1 warning: the bot starts, but nobody gets cards.",
    ]


def test_check_says_the_faults_of_settings_policy_and_manifest_at_once(folder: Path) -> None:
    (folder / "policy.toml").write_text('version = 1\n[defaults]\napprovers = ["admins"]\nquorum = 0\n')
    (folder / "manifest.yml").write_text(manifest_yaml().replace("/claude-keys", "/claude-kays"))
    result = call("check", **GOOD | {"PORT": "x"})
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0] == "settings: PORT must be a whole number from 0 to 65535; it is 'x'."
    assert lines[1].startswith("policy.toml:3: Unknown group admins.")
    assert lines[2] == "policy.toml:4: quorum must be a whole number, 1 or more."
    assert lines[3] == "manifest.yml:24: The command /claude-keys is missing."
    assert lines[4] == "manifest.yml:25: /claude-kays is not a command of this bot (COMMAND_PREFIX is claude)."
    assert lines[-1] == "5 errors, no warnings: the bot doesn't start."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "policy.toml:1: The policy file is empty, so nobody can approve."),
        ("version =", "policy.toml:1: This is not TOML"),
        (None, "policy.toml: The policy can't be read"),
    ],
)
def test_an_unusable_policy_fails_the_check(folder: Path, text: str | None, said: str) -> None:
    (folder / "policy.toml").unlink()
    if text is not None:
        (folder / "policy.toml").write_text(text)
    result = call("check", **GOOD)
    assert result.exit_code == 2
    assert result.stderr.startswith(said)


def test_check_warns_where_nobody_is_asked(folder: Path) -> None:
    (folder / "policy.toml").write_text('version = 1\n[kinds.create_key]\napprovers = ["org-admins"]\n')
    result = call("check", **GOOD | {"ANTHROPIC_BASE_URL": "http://gateway.test"})
    assert result.exit_code == 0
    assert "No channel is named for create_key, so these requests are refused." in result.stdout
    assert "Nobody can approve disable_key, enable_key, revoke_key" in result.stdout
    assert "ANTHROPIC_BASE_URL is plain http to another machine" in result.stdout


def test_check_holds_the_manifest_to_the_transport(folder: Path) -> None:
    (folder / "manifest.yml").write_text(manifest_yaml())
    http = GOOD | {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "0123456789abcdef"}
    result = call("check", **http)
    assert result.exit_code == 2
    assert "The manifest says Socket Mode, the settings say otherwise." in result.stderr
    assert call("check", **GOOD).exit_code == 0


def test_what_a_dotenv_file_has_wrong_is_named_with_its_line(folder: Path) -> None:
    lines = [f"{name}={value}" for name, value in GOOD.items()]
    (folder / ".env").write_text(
        "\n".join(["# mine", "PORT=80", *lines, "", "PORT=http", "HOST: 0.0.0.0", 'TEAM_ID="T1', ""])
    )
    last = len(lines) + 6
    result = call("check")
    assert result.exit_code == 2
    said = "This line can't be read, so it doesn't count. Write NAME=value."
    assert result.stdout.splitlines()[:2] == [f"warning: .env:{last - 1}: {said}", f"warning: .env:{last}: {said}"]
    assert result.stderr.startswith(f".env:{last - 2}: PORT must be a whole number from 0 to 65535; it is 'http'.\n")
    assert "settings: PORT must be" in call("check", PORT="x").stderr, "what is set outside wins over the file"
    assert f"warning: .env:2: PORT is set again in line {last - 2}, so this line doesn't count.\n" in result.stdout
    assert result.stdout.count("is set again") == 1


def test_a_dotenv_file_that_can_not_be_read_is_named(folder: Path) -> None:
    (folder / ".env").mkdir()
    said = ".env:1: This file can't be read (Is a directory), so nothing in it counts."
    assert said in call("check").stdout
    assert said in call("run").stderr


@pytest.mark.parametrize(
    ("place", "said"),
    [("nowhere/q.db", "there is no folder nowhere. Make it."), ("..", ".. is a folder. Name a file in it.")],
)
def test_check_finds_a_place_where_no_database_can_be_made(folder: Path, place: str, said: str) -> None:
    assert folder.is_dir()
    result = call("check", **GOOD | {"DATABASE_URL": f"sqlite:///{place}"})
    assert result.stderr.splitlines()[0] == f"settings: DATABASE_URL names a file that can't be made: {said}"


def test_sync_says_in_a_sentence_that_its_database_can_not_be_opened(folder: Path) -> None:
    assert folder.is_dir()
    result = call("sync", **GOOD | {"DATABASE_URL": "sqlite:////nope/dir/x.db"})
    assert (result.exit_code, result.stderr) == (2, f"DATABASE_URL: the database can't be used. {NO_FILE_RIGHTS}\n")


def test_settings_in_a_dotenv_file_are_enough(folder: Path) -> None:
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in GOOD.items()))
    assert call("check").exit_code == 0


def test_check_prints_the_settings_table() -> None:
    result = call("check", "--settings-table")
    assert "| `SLACK_BOT_TOKEN` † |" in result.stdout


def test_the_policy_is_explained_in_words(folder: Path) -> None:
    text = (ROOT / "bot" / "sandbox" / "policy.toml").read_text(encoding="utf-8")
    (folder / "other.toml").write_text(text)
    result = call("policy", POLICY_FILE="other.toml")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].endswith(" from other.toml")
    production = lines[lines.index("in Production") :]
    assert any(line.startswith("  revoke_key: needs 2 approvals from admins") for line in production)
    assert any(line.endswith("issue_keys is console") for line in production)


def test_an_unusable_policy_is_explained_as_nobody() -> None:
    result = call("policy", POLICY_FILE="nowhere.toml")
    assert result.exit_code == 2
    assert "nobody can approve" in result.stdout


def test_the_manifest_is_printed_as_yaml() -> None:
    assert call("manifest").stdout == (ROOT / "manifest.yml").read_text(encoding="utf-8")
    result = call("manifest", "--prefix", "acme", "--mode", "http", "--url", "https://q.acme.test")
    assert yaml.safe_load(result.stdout) == render_manifest("acme", "http", "https://q.acme.test")


@pytest.mark.parametrize(
    "words", [("--mode", "http"), ("--prefix", "Claude!"), ("--mode", "http", "--url", "http://x.test")]
)
def test_a_manifest_that_slack_would_refuse_is_refused_in_a_sentence(words: tuple[str, ...]) -> None:
    result = call("manifest", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def write_audit(path: Path, key: bytes) -> None:
    async def work() -> None:
        store = Store(f"sqlite+aiosqlite:///{path}", key)
        await migrate(store)
        for number in range(3):
            async with store.write() as tx:
                facts = {"n": number, "email": "a@acme.test", "thing": "apikey_1", "typed": "Prüfung \u202e"}
                tx.audit(datetime(2026, 11, 23, tzinfo=UTC), "user_1", AuditAction.PERSON_LINKED, "req_1", **facts)
        await store.close()

    asyncio.run(work())


def test_audit_verify_proves_the_log_and_names_the_first_broken_entry(folder: Path) -> None:
    import sqlite3

    write_audit(folder / "q.db", b"0123456789abcdef")
    env = {"DATABASE_URL": f"sqlite:///{folder / 'q.db'}", "AUDIT_KEY": "0123456789abcdef"}
    good = call("audit", "verify", **env)
    said, _, head = good.stdout.partition(" Head ")
    assert (good.exit_code, said, head[:2]) == (0, "audit: 3 entries, complete and unchanged.", "3:")
    assert call("audit", "verify", "--since", head.strip(), **env).exit_code == 0
    assert call("audit", "verify", "--since", "nonsense", **env).exit_code == 2
    other = call("audit", "verify", **env | {"AUDIT_KEY": "another-key-0000"})
    said = "audit: AUDIT_KEY doesn't fit the audit log, which was begun with another one: put that back."
    assert (other.exit_code, other.stdout.startswith(said)) == (1, True), "nothing is said of the log itself"
    with sqlite3.connect(folder / "q.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE audit_entry SET at = 'then', detail = '[1]' WHERE seq = 2")
    broken = call("audit", "verify", **env)
    assert broken.exit_code == 1
    assert broken.stdout.startswith("audit: Broken at entry 2: its content was changed. The 1 before")
    assert '{"unreadable": "[1]"}' in call("audit", "show", **env).stdout


def test_audit_verify_notices_that_the_newest_entries_were_cut_off(folder: Path) -> None:
    import sqlite3

    write_audit(folder / "q.db", b"0123456789abcdef")
    env = {"DATABASE_URL": f"sqlite:///{folder / 'q.db'}", "AUDIT_KEY": "0123456789abcdef"}
    head = call("audit", "verify", **env).stdout.partition(" Head ")[2].strip()
    with sqlite3.connect(folder / "q.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("DELETE FROM audit_entry WHERE seq = 3")
    cut = call("audit", "verify", "--since", head, **env)
    assert (cut.exit_code, "Broken at entry 3: it was there at the earlier check" in cut.stdout) == (1, True)


def test_audit_show_prints_what_is_about_something_and_proves_the_log(folder: Path) -> None:
    write_audit(folder / "q.db", b"0123456789abcdef")
    env = {"DATABASE_URL": f"sqlite:///{folder / 'q.db'}", "AUDIT_KEY": "0123456789abcdef"}
    shown = call("audit", "show", "apikey_1", **env)
    lines = shown.stdout.splitlines()
    assert lines[:3] == [
        f'{n + 1}  2026-11-23T00:00:00Z  user_1 (a@acme.test)  person.linked  req_1  {{"email": "a@acme.test", "n": {n},'
        ' "thing": "apikey_1", "typed": "Prüfung \\u202e"}'
        for n in range(3)
    ]
    assert (shown.exit_code, lines[3:]) == (0, [call("audit", "verify", **env).stdout.strip()])
    assert call("audit", "show", **env).stdout == shown.stdout, "without a word, all that is on record"
    nothing = call("audit", "show", "apikey_2", **env)
    assert nothing.exit_code == 1
    assert nothing.stdout.startswith("audit: Nothing is on record about apikey_2. 3 entries, complete")
    assert call("audit", "show", "apikey_1", **env | {"AUDIT_KEY": "another-key-0000"}).exit_code == 1
    assert call("audit", "show", "apikey_1", DATABASE_URL="sqlite:///none.db").exit_code == 2


def test_audit_verify_makes_no_database_and_shows_no_password(folder: Path) -> None:
    result = call("audit", "verify", DATABASE_URL="sqlite:///none.db")
    assert result.exit_code == 2
    assert not (folder / "none.db").exists()
    result = call("audit", "verify", DATABASE_URL=f"postgresql://qm:hunter2@127.0.0.1:{free_port()}/x")
    assert result.exit_code == 2
    assert "hunter2" not in result.output
