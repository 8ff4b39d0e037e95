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
    "revoke sk-prod-ingestion-service-2024",
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
