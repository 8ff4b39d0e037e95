"""The policy file: which rule holds, which line is wrong, and that an unusable policy gives nobody any power."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds.registry import KINDS
from bot.policy.file import PolicyError, load_policy, parse_policy, placeholders, version_of
from bot.policy.model import ApproverKind, ApproverRef, Policy, Rule, describe_rule
from bot.policy.working_hours import Lifetime, WorkingHours
from bot.sandbox.people import APPROVALS_CHANNEL, GROUPS
from tests.generated import STALE, with_kinds

ROOT = Path(__file__).parents[2]
FULL = """\
version = 1
[groups]
admins = ["org-admins"]
platform = ["usergroup:S0PLATFORM", "user:U0BOB"]
[defaults]
approvers = ["admins"]
channel = "C0APPROVALS"
expires_in = "8h"
[kinds.revoke_key]
quorum = 2
expires_in = "1d"
[workspaces."Production"]
approvers = ["platform", "workspace-admins"]
issue_keys = "api"
[workspaces."Production".kinds.revoke_key]
expires_in = "30m"
reason_required = false
[workspaces.wrkspc_01]
quorum = 3
"""


def faults_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, KINDS)
    return [(fault.line, fault.key_path, fault.sentence) for fault in caught.value.faults]


def test_defaults_hold_where_nothing_else_is_said() -> None:
    rule = parse_policy(FULL, KINDS).rule_for("create_key", "wrkspc_9", "Staging")
    assert rule == Rule(
        approvers=(ApproverRef(kind=ApproverKind.ORG_ADMINS),),
        group_names=("admins",),
        channel="C0APPROVALS",
        expires_in=Lifetime(rest=timedelta(hours=8)),
        version=version_of(FULL),
    )


def test_what_nobody_sees_in_a_file_changes_nothing_of_what_it_says() -> None:
    text = FULL.replace("S0PLATFORM", "S0PLATFORM\u200b").replace(" = ", "\u00a0=\u00a0").replace('"8h"', '"\ufeff8h"')
    text = "# for the night\u2028and the day\n" + text.replace("\n", "\u3000\n").replace("8h", "8h\u00ad")
    places = ("revoke_key", "wrkspc_9", "Production")
    found, meant = (parse_policy(one, KINDS).rule_for(*places) for one in (text, FULL))
    assert found.version == version_of(text)
    assert found.model_copy(update={"version": ""}) == meant.model_copy(update={"version": ""})


def test_later_tables_win_key_by_key() -> None:
    policy = parse_policy(FULL, KINDS)
    by_kind = policy.rule_for("revoke_key", None, None)
    assert (by_kind.quorum, by_kind.expires_in, by_kind.group_names) == (2, Lifetime(days=1), ("admins",))
    by_both = policy.rule_for("revoke_key", "wrkspc_9", "Production")
    assert (by_both.quorum, by_both.expires_in, by_both.reason_required) == (2, Lifetime(rest=timedelta(minutes=30)), False)
    assert by_both.issue_keys == "api"
    assert [str(ref) for ref in by_both.approvers] == ["usergroup:S0PLATFORM", "user:U0BOB", "workspace-admins"]


def test_a_workspace_is_found_by_name_without_case_and_by_id_which_wins() -> None:
    policy = parse_policy(FULL, KINDS)
    assert policy.rule_for("create_key", None, "PRODUCTION").issue_keys == "api"
    both = policy.rule_for("revoke_key", "wrkspc_01", "Production")
    assert (both.quorum, both.expires_in) == (3, Lifetime(rest=timedelta(minutes=30)))


def test_the_version_changes_with_the_text_alone() -> None:
    assert parse_policy(FULL, KINDS).version == parse_policy(FULL, KINDS).version
    assert parse_policy(FULL, KINDS).version != parse_policy(FULL + "# x\n", KINDS).version
    assert len(parse_policy(FULL, KINDS).version) == 12


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n"])
def test_an_empty_policy_means_that_nobody_may_approve(text: str) -> None:
    policy = parse_policy(text, KINDS)
    assert policy.nobody_because == "The policy file is empty, so nobody can approve."
    assert all(not policy.rule_for(kind, None, None).approvers for kind in KINDS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read: No such file"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b'version = 1\n[defaults]\napprovers = ["nobody-knows"]\n', "a fault on line 3: Unknown group nobody-knows."),
        (b"version = 1\nversion = 1\n", "a fault on line 2: This is not TOML"),
        (b"version = 2\nx = 1\n", "a fault on line 1 (1 more like it)"),
        (b"version = 1\n[" + b"a." * 3000 + b"a]\n", "a fault on line 2: Unknown key a."),
    ],
)
def test_an_unreadable_policy_means_that_nobody_may_approve(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    policy = load_policy(path, KINDS)
    assert policy.nobody_because
    assert said in policy.nobody_because
    assert not policy.rule_for("create_key", "wrkspc_01", "Production").approvers


def test_a_policy_without_approvers_lets_nobody_approve() -> None:
    policy = parse_policy("version = 1\n[defaults]\nquorum = 1\n", KINDS)
    assert describe_rule(policy.rule_for("create_key", None, None)) == "nobody can approve"


def test_an_empty_list_of_approvers_takes_the_power_away_again() -> None:
    policy = parse_policy(FULL + "[kinds.change_role]\napprovers = []\n", KINDS)
    assert policy.rule_for("change_role", None, None).approvers == ()


def test_every_fault_is_said_at_once_with_its_line() -> None:
    text = """\
