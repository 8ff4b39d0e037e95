"""Every setting of the bot in one frozen model, so that a missing or malformed one is said at start and nowhere else.

The README's table is rendered from this file (`bot/cli/settings_table.py`); `sources.py` says where values come from.
A field's description says what the setting is, its `wants` says what a good value looks like; faults are made of both.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.settings import parse
from bot.settings.advice import AdviceSettings
from bot.settings.datadog import DatadogSettings, datadog_faults
from bot.settings.network import in_one_spelling, is_excepted
from bot.settings.parse import is_loopback
from bot.settings.sources import read_values

ANTHROPIC_URL = "https://api.anthropic.com"
SANDBOX_DEFAULTS = {
    "ENCRYPTION_KEYS": "c2FuZGJveC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDE=",
    "EMAIL_DOMAINS": "acme.test",
}
"""What a bot on the sandbox may leave out. Nothing there is secret, so a published key protects what needs no protection."""


class SettingsError(Exception):
    """The settings can't be used; `faults` has one sentence for each fault, none of which repeats a secret."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(description: str, wants: str, **more: Any) -> Any:
    """Declare a field; `wants` completes the sentence "NAME must be …"."""
    return Field(description=description, json_schema_extra={"wants": wants}, **more)


class DatabaseSettings(BaseModel):
    """What is needed to open the database alone, so that an auditor needs no tokens."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True, hide_input_in_errors=True)

    database_url: Annotated[SecretStr, BeforeValidator(parse.database_url)] = _setting(
        "Where the bot keeps its data: a SQLite file or a PostgreSQL database.",
        "an address such as sqlite:///quartermaster.db or postgresql://user:password@host/name",
        default=SecretStr("sqlite+aiosqlite:///quartermaster.db"),
    )
    audit_key: Annotated[SecretStr, parse.secret_like(r"[!-~]{16,}")] | None = _setting(
        "The key of the audit log's hash chain. Without it the chain is hashed without a key, which shows accidents and"
        " careless edits, but not a forgery by somebody with write access to the database. It can't be changed later:"
        " with another one the bot doesn't start.",
        "at least 16 characters of ASCII without spaces",
        default=None,
    )

    @property
    def audit_key_bytes(self) -> bytes:
        """The key of the audit chain, empty without one."""
        return self.audit_key.get_secret_value().encode() if self.audit_key else b""


class Settings(AdviceSettings, DatadogSettings, DatabaseSettings):
    """The settings of one bot process. Made by `load_settings`; nothing is read from the environment behind its back."""

    slack_bot_token: Annotated[SecretStr, parse.secret_like(r"xox(b|e\.xoxb)-[!-~]+")] = _setting(
        "The bot token of the installed Slack app.", "a Slack bot token, which starts with xoxb-"
    )
    slack_app_token: Annotated[SecretStr, parse.secret_like(r"xapp-[!-~]+")] | None = _setting(
        "The app-level token with the scope connections:write. With it the bot listens over Socket Mode.",
        "a Slack app-level token, which starts with xapp-",
        default=None,
    )
    slack_signing_secret: Annotated[SecretStr, parse.secret_like(r"[!-~]{8,}")] | None = _setting(
        "The app's signing secret. Without an app-level token the bot listens for signed HTTP at /slack/events.",
        "the signing secret of the Slack app: at least 8 characters without spaces",
        default=None,
    )
    slack_api_url: Annotated[str, BeforeValidator(parse.slack_url)] = _setting(
        "Where the Slack Web API is.", "an http or https address", default="https://slack.com/api/"
    )
    slack_response_hosts: Annotated[tuple[str, ...], BeforeValidator(parse.hosts)] = _setting(
        "Further hosts, separated by commas, to which answers to people's acts may be posted; for emulators and gateways."
        " Those beside SLACK_API_URL, such as hooks.slack.com beside slack.com, are known.",
        "a list of hosts",
        default=(),
    )
    anthropic_admin_key: Annotated[SecretStr, parse.secret_like(r"[!-~]{8,}")] = _setting(
        "The Admin API key of the Claude organization.", "an Admin API key, which starts with sk-ant-"
    )
    anthropic_base_url: Annotated[str, BeforeValidator(parse.claude_url)] = _setting(
        "Where the Claude Admin API is, or your gateway.", "an http or https address", default=ANTHROPIC_URL
    )
    policy_file: Path = _setting("Who may approve what.", "the path of a file", default=Path("policy.toml"))
    encryption_keys: Annotated[tuple[SecretStr, ...], BeforeValidator(parse.fernet_keys)] = _setting(
        "Fernet keys, separated by commas. The first one encrypts and all of them decrypt, so put a new one in front.",
        "one or more Fernet keys (32 bytes in URL-safe base64, 44 characters) separated by commas; `python -m bot key` (or"
        " `make key`) makes one",
    )
    email_domains: Annotated[tuple[str, ...], BeforeValidator(parse.domains)] = _setting(
        "The e-mail domains, separated by commas, whose people may use the bot and be invited.",
        "one or more domains such as acme.com, separated by commas",
    )
    team_id: Annotated[str, Field(pattern=r"^[TE][A-Z0-9]{2,}$")] | None = _setting(
        "The only Slack workspace (T…) or Enterprise organization (E…) to serve. Left out: the bot token's own.",
        "a Slack team id such as T0123456789",
        default=None,
    )
    trust_missing_flags: bool = _setting(
        "What to assume when Slack leaves out a flag of a person or channel, such as is_email_confirmed. False: the worst,"
        " so the person is refused. True: the best.",
        "true or false",
        default=False,
    )
    command_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,19}$")] = _setting(
        "The first part of every slash command. The app's manifest must have the same.",
        "1 to 20 of a-z, 0-9, - and _, starting with a letter",
        default="claude",
    )
    host: Annotated[str, Field(pattern=r"^([A-Za-z0-9._-]+|[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%\w+)?)$")] = _setting(
        "The address to listen on, for health checks and signed HTTP. In a container: 0.0.0.0.",
        "an address or a host name alone, without http:// and without a port",
        default="127.0.0.1",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = _setting(
        "The port to listen on. 0: any free port.", "a whole number from 0 to 65535", default=8080
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = _setting(
        "A port of its own for Prometheus at /metrics, on the address of HOST. Without it metrics are told on PORT where"
        " METRICS_TOKEN is set, and else nowhere.",
        "a whole number from 0 to 65535",
        default=None,
    )
    metrics_token: Annotated[SecretStr, parse.secret_like(r"[!-~]{16,}")] | None = _setting(
        "What Prometheus has to send as a bearer token to get metrics.",
        "at least 16 characters of ASCII without spaces",
        default=None,
    )
    otlp_targets: Path | None = _setting(
        "A TOML file of who gets telemetry by OTLP: for each a table with its url and headers.", "a path", default=None
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(parse.upper)] = _setting(
        "The lowest level that is logged.", "DEBUG, INFO, WARNING or ERROR", default="INFO"
    )
    admin_requests_per_minute: Annotated[int, Field(ge=1, le=6000)] = _setting(
        "How much of the organization's Admin API budget (100 requests a minute) the bot may use.",
        "a whole number from 1 to 6000",
        default=90,
    )
    doubted_fall: Annotated[int, Field(ge=1, le=100)] = _setting(
        "By how many percent a day's known costs, or those of a workspace in it, must fall at once until the bot reads them"
        " a second time, half an hour later, before it uses them. A fall to nothing is always read twice.",
        "a whole number from 1 to 100",
        default=20,
    )
    spend_visible_to: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(parse.words)] = _setting(
        "Who sees all figures of cost and usage wherever the bot shows some to a person: all, own (everybody what their own"
        " keys, they themselves and the workspaces cost in which they have a role), or names of groups of the policy,"
        " separated by commas; everybody else then sees their own. Organization admins and billing members see all.",
        "all, own, or one or more names of groups of the policy",
        default=("all",),
    )
    claude_code_people: Annotated[Literal["names", "pseudonyms", "none"], BeforeValidator(parse.lower)] = _setting(
        "How people stand in answers about Claude Code: with their names; with pseudonyms, but for oneself and for those"
        " whom the policy's see_people names; or none, which adds everybody else up.",
        "names, pseudonyms or none",
        default="pseudonyms",
    )
    hours_kept: Annotated[int, Field(ge=0, le=365)] = _setting(
        "For how many days, today among them, costs and tokens are kept by the hour; days are kept for ever. 0: no hours.",
        "a whole number from 0 to 365",
        default=90,
    )
    sandbox_url: Annotated[str, BeforeValidator(parse.loopback_url)] | None = _setting(
        "The control address of a running sandbox. The bot then uses the sandbox's clock, and ENCRYPTION_KEYS and"
        " EMAIL_DOMAINS may be left out. Never set it in production.",
        "an http address on this machine, such as http://127.0.0.1:8765/_sandbox",
        default=None,
    )

    https_proxy: Annotated[SecretStr, BeforeValidator(parse.proxy)] | None = _setting(
        "The proxy on the way to https addresses, for all clients alike. ALL_PROXY and names in lower case count, too.",
        "the address of an http proxy, such as http://proxy.acme.com:3128",
        default=None,
    )
    http_proxy: Annotated[SecretStr, BeforeValidator(parse.proxy)] | None = _setting(
        "The same for http addresses.", "the address of an http proxy, such as http://proxy.acme.com:3128", default=None
    )
    no_proxy: Annotated[tuple[str, ...], BeforeValidator(parse.words)] = _setting(
        "Hosts, domains and networks, separated by commas, that are reached without a proxy.", "a list of hosts", default=()
    )
    ssl_cert_file: Annotated[Path, BeforeValidator(parse.certificates)] | None = _setting(
        "A file with the certificates of the authorities to trust, instead of the usual ones.",
        "a file with certificates (PEM)",
        default=None,
    )

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy through which an address is reached, None for the direct way."""
        is_tls = urlsplit(url).scheme in ("https", "wss")
        given = self.https_proxy if is_tls else self.http_proxy
        return given.get_secret_value() if given and not is_excepted(url, self.no_proxy) else None

    def may_answer_at(self, url: str) -> bool:
        """Tell whether a response url, which comes with a payload, leads to Slack's side and to nobody else."""
        try:
            own, given = urlsplit(self.slack_api_url), urlsplit(url)
        except ValueError:
            return False
        host, home = (given.hostname or "").rstrip("."), (own.hostname or "").removeprefix("www.").removeprefix("api.")
        if given.scheme not in ("https", own.scheme) or not host:
            return False
        is_near = host == home or host.endswith(f".{home}") or (is_loopback(self.slack_api_url) and is_loopback(url))
        return is_near or host in {one.lower() for one in self.slack_response_hosts}

    @property
    def transport(self) -> Literal["socket", "http"]:
        """Socket Mode wherever there is an app-level token, else signed HTTP."""
        return "socket" if self.slack_app_token else "http"


