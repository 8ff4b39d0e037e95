"""What the process was given as a secret leaves it in no form and by no way out."""

import io
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from bot import own_secrets
from bot.log import redact_text
from bot.own_secrets import HIDDEN, all_without_secrets, guard, remember, remember_address, without_secrets
from bot.settings.sources import read_values
from bot.slack.web_api import WebApi
from bot.store.actions import AuditAction
from bot.store.session import Tx
from bot.telemetry.targets import Target
from tests.day import DAY

DATADOG = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.fixture(autouse=True)
def knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_secrets, "_known", {})


@pytest.mark.parametrize(
    ("address", "text", "hidden"),
    [
        ("postgresql://qm:hunter2!@db/qm", "no login for qm with hunter2!", f"no login for qm with {HIDDEN}"),
        ("postgresql://qm:hunter2%21@db/qm", "tried 'hunter2!' and hunter2%21", f"tried '{HIDDEN}' and {HIDDEN}"),
        ("postgresql://qm:a/b@c2345@db/qm", "a/b@c2345 and a%2fb%40c2345", f"{HIDDEN} and {HIDDEN}"),
        ("postgresql:///qm?host=db&password=s3cr3t-9", "dsn password=s3cr3t-9", f"dsn password={HIDDEN}"),
        ("robot:pr0xypass@proxy.acme.test:3128", "407 for robot, pr0xypass", f"407 for robot, {HIDDEN}"),
        ("https://glc_eyJvIjoi@otlp.test/otlp", "Unknown glc_eyJvIjoi", f"Unknown {HIDDEN}"),
        ("https://in.test/http/ZaVnC4dhaV3UZbPq7w9x==/v1", "at /http/ZaVnC4dhaV3UZbPq7w9x%3D%3D", f"at /http/{HIDDEN}"),
        ("https://in.test/anthropic-enterprise-gateway", "anthropic-enterprise-gateway", "anthropic-enterprise-gateway"),
        ("https://in.test/v1?dd-api-key=" + DATADOG, f"POST %3Fdd-api-key%3D{DATADOG}", f"POST %3Fdd-api-key%3D{HIDDEN}"),
        # What is also a word, or a part of one, stays.
        ("postgresql://qm:postgres@db/qm", "postgres is postgresql", "postgres is postgresql"),
        ("postgresql://qm:db123@db/qm", "db123", "db123"),
        ("postgresql://qm:ingest1@db/qm", "key ingest15 has ingest1", f"key ingest15 has {HIDDEN}"),
    ],
)
def test_what_an_address_hides_is_hidden_and_the_rest_is_not(address: str, text: str, hidden: str) -> None:
    remember_address(address)
    assert without_secrets(text) == hidden


def test_a_secret_is_hidden_escaped_encoded_and_inside_a_longer_text() -> None:
    remember(['pa"ss\\w0rd', f"Bearer {DATADOG}", "one+two=3 four"])
    assert redact_text(f"x{DATADOG}y Bearer") == f"x{HIDDEN}y Bearer"
    assert without_secrets(repr({"key": 'pa"ss\\w0rd'})) == f"{{'key': '{HIDDEN}'}}"
    assert without_secrets("?a=one%2Btwo%3D3+four") == f"?a={HIDDEN}"
    assert all_without_secrets({"a": [{"b": DATADOG}], "n": 1, "ok": True}) == {"a": [{"b": HIDDEN}], "n": 1, "ok": True}


def test_a_secret_that_holds_a_known_shape_leaves_no_rest_in_a_log() -> None:
    remember_address("postgresql://qm:Tr0ub4dor@3xyzzyLong@db/qm")
    assert redact_text("no postgresql://qm:Tr0ub4dor@3xyzzyLong@db/qm") == f"no postgresql://{HIDDEN}@db/qm"


def test_settings_and_headers_of_targets_are_known_once_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{DATADOG}\n")
    env = {
        "DATADOG_API_KEY_FILE": str(tmp_path / "key"),
        "ENCRYPTION_KEYS": "Zmlyc3Qta2V5LTE=, c2Vjb25kLWtleS0y",
        "SLACK_API_URL": "https://user:g4teway@slack.test/api",
        "COMMAND_PREFIX": "quartermaster-1",
    }
    read_values(env, ["DATADOG_API_KEY", *env], ["DATADOG_API_KEY", "ENCRYPTION_KEYS"])
    Target("grafana", "https://otlp.test/v1/metrics", {"authorization": SecretStr("Basic dXNlcjpnbGNf")})
    said = f"{DATADOG} c2Vjb25kLWtleS0y g4teway quartermaster-1 dXNlcjpnbGNf"
    assert without_secrets(said) == f"{HIDDEN} {HIDDEN} {HIDDEN} quartermaster-1 {HIDDEN}"


def test_a_header_hides_a_key_and_no_name_of_a_tenant_or_dataset() -> None:
    headers = {
        "x-honeycomb-team": "hcaik-1a2b",
        "x-honeycomb-dataset": "claude-costs",
        "X-Scope-OrgID": "acme-production",
        "content-type": "application/x-protobuf",
        "uptrace-dsn": "https://s3cr3t-9@api.uptrace.test?grpc=4317",
        "x-source": "q7w9ZaVnC4dhaV3UZbPx",
    }
    Target("honeycomb", "https://otlp.test", {name: SecretStr(value) for name, value in headers.items()})
    said = "acme-production in #claude-costs, application/x-protobuf: hcaik-1a2b s3cr3t-9 q7w9ZaVnC4dhaV3UZbPx"
    assert without_secrets(said) == f"acme-production in #claude-costs, application/x-protobuf: {HIDDEN} {HIDDEN} {HIDDEN}"


def test_what_is_printed_and_a_traceback_that_nobody_caught_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    written = io.TextIOWrapper(raw, write_through=True)
    guard(written)
    guard(None)
    remember([DATADOG])
    print("key", DATADOG, file=written)
    written.writelines([f"{DATADOG}\n"])
    monkeypatch.setattr(sys, "stderr", written)
    try:
        raise RuntimeError(f"refused {DATADOG}")
    except RuntimeError as error:
        sys.__excepthook__(type(error), error, error.__traceback__)
    assert DATADOG not in raw.getvalue().decode()
    assert f"RuntimeError: refused {HIDDEN}" in raw.getvalue().decode()


async def test_an_audit_entry_and_what_slack_is_sent_hide_it() -> None:
    remember([DATADOG])
    tx = Tx(cast(Any, None), "sqlite", DAY)
    tx.audit(DAY, "U1", AuditAction.REQUEST_FAILED, "req_1", why=f"no {DATADOG}", tries=2)
    assert tx.drafts[0].detail == {"why": f"no {HIDDEN}", "tries": 2}
    sent = dict[str, Any]()

    class Client:
        async def api_call(self, method: str, **body: Any) -> str:
            sent.update({method: body})
            return "ok"

    await WebApi(cast(Any, Client())).response("chat.postMessage", channel="C1", blocks=[{"text": f"no {DATADOG}"}])
    assert sent == {"chat.postMessage": {"json": {"channel": "C1", "blocks": [{"text": f"no {HIDDEN}"}]}}}