version = 1
bananas = 1
[groups]
admins = [
  "org-admins",
  'user:alice',
]
[defaults]
aprovers = ["admins"]
quorum = 0
channel = "#llm-approvals"

# a comment
expires_in = "8 hours"
[kinds.revoke_kee]
quorum = true
[workspaces."Production"]
issue_keys = "pool"
approvers = [
  "admins",
  "platfrom",
]
[workspaces."production".kinds.create_key]
quorum = "2"
reason_required = 1
"""
    assert [(line, path) for line, path, _ in faults_of(text)] == [
        (2, "bananas"),
        (6, "groups.admins"),
        (9, "defaults.aprovers"),
        (10, "defaults.quorum"),
        (11, "defaults.channel"),
        (14, "defaults.expires_in"),
        (15, "kinds.revoke_kee"),
        (16, "kinds.revoke_kee.quorum"),
        (18, "workspaces.Production.issue_keys"),
        (21, "workspaces.Production.approvers"),
        (23, "workspaces.production"),
        (24, "workspaces.production.kinds.create_key.quorum"),
        (25, "workspaces.production.kinds.create_key.reason_required"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("version = 1\n[defaults]\naprovers = []\n", "Unknown key aprovers. Did you mean approvers?"),
        ("version = 1\n[kinds.revoke]\n", "Unknown kind revoke. Did you mean revoke_key?"),
        ("version = 1\n[groups]\norg-admins = []\n", "org-admins is built in and can't be defined."),
        ("[defaults]\nquorum = 1\n", "version = 1 is missing at the top."),
        ("version = 1\ndefaults = 3\n", "defaults must be a table."),
        ("version = 1\n[groups]\na = [1]\n", "a must be a list of members."),
        ("version = 1\n[defaults]\napprovers = 'admins'\n", 'approvers must be a list of group names, such as ["admins"].'),
        (
            "version = 1\n[groups]\na = ['user:U1']\n[defaults]\napprovers = ['a']\n[kinds.revoke_key]\nquorum = 2\n",
            "quorum is 2, but the rule has only 1 approver.",
        ),
    ],
)
def test_a_fault_is_one_sentence_that_says_what_to_write(text: str, sentence: str) -> None:
    assert [said for _, _, said in faults_of(text)] == [sentence]


def test_a_quorum_that_nobody_can_reach_is_faulted_where_it_is_set() -> None:
    text = FULL.replace('"usergroup:S0PLATFORM", "user:U0BOB"', '"user:U0BOB"').replace(', "workspace-admins"', "")
    assert faults_of(text) == [(10, "kinds.revoke_key.quorum", "quorum is 2, but the rule has only 1 approver.")]


@given(st.text(alphabet=st.sampled_from("abv[]=\"\n.1 #{},'x"), max_size=80) | st.text(max_size=80))
def test_no_text_whatsoever_makes_the_loader_fail_otherwise_than_with_faults(text: str) -> None:
    policy, faults = Policy(), ()
    try:
        policy = parse_policy(text, KINDS)
    except PolicyError as error:
        faults = error.faults
    assert faults or policy.nobody_because
    lines = len(re.split("\r\n|\r|\n", text))
    assert all(1 <= fault.line <= lines and fault.sentence.endswith(".") for fault in faults)
    assert not policy.rule_for("create_key", None, None).approvers


def test_the_example_policy_is_good_and_its_channel_is_to_be_filled_in() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    policy = parse_policy(text, KINDS)
    assert policy.rule_for("create_key", None, None).issue_keys == "console"
    (to_fill_in,) = placeholders(text)
    assert text.split("\n")[to_fill_in.line - 1].startswith("channel = ")


def test_the_example_policy_names_every_kind() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    assert with_kinds(text) == text, STALE
    assert all(re.search(rf"^# .*\b{name}\b", text, re.MULTILINE) for name in KINDS)


def test_the_commented_lines_of_the_example_are_good_too() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    for line in ("platform = [", '[workspaces."Production"]', 'approvers = ["platform"]', "quorum = 2", 'expires_in = "1d"'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    text = text.replace('# [workspaces."Production".kinds', '[workspaces."Production".kinds')
    rule = parse_policy(text, KINDS).rule_for("revoke_key", None, "Production")
    assert (rule.quorum, rule.group_names, rule.expires_in) == (2, ("platform",), Lifetime(days=1))


def test_the_demo_policy_names_only_what_the_sandbox_has() -> None:
    text = (ROOT / "bot" / "sandbox" / "policy.toml").read_text(encoding="utf-8")
    policy = parse_policy(text, KINDS)
    assert placeholders(text) == []
    for kind in KINDS:
        for workspace in (None, "Staging", "Production"):
            rule = policy.rule_for(kind, None, workspace)
            assert rule.channel == APPROVALS_CHANNEL
            assert all(ref.id in GROUPS for ref in rule.approvers)
            assert all(len(GROUPS[ref.id][2]) >= rule.quorum for ref in rule.approvers if ref.id)
    assert policy.rule_for("create_key", None, "Staging").issue_keys == "api"
    assert policy.rule_for("create_key", None, "Production").issue_keys == "console"
    assert policy.rule_for("revoke_key", None, "Production").quorum == 2


def test_a_rule_is_said_in_words() -> None:
    rule = parse_policy(FULL, KINDS).rule_for("revoke_key", None, None)
    assert describe_rule(rule) == (
        "needs 2 approvals from admins (org-admins); expires after 1 working day; a reason is required;"
        " cards go to C0APPROVALS"
    )
    assert describe_rule(Policy.nobody("x").rule_for("create_key", None, None)) == "nobody can approve"


def test_the_zone_of_the_company_is_one_that_exists() -> None:
    assert parse_policy(FULL, KINDS).zone == "UTC"
    assert parse_policy(f'{FULL}[calendar]\nzone = "Asia/Kathmandu"\n', KINDS).zone == "Asia/Kathmandu"
    line = FULL.count("\n") + 2
    said = 'There is no time zone Mars/Olympus. zone must be the name of a time zone, such as "Europe/Berlin".'
    assert faults_of(f'{FULL}[calendar]\nzone = "Mars/Olympus"\n') == [(line, "calendar.zone", said)]


CALENDAR = """\
version = 1
[calendar]
days = [
  "Mon",
  "Tue",
]
hours = "10:00-16:00"
zone = "Europe/Berlin"
"""


def test_the_calendar_says_which_hours_count() -> None:
    policy = parse_policy(CALENDAR, KINDS)
    assert policy.hours == WorkingHours(days=(0, 1), opens=600, closes=960, zone="Europe/Berlin")
    assert policy.rule_for("create_key", None, None).hours == policy.hours
    assert parse_policy(FULL, KINDS).hours == WorkingHours()


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ('"Tue"', '"Tuesday"', 5, "Tuesday is not a working day. Write Mon, Tue, Wed, Thu, Fri, Sat, Sun."),
        ('"Mon",\n  "Tue"', '"Tue",\n  "Mon"', 3, 'days must be a list of working days in their order, such as ["Mon"'),
        ('"Mon",\n  "Tue",', "", 3, 'days must be a list of working days in their order, such as ["Mon"'),
        ("10:00-16:00", "16:00-10:00", 7, "hours must be working hours of one day, an hour or more, such as"),
        ('"10:00-16:00"', "10", 7, "hours must be working hours of one day, an hour or more, such as"),
        ("Europe/Berlin", "Berlin", 8, "There is no time zone Berlin. zone must be the name of a time zone, such as"),
        ("zone", "zones", 8, "Unknown key zones. Did you mean zone?"),
    ],
)
def test_a_fault_of_the_calendar_names_its_line(old: str, new: str, line: int, sentence: str) -> None:
    ((found, _, said),) = faults_of(CALENDAR.replace(old, new, 1))
    assert found == line
    assert said.startswith(sentence)
