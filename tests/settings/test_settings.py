"""Settings: where they come from, what is refused, and that a fault is one sentence that keeps secrets to itself."""

from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from bot.cli.settings_table import END, START, fill_markers, settings_table
from bot.settings.model import Settings, SettingsError, load_database_settings, load_settings
from bot.settings.sources import read_environment
from tests.generated import STALE

KEY = "dGVzdHMtb25seS1ub3QtYS1zZWNyZXQta2V5LTAwMDE="  # fixed: xdist workers must collect the same tests
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-abc",
    "SLACK_APP_TOKEN": "xapp-1-abc",
    "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-abc",
    "ENCRYPTION_KEYS": KEY,
    "EMAIL_DOMAINS": "acme.com",
}
SANDBOX = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_APP_TOKEN": "xapp-sandbox",
    "SLACK_API_URL": "http://127.0.0.1:8765/api/",
    "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-sandbox",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:8766",
    "SANDBOX_URL": "http://127.0.0.1:8765/_sandbox",
}


def faults_of(env: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(env)
    return caught.value.faults


def test_five_settings_are_enough_and_the_rest_has_defaults() -> None:
    settings = load_settings(GOOD)
    assert settings.transport == "socket"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.anthropic_base_url == "https://api.anthropic.com"
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///quartermaster.db"
    assert settings.policy_file == Path("policy.toml")
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 8080, "INFO")
    assert settings.trust_missing_flags is False


def test_without_any_setting_every_missing_one_is_named_at_once() -> None:
    faults = faults_of({})
    names = ["One of SLACK_APP_TOKEN", "ANTHROPIC_ADMIN_KEY", "ENCRYPTION_KEYS", "EMAIL_DOMAINS", "SLACK_BOT_TOKEN"]
    assert all(any(fault.startswith(name) and "missing" in fault for fault in faults) for name in names)
    assert len(faults) == len(names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-a-users-token"),
        ("SLACK_BOT_TOKEN", "xoxb-with a space"),
        ("SLACK_APP_TOKEN", "nonsense"),
        ("ANTHROPIC_ADMIN_KEY", "short"),
        ("ANTHROPIC_ADMIN_KEY", "not-an-anthropic-key"),
        ("ENCRYPTION_KEYS", "not-a-fernet-key"),
        ("ENCRYPTION_KEYS", f"{KEY},hunter2"),
        ("ENCRYPTION_KEYS", f"{KEY}hunter2"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("DATABASE_URL", "postgresql://root:secret@db:hunter2/x"),
        ("DATABASE_URL", "postgresql://root:hunter2/3@db/x"),
        ("DATABASE_URL", "postgresql://root:hunter2@db/x?sslmode=require&channel_binding=require"),
        ("DATABASE_URL", "postgresql://root:hunter2@db/x?sslmode=on"),
        ("DATABASE_URL", "postgresql://root:hunter2@db/x?sslmode=verify-full&sslrootcert=/nope.pem"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("SLACK_API_URL", "ftp://me:hunter2@slack.com/api"),
        ("ANTHROPIC_BASE_URL", "https://me:hunter2@gateway:port"),
        ("ANTHROPIC_BASE_URL", "https://gateway?key=hunter2"),
        ("SLACK_SIGNING_SECRET", "short"),
        ("AUDIT_KEY", "hunter2"),
    ],
)
def test_a_malformed_secret_is_named_and_never_shown(name: str, value: str) -> None:
    (fault,) = faults_of(GOOD | {name: value})
    assert fault.startswith(f"{name} must be ")
    assert value.split(",")[-1] not in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize("secret", ["hun#ter2", "2024/x", "2024?x", "hunter2?", "[hunter2", "1#2@3"])
def test_a_password_that_breaks_an_address_is_said_how_to_write(secret: str) -> None:
    (fault,) = faults_of(GOOD | {"DATABASE_URL": f"postgresql://qm:{secret}@db/qm"})
    assert fault.endswith("; in its user and password write # as %23, / as %2F, ? as %3F and [ as %5B.")
    written = secret.replace("#", "%23").replace("/", "%2F").replace("?", "%3F").replace("[", "%5B")
    for good in (f"qm:{written}@db/qm", f"qm:{written}@[::1]:5432/qm", "db/qm?user=me@there", "me@/qm?host=/run/pg"):
        assert load_settings(GOOD | {"DATABASE_URL": f"postgresql://{good}"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("TRUST_MISSING_FLAGS", "perhaps"),
        ("LOG_LEVEL", "LOUD"),
        ("COMMAND_PREFIX", "Claude Bot"),
        ("COMMAND_PREFIX", "x" * 21),
        ("TEAM_ID", "acme"),
        ("ADMIN_REQUESTS_PER_MINUTE", "0"),
        ("SLACK_API_URL", "slack.com"),
        ("ANTHROPIC_BASE_URL", "ftp://x"),
        ("HOST", "http://0.0.0.0"),
        ("HOST", "127.0.0.1:80"),
        ("SLACK_API_URL", "https://slack.com:port"),
        ("EMAIL_DOMAINS", "acme.com, alice@acme.com"),
        ("EMAIL_DOMAINS", ","),
    ],
)
def test_a_malformed_value_is_one_sentence_that_shows_it(name: str, value: str) -> None:
    (fault,) = faults_of(GOOD | {name: value})
    assert fault.startswith(f"{name} must be ")
    assert value.split(", ")[-1] in fault
    assert fault.endswith(".")


def test_all_faults_are_said_at_once() -> None:
    faults = faults_of({"PORT": "x", "LOG_LEVEL": "y", "SLACK_BOT_TOKEN": "z", "TEAM_ID": "q"})
    assert len(faults) == 8


def test_the_error_carries_no_value_in_any_representation() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | {"SLACK_BOT_TOKEN": "hunter2", "PORT": "x"})
    error = caught.value
    assert "hunter2" not in f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"