_Model = TypeVar("_Model", bound=DatabaseSettings)


def load_settings(env: Mapping[str, str]) -> Settings:
    """Make the settings from variables, `*_FILE` files and the secrets directory; SettingsError with all faults at once."""
    return _load(Settings, env)


def load_database_settings(env: Mapping[str, str]) -> DatabaseSettings:
    """Make only what opens the database, from the same places; SettingsError with all faults at once."""
    return _load(DatabaseSettings, env)


def _load(model: type[_Model], env: Mapping[str, str]) -> _Model:
    secret_names = [name.upper() for name, field in model.model_fields.items() if is_secret(field)]
    values, unread = read_values(in_one_spelling(env), [name.upper() for name in model.model_fields], secret_names)
    faults = list(unread.values())
    if model is Settings:
        if values.get("SANDBOX_URL"):
            values = SANDBOX_DEFAULTS | values
        faults += _faults_between(values, unread)
    try:
        settings = model.model_validate({name.lower(): value for name, value in values.items()})
    except ValidationError as error:
        wrong = {str(item["loc"][0]): item for item in error.errors()}
        named = {fault.split(" ")[0] for fault in faults} | set(unread)  # one sentence for each setting is enough
        faults += [_sentence(name, item, values) for name, item in wrong.items() if name.upper() not in named]
    else:
        if not faults:
            return settings
    raise SettingsError(tuple(faults))


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a field's value must never be shown."""
    return "SecretStr" in str(field.annotation)


