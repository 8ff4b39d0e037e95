"""How many approvals a kind demands, whatever the policy says: no table gets below it, and the file stays good."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.check import check_policy, explain_policy
from bot.kinds.keys.status import REVOKE_KEY
from bot.kinds.people.change_role import CHANGE_ROLE
from bot.kinds.registry import registry_of
from bot.policy.file import parse_policy
from bot.policy.model import AskedUnder, Rule, stricter

KINDS = registry_of(replace(REVOKE_KEY, rules=replace(REVOKE_KEY.rules, least_approvals=2)), CHANGE_ROLE)
START = """\
version = 1
[groups]
a = ["usergroup:S0ADMINS"]
solo = ["user:U1"]
[defaults]
approvers = ["a"]
channel = "C0APPROVALS"
"""


@pytest.mark.parametrize(
    ("text", "workspace", "quorum"),
    [
        ("", None, 2),
        ("[kinds.revoke_key]\nquorum = 1\n", None, 2),
        ("[kinds.revoke_key]\nquorum = 3\n", None, 3),
        ('[workspaces."Lab"]\nquorum = 1\n', "Lab", 2),
        ('[kinds.revoke_key]\nquorum = 3\n[workspaces."Lab".kinds.revoke_key]\nquorum = 1\n', "Lab", 2),
    ],
)
def test_no_table_asks_for_fewer_approvals_than_the_kind_demands(text: str, workspace: str | None, quorum: int) -> None:
    policy = parse_policy(START + text, KINDS)
    assert policy.rule_for("revoke_key", None, workspace).quorum == quorum
    assert policy.rule_for("change_role", None, workspace).quorum == 1


def test_what_was_asked_before_a_kind_demanded_it_needs_as_many() -> None:
    today = parse_policy(START, KINDS).rule_for("revoke_key", None, None)
    assert stricter(AskedUnder.of(Rule(quorum=1), datetime(2026, 11, 23, tzinfo=UTC)), today).quorum == 2


def test_a_policy_with_one_approver_is_still_good_and_says_what_nobody_can_approve(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(START.replace('approvers = ["a"]', 'approvers = ["solo"]') + "[kinds.revoke_key]\nquorum = 1\n")
    found = check_policy(file, KINDS)
    assert found.faults == ()
    assert [line.partition(": ")[2] for line in found.warnings if "always" in line] == [
        "revoke_key always needs 2 approvals, so its quorum of 1 changes nothing.",
        "revoke_key always needs 2 approvals, but only 1 person could give them.",
    ]


def test_the_policy_in_words_says_so() -> None:
    lines = explain_policy(parse_policy(START, KINDS), KINDS)
    assert any("revoke_key: needs 2 approvals" in one and "never fewer than 2" in one for one in lines)
    assert not any("change_role" in one and "never fewer" in one for one in lines)