def test_settings_never_show_their_secrets() -> None:
    settings = load_settings(GOOD | {"DATABASE_URL": "postgresql://qm:hunter2@db/qm", "AUDIT_KEY": "0123456789abcdef"})
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    for secret in ("xoxb-1-abc", "xapp-1-abc", "sk-ant-admin01-abc", KEY, "hunter2", "0123456789abcdef"):
        assert secret not in shown


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings(GOOD).port = 1  # pyright: ignore[reportAttributeAccessIssue]


def test_nothing_is_read_from_the_process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1234")
    assert load_settings(GOOD).port == 8080


@pytest.mark.parametrize(
    "kept",
    [
        "prepared_statement_cache_size=0",
        f"ssl=verify-full&sslrootcert={certifi.where()}",
        "command_timeout=30&krbsrvname=postgres",
    ],
)
def test_what_the_driver_takes_may_stand_behind_a_postgres_address(kept: str) -> None:
    url = load_settings(GOOD | {"DATABASE_URL": f"postgresql://u:p@h/d?{kept}"}).database_url.get_secret_value()
    assert url == f"postgresql+asyncpg://u:p@h/d?{kept}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_any_usual_postgres_address_gets_the_async_driver(scheme: str) -> None:
    url = load_settings(GOOD | {"DATABASE_URL": f"{scheme}://u:p@h/d?sslmode=require"}).database_url
    assert url.get_secret_value() == "postgresql+asyncpg://u:p@h/d?ssl=require"


def test_a_plain_sqlite_address_gets_the_async_driver() -> None:
    assert load_settings(GOOD | {"DATABASE_URL": "sqlite:////data/q.db"}).database_url.get_secret_value() == (
        "sqlite+aiosqlite:////data/q.db"
    )


def test_the_slack_address_ends_with_a_slash_because_the_client_joins_method_names_to_it() -> None:
    assert load_settings(GOOD | {"SLACK_API_URL": "https://gateway.test/api"}).slack_api_url == "https://gateway.test/api/"


def test_a_signing_secret_alone_means_signed_http_and_an_app_token_means_socket_mode() -> None:
    http = {**GOOD, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "0123456789abcdef"}
    assert load_settings(http).transport == "http"
    assert load_settings(http | {"SLACK_APP_TOKEN": "xapp-1-abc"}).transport == "socket"


