"""`check` ends with one sentence that is true, whatever it found."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.check import check_everything, mode_of, policy_path
from bot.cli.check_targets import target_faults
from bot.cli.manifest_file import manifest_yaml
from bot.cli.misspelt import misspelt_settings
from bot.kinds.registry import KINDS
from bot.policy.names import KNOWN_NOTE, Known
from bot.store.notes import write_note
from bot.store.session import Store
from tests.settings.test_settings import GOOD
from tests.templates import copy_sqlite

POLICY = """\
version = 1
[groups]
admins = ["user:U0BOB", "user:U0CAROL"]
[defaults]
approvers = ["admins"]
channel = "C0APPROVALS"
"""
NONE = "nowhere.yml"


def closing(folder: Path, policy: str | None = POLICY, manifest: str | None = None, **env: str) -> str:
    (folder / "policy.toml").write_text(policy or "") if policy is not None else None
    (folder / "manifest.yml").write_text(manifest) if manifest is not None else None
    found = check_everything(GOOD | {"POLICY_FILE": str(folder / "policy.toml")} | env, KINDS, folder / "manifest.yml")
    assert bool(found.but or not found.starts) == bool(found.faults or found.warnings)
    return found.closing


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("", ""), "No errors, no warnings: the bot starts."),
        (('approvers = ["admins"]', "approvers = []"), "the bot starts, but nobody can approve anything."),
        (('["user:U0BOB", "user:U0CAROL"]', "[]"), "the bot starts, but nobody can approve anything."),
        (('approvers = ["admins"]\n', ""), "the bot starts, but nobody can approve anything."),
        (
            (', "user:U0CAROL"', ""),
            "2 warnings: the bot starts, but some requests are refused (archive_workspace, remove_member).",
        ),
        (('channel = "C0APPROVALS"\n', ""), "No errors, 1 warning: the bot starts, but nobody gets cards."),
        (("C0APPROVALS", "C0123456789"), "No errors, 1 warning: the bot starts, but nobody gets cards."),
        (
            ('"C0APPROVALS"', '"C0APPROVALS"\n[kinds.change_role]\napprovers = []'),
            "some requests are refused (change_role).",
        ),
        (('"C0APPROVALS"', '"C0APPROVALS"\n[workspaces.Lab]\nchannel = "C0123456789"'), "some requests are refused ("),
        (
            ('"C0APPROVALS"', '"C0APPROVALS"\n[workspaces.Lab]\napprovers = []'),
            "No errors, 1 warning: the bot starts, but some",
        ),
        (
            ('"user:U0BOB"', '"usergroup:S0123456789"'),
            "No errors, 1 warning: the bot starts, but the policy names what isn't there.",
        ),
        (("C0APPROVALS", 'C0APPROVALS" # "C0123456789'), "No errors, no warnings: the bot starts."),
        (("version = 1", "version = 2"), "1 error, no warnings: the bot starts, but nobody can approve anything."),
        (("version = 1", "version ="), "1 error, no warnings: the bot starts, but nobody can approve anything."),
    ],
)
def test_the_closing_sentence_says_what_a_policy_comes_to(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert said in closing(tmp_path, POLICY.replace(*change) if change[0] else POLICY)


def test_no_policy_at_all_lets_the_bot_start_for_nothing(tmp_path: Path) -> None:
    assert closing(tmp_path, None) == "1 error, no warnings: the bot starts, but nobody can approve anything."


@pytest.mark.parametrize(
    "key", ["sk-ant-api03-abcdefgh", "sk-ant-api01-abcdefgh", "sk-ant-api99-abcdefgh", "sk-ant-oat01-abcdefgh"]
)
def test_a_normal_api_key_is_not_taken_for_an_admin_key(tmp_path: Path, key: str) -> None:
    for gateway in ("https://api.anthropic.com", "https://gateway.acme.com"):
        said = closing(tmp_path, ANTHROPIC_ADMIN_KEY=key, ANTHROPIC_BASE_URL=gateway)
        assert said == "No errors, 1 warning: the bot starts, but the Claude API probably refuses its key."


def test_what_stands_in_the_way_is_put_together_and_a_bot_that_does_not_start_is_not_said_to(tmp_path: Path) -> None:
    unfit = manifest_yaml().replace("/claude-keys", "/claude-kays")
    said = closing(tmp_path, POLICY.replace("[defaults]", "[kinds.x]"), unfit, SLACK_API_URL="http://gateway.acme.com/api")
    assert said.endswith(
        "1 warning: the bot starts, but its credentials can be read on the way, nobody can approve anything and what Slack"
        " offers doesn't fit it."
    )
    said = closing(tmp_path, manifest=manifest_yaml(), COMMAND_PREFIX="/claude")
    assert said == "1 error, no warnings: the bot doesn't start.", "no manifest fits what is no prefix"
    (tmp_path / "manifest.yml").unlink()
    assert closing(tmp_path, EMAIL_DOMAINS="@", PORT="x") == "2 errors, no warnings: the bot doesn't start."


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ENCRYPTION_KEY", "ENCRYPTION_KEYS"),
        ("EMAIL_DOMAIN", "EMAIL_DOMAINS"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("slack_bot_token", "SLACK_BOT_TOKEN"),
        ("export TEAM_ID", "TEAM_ID"),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN_FIEL", "SLACK_BOT_TOKEN_FILE"),
        ("ADMIN_KEY", "ANTHROPIC_ADMIN_KEY"),
        ("ANTHROPIC_API_KEY", "ANTHROPIC_ADMIN_KEY"),
        ("TRUST_MISSING_FLAG", "TRUST_MISSING_FLAGS"),
        ("SECRET_DIR", "SECRETS_DIR"),
    ],
)
def test_a_misspelt_setting_is_named_with_the_one_that_is_meant_and_without_its_value(name: str, meant: str) -> None:
    (said,) = misspelt_settings({name: "hunter2"})
    assert said == f"{name} is no setting, so it doesn't count. Did you mean {meant}?"


def test_a_file_for_what_is_no_secret_is_said_not_to_count() -> None:
    (said,) = misspelt_settings({"EMAIL_DOMAINS_FILE": "/x"})
    assert said == "EMAIL_DOMAINS_FILE doesn't count, because only secrets are read from files; set EMAIL_DOMAINS."


def test_what_other_programs_read_is_let_be() -> None:
    others = "PATH HOME HOSTNAME USER SHLVL LANG PWD HTTPS_PROXY NO_PROXY SSL_CERT_FILE NIX_SSL_CERT_FILE FTP_PROXY"
    others += " ANTHROPIC_API_KEY POSTGRES_PASSWORD SSL_CERT_DIR PIP_PROXY WS_PROXY"
    assert misspelt_settings(GOOD | dict.fromkeys(others.split(), "x")) == []


def test_a_setting_that_does_not_count_is_a_warning_of_check(tmp_path: Path) -> None:
    said = closing(tmp_path, TRUST_MISSING_FLAG="true")
    assert said == "No errors, 1 warning: the bot starts, but something that you set doesn't count."


@pytest.mark.parametrize("around", ["{}", '"{}"', "'{}'", "\ufeff{}", " {} "])
def test_check_reads_values_as_the_bot_does(around: str) -> None:
    assert policy_path({"POLICY_FILE": around.format("p.toml")}) == Path("p.toml")
    assert mode_of({"SLACK_SIGNING_SECRET": around.format("s" * 8), "SLACK_APP_TOKEN": around.format("")}) == "http"
    assert mode_of({"SLACK_SIGNING_SECRET_FILE": around.format("/x")}) == "http"


async def test_check_says_which_names_matched_nothing_when_the_bot_last_looked(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")
    url = f"sqlite:///{tmp_path}/quartermaster.db"
    policy = f"{POLICY}[workspaces.Lab]\nquorum = 1\n[workspaces.Prod]\nquorum = 1\n"
    assert closing(tmp_path, policy, DATABASE_URL=url) == "No errors, no warnings: the bot starts."
    store = Store(url.replace("sqlite:", "sqlite+aiosqlite:"))
    known = Known(workspaces={"wrkspc_1": "Research", "wrkspc_2": "prod"}, was={"Lab": "wrkspc_1"})
    async with store.write() as tx:
        await write_note(tx, KNOWN_NOTE, known.model_dump(mode="json"), datetime(2026, 11, 29, 12, 30, tzinfo=UTC))
    await store.close()
    assert closing(tmp_path, policy, DATABASE_URL=url).endswith("the bot starts, but the policy names what isn't there.")
    env = GOOD | {"POLICY_FILE": str(tmp_path / "policy.toml"), "DATABASE_URL": url}
    (said,) = check_everything(env, KINDS, tmp_path / NONE).warnings
    assert said.endswith(
        "workspace Lab: it is called Research now, so its rules apply nowhere. (As of 2026-11-29 12:30 UTC.)"
    )


def test_what_is_wrong_with_the_targets_has_its_line_and_does_not_stop_the_bot(tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text('[a]\nurl = "http://x/v1/metrics"\nheaders = {key = "sk-ant-…"}\n')
    assert target_faults({"OTLP_TARGETS": f'"{targets}"'})[0].startswith(f"{targets}:3: The target a of OTLP_TARGETS")
    assert target_faults({}) == []
    said = closing(tmp_path, OTLP_TARGETS=str(targets))
    assert said == "1 error, no warnings: the bot starts, but nobody gets telemetry."
    assert target_faults({"OTLP_TARGETS": str(tmp_path / "absent")}) != []
    targets.write_text('[a]\nurl = "http://x/v1/metrics"\nheaders = {key = "hidden"}\n[b]\nurl = "http://x/v1/metrics"\n')
    said = closing(tmp_path, OTLP_TARGETS=str(targets))
    assert said == "No errors, 1 warning: the bot starts, but its credentials can be read on the way."
