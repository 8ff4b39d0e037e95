"""What the policy can't say of a kind: rules that never apply, and people who can never approve it."""

from bot.policy.file import parse_policy
from tests.policy.test_file import KINDS, faults_of

WORKSPACE_ADMINS = """\
version = 1
[defaults]
approvers = ["workspace-admins"]
[kinds.revoke_key]
issue_keys = "api"
[workspaces."Production"]
issue_keys = "api"
[workspaces."Production".kinds.change_role]
quorum = 2
[workspaces."Production".kinds.disable_key]
issue_keys = "console"
"""


def test_what_would_never_apply_is_a_fault_with_its_line() -> None:
    assert faults_of(WORKSPACE_ADMINS) == [
        (5, "kinds.revoke_key.issue_keys", "revoke_key issues no keys, so issue_keys never applies here."),
        (
            8,
            "workspaces.Production.kinds.change_role",
            "change_role is about no workspace, so this never applies. Write [kinds.change_role] instead.",
        ),
        (
            11,
            "workspaces.Production.kinds.disable_key.issue_keys",
            "disable_key issues no keys, so issue_keys never applies here.",
        ),
    ]


def test_admins_of_no_workspace_are_a_fault_where_they_are_named() -> None:
    said = "change_role is about no workspace, so workspace-admins alone can never approve it."
    text = 'version = 1\n[defaults]\napprovers = ["workspace-admins"]\n'
    assert faults_of(text) == [(3, "defaults.approvers", said)]
    homeless = [name for name, kind in KINDS.items() if not kind.has_workspace]
    others = "".join(f'[kinds.{name}]\napprovers = ["org-admins"]\n' for name in homeless)
    assert parse_policy(text + others, KINDS)
    text = text.replace("workspace", "org") + '[kinds.change_role]\napprovers = ["workspace-admins"]\n'
    assert faults_of(text) == [(5, "kinds.change_role.approvers", said)]


def test_admins_of_no_workspace_do_not_help_to_reach_a_quorum() -> None:
    text = "version = 1\n[groups]\na = ['user:U1']\n[kinds.change_role]\napprovers = ['a', 'workspace-admins']\nquorum = 2\n"
    assert faults_of(text) == [(6, "kinds.change_role.quorum", "quorum is 2, but the rule has only 1 approver.")]
    assert parse_policy(text.replace("change_role", "disable_key"), KINDS)