def test_an_empty_variable_counts_as_absent() -> None:
    assert load_settings(GOOD | {"PORT": "", "TEAM_ID": " "}).port == 8080


def test_a_gateway_may_have_keys_of_another_form() -> None:
    settings = load_settings(GOOD | {"ANTHROPIC_BASE_URL": "https://gateway.test", "ANTHROPIC_ADMIN_KEY": "gw_0123456789"})
    assert settings.anthropic_admin_key.get_secret_value() == "gw_0123456789"


def test_lists_are_split_at_commas_and_domains_are_lower_case() -> None:
    settings = load_settings(GOOD | {"EMAIL_DOMAINS": "Acme.com, eu.acme.com,", "ENCRYPTION_KEYS": f"{KEY}, {KEY}"})
    assert settings.email_domains == ("acme.com", "eu.acme.com")
    assert [key.get_secret_value() for key in settings.encryption_keys] == [KEY, KEY]


def test_a_secret_may_come_from_a_named_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file\n")
    env = {**GOOD, "SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}
    assert load_settings(env).slack_bot_token.get_secret_value() == "xoxb-from-file"


def test_a_secret_may_come_from_the_secrets_directory_in_either_case(tmp_path: Path) -> None:
    (tmp_path / "slack_bot_token").write_text("xoxb-lower")
    (tmp_path / "ENCRYPTION_KEYS").write_text(KEY)
    env = {**GOOD, "SLACK_BOT_TOKEN": "", "ENCRYPTION_KEYS": "", "SECRETS_DIR": str(tmp_path)}
    assert load_settings(env).slack_bot_token.get_secret_value() == "xoxb-lower"
    assert load_settings(env | {"SLACK_BOT_TOKEN": "xoxb-env"}).slack_bot_token.get_secret_value() == "xoxb-env"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": "/does/not/exist"}, "SLACK_BOT_TOKEN_FILE names /does/not/exist"),
        ({"SLACK_BOT_TOKEN_FILE": "/does/not/exist"}, "SLACK_BOT_TOKEN_FILE and SLACK_BOT_TOKEN are both set"),
        ({"SECRETS_DIR": "/does/not/exist"}, "SECRETS_DIR names /does/not/exist"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault_and_not_two(more: dict[str, str], said: str) -> None:
    (fault,) = faults_of(GOOD | more)
    assert fault.startswith(said)


@pytest.mark.parametrize("value", ["tcp://10.0.0.7:9108", "udp://[fd00::7]:9108"])
def test_what_kubernetes_sets_for_a_service_of_that_name_is_no_setting(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_PORT", value)
    assert load_settings(GOOD | _of_metrics(tmp_path)).metrics_port is None
    (tmp_path / ".env").write_text("METRICS_PORT=9109\n")
    assert load_settings(GOOD | _of_metrics(tmp_path)).metrics_port == 9109


def _of_metrics(folder: Path) -> dict[str, str]:
    return {name: value for name, value in read_environment(folder).items() if name == "METRICS_PORT"}


def test_an_empty_secret_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    (fault,) = faults_of({**GOOD, "SLACK_APP_TOKEN": "", "SLACK_APP_TOKEN_FILE": str(tmp_path / "token")})
    assert fault.endswith("which is empty.")


def test_a_bot_on_the_sandbox_needs_only_what_the_sandbox_prints() -> None:
    settings = load_settings(SANDBOX)
    assert settings.email_domains == ("acme.test",)
    assert len(settings.encryption_keys) == 1


@pytest.mark.parametrize("name", ["SANDBOX_URL", "SLACK_API_URL", "ANTHROPIC_BASE_URL"])
def test_a_sandbox_is_on_this_machine_with_all_its_parts(name: str) -> None:
    (fault,) = faults_of(SANDBOX | {name: "http://elsewhere.test/"})
    assert fault.startswith(f"{name} must be an ")
    assert "this machine" in fault


def test_the_published_sandbox_key_does_not_serve_a_real_organization() -> None:
    env = {name: value for name, value in SANDBOX.items() if name != "SANDBOX_URL"} | {"EMAIL_DOMAINS": "acme.com"}
    (fault,) = faults_of(env)
    assert fault.startswith("ENCRYPTION_KEYS is missing")


def test_the_database_opens_without_tokens() -> None:
    settings = load_database_settings({"DATABASE_URL": "sqlite:///x.db", "AUDIT_KEY": "0123456789abcdef", "PORT": "x"})
    assert settings.audit_key_bytes == b"0123456789abcdef"
    assert load_database_settings({}).audit_key_bytes == b""
    with pytest.raises(SettingsError, match="DATABASE_URL must be"):
        load_database_settings({"DATABASE_URL": "x"})


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PORT=1\nTEAM_ID=$PORT\nLOG_LEVEL='DEBUG'\n")
    monkeypatch.setenv("PORT", "2")
    env = read_environment(tmp_path)
    assert (env["PORT"], env["TEAM_ID"], env["LOG_LEVEL"]) == ("2", "$PORT", "DEBUG")


def test_of_several_lines_about_a_setting_the_last_that_can_be_read_counts(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TEAM_ID=T1\nTEAM_ID=\nPROXY=a\nPROXY=b\nPROXY\n")
    env = read_environment(tmp_path)
    assert (env.get("TEAM_ID"), env["PROXY"]) == (None, "b")


def test_every_setting_is_described_in_the_table() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert f"| `{name.upper()}`" in table
        assert field.description
        assert field.description.endswith(".")
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows[:3]] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]
    assert not [row for row in rows if row.endswith(")` |")], "a default as people write it"


def test_the_readme_has_the_present_table() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    text = readme.read_text(encoding="utf-8")
    assert text.count(START) == text.count(END) == 1
    assert text == fill_markers(text), STALE


AROUND = ["{}", " {}\n", "\ufeff{}\r\n", '"{}"', "'{}'", '\ufeff "{}"\n', "\u200b{}", "\u00a0{}\u00a0", "\u201c{}\u201d"]
"""What editors, shells and `docker run --env-file` leave around a value."""


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", [*GOOD, "AUDIT_KEY", "SLACK_SIGNING_SECRET"])
def test_what_tools_leave_around_a_secret_is_taken_off_everywhere(tmp_path: Path, name: str, around: str) -> None:
    env = GOOD | {"AUDIT_KEY": "sixteen-or-more-x", "SLACK_SIGNING_SECRET": "0123456789"}
    file = tmp_path / name
    file.write_text(around.format(env[name]), encoding="utf-8")
    rest = {other: value for other, value in env.items() if other != name}
    plain = load_settings(env)
    assert load_settings(rest | {name: around.format(env[name])}) == plain
    if name != "EMAIL_DOMAINS":  # no secret, so it is never read from a file
        assert load_settings(rest | {f"{name}_FILE": around.format(str(file))}) == plain
        assert load_settings(rest | {"SECRETS_DIR": around.format(str(tmp_path))}) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_secrets_file_may_be_written_by_any_editor(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "token"
    file.write_text(GOOD["SLACK_BOT_TOKEN"] + "\r\n", encoding=encoding)
    rest = {name: value for name, value in GOOD.items() if name != "SLACK_BOT_TOKEN"}
    assert load_settings(rest | {"SLACK_BOT_TOKEN_FILE": str(file)}) == load_settings(GOOD)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("name", "value"), [("PORT", "8081"), ("LOG_LEVEL", "debug"), ("HOST", "0.0.0.0")])
def test_the_same_goes_for_what_is_no_secret(name: str, value: str, around: str) -> None:
    assert load_settings(GOOD | {name: around.format(value)}) == load_settings(GOOD | {name: value})


@pytest.mark.parametrize("nothing", ['""', "''", ' "" ', "\ufeff", '" "'])
def test_quotation_marks_around_nothing_are_nothing(nothing: str) -> None:
    assert load_settings(GOOD | {"SLACK_SIGNING_SECRET": nothing, "TEAM_ID": nothing}) == load_settings(GOOD)


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "DATABASE_URL", "POLICY_FILE", "NO_PROXY", "PORT"])
def test_a_comment_that_docker_keeps_behind_a_value_is_named_and_the_value_kept_secret(name: str) -> None:
    for value in ("sqlite:///hunter2.db  # ours", "   # hunter2"):
        (fault,) = faults_of(GOOD | {name: value})
        assert fault == f"{name} has a comment behind its value. Remove it."


