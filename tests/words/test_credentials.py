"""What looks like a credential, and what only talks about one."""

import pytest

from bot.words.credentials import looks_like_credential

# Joined here, so that no scanner takes this file for a leak.
SECRETS = [
    "here is my key sk-ant-" + "api03-abcdefgh12345678",
    "sk-ant-" + "admin01-" + "x" * 40,
    "sk-" + "proj-" + "a1B2" * 8,
    "xox" + "b-123456789012-abcdefghijkl",
    "xapp-" + "1-A012345-6789-abcdef",
    "https://hooks.slack.com/" + "services/T000/B000/abcdefghijklmnop",
    "AKIA" + "IOSFODNN7EXAMPLE is the account",
    "gh" + "p_" + "a1B2c3D4" * 5,
    "github_" + "pat_" + "11ABCDEFG0" * 3,
    "glpat-" + "abcdefghij0123456789",
    "AIza" + "SyA1234567890abcdefghijklmnopqrstuvw",
    "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "postgresql://bot:" + "hunter22@db.example.com/prod",
    "password: " + "Tr0ub4dor&3",
    "the password is " + "summer2026!",
    "token = " + "9f86d081884c7d659a2feaa0c55ad015",
    "Our API key: " + "Zk3hT9pQx7LmV2sR8wYb",
    "secret " + "q8Jx0pLw3Zr7Tn5Vb1Kd",
    "Bearer " + "mF_9.B5f-4.1JqM0aB3dE",
    "sk-\u200bant-" + "api03-abcdefgh12345678",
    "ｓk-ant-" + "api03-abcdefgh12345678",
    "npm_" + "a" * 36,
    "SG." + "a" * 22 + "." + "b" * 43,
    "_sk-ant-" + "api03-abcdefgh12345678_",
    "bot_xox" + "b-123456789012-abcdefghijkl",
    "sk\u2011ant\u2011" + "api03\u2011abcdefgh12345678",
    "sk\u2013ant\u2013" + "api03\u2013abcdefgh12345678",
    "c2stYW50L" + "WFwaTAzLWFiY2RlZmdoMTIzNDU2Nzg=",
    "DB_PASSWORD=" + "hunter22",
    "PGPASSWORD=" + "hunter22",
    "pw: " + "hunter22",
    "Das Passwort ist " + "Sommer2026!",
    "contraseña: " + "Verano2026!",
    "mot de passe : " + "Ete2026!x",
    "password " + "Zk3hT9pQx7LmV2sR8wYb",
    "Schlüssel: " + "Zk3hT9pQx7LmV2sR8wYb",
    "hcaik_" + "01hqk4k20qxzpjt8v0n3c5r7w9y2b4d6f8",
    "glrt-" + "abcdefghij0123456789",
    "123456789:AA" + "HdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "curl -u bob:" + "S3cretPass99 https://api.example.com",
    "https://files.example.com/a.csv?sig=" + "AbC123deF456GhI789jk",
    "redis://:" + "hunter22@redis.example.com:6379/0",
    "my key is sk-ant-" + "api03-" + "aB3d" * 20 + "... please",
    "LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBLRVktLS0tLQo=",
    "abc8Q~" + "Zk3hT9pQx7LmV2sR8wYbZk3hT9pQx7LmV2",
    "SECRET_KEY_BASE=" + "9f86d081884c7d659a2feaa0c55ad015",
    "the password for the staging db is " + "hunter22",
    "Password for staging: " + "hunter22!",
    "Password: 2026-11-30" + "xY",
    "SMTP_PASS=" + "hunter22",
    "key → " + "Zk3hT9pQx7LmV2sR8wYb",
    "my key, " + "Zk3hT9pQx7LmV2sR8wYb",
    "key – " + "Zk3hT9pQx7LmV2sR8wYb",
    "the API key is: " + "Zk3hT9pQx7LmV2sR8wYb",
    "la clave es " + "Zk3hT9pQx7LmV2sR8wYb",
    "キー：" + "Zk3hT9pQx7LmV2sR8wYb",
]
HARMLESS = [
    "Nightly ingestion job, replaces the shared key.",
    "Replaces the API key nightly-job-2 in Production",
    "API key: ingest2-prod",
    "Revoke key apikey_01Rj2N8SVvo6BePZj99NhmiT",
    "token budget for claude-opus-4-5-20251101",
    "The secret of a good job is documentation",
    "password reset flow of the customer portal",
    "key for https://wiki.example.com/runbooks/ingest?page=2",
    "token counting service (see JIRA-12345)",
    "bearer token rotation for service-account-staging",
    "ingest-staging",
    "rotate key k8s-prod-eu1a, then key nightly-2x-job-v3b and token gpt-4o-mini-2024",
    "Schlüssel Übersetzungsdienst2 und key Qualitätsprüfung-Nacht",
    "see key https://acme.slack.com/archives/C0123ABCDEF/p1732984567123459",
    "api key bob.smith+claude@acme.test, api key ingest-staging(v2)",
    "docker run -u 1000:100000000 nightly",
    "disk-ant-colony-simulation and task_ant-colony",
    "compass: v2.10.4, bypass=release-2026",
    "monkey patching of nightly-job-2",
    "password rotation-policy-2026 of the portal",
    "from 9:00 – 17:00, costs 12345678:00",
    "revoke sk-prod-ingestion-service-2024",
    "the key was replaced by ingest-2b-prod, password for the portal is in https://wiki.example.com/sso2",
    "token for nightly-job-2: see JIRA-12345, key - ingest-staging, secret of staging is kept-in-vault-2026",
    "the second pass of review is 2026-12-01, the last pass was 2026-11-30, pass to prod is staging-2b",
    "secret for eu-central-1 is arn:aws:secretsmanager:eu-central-1:123456789012:secret:claude-AbCdEf",
    "key -> PR#4821/branch:feature/claude-4.5, which Key prod/eu/ingest#2 needs",
    "client certificate LS0tLS1CRUdJTiB" + "DRVJUSUZJQ0FURS0tLS0tCg==",
    "alice@acme.test needs the key until 2026-12-31",
    "the key sk-ant-" + "api03-R2D...igAA of noah",
    "the key sk-ant-" + "api03-R2D…igAA of noah",
    "",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_seen(text: str) -> None:
    assert looks_like_credential(text)
    assert looks_like_credential(f"Please use this:\n> {text}\nthanks")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_talks_of_secrets_passes(text: str) -> None:
    assert not looks_like_credential(text)