def _faults_between(values: Mapping[str, str], unread: Mapping[str, str]) -> list[str]:
    """Check what no single field can know."""
    faults = datadog_faults({**values, **unread})
    if not {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"} & {*values, *unread}:
        faults.append("One of SLACK_APP_TOKEN (for Socket Mode) and SLACK_SIGNING_SECRET (for signed HTTP) is missing.")
    key, host = values.get("ANTHROPIC_ADMIN_KEY", ""), values.get("ANTHROPIC_BASE_URL", ANTHROPIC_URL).rstrip("/")
    if key and host == ANTHROPIC_URL and not key.startswith("sk-ant-"):
        faults.append(
            "ANTHROPIC_ADMIN_KEY must be an Admin API key, which starts with sk-ant- (a gateway's key may differ)."
        )
    if values.get("METRICS_PORT", "0") != "0" and values["METRICS_PORT"] == values.get("PORT", "8080"):
        faults.append("METRICS_PORT must be another port than PORT; leave it out, and set METRICS_TOKEN, to share that one.")
    if "all" in (seen := parse.words(values.get("SPEND_VISIBLE_TO", ""))) and len(seen) > 1:
        faults.append("SPEND_VISIBLE_TO names all beside others. Leave all out, or write nothing else.")
    if values.get("SANDBOX_URL"):
        for name, default in (("SLACK_API_URL", ""), ("ANTHROPIC_BASE_URL", ANTHROPIC_URL)):
            if not parse.is_loopback(values.get(name, default)):
                faults.append(f"{name} must be an address on this machine while SANDBOX_URL is set.")
    return faults


def wanted(field: FieldInfo) -> str:
    """Return what a good value of a field looks like, to complete "it must be …"."""
    return str(cast(dict[str, Any], field.json_schema_extra)["wants"])


def _sentence(name: str, error: ErrorDetails, values: Mapping[str, str]) -> str:
    """Say one fault: what the setting must be, and what it is unless that is a secret."""
    field, label = Settings.model_fields[name], name.upper()
    wants = wanted(field)
    if error["type"] == "missing":
        return f"{label} is missing. It must be {wants}."
    detail = str(error.get("ctx", {}).get("error", ""))
    value = values.get(label, "")
    shown = "" if is_secret(field) or detail or "@" in value else f"; it is '{value}'"  # user:password@host
    return f"{label} must be {wants}{f'; {detail}' if detail else shown}."