@pytest.mark.parametrize("between", [",", ", ", ";", " ", "\n", '","', "', '"])
def test_a_list_is_split_however_it_is_written_and_nothing_of_it_is_swallowed(between: str) -> None:
    other = "dGVzdHMtb25seS1ub3QtYS1zZWNyZXQta2V5LTAwMDI="
    lists = {"EMAIL_DOMAINS": ("acme.com", "acme.de"), "ENCRYPTION_KEYS": (KEY, other), "NO_PROXY": ("a.com", "10.0.0.0/8")}
    settings = load_settings(GOOD | {name: between.join(("", *one, "")).strip(",; \n") for name, one in lists.items()})
    assert (settings.email_domains, settings.no_proxy) == (lists["EMAIL_DOMAINS"], lists["NO_PROXY"])
    assert tuple(key.get_secret_value() for key in settings.encryption_keys) == lists["ENCRYPTION_KEYS"]


@pytest.mark.parametrize("host", ["https://hooks.acme.com/", "hooks.acme.com:443", "*.acme.com", "-"])
def test_a_host_that_could_never_match_is_named(host: str) -> None:
    (fault,) = faults_of(GOOD | {"SLACK_RESPONSE_HOSTS": f"hooks.acme.com,{host}"})
    assert fault.startswith(f"SLACK_RESPONSE_HOSTS must be a list of hosts; '{host}' is not one")


@pytest.mark.parametrize("value", ['"{}', "{}'", "\"{}'"])
@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "AUDIT_KEY", "HOST"])
def test_a_quotation_mark_without_a_partner_is_named_and_the_value_kept_secret(name: str, value: str) -> None:
    said = f"{name} has a quotation mark at only one end. Remove it."
    secret = {"SLACK_BOT_TOKEN": "xoxb-1-hunter2"}.get(name, "hunter2-hunter2-hunter2")
    faults = faults_of(GOOD | {name: value.format(secret)})
    assert faults == (said,)


def test_an_address_that_carries_its_version_is_named_before_all_its_paths_are_wrong() -> None:
    (fault,) = faults_of(GOOD | {"ANTHROPIC_BASE_URL": "https://api.anthropic.com/v1/"})
    assert fault == "ANTHROPIC_BASE_URL must be an http or https address; leave out /v1 at its end."


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "fe80::1%eth0", "bot.internal", "localhost"])
def test_a_host_is_an_address_or_a_name(host: str) -> None:
    assert load_settings(GOOD | {"HOST": host}).host == host


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_dotenv_file_may_begin_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_text("\n".join(f'{name}="{value}"' for name, value in GOOD.items()), encoding=encoding)
    read = read_environment(tmp_path)
    assert {name: read[name] for name in GOOD} == GOOD


def test_a_dotenv_file_that_is_no_text_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=xoxb-\xff\xfe\n")
    read = read_environment(tmp_path)
    (fault,) = faults_of(GOOD | {"SLACK_BOT_TOKEN": read["SLACK_BOT_TOKEN"]})
    assert fault == "SLACK_BOT_TOKEN must be a Slack bot token, which starts with xoxb-."


def test_metrics_on_the_port_of_slack_need_a_token_and_no_port_of_their_own() -> None:
    assert faults_of(GOOD | {"METRICS_PORT": "8080"}) == (
        "METRICS_PORT must be another port than PORT; leave it out, and set METRICS_TOKEN, to share that one.",
    )
    assert load_settings(GOOD | {"METRICS_PORT": "0", "PORT": "0"}).metrics_port == 0
    assert load_settings(GOOD).metrics_port is None


def test_all_beside_anything_else_does_not_count_as_all() -> None:
    for words in ("all,own", "finops all"):
        assert faults_of(GOOD | {"SPEND_VISIBLE_TO": words}) == (
            "SPEND_VISIBLE_TO names all beside others. Leave all out, or write nothing else.",
        )
    assert load_settings(GOOD | {"SPEND_VISIBLE_TO": "own,finops"}).spend_visible_to == ("own", "finops")
